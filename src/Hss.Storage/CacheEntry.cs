using Hss.Subscribers;

namespace Hss.Storage;

/// <summary>The place of one subscription in memory: its gate, and its subscriber once loaded. Disposing it ends a turn.</summary>
/// Order: everything but <see cref="WasUsed"/> changes only while the gate is held. An entry is loaded at most once and dies once; a newer
/// version of the same subscription is another entry, so whoever waited at the gate of a dead one looks again.
internal sealed class CacheEntry(string subscriptionId) : IDisposable
{
    private const int NoCommit = 0;
    private const int CommitQueued = 1;
    private const int CommitQueuedTurnOver = 2;

    private int _commit;
    private volatile bool _isDead;
    private volatile Subscriber? _subscriber;

    public string SubscriptionId { get; } = subscriptionId;

    public FifoGate Gate { get; } = new();

    /// <summary>Null until it is loaded.</summary>
    public Subscriber? Subscriber => _subscriber;

    public SubscriberRows? Rows { get; private set; }

    /// <summary>No longer the place of its subscription: evicted, replaced, deleted, or of unknown durable state.</summary>
    public bool IsDead => _isDead;

    /// <summary>Second chance of the eviction clock.</summary>
    public bool WasUsed { get; set; }

    /// <summary>Position in the clock, -1 outside. Belongs to the cache.</summary>
    public int ClockIndex { get; set; } = -1;

    /// <summary>What its application data weigh. Belongs to the cache.</summary>
    public long DataBytes { get; set; }

    public void Load(Subscriber subscriber, SubscriberRows rows)
    {
        Rows = rows;
        _subscriber = subscriber;
    }

    public void Die() => _isDead = true;

    /// <summary>From here to <see cref="EndCommit"/> the queued commit owns the gate together with the turn: it stays shut until both are
    /// over.</summary>
    /// Why: a caller whose deadline fires goes away, but its change may still become durable. Nobody may look at, or change, this
    /// subscriber before memory says what the disk says.
    public void StartCommit()
    {
        if (Interlocked.CompareExchange(ref _commit, CommitQueued, NoCommit) != NoCommit)
            throw new InvalidOperationException("the previous commit of this turn has no outcome yet");
    }

    public void EndCommit()
    {
        if (Interlocked.CompareExchange(ref _commit, NoCommit, CommitQueued) == CommitQueued) return;
        Volatile.Write(ref _commit, NoCommit);
        Gate.Exit();
    }

    /// <summary>Ends the turn.</summary>
    public void Dispose()
    {
        if (Interlocked.CompareExchange(ref _commit, CommitQueuedTurnOver, CommitQueued) == CommitQueued) return;
        Gate.Exit();
    }
}
