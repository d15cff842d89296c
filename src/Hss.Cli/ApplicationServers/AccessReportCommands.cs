using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using Hss.Provisioning.V1;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli.ApplicationServers;

/// <summary>hss as access report|show|delete: what the access networks say of a private identity.</summary>
internal static class AccessReportCommands
{
    private const int MaxDocumentBytes = 256 * 1024;

    public static Command Create(Surroundings around) => Command("access", "Access data: locations, user states, T-ADS, as they were last reported.", Report(around), Show(around), Delete(around));

    private static Command Report(Surroundings around)
    {
        var (identity, file) = (Identity(), Argument("FILE", "Sh-Data document with nothing but access data; - is the standard input"));
        var time = Text("--time", "TIME", "when it was so, 2027-01-31T12:00:00Z (default now)");
        var command = Command("report", "Takes the place of what was reported before.", identity, file, time, ValidateOnly);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var request = new ReportAccessRequest
            {
                PrivateIdentity = invocation.Value(identity),
                ShData = await invocation.ReadTextAsync(invocation.Value(file), MaxDocumentBytes, stop).ConfigureAwait(false),
                ValidateOnly = invocation.Value(ValidateOnly),
            };
            if (invocation.Value(time) is { } when) request.ReportTime = Timestamp.FromDateTimeOffset(Expiry.Point(when));
            var report = await AsCommands.Client(invocation).ReportAccessAsync(request, invocation.Call(stop)).ConfigureAwait(false);
            invocation.Output.Object(report, _ => invocation.Output.Say(
                $"{(request.ValidateOnly ? "valid, nothing changed" : "reported")}: {report.PrivateIdentity}, as of {Output.Time(report.ReportTime)}"));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Show(Surroundings around)
    {
        var identity = Identity();
        var command = Command("show", "Shows what was last reported. An operator's right.", identity);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var report = await AsCommands.Client(invocation).GetAccessReportAsync(new() { PrivateIdentity = invocation.Value(identity) }, invocation.Call(stop)).ConfigureAwait(false);
            invocation.Output.Object(report, output =>
            {
                invocation.Output.Note($"{report.PrivateIdentity}, as of {Output.Time(report.ReportTime)}");
                output.Write(OneLine.Printable(report.ShData) + "\n");
            });
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Delete(Surroundings around)
    {
        var identity = Identity();
        var command = Command("delete", "Forgets what was reported.", identity, Yes);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var name = invocation.Value(identity);
            invocation.Confirm($"Forget what was reported of {name}?");
            var response = await AsCommands.Client(invocation).DeleteAccessReportAsync(new() { PrivateIdentity = name }, invocation.Call(stop)).ConfigureAwait(false);
            invocation.Output.Object(response, _ => invocation.Output.Say($"removed: access report of {name}"));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Argument<string> Identity() => Argument("IMPI", "private identity");
}
