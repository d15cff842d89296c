using System.IO.Pipelines;

namespace Hss.DiameterNode;

/// <summary>A writer over a stream whose end does not throw: what could not be sent was noticed at its flush.</summary>
internal sealed class QuietPipeWriter(PipeWriter writer) : PipeWriter
{
    public override bool CanGetUnflushedBytes => writer.CanGetUnflushedBytes;

    public override long UnflushedBytes => writer.UnflushedBytes;

    public override void Advance(int bytes) => writer.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => writer.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => writer.GetSpan(sizeHint);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => writer.FlushAsync(cancellationToken);

    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
        writer.WriteAsync(source, cancellationToken);

    public override void CancelPendingFlush()
    {
        try
        {
            writer.CancelPendingFlush();
        }
        catch (ObjectDisposedException)
        {
            // It is complete, and so nothing is pending. Whoever aborts a connection cancels the read first, and the reader may have ended
            // the connection by the time that call returns.
        }
    }

    // Anything still unflushed belongs to a connection that is lost: with an exception the writer drops it instead of sending it.
    public override void Complete(Exception? exception = null) => writer.Complete(exception ?? new IOException("closed"));

    public override ValueTask CompleteAsync(Exception? exception = null)
    {
        Complete(exception);
        return default;
    }
}
