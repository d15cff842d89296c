using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hss.Interop.Tests.Peers;

/// <summary>A certificate authority of the test, in a folder: ca.crt, and NAME.crt with NAME.key for each node, all PEM.</summary>
internal sealed class TestCertificates
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly string _folder;
    private readonly X509Certificate2 _authority;

    private TestCertificates(string folder, X509Certificate2 authority)
    {
        _folder = folder;
        _authority = authority;
    }

    /// <summary>The authority of a folder, made when there is none.</summary>
    public static TestCertificates In(string folder)
    {
        var certificate = Path.Combine(folder, "ca.crt");
        var keyFile = Path.Combine(folder, "ca.key");
        if (File.Exists(certificate)) return new TestCertificates(folder, X509Certificate2.CreateFromPemFile(certificate, keyFile));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var authority = request.CreateSelfSigned(Now.AddDays(-2), Now.AddDays(30));
        File.WriteAllText(certificate, authority.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        return new TestCertificates(folder, authority);
    }

    public string AuthorityFile => Path.Combine(_folder, "ca.crt");

    public string CertificateFile(string name) => Path.Combine(_folder, $"{name}.crt");

    public string KeyFile(string name) => Path.Combine(_folder, $"{name}.key");

    /// <summary>A certificate for a node's Diameter identity.</summary>
    public void Issue(string name, string identity, bool expired = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={identity}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(identity);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false)); // server and client
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_authority, true, false));
        using var certificate = request.Create(
            _authority, Now.AddDays(-1), expired ? Now.AddHours(-1) : Now.AddDays(20), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(CertificateFile(name), certificate.ExportCertificatePem());
        File.WriteAllText(KeyFile(name), key.ExportPkcs8PrivateKeyPem());
    }
}
