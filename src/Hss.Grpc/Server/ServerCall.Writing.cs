using System.Globalization;
using Grpc.Core;
using Hss.Grpc.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Hss.Grpc;

// What goes to the client: headers, messages, the status. One writes at a time; who sends the status waits for its turn and closes the door.
internal sealed partial class ServerCall
{
    private readonly SemaphoreSlim _writing = new(1);
    private Metadata? _responseHeaders;
    private Task? _pendingFlush;
    private int _unflushedBytes;
    private bool _hasHeaders;
    private bool _isClosed;

    /// <summary>Sends one message; the headers go before the first.</summary>
    /// <param name="isLast">The message waits for the status, and both leave together.</param>
    public async Task WriteAsync<T>(MessageWriter<T> writer, T message, WriteFlags flags, bool isLast, CancellationToken cancellationToken) where T : class
    {
        EnterWrite();
        try
        {
            // A write before this one was given up by its own token.
            await CatchUpAsync(CancellationTokenCore).ConfigureAwait(false);
            PrepareHeaders();
            _unflushedBytes += writer.Write(message, (flags & WriteFlags.NoCompress) == 0 ? _responseEncoding : null, _responseBody.Writer);
            if ((isLast || (flags & WriteFlags.BufferHint) != 0) && _unflushedBytes < MessageWriter<T>.MaxUnflushedBytes) return;
            using var both = cancellationToken.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, CancellationTokenCore) : null;
            await FlushAsync(both?.Token ?? CancellationTokenCore).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    protected override async Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        ArgumentNullException.ThrowIfNull(responseHeaders);
        EnterWrite();
        try
        {
            if (_hasHeaders) throw new InvalidOperationException("the headers of the response were sent already");
            _responseHeaders = responseHeaders;
            PrepareHeaders();
            await FlushAsync(CancellationTokenCore).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    private void EnterWrite()
    {
        CancellationTokenCore.ThrowIfCancellationRequested();
        if (!_writing.Wait(0, CancellationToken.None))
        {
            // It may be the deadline that closes the door just now, which cancels before it does: no fault of the handler's.
            CancellationTokenCore.ThrowIfCancellationRequested();
            throw new InvalidOperationException("a message is being written already: one write at a time");
        }
        if (!_isClosed) return;
        _writing.Release();
        throw new OperationCanceledException("the call is over", CancellationTokenCore);
    }

    // Kestrel takes a bounded number of octets ahead of what the client reads, and then the flush waits.
    // It is given no token: Kestrel resets a stream whose flush is cancelled, and the status would be lost. Only the waiting ends.
    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        _unflushedBytes = 0;
        var flush = _responseBody.Writer.FlushAsync(CancellationToken.None);
        if (flush.IsCompletedSuccessfully)
        {
            _ = await flush.ConfigureAwait(false);
            return;
        }
        _pendingFlush = flush.AsTask();
        await CatchUpAsync(cancellationToken).ConfigureAwait(false);
    }

    // Waits until what was flushed has left, for as long as any message may.
    private async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        if (_pendingFlush is null) return;
        await using var stalled = Time.CreateTimer(_ => GiveUpOnReader(), null, _server.Options.SlowReaderTimeout, Timeout.InfiniteTimeSpan).ConfigureAwait(false);
        await _pendingFlush.WaitAsync(cancellationToken).ConfigureAwait(false);
        _pendingFlush = null;
    }

    private void GiveUpOnReader()
    {
        Logger.SlowReader(Peer, Method);
        // A status would have to wait behind what is not read.
        Reset(ResetCancel);
    }

    private async Task SendStatusAsync(Status status)
    {
        _sentStatus = status.StatusCode;
        await _writing.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        _isClosed = true;
        _writing.Release();
        try
        {
            // The call was cut off while a message waited for the client to read: the status waits behind it.
            await CatchUpAsync(_aborted).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is OperationCanceledException or IOException && IsAborted)
        {
        }
        if (IsAborted) return;
        // Without a message the headers are the trailers, too.
        var isTrailersOnly = !_hasHeaders;
        if (isTrailersOnly) PrepareHeaders();
        var target = isTrailersOnly ? _response.Headers : _features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers;
        target[HeaderNames.Status] = ((int)status.StatusCode).ToString(CultureInfo.InvariantCulture);
        if (!string.IsNullOrEmpty(status.Detail)) target[HeaderNames.Message] = MetadataText.EncodeMessage(status.Detail);
        if (_responseTrailers is not null) Append(_responseTrailers, target);
    }

    private void PrepareHeaders()
    {
        if (_hasHeaders) return;
        _hasHeaders = true;
        var headers = _response.Headers;
        _response.StatusCode = 200;
        headers.ContentType = HeaderNames.GrpcContentType;
        headers[HeaderNames.AcceptEncoding] = Compression.Accepted;
        if (_responseEncoding is not null) headers[HeaderNames.Encoding] = _responseEncoding;
        if (_responseHeaders is not null) Append(_responseHeaders, headers);
    }

    private static void Append(Metadata metadata, IHeaderDictionary target)
    {
        foreach (var entry in metadata)
            if (!HeaderNames.IsReserved(entry.Key)) target[entry.Key] = StringValues.Concat(target[entry.Key], MetadataText.Value(entry));
    }
}
