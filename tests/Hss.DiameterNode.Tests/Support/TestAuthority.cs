using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hss.DiameterNode.Tests.Support;

/// <summary>A certification authority of its own for one test, and the certificates it makes.</summary>
internal sealed class TestAuthority
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <summary>The time that <see cref="VirtualTime"/> begins at.</summary>
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private readonly X509Certificate2 _certificate;

    public TestAuthority(string name = "test CA")
    {
        CertificateRequest request = new($"CN={name}", ECDsa.Create(ECCurve.NamedCurves.nistP256), HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _certificate = request.CreateSelfSigned(Now.AddYears(-5), Now.AddYears(5));
    }

    public string Pem => _certificate.ExportCertificatePem();

    /// <param name="names">The dNSNames.</param>
    /// <param name="from">Days from now to the first on which it is good.</param>
    /// <param name="to">Days from now to its end.</param>
    /// <param name="alternatives">Whether the names stand in subjectAltName.</param>
    /// <param name="usage">The extended key usages: "client", "server", both, or none at all.</param>
    /// <param name="commonName">The common name; the first of the names when left out.</param>
    public X509Certificate2 Issue(IReadOnlyList<string> names, int from = -1, int to = 1, bool alternatives = true, string usage = "", string? commonName = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={commonName ?? names[0]}", key, HashAlgorithmName.SHA256);
        if (alternatives)
        {
            SubjectAlternativeNameBuilder builder = new();
            foreach (string name in names) builder.AddDnsName(name);
            request.CertificateExtensions.Add(builder.Build());
        }

        OidCollection usages = [];
        if (usage.Contains("client", StringComparison.Ordinal)) usages.Add(new Oid(ClientAuthentication));
        if (usage.Contains("server", StringComparison.Ordinal)) usages.Add(new Oid(ServerAuthentication));
        if (usages.Count > 0) request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(usages, false));
        using X509Certificate2 issued = request.Create(_certificate, Now.AddDays(from), Now.AddDays(to), RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }

    public X509Certificate2 Issue(string name) => Issue([name]);

    public TlsCredentials Credentials(X509Certificate2 certificate) =>
        TlsCredentials.FromPem(certificate.ExportCertificatePem(), KeyPem(certificate), Pem);

    public static string KeyPem(X509Certificate2 certificate)
    {
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem();
    }

    /// <summary>What a client shows; it takes whatever certificate the node has.</summary>
    public static SslClientAuthenticationOptions Client(X509Certificate2? certificate) => new()
    {
        TargetHost = Requests.Hss,
        ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate, null, offline: true),
        RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null,
        AllowTlsResume = false,
    };
}
