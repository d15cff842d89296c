using System.Net;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Hss.Server.Operations;

/// <summary>HTTP/1.1 for those who operate the server: /healthz, /readyz, /metrics.</summary>
/// Shape: GET and HEAD only; no bodies are read. Limits: few connections, short requests, slow ones are cut off.
/// It asks for no password and shows the names of peers: it belongs on loopback or on a network of operators.
internal sealed class OperationsListener : IAsyncDisposable
{
    private const int MaxConnections = 64;
    private const int MaxRequestLineBytes = 2 * 1024;
    private const int MaxRequestHeadersBytes = 8 * 1024;
    private const int MaxRequestHeaders = 32;

    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(2);

    private readonly KestrelServer _server;

    private OperationsListener(KestrelServer server) => _server = server;

    /// Errors: <see cref="ListenException"/>, one line, when the address cannot be had.
    public static async Task<OperationsListener> OpenAsync(IPEndPoint endPoint, MetricsCollector metrics, StoreFigures figures, Readiness readiness, ILoggerFactory loggers)
    {
        var options = new KestrelServerOptions { ApplicationServices = new NoServices(), AddServerHeader = false };
        options.Limits.MaxConcurrentConnections = MaxConnections;
        options.Limits.MaxRequestBodySize = 0;
        options.Limits.MaxRequestLineSize = MaxRequestLineBytes;
        options.Limits.MaxRequestHeadersTotalSize = MaxRequestHeadersBytes;
        options.Limits.MaxRequestHeaderCount = MaxRequestHeaders;
        options.Limits.RequestHeadersTimeout = HeadersTimeout;
        options.Limits.KeepAliveTimeout = IdleTimeout;
        options.Listen(endPoint, listener => listener.Protocols = HttpProtocols.Http1);
        var server = Listening.Server(options, loggers);
        await Listening.StartAsync(server, new Application(metrics, figures, readiness), [endPoint], "Operations:Listen").ConfigureAwait(false);
        // Nobody is asked for a password here.
        if (!IPAddress.IsLoopback(endPoint.Address)) loggers.CreateLogger<OperationsListener>().OperationsBeyondLoopback(endPoint.ToString());
        return new(server);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync().ConfigureAwait(false);
        await _server.StopAsync(now.Token).ConfigureAwait(false);
        _server.Dispose();
    }

    /// <summary>The three pages.</summary>
    private sealed class Application(MetricsCollector metrics, StoreFigures figures, Readiness readiness) : IHttpApplication<IFeatureCollection>
    {
        private const string PlainText = "text/plain; charset=utf-8";

        public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

        public void DisposeContext(IFeatureCollection context, Exception? exception) { }

        public async Task ProcessRequestAsync(IFeatureCollection context)
        {
            var request = context.GetRequiredFeature<IHttpRequestFeature>();
            var stop = context.Get<IHttpRequestLifetimeFeature>()?.RequestAborted ?? default;
            var isKnown = request.Path is "/healthz" or "/readyz" or "/metrics";
            if (isKnown && request.Method is not ("GET" or "HEAD"))
            {
                context.GetRequiredFeature<IHttpResponseFeature>().Headers.Allow = "GET, HEAD";
                await AnswerAsync(context, 405, PlainText, "only GET and HEAD\n"u8.ToArray(), stop).ConfigureAwait(false);
                return;
            }
            switch (request.Path)
            {
                case "/healthz":
                    await AnswerAsync(context, 200, PlainText, "ok\n"u8.ToArray(), stop).ConfigureAwait(false);
                    break;
                case "/readyz":
                    var (isReady, json) = await readiness.LookAsync(stop).ConfigureAwait(false);
                    await AnswerAsync(context, isReady ? 200 : 503, "application/json", json, stop).ConfigureAwait(false);
                    break;
                case "/metrics":
                    await figures.RefreshAsync().ConfigureAwait(false);
                    await AnswerAsync(context, 200, PrometheusText.ContentType, Encoding.UTF8.GetBytes(metrics.Collect()), stop).ConfigureAwait(false);
                    break;
                default:
                    await AnswerAsync(context, 404, PlainText, "there are /healthz, /readyz and /metrics\n"u8.ToArray(), stop).ConfigureAwait(false);
                    break;
            }
        }

        private static async Task AnswerAsync(IFeatureCollection context, int status, string contentType, ReadOnlyMemory<byte> body, CancellationToken stop)
        {
            var response = context.GetRequiredFeature<IHttpResponseFeature>();
            response.StatusCode = status;
            response.Headers.ContentType = contentType;
            response.Headers.ContentLength = body.Length;
            response.Headers.CacheControl = "no-store";
            // The answer to HEAD has the headers alone.
            if (context.GetRequiredFeature<IHttpRequestFeature>().Method != "HEAD")
                await context.GetRequiredFeature<IHttpResponseBodyFeature>().Writer.WriteAsync(body, stop).ConfigureAwait(false);
        }
    }
}
