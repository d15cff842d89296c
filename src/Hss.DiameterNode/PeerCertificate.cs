using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hss.DiameterNode;

/// <summary>Which Diameter identities a peer's certificate stands for.</summary>
/// Spec: RFC 6733 13.1 (mutual authentication), RFC 5280 4.2.1.6, RFC 9525 6.3.
/// <remarks>
/// RFC 6733 wants both sides authenticated and leaves open how a name in a certificate becomes an Origin-Host. Settled here:
/// 1. The identity must stand in the certificate as dNSName of subjectAltName, whatever its case: an Origin-Host is a host name (4.3.1).
/// 2. The common name counts only where there is no subjectAltName at all. RFC 9525 has done away with it; certificates for Diameter nodes
///    made by hand often have nothing else, and the name in them was certified by the same authority.
/// 3. A wildcard is never matched: it would let each host of a domain speak as each other, and what an HSS hands out depends on who asks.
///    A relay that stands for several names has them written out, in its certificate or in CertificateNames.
/// 4. CertificateNames of a configured peer take the place of its identity: then the certificate must name one of them.
/// 5. A certificate that does not name the peer is answered 3010: it is some peer, but not the known one it says it is. The same code tells
///    a peer that comes from another address than configured. 5017 would say that TLS is missing, and it is not.
/// </remarks>
public static class PeerCertificate
{
    private const string CommonName = "2.5.4.3";

    /// <summary>Why this certificate does not stand for the identity, as one line for log and Error-Message; null when it does.</summary>
    /// <param name="certificate">The verified certificate of the connection; null when there is none.</param>
    /// <param name="identity">The Origin-Host it is to stand for.</param>
    /// <param name="known">The configuration of that peer, if there is one.</param>
    internal static string? WhyNot(X509Certificate2? certificate, string identity, PeerOptions? known)
    {
        if (certificate is null) return $"the connection shows no certificate for '{identity}'";
        IReadOnlyList<string> names = Names(certificate);
        IReadOnlyList<string> wanted = known is { CertificateNames.Count: > 0 } ? known.CertificateNames : [identity];
        if (wanted.Any(one => names.Contains(one, StringComparer.OrdinalIgnoreCase))) return null;
        return LoggedText.Of($"the certificate names {(names.Count == 0 ? "nobody" : string.Join(", ", names))}, not {string.Join(" or ", wanted)}");
    }

    /// <summary>The host names a certificate carries.</summary>
    public static IReadOnlyList<string> Names(X509Certificate2 certificate)
    {
        try
        {
            return certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault() is { } alternatives
                ? [.. alternatives.EnumerateDnsNames()]
                : [.. certificate.SubjectName.EnumerateRelativeDistinguishedNames(reversed: false)
                    .Where(part => !part.HasMultipleElements && part.GetSingleElementType().Value == CommonName)
                    .Select(part => part.GetSingleElementValue() ?? "")];
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            return []; // Octets that are no names name nobody.
        }
    }
}
