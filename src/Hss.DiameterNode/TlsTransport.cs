using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging;

namespace Hss.DiameterNode;

/// <summary>TLS before the first Diameter message, on accepted and on dialled connections, with certificates on both sides.</summary>
/// Limits: a handshake is bounded in time, and the handshakes of accepted connections in number; until one is over the node has not heard
/// of the connection, so it takes no place among those that have sent no CER. Order: any thread; each connection has its own task.
/// Errors: whatever goes wrong in a handshake ends that connection only, with one line in the log.
/// Spec: RFC 6733 2.1 (TLS first, port of its own), 13.1 (both sides show a certificate).
/// <remarks>
/// TLS 1.2 and 1.3 only: RFC 8996 forbids what is older. The cipher suites are the platform's; those that RFC 6733 13.1 asks for (RC4, 3DES,
/// CBC without forward secrecy) are what RFC 9325 4.1 forbids since. No resumption and no renegotiation: connections last for days, so there
/// is nothing to gain, and this way each of them has shown its key and was judged by the authorities of now.
/// </remarks>
public sealed class TlsTransport : IDisposable
{
    /// <summary>The meter of hss_diameter_tls_handshakes_total, hss_provisioning_tls_handshakes_total and hss_diameter_tls_certificate_expiry_timestamp_seconds.</summary>
    public const string MeterName = "Hss.DiameterNode.Tls";

    /// <summary>How long a handshake may take.</summary>
    public static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Handshakes of accepted connections at one time; a further one pushes the oldest out.</summary>
    public const int MaxHandshakes = 64;

    private const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    private readonly Func<TlsCredentials> _credentials;
    private readonly TlsTerms _terms;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Newcomers _handshakes = new(MaxHandshakes);
    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _outcomes;

    /// <param name="credentials">What to show and whom to believe; asked once per connection.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logs">Where to log.</param>
    /// <param name="terms">What accepted connections must show; Diameter's when left out.</param>
    public TlsTransport(Func<TlsCredentials> credentials, TimeProvider time, ILoggerFactory logs, TlsTerms? terms = null)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        _credentials = credentials;
        _terms = terms ?? TlsTerms.Diameter;
        _time = time;
        _log = logs.CreateLogger<TlsTransport>();
        _outcomes = _meter.CreateCounter<long>(_terms.HandshakesMetric, description: "TLS handshakes that ended, by side and outcome.");
        foreach (string side in _terms.Dials ? (string[])["accepted", "dialled"] : ["accepted"])
        {
            // Shown from the start: the first failure must be a step, not a new series.
            foreach (string outcome in (string[])["good", "failed"]) Count(side, outcome, 0);
        }

        _meter.CreateObservableGauge(
            _terms.ExpiryMetric,
            () => (double)new DateTimeOffset(credentials().Certificate.NotAfter).ToUnixTimeSeconds(),
            "s", "When the certificate of this node runs out, in seconds since 1970.");
    }

    /// <summary>The meter, for tests that listen to one transport only.</summary>
    internal Meter Meter => _meter;

    internal int HandshakesUnderWay => _handshakes.Count;

    /// <summary>Serves one accepted connection: the handshake, then <paramref name="served"/> with the secured connection.</summary>
    /// Errors: none for anything the far end does.
    public async Task HandleAsync(ConnectionContext connection, ConnectionDelegate served)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(served);
        TlsConnection? secured;
        using (Newcomers.Newcomer handshake = _handshakes.Enter(connection))
        {
            secured = await AcceptAsync(connection, handshake);
        }

        if (secured is null) return;
        try
        {
            await served(secured);
        }
        finally
        {
            await secured.CloseAsync();
        }
    }

    /// <summary>Secures a connection this node has dialled, before the CER is sent over it.</summary>
    /// Shape: the result owns <paramref name="connection"/>; disposing it ends both.
    /// Errors: <see cref="AuthenticationException"/>, one line, when there is no handshake or the certificate does not name the peer;
    /// <see cref="OperationCanceledException"/> by the token. The connection is aborted then; it remains the caller's to dispose.
    public async ValueTask<ConnectionContext> SecureDialledAsync(ConnectionContext connection, PeerOptions peer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(peer);
        TlsCredentials credentials = _credentials();

        // The far end is known by name here, so its certificate is held against the name before it hears who is calling.
        FarEnd farEnd = new(certificate => PeerCertificate.WhyNot(certificate, peer.Identity, peer));
        SslClientAuthenticationOptions options = new()
        {
            TargetHost = peer.Identity,
            ClientCertificateContext = credentials.Context,
            CertificateChainPolicy = credentials.VerificationPolicy(_time),
            EnabledSslProtocols = Protocols,
            AllowRenegotiation = false,
            AllowTlsResume = false,
            RemoteCertificateValidationCallback = farEnd.Judge,
        };
        SslStream stream = new(new DuplexPipeStream(connection.Transport), leaveInnerStreamOpen: true);
        using CancellationTokenSource late = new(HandshakeTimeout, _time);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token, connection.ConnectionClosed);
        try
        {
            await stream.AuthenticateAsClientAsync(options, end.Token);
            Count("dialled", "good");
            return new TlsConnection(connection, stream, _time);
        }
        catch (Exception e)
        {
            await stream.DisposeAsync();
            connection.Abort();
            cancellationToken.ThrowIfCancellationRequested();
            Count("dialled", "failed");
            throw new AuthenticationException($"no TLS with {peer.Identity}: {farEnd.Refusal ?? Reason(e, late.IsCancellationRequested)}", e);
        }
    }

    public void Dispose() => _meter.Dispose();

    private async Task<TlsConnection?> AcceptAsync(ConnectionContext connection, Newcomers.Newcomer handshake)
    {
        FarEnd farEnd = new(static _ => null, _terms.ClientCertificate != ClientCertificate.Required); // Whose certificate it has to be is known when the CER comes: CapabilitiesExchange looks then.
        SslStream stream = new(new DuplexPipeStream(connection.Transport), leaveInnerStreamOpen: true);
        CancellationToken stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        using CancellationTokenSource late = new(HandshakeTimeout, _time);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stopping, connection.ConnectionClosed);
        try
        {
            TlsCredentials credentials = _credentials();
            SslServerAuthenticationOptions options = new()
            {
                ServerCertificateContext = credentials.Context,
                ClientCertificateRequired = _terms.ClientCertificate != ClientCertificate.NotAsked,
                ApplicationProtocols = _terms.ApplicationProtocols.Count == 0 ? null : [.. _terms.ApplicationProtocols],
                CertificateChainPolicy = credentials.VerificationPolicy(_time),
                EnabledSslProtocols = Protocols,
                AllowRenegotiation = false,
                AllowTlsResume = false,
                RemoteCertificateValidationCallback = farEnd.Judge,
            };
            await stream.AuthenticateAsServerAsync(options, end.Token);
            Count("accepted", "good");
            return new TlsConnection(connection, stream, _time);
        }
        catch (Exception e)
        {
            // Also a fault of our own would end here; the log has its type.
            string reason = handshake.IsPushedOut ? "newer handshakes took its place" : farEnd.Refusal ?? Reason(e, late.IsCancellationRequested);
            _log.HandshakeFailed(connection.RemoteEndPoint?.ToString() ?? connection.ConnectionId, reason);
            Count("accepted", "failed");
            await stream.DisposeAsync();

            // One that waits for octets is cut off; one that was refused is closed when this returns, behind the alert if the platform
            // makes one (on Linux it does so for protocol faults, and for certificates only in versions after .NET 10).
            if (e is OperationCanceledException) connection.Abort();
            return null;
        }
    }

    private void Count(string side, string outcome, int times = 1) =>
        _outcomes.Add(times, new KeyValuePair<string, object?>("side", side), new KeyValuePair<string, object?>("outcome", outcome));

    private static string Reason(Exception e, bool isLate) =>
        isLate ? string.Create(CultureInfo.InvariantCulture, $"not done after {HandshakeTimeout.TotalSeconds} s")
        : e is OperationCanceledException ? "the connection ended"
        : LoggedText.Of(Innermost(e).ReplaceLineEndings(" "));

    private static string Innermost(Exception e) => e.InnerException is { } inner ? $"{e.Message} {inner.GetBaseException().Message}" : e.Message;

    /// <summary>Judges the certificate of the far end and remembers why it was refused.</summary>
    private sealed class FarEnd(Func<X509Certificate2, string?> whyNot, bool mayBeNameless = false)
    {
        public string? Refusal { get; private set; }

        public bool Judge(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
        {
            Refusal = certificate is not X509Certificate2 shown ? (mayBeNameless ? null : "it shows no certificate")
                : (errors & SslPolicyErrors.RemoteCertificateChainErrors) != 0 ? Distrust(shown, chain)
                : whyNot(shown); // A mismatch of names is found by our own rule: the platform's takes wildcards.
            return Refusal is null;
        }

        private static string Distrust(X509Certificate2 certificate, X509Chain? chain)
        {
            IEnumerable<string> faults = chain?.ChainStatus.Select(status => status.Status.ToString()).Distinct() ?? [];
            return LoggedText.Of($"its certificate is not accepted ({string.Join(", ", faults)}): {certificate.Subject}, issued by {certificate.Issuer}");
        }
    }
}
