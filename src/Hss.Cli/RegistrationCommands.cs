using System.CommandLine;
using Hss.Provisioning.V1;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli;

/// <summary>hss registration get|list|deregister.</summary>
internal static class RegistrationCommands
{
    private static readonly string[] s_headings = ["SUBSCRIPTION", "SET", "STATE", "PUBLIC IDENTITIES", "REGISTERED BY", "S-CSCF", "REMARKS"];

    public static Command Create(Surroundings around) => Command("registration", "Who is registered where.", Get(around), List(around), Deregister(around));

    private static Command Get(Surroundings around)
    {
        var (privateIdentity, publicIdentity) = Identities();
        var command = Command("get", "Shows the registration of one identity.", privateIdentity, publicIdentity);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var (user, uri) = OneOf(invocation, privateIdentity, publicIdentity);
            var response = await Client(invocation).GetRegistrationAsync(new() { PrivateIdentity = user, PublicIdentity = uri }, invocation.Call(stop)).ConfigureAwait(false);
            invocation.Output.List(response.Registrations, s_headings, Row, "no implicit registration set");
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command List(Surroundings around)
    {
        var serverName = Text("--server-name", "SIP-URI", "those of this S-CSCF");
        var diameterHost = Text("--diameter-host", "HOST", "those of the S-CSCF with this Diameter identity");
        var command = Command("list", "Lists what an S-CSCF serves.", serverName, diameterHost, Limit);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            string?[] terms = [Term("server_name", invocation.Value(serverName)), Term("diameter_host", invocation.Value(diameterHost))];
            var filter = string.Join(" AND ", terms.Where(term => term is not null));
            var (found, hasMore) = await Pages.ReadAsync(invocation.Value(Limit) ?? DefaultLimit, async (size, token) =>
            {
                var page = await Client(invocation).ListRegistrationsAsync(new() { Filter = filter, PageSize = size, PageToken = token }, invocation.Call(stop)).ConfigureAwait(false);
                return (page.Registrations, page.NextPageToken);
            }).ConfigureAwait(false);
            invocation.Output.List(found, s_headings, Row, "nobody is registered");
            Pages.SayMore(invocation, hasMore);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Deregister(Surroundings around)
    {
        var (privateIdentity, publicIdentity) = Identities();
        var reason = Word("--reason", "why, for the S-CSCF (default permanent-termination)", Words.All<DeregisterRequest.Types.Reason>());
        var info = Text("--info", "TEXT", "text for the user, in Reason-Info");
        var command = Command("deregister", "De-registers by RTR. Exit code 1 when no S-CSCF serves the identity.", privateIdentity, publicIdentity, reason, info, RequestId, Yes);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var (user, uri) = OneOf(invocation, privateIdentity, publicIdentity);
            var request = new DeregisterRequest
            {
                PrivateIdentity = user,
                PublicIdentity = uri,
                Reason = Words.Parse<DeregisterRequest.Types.Reason>(invocation.Value(reason)) ?? DeregisterRequest.Types.Reason.PermanentTermination,
                Info = invocation.Value(info) ?? "",
                RequestId = RequestIdOf(invocation),
            };
            invocation.Confirm($"De-register {user}{uri}?");
            var response = await Client(invocation).DeregisterAsync(request, invocation.Call(stop)).ConfigureAwait(false);
            invocation.Output.Object(response, _ => invocation.Output.Say(response.Written
                ? $"de-registering: {user}{uri}; hss job list shows what comes of it"
                : $"no S-CSCF serves {user}{uri} in a way that this reason would end; nothing was written"));
            return response.Written ? ExitCodes.Done : ExitCodes.Failed;
        });
        return command;
    }

    private static RegistrationService.RegistrationServiceClient Client(Invocation invocation) => new(invocation.Server);

    private static (Option<string?> Private, Option<string?> Public) Identities() =>
        (Text("--private-identity", "IMPI", "private identity", "--private"), Text("--public-identity", "IMPU", "public identity", "--public"));

    private static (string User, string Uri) OneOf(Invocation invocation, Option<string?> privateIdentity, Option<string?> publicIdentity)
    {
        var (user, uri) = (invocation.Value(privateIdentity) ?? "", invocation.Value(publicIdentity) ?? "");
        return user.Length == 0 != (uri.Length == 0) ? (user, uri) : throw new CliException("give one of --private-identity and --public-identity");
    }

    private static string? Term(string name, string? value) => value is null ? null : $"{name} = \"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string?[] Row(Registration one) =>
    [
        one.SubscriptionId,
        Output.Number(one.SetIndex),
        Words.Of(one.Status),
        string.Join(' ', one.PublicIdentities),
        string.Join(' ', one.RegisteredPrivateIdentities),
        one.ServerName.Length > 0 ? one.ServerName : one.DiameterHost,
        string.Join(", ", new[]
        {
            one.AuthenticationPending.Count > 0 ? $"authentication pending: {string.Join(' ', one.AuthenticationPending)}" : null,
            one.ReassignmentPending ? "S-CSCF reassignment pending" : null,
            one.UserDataOutdated ? "User-Data outdated" : null,
        }.Where(remark => remark is not null)),
    ];
}
