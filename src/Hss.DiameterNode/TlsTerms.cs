using System.Net.Security;

namespace Hss.DiameterNode;

/// <summary>Whether who connects shows a certificate. One that is shown is always verified.</summary>
public enum ClientCertificate
{
    Required,

    /// <summary>It is asked for, and who has none is let in to show something else.</summary>
    Welcome,

    NotAsked,
}

/// <summary>What a TLS listener asks of who connects, and the names of its metrics.</summary>
/// Why it is no setting: which protocol runs inside decides it. Diameter peers prove themselves by nothing but their certificates (RFC 6733
/// 13.1); whoever provisions may have a token instead.
public sealed record TlsTerms
{
    public static readonly TlsTerms Diameter = new();

    public ClientCertificate ClientCertificate { get; init; }

    /// <summary>The protocols of ALPN (RFC 7301), of which the client must have one; empty: it is not spoken.</summary>
    public IReadOnlyList<SslApplicationProtocol> ApplicationProtocols { get; init; } = [];

    /// <summary>The counter of handshakes.</summary>
    public string HandshakesMetric { get; init; } = "hss_diameter_tls_handshakes_total";

    /// <summary>The gauge of when the certificate runs out.</summary>
    public string ExpiryMetric { get; init; } = "hss_diameter_tls_certificate_expiry_timestamp_seconds";

    /// <summary>Whether connections are also dialled; only then is that side counted from the start.</summary>
    public bool Dials { get; init; } = true;
}
