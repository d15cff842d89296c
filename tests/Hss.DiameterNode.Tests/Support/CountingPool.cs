using System.Buffers;

namespace Hss.DiameterNode.Tests.Support;

/// <summary>A pool that knows who owes it a buffer, and spoils what is given back so that a late reader shows.</summary>
internal sealed class CountingPool : ArrayPool<byte>
{
    private readonly Lock _gate = new();
    private readonly HashSet<byte[]> _rented = new(ReferenceEqualityComparer.Instance);

    public int Rented
    {
        get
        {
            lock (_gate) return _rented.Count;
        }
    }

    public int Rents { get; private set; }

    public int WrongReturns { get; private set; }

    public override byte[] Rent(int minimumLength)
    {
        byte[] buffer = new byte[minimumLength + 16];
        lock (_gate)
        {
            Rents++;
            _rented.Add(buffer);
        }

        return buffer;
    }

    public override void Return(byte[] array, bool clearArray = false)
    {
        lock (_gate)
        {
            if (!_rented.Remove(array)) WrongReturns++;
        }

        Array.Fill(array, (byte)0xDD);
    }
}
