using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Hss.Server.Certificates;

/// <summary>A certification authority in a folder, and certificates of nodes signed by it: to try TLS with, and for laboratories.</summary>
/// Shape: ca.pem, ca.key, NAME.pem, NAME.key; PEM, keys unencrypted and readable by their owner only. ECDSA P-256, which TLS 1.2 and 1.3 of
/// every current peer take (OpenSSL, GnuTLS); handshakes cost a fraction of what RSA costs.
/// Order: what exists is never overwritten; an existing authority signs the new certificates.
/// Errors: <see cref="InvalidDataException"/>, one line with the mend.
internal sealed class DevelopmentCertificates(string folder, TimeProvider time, TextWriter output)
{
    /// <summary>X.520 allows a common name no more; a longer host name stands in subjectAltName alone.</summary>
    private const int MaxCommonNameLength = 64;

    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const int SerialNumberBytes = 16;
    private const int AuthorityYears = 10;
    private const int NodeDays = 397;

    /// <summary>Clocks of peers may be behind.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromHours(1);

    public void Make(IReadOnlyList<string> names)
    {
        foreach (var name in names)
            if (!IsHostName(name)) throw new InvalidDataException($"certs dev: '{name}' is no host name; give a Diameter identity such as scscf.example.org");
        try
        {
            Directory.CreateDirectory(folder);
            using var authority = Authority();
            foreach (var name in names.Distinct(StringComparer.OrdinalIgnoreCase)) MakeNode(authority, name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"certs dev: {e.Message.ReplaceLineEndings(" ").TrimEnd('.')}; mend: let this user write {folder}, or name another folder with --out", e);
        }
    }

    private X509Certificate2 Authority()
    {
        var (certificateFile, keyFile) = Files("ca");
        if (Exist(certificateFile, keyFile))
        {
            output.WriteLine($"kept     {certificateFile}");
            try
            {
                return X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
            }
            catch (Exception e) when (e is CryptographicException or ArgumentException)
            {
                throw new InvalidDataException($"certs dev: {certificateFile} and {keyFile} are no certificate with its key; mend: move both away", e);
            }
        }
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Hss development CA", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = time.GetUtcNow();
        var certificate = request.CreateSelfSigned(now - ClockTolerance, now.AddYears(AuthorityYears));
        Write(certificateFile, keyFile, certificate, key);
        return certificate;
    }

    private void MakeNode(X509Certificate2 authority, string name)
    {
        var (certificateFile, keyFile) = Files(name);
        if (Exist(certificateFile, keyFile))
        {
            output.WriteLine($"kept     {certificateFile}");
            return;
        }
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={(name.Length <= MaxCommonNameLength ? name : "Diameter node")}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        // Clients of the provisioning API look an address up among the addresses, not among the names.
        if (IPAddress.TryParse(name, out var address)) names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        // A Diameter node dials and accepts with one certificate.
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication), new Oid(ClientAuthentication)], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        var now = time.GetUtcNow();
        var end = now.AddDays(NodeDays);
        // A certificate must not outlive its authority.
        if (end > authority.NotAfter) end = new DateTimeOffset(authority.NotAfter);
        var begin = now - ClockTolerance;
        if (begin < authority.NotBefore) begin = new DateTimeOffset(authority.NotBefore);
        if (begin >= end) throw new InvalidDataException($"certs dev: the authority {Files("ca").Certificate} has run out; mend: move it and its key away");
        using var certificate = request.Create(authority, begin, end, RandomNumberGenerator.GetBytes(SerialNumberBytes));
        Write(certificateFile, keyFile, certificate, key);
    }

    private (string Certificate, string Key) Files(string name) => (Path.Combine(folder, name + ".pem"), Path.Combine(folder, name + ".key"));

    private static bool Exist(string certificateFile, string keyFile)
    {
        var (hasCertificate, hasKey) = (File.Exists(certificateFile), File.Exists(keyFile));
        if (hasCertificate == hasKey) return hasCertificate;
        throw new InvalidDataException(
            $"certs dev: there is {(hasCertificate ? certificateFile : keyFile)} without {(hasCertificate ? keyFile : certificateFile)}; mend: move it away, or bring the other back");
    }

    private void Write(string certificateFile, string keyFile, X509Certificate2 certificate, ECDsa key)
    {
        WriteNew(keyFile, key.ExportPkcs8PrivateKeyPem(), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        WriteNew(certificateFile, certificate.ExportCertificatePem(),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        output.WriteLine($"created  {certificateFile} and {keyFile}: {certificate.Subject}, until {certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}");
    }

    private static void WriteNew(string path, string pem, UnixFileMode mode)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = mode;
        using var file = new FileStream(path, options);
        file.Write(Encoding.ASCII.GetBytes(pem + "\n"));
    }

    /// <summary>Letters, digits, hyphens in labels of 1 to 63: the name becomes a file name too.</summary>
    private static bool IsHostName(string name) => name.Length <= 253 && !string.Equals(name, "ca", StringComparison.OrdinalIgnoreCase)
        && name.Split('.').All(label => label.Length is > 0 and <= 63 && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'));
}
