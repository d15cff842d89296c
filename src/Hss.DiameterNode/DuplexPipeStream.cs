using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Hss.DiameterNode;

/// <summary>The two ends of a connection as one stream, for <see cref="System.Net.Security.SslStream"/>, which knows only streams.</summary>
/// Order: one reader and one writer at a time, each on any thread. A write is flushed at once: what comes here are whole TLS records.
/// Errors: IOException when the far end reads no more; OperationCanceledException by the token.
internal sealed class DuplexPipeStream(IDuplexPipe pipe) : Stream
{
    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            ReadResult result = await pipe.Input.ReadAsync(cancellationToken);
            ReadOnlySequence<byte> received = result.Buffer;
            int count = (int)Math.Min(received.Length, buffer.Length);
            received.Slice(0, count).CopyTo(buffer.Span);
            bool isDone = !received.IsEmpty || result.IsCompleted;
            pipe.Input.AdvanceTo(received.GetPosition(count));
            if (result.IsCanceled) throw new OperationCanceledException("the read was cancelled");

            // An empty buffer only asks whether something is there.
            if (isDone) return count;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        FlushResult result = await pipe.Output.WriteAsync(buffer, cancellationToken);
        if (result.IsCanceled) throw new OperationCanceledException("the flush was cancelled");
        if (result.IsCompleted) throw new IOException("the far end reads no more");
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("only asynchronously");

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <summary>Only the alert that ends a handshake comes this way: a few octets that the pipe takes without waiting, or nobody reads them.</summary>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        pipe.Output.Write(buffer);
        _ = FlushAlertAsync();
    }

    private async Task FlushAlertAsync()
    {
        try
        {
            await pipe.Output.FlushAsync();
        }
        catch (Exception)
        {
            // The connection is gone, and was to be closed anyway.
        }
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
