using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Hss.DiameterNode;

/// <summary>A connection whose octets go through TLS; the plain one carries it. All else is the plain connection's.</summary>
/// Shape: <see cref="ITlsConnectionFeature"/> has the far end's certificate, whichever side dialled. Order: as any connection, one reader
/// and one writer. A read hands over all records that were received, at least one and up to 16 KB; a flush makes records of 16 KB.
internal sealed class TlsConnection : ConnectionContext, ITlsConnectionFeature, ITlsHandshakeFeature, ITlsApplicationProtocolFeature
{
    /// <summary>What one record carries at most (RFC 8446 5.1).</summary>
    private const int RecordBytes = 16 * 1024;

    /// <summary>How long saying goodbye may take.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);

    private readonly ConnectionContext _plain;
    private readonly SslStream _stream;
    private readonly TimeProvider _time;
    private volatile bool _isAborted;
    private int _isClosed;

    /// <param name="plain">The connection below.</param>
    /// <param name="stream">TLS over it, authenticated.</param>
    /// <param name="time">The clock.</param>
    public TlsConnection(ConnectionContext plain, SslStream stream, TimeProvider time)
    {
        _plain = plain;
        _stream = stream;
        _time = time;

        // A copy: the stream's own goes with the stream, and the log may still want its names.
        ClientCertificate = stream.RemoteCertificate is { } certificate ? X509CertificateLoader.LoadCertificate(certificate.GetRawCertData()) : null;
        Features = new FeatureCollection(plain.Features);
        Features.Set<ITlsConnectionFeature>(this);
        Features.Set<ITlsHandshakeFeature>(this);
        Features.Set<ITlsApplicationProtocolFeature>(this);
        Transport = new Pipes(
            PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 2 * RecordBytes, minimumReadSize: RecordBytes, leaveOpen: true)),
            new QuietPipeWriter(PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: RecordBytes, leaveOpen: true))));
    }

    public X509Certificate2? ClientCertificate { get; set; }

    public SslProtocols Protocol => _stream.SslProtocol;

    /// <summary>What ALPN settled on; empty when it was not spoken.</summary>
    public ReadOnlyMemory<byte> ApplicationProtocol => _stream.NegotiatedApplicationProtocol.Protocol;

    public TlsCipherSuite? NegotiatedCipherSuite => _stream.NegotiatedCipherSuite;

    public override string ConnectionId
    {
        get => _plain.ConnectionId;
        set => _plain.ConnectionId = value;
    }

    public override IFeatureCollection Features { get; }

    public override IDictionary<object, object?> Items
    {
        get => _plain.Items;
        set => _plain.Items = value;
    }

    public override IDuplexPipe Transport { get; set; }

    public override EndPoint? LocalEndPoint
    {
        get => _plain.LocalEndPoint;
        set => _plain.LocalEndPoint = value;
    }

    public override EndPoint? RemoteEndPoint
    {
        get => _plain.RemoteEndPoint;
        set => _plain.RemoteEndPoint = value;
    }

    public override CancellationToken ConnectionClosed
    {
        get => _plain.ConnectionClosed;
        set => _plain.ConnectionClosed = value;
    }

    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);

    public override void Abort(ConnectionAbortedException abortReason)
    {
        _isAborted = true;
        _plain.Abort(abortReason);
    }

    public override void Abort() => Abort(new ConnectionAbortedException());

    /// <summary>Says close_notify, which tells the far end that nothing was cut off, and frees what TLS holds. The plain connection stays.</summary>
    /// Errors: none; a far end that takes nothing any more has its connection aborted.
    public async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0) return;
        await Transport.Input.CompleteAsync();
        await Transport.Output.CompleteAsync();
        try
        {
            if (!_isAborted) await _stream.ShutdownAsync().WaitAsync(CloseTimeout, _time);
        }
        catch (Exception)
        {
            Abort();
        }

        await _stream.DisposeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await _plain.DisposeAsync();
        await base.DisposeAsync();
    }

    // The parts of a cipher suite one by one are obsolete; NegotiatedCipherSuite says it all.
#pragma warning disable SYSLIB0058
    CipherAlgorithmType ITlsHandshakeFeature.CipherAlgorithm => CipherAlgorithmType.None;

    int ITlsHandshakeFeature.CipherStrength => 0;

    HashAlgorithmType ITlsHandshakeFeature.HashAlgorithm => HashAlgorithmType.None;

    int ITlsHandshakeFeature.HashStrength => 0;

    ExchangeAlgorithmType ITlsHandshakeFeature.KeyExchangeAlgorithm => ExchangeAlgorithmType.None;

    int ITlsHandshakeFeature.KeyExchangeStrength => 0;
#pragma warning restore SYSLIB0058

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
