namespace Hss.DiameterNode;

/// <summary>Counts the requests of one connection whose answers the transport has not taken yet.</summary>
/// Order: any thread may leave; only the connection's own task enters and waits, so a check and the entry behind it cannot be overtaken.
internal sealed class InFlight(int bound)
{
    private TaskCompletionSource? _waiter;
    private int _count;
    private int _level;
    private volatile bool _released;

    /// <summary>How many there are.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether reading has to stop.</summary>
    public bool IsFull => Count >= bound;

    /// <summary>A request came.</summary>
    public void Enter() => Interlocked.Increment(ref _count);

    /// <summary>The transport took this many answers, or they will never be sent.</summary>
    public void Leave(int requests)
    {
        // The decrement is a full fence: either this sees the waiter, or the waiter sees the new count.
        int left = Interlocked.Add(ref _count, -requests);
        if (Volatile.Read(ref _waiter) is { } waiter && left <= Volatile.Read(ref _level)) waiter.TrySetResult();
    }

    /// <summary>Waits until an eighth of the bound is free: reading goes on for a batch, not for one request at a time.</summary>
    public Task WaitForRoomAsync() => WaitAsync(bound - Math.Max(bound / 8, 1));

    /// <summary>Waits until every answer was taken.</summary>
    public Task WaitUntilEmptyAsync() => WaitAsync(0);

    /// <summary>Ends every wait, now and later: the connection is gone.</summary>
    public void Release()
    {
        _released = true;
        Interlocked.MemoryBarrier();
        Volatile.Read(ref _waiter)?.TrySetResult();
    }

    private Task WaitAsync(int level)
    {
        TaskCompletionSource waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _level, level);
        Interlocked.Exchange(ref _waiter, waiter);
        if (_released || Count <= level) waiter.TrySetResult();
        return waiter.Task;
    }
}
