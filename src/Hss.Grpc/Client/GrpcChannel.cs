using System.Security.Cryptography.X509Certificates;
using Grpc.Core;

namespace Hss.Grpc;

/// <summary>Connections to one server, opened when the first call needs one. Address: http://host:port (HTTP/2 in clear) or https://host:port.</summary>
/// Shape: as GrpcChannel of Grpc.Net.Client. Order: safe for calls from many threads. Disposing it ends what is under way.
public sealed class GrpcChannel : ChannelBase, IDisposable
{
    private readonly HttpMessageInvoker _http;
    private readonly CancellationTokenSource _closed = new();

    /// Errors: <see cref="ArgumentException"/> when the address is none.
    public GrpcChannel(string address, GrpcChannelOptions? options = null) : base(CheckAddress(address).Authority)
    {
        Options = options ?? new();
        Address = CheckAddress(address);
        _http = new(Options.HttpHandler ?? Sockets(Options), disposeHandler: true);
    }

    internal Uri Address { get; }

    internal GrpcChannelOptions Options { get; }

    internal CancellationToken Closed => _closed.Token;

    public static GrpcChannel ForAddress(string address, GrpcChannelOptions? options = null) => new(address, options);

    public override CallInvoker CreateCallInvoker() => new ChannelInvoker(this);

    public void Dispose()
    {
        // HTTP by itself would let calls run on, on a connection that nobody closes.
        _closed.Cancel();
        _http.Dispose();
    }

    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => _http.SendAsync(request, cancellationToken);

    private static Uri CheckAddress(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.PathAndQuery is "/" or "" && uri.UserInfo.Length == 0
            ? uri : throw new ArgumentException($"'{address}' is no address of a server; write http://HOST:PORT, or https://HOST:PORT for TLS", nameof(address));

    private static SocketsHttpHandler Sockets(GrpcChannelOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            // A proxy of the environment is there for web pages and would speak HTTP/1.1.
            UseProxy = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = options.ConnectTimeout,
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = options.KeepAlivePingDelay,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        };
        var tls = handler.SslOptions;
        if (options.ClientCertificate is { } certificate)
        {
            tls.ClientCertificates = [certificate];
            tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        }
        if (options.TrustedAuthorities is { } authorities)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }
        return handler;
    }
}
