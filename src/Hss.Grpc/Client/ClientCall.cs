using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Hss.Grpc.Wire;

namespace Hss.Grpc;

/// <summary>One call of any kind; also its stream of responses.</summary>
/// Order: exactly one status: what the server sent, unless cancellation or deadline came first.
internal sealed class ClientCall<TRequest, TResponse> : IAsyncStreamReader<TResponse> where TRequest : class where TResponse : class
{
    private readonly GrpcChannel _channel;
    private readonly Method<TRequest, TResponse> _method;
    private readonly CancellationTokenSource _cancel;
    private readonly CancellationToken _cancelled;
    private readonly TaskCompletionSource<Metadata> _headers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _ending = new();
    private readonly Task<MessageReader<TResponse>?> _response;
    private ITimer? _deadline;
    private HttpResponseMessage? _http;
    private RpcException? _problem;
    private Status? _status;
    private Metadata _trailers = Metadata.Empty;
    private TResponse? _current;
    private bool _isDeadlineOver;

    /// <param name="only">The request of a call that has one; null: the caller streams.</param>
    public ClientCall(GrpcChannel channel, Method<TRequest, TResponse> method, CallOptions options, TRequest? only)
    {
        (_channel, _method) = (channel, method);
        _cancel = CancellationTokenSource.CreateLinkedTokenSource(options.CancellationToken, channel.Closed);
        _cancelled = _cancel.Token;
        var writer = new MessageWriter<TRequest>(method.RequestMarshaller, channel.Options.MaxSendMessageBytes);
        Requests = new(writer, channel.Options.CompressRequests ? Compression.Gzip : null, only, () => _cancelled, () => Ended());
        State = new(_headers.Task, GetStatus, GetTrailers, Cancel);
        // Also when nobody waits for anything just now: the server has to learn that nobody will.
        _cancelled.UnsafeRegister(static call => ((ClientCall<TRequest, TResponse>)call!).Cancel(), this);
        _response = StartAsync(options);
    }

    public RequestContent<TRequest> Requests { get; }

    public CallState State { get; }

    public TResponse Current => _current ?? throw new InvalidOperationException("there is no message: MoveNext comes first, and returned true");

    /// Errors: <see cref="RpcException"/> with the status of the call when it is not OK.
    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        // A caller that gives up on one message gives up the call, as with other clients.
        await using var registration = cancellationToken.CanBeCanceled ? cancellationToken.Register(Cancel) : default;
        _current = await ReadAsync().ConfigureAwait(false);
        return _current is not null;
    }

    /// <summary>The one message of a call whose server sends one.</summary>
    public async Task<TResponse> ReadOnlyMessageAsync()
    {
        var message = await ReadAsync().ConfigureAwait(false)
            ?? throw Fail(new(StatusCode.Internal, "the server said OK without a message"), _trailers);
        if (await ReadAsync().ConfigureAwait(false) is not null) throw Fail(new(StatusCode.Internal, "the server sent more than one message"), Metadata.Empty);
        return message;
    }

    private async Task<TResponse?> ReadAsync()
    {
        try
        {
            if (await _response.ConfigureAwait(false) is { } reader && _status is null && await reader.ReadAsync(_cancelled).ConfigureAwait(false) is { } message)
                return message;
            if (_status is null) EndByTrailers(_http!.TrailingHeaders);
        }
        catch (Exception problem) when (Ended() is null)
        {
            throw Fail(ClientErrors.StatusOf(problem, _channel.Address), Metadata.Empty);
        }
        catch (Exception) when (Ended() is { } ended)
        {
            throw ended;
        }
        return Ended() is { } refused ? throw refused : null;
    }

    /// <returns>Null when there are no messages to come: the headers had the status.</returns>
    private async Task<MessageReader<TResponse>?> StartAsync(CallOptions options)
    {
        try
        {
            using var request = CreateRequest(options);
            if (_deadline is null && _isDeadlineOver) throw new OperationCanceledException();
            _http = await _channel.SendAsync(request, _cancelled).ConfigureAwait(false);
            // Cancelled at that moment: whoever did it has not seen the answer.
            if (Ended() is not null) _http.Dispose();
            _cancelled.ThrowIfCancellationRequested();
            var headers = ReadMetadata(_http.Headers);
            if (_http.StatusCode != HttpStatusCode.OK)
                throw Fail(ClientErrors.StatusOf(_http.StatusCode), headers);
            if (!HeaderNames.IsGrpc(_http.Content.Headers.ContentType?.ToString()))
                throw Fail(new(StatusCode.Unknown, $"this is no gRPC server: it answers with content-type '{_http.Content.Headers.ContentType}'"), headers);
            if (_http.Headers.Contains(HeaderNames.Status))
            {
                _headers.TrySetResult(Metadata.Empty);
                EndByTrailers(_http.Headers);
                return null;
            }
            _headers.TrySetResult(headers);
            var encoding = _http.Headers.TryGetValues(HeaderNames.Encoding, out var encodings) ? string.Join(",", encodings) : null;
            if (encoding is not null && !Compression.IsKnown(encoding))
                throw Fail(new(StatusCode.Internal, $"the server compresses with {encoding}, which was not offered"), Metadata.Empty);
            var body = await _http.Content.ReadAsStreamAsync(_cancelled).ConfigureAwait(false);
            return new(PipeReader.Create(body), _method.ResponseMarshaller, _channel.Options.MaxReceiveMessageBytes, encoding);
        }
        catch (Exception problem)
        {
            var ended = Ended() ?? Fail(ClientErrors.StatusOf(problem, _channel.Address), Metadata.Empty);
            _headers.TrySetException(ended);
            // Whoever awaits the call learns of it there; the headers may be awaited by nobody.
            _ = _headers.Task.Exception;
            if (ReferenceEquals(problem, ended)) throw;
            throw ended;
        }
    }

    private HttpRequestMessage CreateRequest(CallOptions options)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_channel.Address, _method.FullName))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = Requests,
        };
        // The name that the handler holds the certificate against; it takes it from here and overwrites what its TLS options say.
        if (_channel.Options.ServerName is { } name && _channel.Address.Scheme == "https") request.Headers.Host = name;
        request.Headers.TryAddWithoutValidation("user-agent", $"{_channel.Options.UserAgent} dotnet/{Environment.Version}");
        request.Headers.TryAddWithoutValidation(HeaderNames.Te, "trailers");
        request.Headers.TryAddWithoutValidation(HeaderNames.AcceptEncoding, Compression.Accepted);
        if (_channel.Options.CompressRequests) request.Headers.TryAddWithoutValidation(HeaderNames.Encoding, Compression.Gzip);
        foreach (var entry in _channel.Options.Headers.Concat(options.Headers ?? Metadata.Empty))
            if (!HeaderNames.IsReserved(entry.Key)) request.Headers.TryAddWithoutValidation(entry.Key, MetadataText.Value(entry));
        if (options.Deadline is { } deadline && deadline != DateTime.MaxValue)
        {
            var left = deadline.ToUniversalTime() - _channel.Options.Time.GetUtcNow().UtcDateTime;
            if (left <= TimeSpan.Zero)
            {
                DeadlineIsOver();
                return request;
            }
            request.Headers.TryAddWithoutValidation(HeaderNames.Timeout, GrpcTimeout.Write(left));
            _deadline = _channel.Options.Time.CreateTimer(_ => DeadlineIsOver(), null, left, Timeout.InfiniteTimeSpan);
        }
        return request;
    }

    private void DeadlineIsOver()
    {
        _isDeadlineOver = true;
        End(new(StatusCode.DeadlineExceeded, "the deadline has passed"), Metadata.Empty);
    }

    private void Cancel() => End(new(StatusCode.Cancelled, "the call was cancelled here"), Metadata.Empty);

    private void EndByTrailers(HttpHeaders source)
    {
        var trailers = ReadMetadata(source);
        var code = source.TryGetValues(HeaderNames.Status, out var codes) ? string.Join(",", codes) : null;
        var detail = source.TryGetValues(HeaderNames.Message, out var details) ? MetadataText.DecodeMessage(string.Join(",", details)) : "";
        End(code is null ? new(StatusCode.Unknown, "the server ended the call without a status") : new(ClientErrors.ReadCode(code), detail), trailers);
    }

    // The first one stays, and lets go of all that the call holds; who still waits for something sees the cancellation.
    private RpcException? End(Status status, Metadata trailers)
    {
        lock (_ending)
        {
            if (_status is not null) return _problem;
            (_status, _trailers) = (status, trailers);
            if (status.StatusCode != StatusCode.OK) _problem = new(status, trailers);
        }
        _deadline?.Dispose();
        if (_problem is not null) _cancel.Cancel();
        Requests.End();
        _http?.Dispose();
        _cancel.Dispose();
        return _problem;
    }

    private RpcException Fail(Status status, Metadata trailers) => End(status, trailers) ?? new(status, trailers);

    private RpcException? Ended()
    {
        lock (_ending) return _problem;
    }

    private Status GetStatus()
    {
        lock (_ending) return _status ?? throw new InvalidOperationException("the call has not ended yet");
    }

    private Metadata GetTrailers()
    {
        lock (_ending) return _status is null ? throw new InvalidOperationException("the call has not ended yet") : _trailers;
    }

    private static Metadata ReadMetadata(HttpHeaders source)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in source.NonValidated)
        {
            var lower = name.ToLowerInvariant();
            if (HeaderNames.IsReserved(lower) || !MetadataText.IsName(lower)) continue;
            // What a server sends wrongly is passed over: the call itself may be good.
            foreach (var value in values) MetadataText.TryAdd(metadata, lower, value);
        }
        return metadata;
    }
}
