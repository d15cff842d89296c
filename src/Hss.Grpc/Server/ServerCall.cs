using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Hss.Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Hss.Grpc;

/// <summary>One call, from its headers to its status.</summary>
/// Order: exactly one status. Whoever sets <see cref="_end"/> first sends it: the handler's end, or <see cref="Cut"/> (deadline, drain).
/// The call lasts until its handler has returned, however early the status went out: so the limit of streams bounds handlers, too.
internal sealed partial class ServerCall : ServerCallContext, IDisposable
{
    private const int ResetCancel = 8;

    private static readonly TaskCompletionSource EndedByHandler = new();

    private readonly GrpcServer _server;
    private readonly IFeatureCollection _features;
    private readonly IHttpRequestFeature _request;
    private readonly IHttpResponseFeature _response;
    private readonly IHttpResponseBodyFeature _responseBody;
    private readonly ServerMethod? _method;
    private readonly long _start;
    private readonly CancellationTokenSource _cancel;
    private readonly CancellationToken _aborted;
    private Dictionary<object, object>? _userState;
    private TaskCompletionSource? _end;
    private StatusCode _sentStatus;
    private Metadata? _requestHeaders;
    private Metadata? _responseTrailers;
    private string? _peer;
    private string? _responseEncoding;
    private DateTime _deadline = DateTime.MaxValue;
    private bool _isClientLost;

    public ServerCall(GrpcServer server, IFeatureCollection features, IHttpRequestFeature request, ServerMethod? method)
    {
        (_server, _features, _request, _method) = (server, features, request, method);
        _response = features.GetRequiredFeature<IHttpResponseFeature>();
        _responseBody = features.GetRequiredFeature<IHttpResponseBodyFeature>();
        _aborted = features.GetRequiredFeature<IHttpRequestLifetimeFeature>().RequestAborted;
        _cancel = CancellationTokenSource.CreateLinkedTokenSource(_aborted);
        CancellationTokenCore = _cancel.Token;
        _start = Time.GetTimestamp();
        StatusCore = Status.DefaultSuccess;
    }

    public int MaxReceiveMessageBytes => _server.Options.MaxReceiveMessageBytes;

    public int MaxSendMessageBytes => _server.Options.MaxSendMessageBytes;

    public PipeReader RequestBody => _features.GetRequiredFeature<IRequestBodyPipeFeature>().Reader;

    /// <summary>How the client compresses; null when it does not.</summary>
    public string? RequestEncoding { get; private set; }

    /// <summary>True when the client gave up or is gone: nobody is there to be told anything.</summary>
    public bool IsAborted => _aborted.IsCancellationRequested;

    /// <summary>Reading has shown that nobody is there any more, a moment before <see cref="IsAborted"/> says so.</summary>
    public void LoseClient() => _isClientLost = true;

    public X509Certificate2? ClientCertificate => _features.Get<ITlsConnectionFeature>()?.ClientCertificate;

    public IPAddress? RemoteAddress => _features.Get<IHttpConnectionFeature>()?.RemoteIpAddress;

    protected override string MethodCore => _request.Path;

    protected override string HostCore => _request.Headers.Host.ToString();

    protected override string PeerCore => _peer ??= PeerText();

    protected override DateTime DeadlineCore => _deadline;

    protected override Metadata RequestHeadersCore => _requestHeaders ?? Metadata.Empty;

    protected override CancellationToken CancellationTokenCore { get; }

    protected override Metadata ResponseTrailersCore => _responseTrailers ??= [];

    protected override Status StatusCore { get; set; }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override IDictionary<object, object> UserStateCore => _userState ??= [];

    private TimeProvider Time => _server.Options.Time;

    private ILogger Logger => _server.Logger;

    /// <param name="noMethod">Why there is no method, when there is none.</param>
    public async Task RunAsync(string noMethod)
    {
        ITimer? timer = null;
        Status status;
        try
        {
            _server.Begin(this);
            try
            {
                if (_method is null) throw Error(StatusCode.Unimplemented, noMethod);
                ReadHeaders();
                timer = StartDeadline();
                if (_end is null)
                {
                    if (_server.Options.Authorize is { } authorize) await authorize(this).ConfigureAwait(false);
                    await _method.InvokeAsync(this).ConfigureAwait(false);
                }
                status = StatusCore;
            }
            catch (Exception problem)
            {
                status = Judge(problem);
            }
            if (Interlocked.CompareExchange(ref _end, EndedByHandler, null) is not { } cut) await SendStatusAsync(status).ConfigureAwait(false);
            else await cut.Task.ConfigureAwait(false);
        }
        finally
        {
            if (timer is not null) await timer.DisposeAsync().ConfigureAwait(false);
            _server.End(this);
            Report();
            Dispose();
        }
    }

    /// <summary>Ends the call from outside its handler, which learns of it by its token.</summary>
    public void Cut(Status status)
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Interlocked.CompareExchange(ref _end, end, null) is null) _ = CutAsync(status, end);
    }

    public void Dispose()
    {
        _cancel.Dispose();
        _writing.Dispose();
    }

    private void ReadHeaders()
    {
        var metadata = new Metadata();
        foreach (var (name, values) in _request.Headers)
        {
            var lower = name.ToLowerInvariant();
            if (HeaderNames.IsReserved(lower) || !MetadataText.IsName(lower)) continue;
            foreach (var value in values)
                if (!MetadataText.TryAdd(metadata, lower, value ?? "")) throw Error(StatusCode.Internal, $"the header {lower} is not base64");
        }
        _requestHeaders = metadata;
        if (_request.Headers[HeaderNames.Encoding] is { Count: > 0 } encodings)
        {
            var encoding = encodings.ToString();
            if (!Compression.IsKnown(encoding))
                throw Error(StatusCode.Unimplemented, $"{HeaderNames.Encoding} {encoding} is not known; there are {Compression.Accepted}");
            // Who compresses wants compressed answers, if it says that it understands them.
            if (encoding != Compression.Identity) RequestEncoding = encoding;
            if (RequestEncoding is not null && Accepts(encoding)) _responseEncoding = encoding;
        }
    }

    private bool Accepts(string encoding) =>
        _request.Headers[HeaderNames.AcceptEncoding].ToString().Split(',', StringSplitOptions.TrimEntries).Contains(encoding, StringComparer.Ordinal);

    private ITimer? StartDeadline()
    {
        if (_request.Headers[HeaderNames.Timeout] is not { Count: > 0 } text) return null;
        if (!GrpcTimeout.TryRead(text.ToString(), out var timeout)) throw Error(StatusCode.Internal, $"{HeaderNames.Timeout} is not a number and a unit of H M S m u n");
        _deadline = Time.GetUtcNow().UtcDateTime + timeout;
        if (timeout > TimeSpan.Zero) return Time.CreateTimer(static call => ((ServerCall)call!).Cut(DeadlineExceeded), this, timeout, Timeout.InfiniteTimeSpan);
        Cut(DeadlineExceeded);
        return null;
    }

    private static Status DeadlineExceeded => new(StatusCode.DeadlineExceeded, "the deadline has passed");

    private async Task CutAsync(Status status, TaskCompletionSource end)
    {
        try
        {
            // A write that waits for the client's window stops waiting by this; its message is whole in the pipe.
            await _cancel.CancelAsync().ConfigureAwait(false);
            // No reset behind it: that would overtake the status. Kestrel sends one when the handler has returned and the client still sends.
            await SendStatusAsync(status).ConfigureAwait(false);
            if (!IsAborted) await _responseBody.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception problem)
        {
            Logger.HandlerFailed(problem, Method, Peer);
            Reset(ResetCancel);
        }
        finally
        {
            end.SetResult();
        }
    }

    // Status and details that tell the client what it can mend; nothing of what went wrong in here.
    private Status Judge(Exception problem)
    {
        switch (problem)
        {
            case RpcException { StatusCode: not StatusCode.OK } refused:
                foreach (var entry in refused.Trailers) ResponseTrailersCore.Add(entry);
                return refused.Status;
            case OperationCanceledException or IOException when _isClientLost || CancellationTokenCore.IsCancellationRequested:
                return Status.DefaultCancelled;
            default:
                Logger.HandlerFailed(problem, Method, Peer);
                return new(StatusCode.Unknown, "the server failed at this call; its log says why");
        }
    }

    private void Reset(int code) => _features.Get<IHttpResetFeature>()?.Reset(code);

    private void Report()
    {
        var elapsed = Time.GetElapsedTime(_start);
        var status = IsAborted && _end == EndedByHandler ? StatusCode.Cancelled : _sentStatus;
        if (Logger.IsEnabled(LogLevel.Debug)) Logger.CallEnded(Method, Peer, status, elapsed.TotalMilliseconds);
        // A path that nobody serves is any text a client likes: not for metrics.
        if (_method is null) return;
        try
        {
            _server.Options.Ended?.Invoke(this, status, elapsed);
        }
        catch (Exception problem)
        {
            Logger.EndedFailed(problem, Method);
        }
    }

    private string PeerText()
    {
        var connection = _features.Get<IHttpConnectionFeature>();
        if (connection?.RemoteIpAddress is not { } address) return "unknown";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return $"{(address.AddressFamily == AddressFamily.InterNetwork ? "ipv4" : "ipv6")}:{new IPEndPoint(address, connection.RemotePort)}";
    }

    private static RpcException Error(StatusCode code, string text) => new(new Status(code, text));
}
