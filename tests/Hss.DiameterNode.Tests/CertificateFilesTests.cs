using System.Security.Cryptography.X509Certificates;
using Hss.DiameterNode.Tests.Support;

namespace Hss.DiameterNode.Tests;

/// <summary>Certificates in files: taken over when they change, and never a broken one.</summary>
public sealed class CertificateFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hss-certificates-").FullName;
    private readonly TestAuthority _authority = new();
    private readonly VirtualTime _time = new();
    private readonly RecordingLog _log = new();

    private string Certificate => Path.Combine(_folder, "node.pem");

    private string Key => Path.Combine(_folder, "node.key");

    private string Authorities => Path.Combine(_folder, "ca.pem");

    [Fact]
    public void A_change_is_in_use_after_two_looks()
    {
        Put(_authority.Issue("one.example.org"));
        using CertificateFiles files = Open();
        Put(_authority.Issue("two.example.org"));
        _time.Advance(CertificateFiles.LookInterval);
        Assert.Equal("CN=one.example.org", files.Current.Certificate.Subject);
        _time.Advance(CertificateFiles.LookInterval);
        Assert.Equal("CN=two.example.org", files.Current.Certificate.Subject);
        _time.Advance(10 * CertificateFiles.LookInterval);
        Assert.Single(_log.Lines);
    }

    [Fact]
    public void A_change_that_was_announced_is_in_use_at_once()
    {
        Put(_authority.Issue("one.example.org"));
        using CertificateFiles files = Open();
        Put(_authority.Issue("two.example.org"));
        files.LookNow();
        Assert.Equal("CN=two.example.org", files.Current.Certificate.Subject);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("another key")]
    [InlineData("no CA")]
    [InlineData("gone")]
    public void What_cannot_be_used_is_told_once_and_the_old_stays(string fault)
    {
        Put(_authority.Issue("one.example.org"));
        using CertificateFiles files = Open();
        TlsCredentials before = files.Current;
        switch (fault)
        {
            case "garbage": File.WriteAllText(Certificate, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"); break;
            case "another key": File.WriteAllText(Key, TestAuthority.KeyPem(_authority.Issue("two.example.org"))); break;
            case "no CA": File.WriteAllText(Authorities, ""); break;
            case "gone": File.Delete(Key); break;
        }

        _time.Advance(5 * CertificateFiles.LookInterval);
        Assert.Same(before, files.Current);
        string line = Assert.Single(_log.Lines).Text;
        Assert.Contains("mend", line, StringComparison.Ordinal);
        Assert.DoesNotContain("BEGIN", line, StringComparison.Ordinal);

        Put(_authority.Issue("three.example.org"));
        File.WriteAllText(Authorities, _authority.Pem);
        _time.Advance(2 * CertificateFiles.LookInterval);
        Assert.Equal("CN=three.example.org", files.Current.Certificate.Subject);
        Assert.Equal(2, _log.Lines.Count);
    }

    [Fact]
    public void A_turned_symbolic_link_counts_as_a_change()
    {
        string first = Directory.CreateDirectory(Path.Combine(_folder, "first")).FullName;
        string second = Directory.CreateDirectory(Path.Combine(_folder, "second")).FullName;
        string link = Path.Combine(_folder, "data");
        Put(_authority.Issue("one.example.org"), first);
        Put(_authority.Issue("two.example.org"), second);
        Directory.CreateSymbolicLink(link, first);
        using CertificateFiles files = new(Path.Combine(link, "node.pem"), Path.Combine(link, "node.key"), Path.Combine(link, "ca.pem"), _time, _log);
        Directory.Delete(link);
        Directory.CreateSymbolicLink(link, second);
        _time.Advance(2 * CertificateFiles.LookInterval);
        Assert.Equal("CN=two.example.org", files.Current.Certificate.Subject);
    }

    [Fact]
    public async Task New_connections_use_the_new_certificate_and_the_new_authorities()
    {
        Put(_authority.Issue("one.example.org"));
        using CertificateFiles files = Open();
        await using TestNode node = new();
        using TlsTransport transport = new(() => files.Current, node.Time, node.Log);
        TlsPeer before = new(node, transport, 1);
        await before.AuthenticateAsync(TestAuthority.Client(_authority.Issue(Requests.Scscf)));
        await before.OpenAsync();

        TestAuthority newer = new("newer CA");
        Put(newer.Issue("two.example.org"), authority: newer);
        files.LookNow();
        TlsPeer after = new(node, transport, 2);
        await after.AuthenticateAsync(TestAuthority.Client(newer.Issue(Requests.Icscf)));
        Assert.Equal("CN=two.example.org", after.Stream.RemoteCertificate!.Subject);
        await after.OpenAsync(Requests.Icscf);
        await new TlsPeer(node, transport, 3).ExpectRefusedAsync(TestAuthority.Client(_authority.Issue("third.example.org")));

        // What stands stays.
        await before.SendAsync(Requests.Dwr());
        await before.ReceiveAsync();
        Assert.Equal(2, node.Node.OpenPeers.Count);
        await before.CloseAsync();
        await after.CloseAsync();
    }

    [Fact]
    public void Files_that_cannot_be_used_from_the_start_stop_it()
    {
        InvalidDataException missing = Assert.Throws<InvalidDataException>(Open);
        Assert.Contains("node.pem", missing.Message, StringComparison.Ordinal);
        Put(_authority.Issue("one.example.org"));
        File.WriteAllText(Authorities, "nothing");
        Assert.Contains("the CA file has no certificate", Assert.Throws<InvalidDataException>(Open).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private CertificateFiles Open() => new(Certificate, Key, Authorities, _time, _log);

    private void Put(X509Certificate2 certificate, string? folder = null, TestAuthority? authority = null)
    {
        folder ??= _folder;
        File.WriteAllText(Path.Combine(folder, "node.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "node.key"), TestAuthority.KeyPem(certificate));
        File.WriteAllText(Path.Combine(folder, "ca.pem"), (authority ?? _authority).Pem);
    }
}
