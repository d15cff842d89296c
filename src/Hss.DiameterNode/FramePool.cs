using System.Buffers;

namespace Hss.DiameterNode;

/// <summary>A message in a rented buffer. Whoever holds it gives it back exactly once.</summary>
internal readonly record struct RentedFrame(byte[] Buffer, int LengthBytes)
{
    public ReadOnlyMemory<byte> Memory => Buffer.AsMemory(0, LengthBytes);

    public ReadOnlySpan<byte> Span => Buffer.AsSpan(0, LengthBytes);
}

/// <summary>Rents the buffers of received messages and knows how many are out.</summary>
/// Order: any thread.
internal sealed class FramePool(ArrayPool<byte> pool)
{
    private int _outstanding;

    /// <summary>Messages that are still being worked on.</summary>
    public int Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>Copies a message, so that the transport's buffer is free at once.</summary>
    public RentedFrame Copy(in ReadOnlySequence<byte> frame)
    {
        RentedFrame rented = Rent((int)frame.Length);
        frame.CopyTo(rented.Buffer);
        return rented;
    }

    /// <summary>Copies a message.</summary>
    public RentedFrame Copy(ReadOnlySpan<byte> frame)
    {
        RentedFrame rented = Rent(frame.Length);
        frame.CopyTo(rented.Buffer);
        return rented;
    }

    /// <summary>Gives the buffer back.</summary>
    public void Return(in RentedFrame frame)
    {
        Interlocked.Decrement(ref _outstanding);
        pool.Return(frame.Buffer);
    }

    private RentedFrame Rent(int lengthBytes)
    {
        Interlocked.Increment(ref _outstanding);
        return new RentedFrame(pool.Rent(lengthBytes), lengthBytes);
    }
}
