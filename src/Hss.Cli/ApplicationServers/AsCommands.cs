using System.CommandLine;
using Google.Protobuf;
using Grpc.Core;
using Hss.Provisioning.V1;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli.ApplicationServers;

/// <summary>hss as list|show|put|delete, and the nouns below it: what application servers may do on Sh, keep there, and are told.</summary>
internal static class AsCommands
{
    private const int MaxDocumentBytes = 256 * 1024;

    public static Command Create(Surroundings around) => Command("as", "Application servers on Sh: permissions, their data, subscriptions and notifications.",
        List(around), Show(around), Put(around), PermissionCommands.Permit(around), PermissionCommands.Deny(around), Delete(around),
        RepositoryCommands.Create(around), ActivationCommands.Create(around), NotificationSubscriptionCommands.Create(around), NotificationCommands.Create(around),
        AccessReportCommands.Create(around));

    public static ApplicationServerService.ApplicationServerServiceClient Client(Invocation invocation) => new(invocation.Server);

    public static string NameOf(string host) => host.StartsWith("applicationServers/", StringComparison.Ordinal) ? host : "applicationServers/" + host;

    public static Argument<string> Host() => Argument("HOST", "Origin-Host of the application server");

    /// <summary>What came of a put, for people and machines.</summary>
    public static void Say(Invocation invocation, PutApplicationServerResponse response, bool isValidateOnly) => invocation.Output.Object(response, _ =>
        invocation.Output.Say($"{(isValidateOnly ? "valid, nothing changed: would be " : "")}{Words.Of(response.Outcome)}: {response.ApplicationServer?.DiameterHost}"
            + (response.ApplicationServer?.Etag is { Length: > 0 } etag ? $", etag {etag}" : "")));

    private static Command List(Surroundings around)
    {
        var command = Command("list", "Lists application servers; one that is not listed may do nothing.", Limit);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var (servers, hasMore) = await Pages.ReadAsync(invocation.Value(Limit) ?? DefaultLimit, async (size, token) =>
            {
                var page = await Client(invocation).ListApplicationServersAsync(new() { PageSize = size, PageToken = token }, invocation.Call(stop)).ConfigureAwait(false);
                return (page.ApplicationServers, page.NextPageToken);
            }).ConfigureAwait(false);
            invocation.Output.List(servers, ["DIAMETER HOST", "SERVER NAMES", "REFERENCES", "ETAG"],
                server => [server.DiameterHost, string.Join(' ', server.ServerNames), Output.Number(server.Permissions.Count), server.Etag], "no application server: nobody may do anything on Sh");
            Pages.SayMore(invocation, hasMore);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Show(Surroundings around)
    {
        var host = Host();
        var command = Command("show", "Shows what one application server may do.", host);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var server = await Client(invocation).GetApplicationServerAsync(new() { Name = NameOf(invocation.Value(host)) }, invocation.Call(stop)).ConfigureAwait(false);
            invocation.Output.Object(server, _ =>
            {
                invocation.Output.Pairs(("diameter host", server.DiameterHost), ("server names", string.Join(' ', server.ServerNames)), ("etag", server.Etag));
                if (server.Permissions.Count > 0)
                    invocation.Output.Table(["REFERENCE", "OPERATIONS"],
                        server.Permissions.Select(one => new[] { DataReferences.WordOf(one.DataReference), string.Join(' ', one.Operations.Select(Words.Of)) }));
                else invocation.Output.Say("may do nothing");
            });
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Put(Surroundings around)
    {
        var file = Argument("FILE", "what it may do, JSON as of show --output json; - is the standard input");
        var command = Command("put", "Creates an application server or replaces what it may do; what is equal changes nothing.", file, Etag, ValidateOnly, RequestId);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var name = invocation.Value(file);
            var request = new PutApplicationServerRequest { Etag = invocation.Value(Etag) ?? "", RequestId = RequestIdOf(invocation), ValidateOnly = invocation.Value(ValidateOnly) };
            try
            {
                request.ApplicationServer = JsonParser.Default.Parse<ApplicationServerPermissions>(await invocation.ReadTextAsync(name, MaxDocumentBytes, stop).ConfigureAwait(false));
            }
            catch (Exception problem) when (problem is InvalidProtocolBufferException or InvalidJsonException)
            {
                throw new CliException($"{Invocation.Name(name)} is no application server: {OneLine.Of(problem)}; hss as show HOST -o json shows the form");
            }
            // A file outlives its etag; who means one says so on the command line.
            request.ApplicationServer.Etag = "";
            Say(invocation, await Client(invocation).PutApplicationServerAsync(request, invocation.Call(stop)).ConfigureAwait(false), request.ValidateOnly);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Delete(Surroundings around)
    {
        var host = Host();
        var allowMissing = Flag("--allow-missing", "one that does not exist counts as deleted");
        var command = Command("delete", "Takes everything away from an application server; its subscriptions are dropped, repository data stay.", host, allowMissing, Etag, ValidateOnly, RequestId, Yes);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var name = invocation.Value(host);
            var request = new DeleteApplicationServerRequest
            {
                Name = NameOf(name),
                Etag = invocation.Value(Etag) ?? "",
                AllowMissing = invocation.Value(allowMissing),
                RequestId = RequestIdOf(invocation),
                ValidateOnly = invocation.Value(ValidateOnly),
            };
            if (!request.ValidateOnly) invocation.Confirm($"Delete application server {name} and its subscriptions?");
            var response = await Client(invocation).DeleteApplicationServerAsync(request, invocation.Call(stop)).ConfigureAwait(false);
            invocation.Output.Object(response, _ => invocation.Output.Say(request.ValidateOnly ? $"could be deleted, nothing changed: {name}" : $"deleted: {name}"));
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>As it stands, or null.</summary>
    public static async Task<ApplicationServerPermissions?> FindAsync(Invocation invocation, string host, CancellationToken stop)
    {
        try
        {
            return await Client(invocation).GetApplicationServerAsync(new() { Name = NameOf(host) }, invocation.Call(stop)).ConfigureAwait(false);
        }
        catch (RpcException problem) when (problem.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }
}
