using System.Collections.Immutable;
using System.Globalization;
using Grpc.Core;
using Hss.Grpc;
using Hss.Subscribers;
using Operation = Hss.Provisioning.V1.ShPermission.Types.Operation;
using Reference = Hss.Provisioning.V1.ShPermission.Types.DataReference;

namespace Hss.Provisioning;

/// <summary>What an application server may do, as the API shows it and as it is checked when it comes in.</summary>
/// Spec: TS 29.328 6.2, Table 7.6.1.
internal sealed class PermissionsMessage
{
    public const string Collection = "applicationServers/";

    /// <summary>Of one application server; one has a handful.</summary>
    private const int MaxServerNames = 100;

    private static readonly (ShOperations Flag, Operation Value, string Name)[] s_operations =
        [(ShOperations.Pull, Operation.Pull, "PULL"), (ShOperations.Update, Operation.Update, "UPDATE"), (ShOperations.Notify, Operation.Subscribe, "SUBSCRIBE")];

    private readonly List<(string Field, string Description)> _problems = [];

    public static V1.ApplicationServerPermissions Of(ApplicationServerPermissions server)
    {
        var message = new V1.ApplicationServerPermissions
        {
            Name = Collection + server.DiameterHost,
            DiameterHost = server.DiameterHost,
            ServerNames = { server.ServerNames },
            Etag = server.Revision > 0 ? SubscriptionMessage.EtagOf(server.Revision) : "",
        };
        foreach (var (reference, operations) in server.Operations)
            message.Permissions.Add(new V1.ShPermission
            {
                DataReference = Of(reference),
                Operations = { s_operations.Where(one => operations.HasFlag(one.Flag)).Select(one => one.Value) },
            });
        return message;
    }

    /// <summary>The number on the wire, but for RepositoryData: 0 means unspecified in protocol buffers.</summary>
    public static Reference Of(ShDataReference reference) => reference == ShDataReference.RepositoryData ? Reference.RepositoryData : (Reference)reference;

    /// Errors: INVALID_ARGUMENT with every problem.
    public static ApplicationServerPermissions Read(V1.ApplicationServerPermissions? message)
    {
        if (message is null) throw Refusals.Field("application_server", "is missing");
        var reader = new PermissionsMessage();
        var server = new ApplicationServerPermissions(reader.ReadHost(message), reader.ReadServerNames(message), reader.ReadOperations(message));
        if (reader._problems is not [var (field, description), ..]) return server;
        var more = reader._problems.Count > 1 ? $" (and {reader._problems.Count - 1} more: see the field violations)" : "";
        throw RpcErrors.InvalidArgument($"{field}: {description}{more}", reader._problems);
    }

    /// <summary>The Origin-Host in a resource name, as it is stored.</summary>
    /// Errors: INVALID_ARGUMENT.
    public static string HostOf(string name) =>
        name.StartsWith(Collection, StringComparison.Ordinal) && DiameterHost.TryCanonical(name[Collection.Length..], out var host) ? host
        : throw Refusals.Field("name", $"is no name of an application server; it is {Collection} followed by its Origin-Host");

    public static RpcException NotFound(string host) => new(new Status(StatusCode.NotFound, $"there is no application server {host}; it may do nothing on Sh"));

    public static RpcException Stale(string host, string etag, ApplicationServerPermissions? stored) => new(new Status(StatusCode.Aborted,
        stored is null
            ? $"application server {host} does not exist any more; leave the etag out to create it"
            : $"application server {host} was changed meanwhile: its etag is {SubscriptionMessage.EtagOf(stored.Revision)} and not {(etag.Length <= 40 ? etag : etag[..40] + "...")}; "
                + "get it again and repeat the change"));

    private string ReadHost(V1.ApplicationServerPermissions message)
    {
        var host = message.DiameterHost;
        if (host.Length == 0 && message.Name.StartsWith(Collection, StringComparison.Ordinal)) host = message.Name[Collection.Length..];
        if (!DiameterHost.TryCanonical(host, out var canonical))
            Add("diameter_host", host.Length == 0 ? "is missing; give the Origin-Host of the application server" : "is no host name; give the Origin-Host as the application server sends it, such as as1.example.org");
        else if (message.Name.Length > 0 && !string.Equals(message.Name, Collection + canonical, StringComparison.OrdinalIgnoreCase))
            Add("name", "is the name of another application server than diameter_host; one cannot be renamed");
        return canonical;
    }

    private ImmutableArray<string> ReadServerNames(V1.ApplicationServerPermissions message)
    {
        if (message.ServerNames.Count > MaxServerNames) Add("server_names", $"has {message.ServerNames.Count} names, at most {MaxServerNames} are allowed");
        var names = ImmutableArray.CreateBuilder<string>();
        for (var i = 0; i < Math.Min(message.ServerNames.Count, MaxServerNames); i++)
            if (ApplicationServerName.Canonical(message.ServerNames[i]) is not { } name) Add($"server_names[{i}]", "is no SIP URI; write it as in the filters, such as sip:as1.example.org:5090");
            else if (names.Contains(name)) Add($"server_names[{i}]", $"names {name} twice (port and host count, parameters do not); remove one");
            else names.Add(name);
        return names.ToImmutable();
    }

    private ImmutableSortedDictionary<ShDataReference, ShOperations> ReadOperations(V1.ApplicationServerPermissions message)
    {
        var all = ImmutableSortedDictionary.CreateBuilder<ShDataReference, ShOperations>();
        for (var i = 0; i < message.Permissions.Count; i++)
        {
            var (permission, field) = (message.Permissions[i], $"permissions[{i}]");
            var reference = permission.DataReference == Reference.RepositoryData ? ShDataReference.RepositoryData : (ShDataReference)permission.DataReference;
            if (permission.DataReference == Reference.Unspecified || DataReferenceTable.Find(reference) is not { } row)
            {
                Add(field + ".data_reference", permission.DataReference == Reference.Unspecified ? "is missing"
                    : string.Create(CultureInfo.InvariantCulture, $"is {(int)permission.DataReference}, which is no data reference that anybody may use (TS 29.328 Table 7.6.1)"));
                continue;
            }
            var operations = ReadOperations(permission, row, field);
            if (!all.TryAdd(reference, operations)) Add(field + ".data_reference", $"is {NameOf(reference)} like an earlier one; put the operations together");
        }
        return all.ToImmutable();
    }

    private ShOperations ReadOperations(V1.ShPermission permission, DataReferenceRow row, string field)
    {
        var operations = ShOperations.None;
        if (permission.Operations.Count == 0) Add(field + ".operations", "is empty; name what is allowed, or leave the reference out");
        for (var i = 0; i < permission.Operations.Count; i++)
        {
            var (flag, _, name) = Array.Find(s_operations, one => one.Value == permission.Operations[i]);
            if (flag == ShOperations.None) Add($"{field}.operations[{i}]", "is not PULL, UPDATE or SUBSCRIBE");
            else if (!row.Operations.HasFlag(flag))
                Add($"{field}.operations[{i}]", $"is {name}, which {NameOf(row.Reference)} does not have (TS 29.328 Table 7.6.1); it has "
                    + string.Join(", ", s_operations.Where(one => row.Operations.HasFlag(one.Flag)).Select(one => one.Name)));
            else operations |= flag;
        }
        return operations;
    }

    /// <summary>As the .proto file names it.</summary>
    private static string NameOf(ShDataReference reference) =>
        V1.ShPermission.Descriptor.EnumTypes.Single(type => type.Name == "DataReference").FindValueByNumber((int)Of(reference))!.Name;

    private void Add(string field, string description) => _problems.Add(("application_server." + field, description));
}
