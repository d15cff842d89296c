using System.CommandLine;
using System.Globalization;
using Hss.Provisioning.V1;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli.ApplicationServers;

/// <summary>hss as repository list|show|delete: transparent data of application servers.</summary>
internal static class RepositoryCommands
{
    public static Command Create(Surroundings around) => Command("repository", "Repository data: what application servers keep at a user.", List(around), Show(around), Delete(around));

    private static Command List(Surroundings around)
    {
        var (subscription, publicIdentity) = (AsOptions.Subscription(), AsOptions.PublicIdentity());
        var command = Command("list", "Lists repository data without the content.", subscription, publicIdentity, Limit);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var (id, uri) = AsOptions.One(invocation, subscription, publicIdentity);
            var (data, hasMore) = await Pages.ReadAsync(invocation.Value(Limit) ?? DefaultLimit, async (size, token) =>
            {
                var page = await AsCommands.Client(invocation).ListRepositoryDataAsync(
                    new() { SubscriptionId = id, PublicIdentity = uri, PageSize = size, PageToken = token }, invocation.Call(stop)).ConfigureAwait(false);
                return (page.RepositoryData, page.NextPageToken);
            }).ConfigureAwait(false);
            invocation.Output.List(data, ["PUBLIC IDENTITY", "SERVICE INDICATION", "SEQUENCE NUMBER", "OCTETS"],
                one => [one.PublicIdentity, one.ServiceIndication, Output.Number(one.SequenceNumber), Output.Number(one.Size)], "no repository data");
            Pages.SayMore(invocation, hasMore);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Show(Surroundings around)
    {
        var (identity, indication) = Key();
        var command = Command("show", "Shows the content of one: XML that only its application servers understand. An operator's right.", identity, indication);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var data = await AsCommands.Client(invocation).GetRepositoryDataAsync(
                new() { PublicIdentity = invocation.Value(identity), ServiceIndication = invocation.Value(indication) }, invocation.Call(stop)).ConfigureAwait(false);
            // The content alone on the output, as it was stored but for what moves a cursor; what it is stands beside it.
            invocation.Output.Object(data, output =>
            {
                invocation.Output.Note($"{data.PublicIdentity} {data.ServiceIndication}: sequence number {Output.Number(data.SequenceNumber)}, {Output.Number(data.Size)} octets");
                output.Write(OneLine.Printable(data.ServiceData) + "\n");
            });
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Delete(Surroundings around)
    {
        var (identity, indication) = Key();
        var number = Number("--sequence-number", "refuse when the stored one has another number");
        var command = Command("delete", "Removes repository data; application servers that subscribed are told.", identity, indication, number, Yes);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var request = new DeleteRepositoryDataRequest { PublicIdentity = invocation.Value(identity), ServiceIndication = invocation.Value(indication) };
            if (invocation.Value(number) is { } expected) request.SequenceNumber = (uint)expected;
            invocation.Confirm(string.Create(CultureInfo.InvariantCulture, $"Remove {request.ServiceIndication} of {request.PublicIdentity}?"));
            var response = await AsCommands.Client(invocation).DeleteRepositoryDataAsync(request, invocation.Call(stop)).ConfigureAwait(false);
            invocation.Output.Object(response, _ => invocation.Output.Say($"removed: {request.ServiceIndication} of {request.PublicIdentity}"));
            return ExitCodes.Done;
        });
        return command;
    }

    private static (Argument<string> Identity, Argument<string> Indication) Key() =>
        (Argument("IMPU", "public identity; any of an alias set"), Argument("SERVICE-INDICATION", "name of the data"));
}
