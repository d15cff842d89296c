using System.Buffers;

namespace Hss.Testing;

/// <summary>A pool that knows which buffers are out, and spoils what comes back so that whoever reads it later is found out.</summary>
/// Order: any thread.
public sealed class CountingPool : ArrayPool<byte>
{
    private const byte Spoilt = 0xDD;

    private readonly Lock _gate = new();
    private readonly HashSet<byte[]> _rented = new(ReferenceEqualityComparer.Instance);
    private TaskCompletionSource? _allReturned;
    private int _wrongReturns;

    public int Rented
    {
        get { lock (_gate) return _rented.Count; }
    }

    /// <summary>Buffers that came back twice, or were never out.</summary>
    public int WrongReturns => Volatile.Read(ref _wrongReturns);

    /// <summary>Ends when no buffer is out: at once, or with the return of the last one.</summary>
    public Task WhenAllReturnedAsync()
    {
        lock (_gate)
        {
            if (_rented.Count == 0) return Task.CompletedTask;
            _allReturned ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _allReturned.Task;
        }
    }

    public override byte[] Rent(int minimumLength)
    {
        var buffer = new byte[minimumLength + 16];
        lock (_gate) _rented.Add(buffer);
        return buffer;
    }

    public override void Return(byte[] array, bool clearArray = false)
    {
        lock (_gate)
        {
            if (!_rented.Remove(array)) _wrongReturns++;
            Array.Fill(array, Spoilt);
            if (_rented.Count > 0) return;
            _allReturned?.TrySetResult();
            _allReturned = null;
        }
    }
}
