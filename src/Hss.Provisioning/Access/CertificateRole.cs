using System.Security.Cryptography.X509Certificates;
using Hss.DiameterNode;
using Hss.Subscribers;

namespace Hss.Provisioning.Access;

/// <summary>One entry of Provisioning:Certificates: whoever shows a certificate of this name has this role.</summary>
/// Shape: Name is a dNSName of subjectAltName, or the common name of a certificate without one; no wildcards, no case.
public sealed record CertificateRole(string Name, AccessRole Role)
{
    /// <summary>The first entry that the certificate names; null: none.</summary>
    /// Why the first and not the highest: so one reads the list from the top, as with any list of rules.
    public static CertificateRole? Of(X509Certificate2 certificate, IReadOnlyList<CertificateRole> entries)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(entries);
        if (entries.Count == 0) return null;
        var names = PeerCertificate.Names(certificate);
        return entries.FirstOrDefault(entry => names.Contains(entry.Name, StringComparer.OrdinalIgnoreCase));
    }
}
