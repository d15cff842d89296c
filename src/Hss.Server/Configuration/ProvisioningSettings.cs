using System.Net;
using Hss.Provisioning.Access;
using Hss.Storage;
using Hss.Subscribers;

namespace Hss.Server.Configuration;

/// <summary>The section "Provisioning", checked.</summary>
/// Shape: Listen is empty when the listener is off; what is not on loopback is TLS.
public sealed record ProvisioningSettings(IReadOnlyList<ListenAddress> Listen, TlsSettings? Tls, AccessOptions Access)
{
    private const string ListenKey = "Provisioning:Listen";
    private const string CertificatesKey = "Provisioning:Certificates";

    /// <summary>The longest message a client may send.</summary>
    public required int MaxMessageBytes { get; init; }

    /// <summary>Folder of the iFC templates that provisioned documents refer to.</summary>
    public required string IfcTemplatesFolder { get; init; }

    /// <summary>The keys under which SIM vendors deliver; null: none.</summary>
    public string? TransportKeysFile { get; init; }

    /// <summary>Records of changes are forgotten after this time.</summary>
    public required TimeSpan AuditKept { get; init; }

    internal static ProvisioningSettings Read(ConfigurationReader reader)
    {
        var problemsBefore = reader.ProblemCount;
        var listen = ReadListen(reader);
        var certificates = reader.Children(CertificatesKey).Select(path => ReadCertificate(reader, path)).ToArray();
        var tls = listen.FirstOrDefault(one => one.IsTls);
        if (certificates.Length > 0 && listen.Count > 0 && !tls.IsTls && reader.ProblemCount == problemsBefore)
            reader.Refuse(CertificatesKey, $"no listener could see a certificate; end an entry of {ListenKey} in ;tls");
        foreach (var twice in certificates.Where(entry => entry.Name.Length > 0).GroupBy(entry => entry.Name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
            reader.Refuse(CertificatesKey, $"{twice.Key} is listed twice; remove one");
        return new(
            listen,
            TlsSettings.Read(reader, "Provisioning", tls.IsTls ? $"{(certificates.Length > 0 ? CertificatesKey : ListenKey)}" : null, needsCa: certificates.Length > 0),
            new AccessOptions
            {
                Certificates = certificates,
                MaxRequestsPerSecond = reader.Number("Provisioning:MaxRequestsPerSecond", new AccessOptions().MaxRequestsPerSecond, 1, 10_000_000),
                MaxRequestsInFlight = reader.Number("Provisioning:MaxRequestsInFlight", new AccessOptions().MaxRequestsInFlight, 1, 1_000_000),
            })
        {
            MaxMessageBytes = reader.Number("Provisioning:MaxMessageBytes", 4 * 1024 * 1024, 64 * 1024, 256 * 1024 * 1024),
            AuditKept = TimeSpan.FromDays(reader.Number("Provisioning:AuditDays", ChangeRetention.DefaultDays, 1, 36_500)),
            IfcTemplatesFolder = reader.Present("Provisioning:IfcTemplates") ?? ShippedFiles.Find("ifc-templates"),
            TransportKeysFile = reader.Present("Provisioning:TransportKeysFile"),
        };
    }

    /// <summary>Who can reach the network between must not read tokens and keys.</summary>
    private static IReadOnlyList<ListenAddress> ReadListen(ConfigurationReader reader)
    {
        // Empty is not the same as absent here: several servers on one machine want it off, or elsewhere.
        if (reader.IsEmpty(ListenKey)) return [];
        var listen = ListenAddress.ReadAll(reader, ListenKey, reader.List(ListenKey) is { Count: > 0 } given ? given : ["127.0.0.1:50051"]);
        foreach (var one in listen)
            if (!one.IsTls && !IPAddress.IsLoopback(one.EndPoint.Address))
                reader.Refuse(ListenKey, $"'{one}' is not on loopback, and tokens and keys would go over it in clear; end it in ;tls and give Provisioning:Tls, or listen on 127.0.0.1");
        return listen;
    }

    private static CertificateRole ReadCertificate(ConfigurationReader reader, string path)
    {
        var name = reader.Present(path + ":Name") ?? reader.Refuse(path + ":Name", "is missing; give a host name of the certificate", "");
        var known = default(AccessRole);
        if (reader.Present(path + ":Role") is not { } role)
            reader.Refuse(path + ":Role", "is missing; give reader, provisioner, authentication-admin or operator");
        else if (!MethodRoles.TryRole(role, out known))
            reader.Refuse(path + ":Role", $"'{role}' is not reader, provisioner, authentication-admin or operator");
        return new(name, known);
    }
}
