using System.Security.Cryptography.X509Certificates;
using Hss.DiameterNode;
using Hss.Server.Certificates;

namespace Hss.Server.Tests.Certificates;

/// <summary>certs dev: what it makes works for TLS, and what exists stays.</summary>
public sealed class DevelopmentCertificatesTests : IDisposable
{
    private const string Hss = "hss.ims.mnc001.mcc001.3gppnetwork.org";

    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("hss-certs-").FullName, "certs");
    private readonly StringWriter _output = new();

    [Fact]
    public void A_node_certificate_is_signed_by_the_authority_and_names_the_node()
    {
        Make(Hss, "scscf.example.org");
        using var authority = X509CertificateLoader.LoadCertificateFromFile(In("ca.pem"));
        foreach (var name in (string[])[Hss, "scscf.example.org"])
        {
            using var certificate = X509Certificate2.CreateFromPemFile(In(name + ".pem"), In(name + ".key"));
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.Add(authority);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.ApplicationPolicy.Add(new("1.3.6.1.5.5.7.3.1"));
            chain.ChainPolicy.ApplicationPolicy.Add(new("1.3.6.1.5.5.7.3.2"));
            Assert.True(chain.Build(certificate), string.Join(' ', chain.ChainStatus.Select(status => status.StatusInformation)));
            Assert.Equal(name, Assert.Single(certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames()));
            Assert.NotNull(TlsCredentials.FromPem(Text(name + ".pem"), Text(name + ".key"), Text("ca.pem")));
        }
        if (OperatingSystem.IsWindows()) return;
        foreach (var key in Directory.GetFiles(_folder, "*.key")) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
    }

    [Fact]
    public void What_exists_is_kept_and_signs_what_is_added()
    {
        Make(Hss);
        var before = Directory.GetFiles(_folder).ToDictionary(path => path, File.ReadAllText);
        Make(Hss, "icscf.example.org", "ICSCF.example.org");
        Assert.All(before, file => Assert.Equal(file.Value, File.ReadAllText(file.Key)));
        Assert.Equal(before.Count + 2, Directory.GetFiles(_folder).Length);
        using var authority = X509CertificateLoader.LoadCertificateFromFile(In("ca.pem"));
        using var added = X509CertificateLoader.LoadCertificateFromFile(In("icscf.example.org.pem"));
        Assert.Equal(authority.SubjectName.RawData, added.IssuerName.RawData);
        Assert.Contains("kept", _output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ca.key", "without")]
    [InlineData("ca.pem", "without")]
    [InlineData(Hss + ".key", "without")]
    public void Half_a_pair_is_an_error_and_nothing_is_overwritten(string missing, string says)
    {
        Make(Hss);
        File.Delete(In(missing));
        var problem = Assert.Throws<InvalidDataException>(() => Make(Hss));
        Assert.Contains(says, problem.Message, StringComparison.Ordinal);
        Assert.Contains("mend", problem.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(In(missing)));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("a/b")]
    [InlineData("ca")]
    [InlineData("")]
    [InlineData("a..b")]
    [InlineData("*.example.org")]
    public void A_name_that_is_no_host_name_makes_no_file(string name)
    {
        Assert.Contains("is no host name", Assert.Throws<InvalidDataException>(() => Make(name)).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder));
    }

    public void Dispose()
    {
        _output.Dispose();
        Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);
    }

    private void Make(params string[] names) => new DevelopmentCertificates(_folder, TimeProvider.System, _output).Make(names);

    private string In(string file) => Path.Combine(_folder, file);

    private string Text(string file) => File.ReadAllText(In(file));
}
