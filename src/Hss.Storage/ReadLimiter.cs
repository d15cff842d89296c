using Hss.Subscribers;

namespace Hss.Storage;

/// <summary>Bounds cache misses: so many read at once, so many wait, the rest is refused.</summary>
/// Why: a flood of identities that nobody owns costs one indexed SELECT each and must not take all threads from those who are known.
// A SemaphoreSlim whose wait handle nobody asks for holds nothing to dispose, and reads may end after the store is closed.
#pragma warning disable CA1001
internal sealed class ReadLimiter(int concurrency)
#pragma warning restore CA1001
{
    /// <summary>Misses that may wait for a reader. At 20 microseconds per read they are through in a tenth of a second.</summary>
    public const int MaxWaiting = 8_192;

    private readonly SemaphoreSlim _readers = new(concurrency, concurrency);
    private int _waiting;

    /// <summary>Runs a blocking read on the thread pool, never on the caller's thread, which may be a network thread.</summary>
    /// Errors: <see cref="StoreUnavailableException"/> at once when too many wait already.
    public async Task<T> ReadAsync<TState, T>(Func<TState, T> read, TState state, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            throw new StoreUnavailableException("too many requests for subscribers that are not in memory");
        }
        try
        {
            await _readers.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
        try
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            return read(state);
        }
        finally
        {
            _readers.Release();
        }
    }
}
