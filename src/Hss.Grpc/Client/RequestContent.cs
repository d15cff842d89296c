using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Hss.Grpc.Wire;

namespace Hss.Grpc;

/// <summary>The body of a request: one message, or as many as the caller writes until it completes.</summary>
/// Order: messages wait until HTTP has a stream for them; a write is done when the server has room for it.
internal sealed class RequestContent<T> : HttpContent, IClientStreamWriter<T> where T : class
{
    private readonly MessageWriter<T> _writer;
    private readonly string? _encoding;
    private readonly T? _only;
    private readonly Func<CancellationToken> _callToken;
    private readonly Func<RpcException?> _problem;
    private readonly TaskCompletionSource<PipeWriter> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isWriting;
    private int _unflushedBytes;

    /// <param name="only">The message of a call that has one; null: the caller writes.</param>
    /// <param name="problem">How the call ended, if it did: what a write is refused with then.</param>
    public RequestContent(MessageWriter<T> writer, string? encoding, T? only, Func<CancellationToken> callToken, Func<RpcException?> problem)
    {
        (_writer, _encoding, _only, _callToken, _problem) = (writer, encoding, only, callToken, problem);
        Headers.ContentType = new MediaTypeHeaderValue(HeaderNames.GrpcContentType);
    }

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    /// Errors: <see cref="RpcException"/> with the status of the call when it is over; <see cref="InvalidOperationException"/> after CompleteAsync.
    public async Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (_complete.Task.IsCompleted && _problem() is null) throw new InvalidOperationException("the requests of this call are complete");
        if (Interlocked.Exchange(ref _isWriting, 1) == 1) throw new InvalidOperationException("a message is being written already: one write at a time");
        try
        {
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _callToken());
            var stream = await _stream.Task.WaitAsync(both.Token).ConfigureAwait(false);
            _unflushedBytes += Put(message, WriteOptions, stream);
            if ((WriteOptions?.Flags & WriteFlags.BufferHint) == WriteFlags.BufferHint && _unflushedBytes < MessageWriter<T>.MaxUnflushedBytes) return;
            _unflushedBytes = 0;
            await stream.FlushAsync(both.Token).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is OperationCanceledException or IOException or HttpRequestException or InvalidOperationException && _problem() is { } ended)
        {
            throw ended;
        }
        finally
        {
            Volatile.Write(ref _isWriting, 0);
        }
    }

    public Task CompleteAsync()
    {
        _complete.TrySetResult();
        return Task.CompletedTask;
    }

    /// <summary>Nothing more is taken: the call has ended.</summary>
    public void End()
    {
        _stream.TrySetCanceled();
        _complete.TrySetResult();
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var pipe = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
        if (_only is not null)
        {
            Put(_only, null, pipe);
            await pipe.FlushAsync(cancellationToken).ConfigureAwait(false);
            return;
        }
        // The headers go at once: the server may have something to say before the first message.
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        _stream.TrySetResult(pipe);
        await _complete.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        await pipe.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private int Put(T message, WriteOptions? options, PipeWriter target) =>
        _writer.Write(message, (options?.Flags & WriteFlags.NoCompress) == WriteFlags.NoCompress ? null : _encoding, target);
}
