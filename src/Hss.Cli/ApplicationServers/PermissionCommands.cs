using System.CommandLine;
using Hss.Provisioning.V1;
using static Hss.Cli.CommandOptions;
using Operation = Hss.Provisioning.V1.ShPermission.Types.Operation;
using Reference = Hss.Provisioning.V1.ShPermission.Types.DataReference;

namespace Hss.Cli.ApplicationServers;

/// <summary>hss as permit|deny: one permission more or less.</summary>
/// Order: what stands is read, changed and put back with its etag, so that nobody else's change is lost.
internal static class PermissionCommands
{
    public static Command Permit(Surroundings around)
    {
        var (host, references, operations) = (AsCommands.Host(), References(), Argument("OPERATIONS", "pull, update, subscribe, several joined by commas, or all"));
        operations.CompletionSources.Add([DataReferences.All, .. Words.All<Operation>()]);
        var serverName = Text("--server-name", "SIP-URI", "the filters know it by this name, too");
        var command = Command("permit", "Permits more to an application server; one that is new is created.", host, references, operations, serverName, ValidateOnly, RequestId);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var (wanted, allowed) = (DataReferences.Parse(invocation.Value(references)), DataReferences.ParseOperations(invocation.Value(operations)));
            // "all" is every one that there is; what is named is asked for as it is, and refused when there is no such thing.
            var isAll = IsAll(invocation.Value(references)) || IsAll(invocation.Value(operations));
            var server = await AsCommands.FindAsync(invocation, invocation.Value(host), stop).ConfigureAwait(false) ?? new() { DiameterHost = invocation.Value(host) };
            foreach (var reference in wanted)
            {
                Operation[] more = [.. isAll ? DataReferences.Possible(reference, allowed) : allowed];
                if (more.Length > 0) Change(server, reference, has => has.Union(more));
            }
            if (invocation.Value(serverName) is { } name && !server.ServerNames.Contains(name)) server.ServerNames.Add(name);
            return await PutAsync(invocation, server, stop).ConfigureAwait(false);
        });
        return command;
    }

    public static Command Deny(Surroundings around)
    {
        var (host, references) = (AsCommands.Host(), References());
        var operations = new Argument<string>("OPERATIONS") { Description = "as of permit (default all)", DefaultValueFactory = _ => DataReferences.All };
        var command = Command("deny", "Takes permissions away. Without the one to subscribe, its subscriptions to that reference are dropped.", host, references, operations, ValidateOnly, RequestId, Yes);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var (wanted, denied) = (DataReferences.Parse(invocation.Value(references)), DataReferences.ParseOperations(invocation.Value(operations)));
            var server = await AsCommands.FindAsync(invocation, invocation.Value(host), stop).ConfigureAwait(false)
                ?? throw new CliException($"there is no application server {invocation.Value(host)}; it may do nothing anyway", ExitCodes.NotFound);
            if (!invocation.Value(ValidateOnly) && denied.Contains(Operation.Subscribe))
                invocation.Confirm($"Take permissions of {invocation.Value(host)} away, and drop its subscriptions?");
            foreach (var reference in wanted) Change(server, reference, has => has.Except(denied));
            return await PutAsync(invocation, server, stop).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<int> PutAsync(Invocation invocation, ApplicationServerPermissions server, CancellationToken stop)
    {
        var request = new PutApplicationServerRequest { ApplicationServer = server, RequestId = RequestIdOf(invocation), ValidateOnly = invocation.Value(ValidateOnly) };
        AsCommands.Say(invocation, await AsCommands.Client(invocation).PutApplicationServerAsync(request, invocation.Call(stop)).ConfigureAwait(false), request.ValidateOnly);
        return ExitCodes.Done;
    }

    private static void Change(ApplicationServerPermissions server, Reference reference, Func<IEnumerable<Operation>, IEnumerable<Operation>> change)
    {
        var permission = server.Permissions.FirstOrDefault(one => one.DataReference == reference);
        Operation[] after = [.. change(permission?.Operations ?? []).Order()];
        if (permission is null && after.Length > 0) server.Permissions.Add(permission = new() { DataReference = reference });
        if (permission is null) return;
        permission.Operations.Clear();
        permission.Operations.Add(after);
        if (after.Length == 0) server.Permissions.Remove(permission);
    }

    private static Argument<string> References()
    {
        var argument = Argument("REFERENCES", "data references by name or number, several joined by commas, or all");
        argument.CompletionSources.Add(DataReferences.Names);
        return argument;
    }

    private static bool IsAll(string text) => text.Equals(DataReferences.All, StringComparison.OrdinalIgnoreCase);
}
