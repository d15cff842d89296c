using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Hss.DiameterNode.Tests.Support;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Hss.DiameterNode.Tests;

/// <summary>Connections this node dialled: it knows whom it called, so the certificate must name the peer before a CER leaves.</summary>
public sealed class TlsDiallingTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly TestAuthority _authority = new();
    private readonly VirtualTime _time = new();
    private readonly TlsTransport _transport;
    private readonly MemoryConnection _connection = new(1, 64 * 1024);

    public TlsDiallingTests()
    {
        TlsCredentials credentials = _authority.Credentials(_authority.Issue(Requests.Hss));
        _transport = new TlsTransport(() => credentials, _time, new RecordingLog());
    }

    [Fact]
    public async Task Both_sides_show_their_certificates_and_octets_go_both_ways()
    {
        string? asked = null;
        Task<SslStream> accepting = AcceptAsync(_authority.Issue(Requests.Scscf), name => asked = name);
        await using ConnectionContext secured = await DialAsync(new PeerOptions { Identity = Requests.Scscf, Tls = true });
        SslStream peer = await accepting;
        Assert.Equal(Requests.Scscf, asked);
        Assert.Contains(Requests.Hss, peer.RemoteCertificate!.Subject, StringComparison.Ordinal);
        Assert.NotNull(secured.Features.Get<ITlsHandshakeFeature>());
        Assert.Contains(Requests.Scscf, secured.Features.Get<ITlsConnectionFeature>()!.ClientCertificate!.Subject, StringComparison.Ordinal);

        byte[] octets = [.. Enumerable.Range(0, 60_000).Select(i => (byte)i)];
        await secured.Transport.Output.WriteAsync(octets);
        byte[] received = new byte[octets.Length];
        await peer.ReadExactlyAsync(received).AsTask().WaitAsync(Patience);
        Assert.Equal(octets, received);
        await peer.WriteAsync(octets);
        ReadResult result = await secured.Transport.Input.ReadAtLeastAsync(octets.Length).AsTask().WaitAsync(Patience);
        Assert.Equal(octets.Length, result.Buffer.Length);
        secured.Transport.Input.AdvanceTo(result.Buffer.End);
    }

    [Theory]
    [InlineData("other name", "not " + Requests.Scscf)]
    [InlineData("wildcard", "not " + Requests.Scscf)]
    [InlineData("foreign", "is not accepted")]
    [InlineData("client only", "NotValidForUsage")]
    public async Task A_peer_that_is_not_the_one_called_hears_no_more(string kind, string says)
    {
        X509Certificate2 certificate = kind switch
        {
            "other name" => _authority.Issue(Requests.Icscf),
            "wildcard" => _authority.Issue("*." + Requests.Realm),
            "foreign" => new TestAuthority("another CA").Issue(Requests.Scscf),
            _ => _authority.Issue([Requests.Scscf], usage: "client"),
        };
        Task<SslStream> accepting = AcceptAsync(certificate);
        AuthenticationException refused = await Assert.ThrowsAsync<AuthenticationException>(() => DialAsync(new PeerOptions { Identity = Requests.Scscf }));
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
        Assert.True(_connection.IsAborted);
        await ((Task)accepting).WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    [Fact]
    public async Task Aborting_what_has_just_ended_does_no_harm()
    {
        Task<SslStream> accepting = AcceptAsync(_authority.Issue("peer.example"));
        ConnectionContext dialled = await DialAsync(new PeerOptions { Identity = "peer.example", Connect = true, Tls = true });
        await accepting;
        await dialled.Transport.Output.WriteAsync(new byte[] { 1 });
        await dialled.Transport.Output.CompleteAsync();

        // An abort cancels the read first, and the reader may end the connection within that call.
        dialled.Transport.Input.CancelPendingRead();
        dialled.Transport.Output.CancelPendingFlush();
        dialled.Abort();
    }

    [Fact]
    public async Task CertificateNames_take_the_place_of_the_identity()
    {
        Task<SslStream> accepting = AcceptAsync(_authority.Issue("pool.example.org"));
        await using ConnectionContext secured = await DialAsync(new PeerOptions { Identity = Requests.Scscf, CertificateNames = ["Pool.example.org"] });
        await accepting;
    }

    [Fact]
    public async Task A_peer_that_says_nothing_is_given_up()
    {
        Task dialling = DialAsync(new PeerOptions { Identity = Requests.Scscf });
        _time.Advance(TlsTransport.HandshakeTimeout);
        Assert.Contains("not done after 10 s", (await Assert.ThrowsAsync<AuthenticationException>(() => dialling)).Message, StringComparison.Ordinal);
        Assert.True(_connection.IsAborted);
    }

    [Fact]
    public async Task Who_dials_may_change_his_mind()
    {
        using CancellationTokenSource enough = new();
        Task dialling = _transport.SecureDialledAsync(_connection, new PeerOptions { Identity = Requests.Scscf }, enough.Token).AsTask();
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dialling.WaitAsync(Patience));
        Assert.True(_connection.IsAborted);
    }

    public void Dispose() => _transport.Dispose();

    private Task<ConnectionContext> DialAsync(PeerOptions peer) =>
        _transport.SecureDialledAsync(_connection, peer, CancellationToken.None).AsTask().WaitAsync(Patience);

    private async Task<SslStream> AcceptAsync(X509Certificate2 certificate, Action<string?>? asked = null)
    {
        SslStream stream = new(new DuplexPipeStream(new FarEnd(_connection.FromNode, _connection.ToNode)));
        await stream.AuthenticateAsServerAsync(
            (_, hello, _, _) =>
            {
                asked?.Invoke(hello.ServerName);
                return ValueTask.FromResult(new SslServerAuthenticationOptions
                {
                    ServerCertificate = certificate, ClientCertificateRequired = true, RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null,
                });
            },
            null).WaitAsync(Patience);
        return stream;
    }

    private sealed record FarEnd(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
