using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Hss.Diameter;
using Hss.Diameter.Commands.Base;
using Hss.DiameterNode.Tests.Support;

namespace Hss.DiameterNode.Tests;

/// <summary>Accepted connections over TLS: who gets in, who does not, and that nobody else notices. RFC 6733 2.1, 13.1.</summary>
public sealed class TlsTests : IAsyncDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly TestNode _node;
    private readonly TlsTransport _transport;
    private readonly List<TlsPeer> _peers = [];

    public TlsTests()
    {
        _node = new(options: options => options with
        {
            Peers = [new PeerOptions { Identity = Requests.Icscf, CertificateNames = ["relays.example.org", "old.example.org"], Tls = true }],
        });
        TlsCredentials credentials = _authority.Credentials(_authority.Issue(Requests.Hss));
        _transport = new TlsTransport(() => credentials, _node.Time, _node.Log);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task A_peer_with_a_good_certificate_is_served(SslProtocols protocol)
    {
        TlsPeer peer = Connect();
        SslClientAuthenticationOptions options = TestAuthority.Client(_authority.Issue(Requests.Scscf.ToUpperInvariant()));
        options.EnabledSslProtocols = protocol;
        await peer.AuthenticateAsync(options);
        Assert.Equal(ResultCode.Success, (await peer.OpenAsync()).Result);
        Assert.Equal(Requests.Hss, Assert.Single(PeerCertificate.Names(new X509Certificate2(peer.Stream.RemoteCertificate!))));

        await peer.SendAsync([.. Enumerable.Range(0, 500).Select(i => Requests.Mar($"{i}"))]);
        HashSet<string> sessions = [];
        for (int i = 0; i < 500; i++) Assert.True(sessions.Add((await peer.ReceiveAsync()).Text(Avp.SessionId)!));
        Assert.Equal(0, _transport.HandshakesUnderWay);
    }

    [Fact]
    public async Task The_end_of_a_connection_is_a_DPR_and_a_close_notify()
    {
        TlsPeer peer = await OpenAsync();
        Task stopping = _node.Node.StopAsync(default);
        ReceivedMessage dpr = await peer.ReceiveAsync();
        Assert.Equal(282u, dpr.Header.CommandCode);
        await peer.SendAsync(Requests.Dpa(dpr));
        Assert.Equal(0, await peer.Stream.ReadAsync(new byte[16])); // A cut connection would be an IOException.
        await stopping;
    }

    [Theory]
    [InlineData("none", "no certificate")]
    [InlineData("foreign", "UntrustedRoot", "PartialChain")]
    [InlineData("expired", "NotTimeValid")]
    [InlineData("early", "NotTimeValid")]
    [InlineData("server only", "NotValidForUsage")]
    public async Task A_peer_without_a_good_certificate_gets_no_octet_of_Diameter_and_disturbs_nobody(string kind, params string[] says)
    {
        TlsPeer other = await OpenAsync();
        X509Certificate2? certificate = kind switch
        {
            "none" => null,
            "foreign" => new TestAuthority("another CA").Issue(Requests.Scscf),
            "expired" => _authority.Issue([Requests.Scscf], from: -20, to: -1),
            "early" => _authority.Issue([Requests.Scscf], from: 1, to: 20),
            _ => _authority.Issue([Requests.Scscf], usage: "server"),
        };
        foreach (SslProtocols protocol in (SslProtocols[])[SslProtocols.Tls12, SslProtocols.Tls13])
        {
            SslClientAuthenticationOptions options = TestAuthority.Client(certificate);
            options.EnabledSslProtocols = protocol;
            await Connect().ExpectRefusedAsync(options);
        }

        Assert.Contains(_node.Log.Lines, line => says.Any(word => line.Text.Contains(word, StringComparison.Ordinal)));
        Assert.Equal(0, _transport.HandshakesUnderWay);
        await other.SendAsync(Requests.Mar());
        Assert.Equal(ResultCode.Success, (await other.ReceiveAsync()).Result);
    }

    [Fact]
    public async Task TLS_1_1_is_refused()
    {
        SslClientAuthenticationOptions options = TestAuthority.Client(_authority.Issue(Requests.Scscf));
#pragma warning disable SYSLIB0039, CA5397 // what is refused has to be offered
        options.EnabledSslProtocols = SslProtocols.Tls11;
#pragma warning restore SYSLIB0039, CA5397
        await Connect().ExpectRefusedAsync(options);
    }

    [Fact]
    public async Task Diameter_without_TLS_is_refused()
    {
        TlsPeer peer = Connect();
        await peer.Connection.ToNode.WriteAsync(Requests.Cer());
        await peer.Served.WaitAsync(TimeSpan.FromSeconds(90));
        Assert.Contains(_node.Log.Lines, line => line.Text.Contains("No TLS with", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Requests.Scscf, Requests.Icscf, "names " + Requests.Icscf + ", not " + Requests.Scscf)]
    [InlineData(Requests.Scscf, "*." + Requests.Realm, "names *." + Requests.Realm)]
    [InlineData(Requests.Icscf, Requests.Icscf, "not relays.example.org or old.example.org")]
    public async Task A_certificate_of_another_name_is_3010(string originHost, string certificateName, string says)
    {
        TlsPeer peer = await SecureAsync(_authority.Issue(certificateName));
        ReceivedMessage cea = await peer.OpenAsync(originHost);
        Assert.Equal(ResultCode.UnknownPeer, cea.Result);
        Assert.Contains(_node.Log.Lines, line => line.Text.Contains(says, StringComparison.Ordinal));
        Assert.Equal(0, await peer.Stream.ReadAsync(new byte[16]));
        Assert.Empty(_node.Node.OpenPeers);
    }

    [Fact]
    public async Task A_certificate_may_stand_for_others_by_configuration()
    {
        TlsPeer peer = await SecureAsync(_authority.Issue(["x.example.org", "OLD.example.org"]));
        Assert.Equal(ResultCode.Success, (await peer.OpenAsync(Requests.Icscf)).Result);
    }

    [Theory]
    [InlineData(false, ResultCode.Success)]
    [InlineData(true, ResultCode.UnknownPeer)]
    public async Task The_common_name_counts_only_without_subjectAltName(bool alternatives, ResultCode result)
    {
        X509Certificate2 certificate = _authority.Issue(alternatives ? [Requests.Icscf] : [Requests.Scscf], alternatives: alternatives, commonName: Requests.Scscf);
        TlsPeer peer = await SecureAsync(certificate);
        Assert.Equal(result, (await peer.OpenAsync()).Result);
    }

    [Theory]
    [InlineData(true, ResultCode.Success)]
    [InlineData(false, ResultCode.NoCommonSecurity)]
    public async Task A_peer_that_lists_only_inband_TLS_is_5017_unless_TLS_stands(bool overTls, ResultCode result)
    {
        byte[] cer = Requests.Cer(more: writer => writer.WriteUnsigned32(Avp.InbandSecurityId, 1));
        if (overTls)
        {
            TlsPeer peer = await SecureAsync(_authority.Issue(Requests.Scscf));
            await peer.SendAsync(cer);
            Assert.Equal(result, (await peer.ReceiveAsync()).Result);
            return;
        }

        FakePeer plain = _node.Connect();
        await plain.SendAsync(cer);
        Assert.Equal(result, (await plain.ExpectCeaAsync()).Result);
    }

    [Fact]
    public async Task A_handshake_that_does_not_go_on_ends_in_time_and_holds_nobody_up()
    {
        TlsPeer slow = Connect();
        await slow.Connection.ToNode.WriteAsync(new byte[] { 0x16, 0x03, 0x01, 0x02 }); // the beginning of a ClientHello
        TlsPeer other = await OpenAsync();
        Assert.Equal(1, _transport.HandshakesUnderWay);
        _node.Time.Advance(TlsTransport.HandshakeTimeout);
        await slow.Served.WaitAsync(TimeSpan.FromSeconds(90));
        Assert.True(slow.Connection.IsAborted);
        Assert.Contains(_node.Log.Lines, line => line.Text.Contains("not done after 10 s", StringComparison.Ordinal));
        await other.SendAsync(Requests.Dwr());
        Assert.Equal(ResultCode.Success, (await other.ReceiveAsync()).Result);
    }

    [Fact]
    public async Task Many_idle_handshakes_push_out_the_oldest_and_not_the_newest()
    {
        List<TlsPeer> idle = [.. Enumerable.Range(0, TlsTransport.MaxHandshakes).Select(_ => Connect())];
        await Eventually.IsTrueAsync(() => _transport.HandshakesUnderWay == TlsTransport.MaxHandshakes);
        await OpenAsync();
        await idle[0].Served.WaitAsync(TimeSpan.FromSeconds(90));
        Assert.True(idle[0].Connection.IsAborted);
        Assert.False(idle[1].Connection.IsAborted);
        Assert.Contains(_node.Log.Lines, line => line.Text.Contains("newer handshakes took its place", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_peer_that_comes_again_takes_the_place_of_its_old_connection()
    {
        TlsPeer older = await OpenAsync();
        TlsPeer newer = await OpenAsync();
        await older.Served.WaitAsync(TimeSpan.FromSeconds(90));
        Assert.True(older.Connection.IsAborted);
        await newer.SendAsync(Requests.Dwr());
        Assert.Equal(ResultCode.Success, (await newer.ReceiveAsync()).Result);
        Assert.Empty(_node.Log.Of(2112));
    }

    [Fact]
    public async Task A_connection_that_is_lost_in_a_message_costs_nothing()
    {
        TlsPeer peer = await OpenAsync();
        await peer.SendAsync(Requests.Mar()[..40]);
        await peer.CloseAsync();
        await Eventually.IsTrueAsync(() => _node.Node.OpenPeers.Count == 0);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (TlsPeer peer in _peers.Where(peer => !peer.Served.IsCompleted)) peer.Connection.Abort();
        foreach (TlsPeer peer in _peers) await peer.Served.WaitAsync(TimeSpan.FromSeconds(90));
        await _node.DisposeAsync();
        _transport.Dispose();
    }

    private TlsPeer Connect()
    {
        TlsPeer peer = new(_node, _transport, 1000 + _peers.Count);
        _peers.Add(peer);
        return peer;
    }

    private async Task<TlsPeer> SecureAsync(X509Certificate2 certificate)
    {
        TlsPeer peer = Connect();
        await peer.AuthenticateAsync(TestAuthority.Client(certificate));
        return peer;
    }

    private async Task<TlsPeer> OpenAsync()
    {
        TlsPeer peer = await SecureAsync(_authority.Issue(Requests.Scscf));
        Assert.Equal(ResultCode.Success, (await peer.OpenAsync()).Result);
        return peer;
    }
}
