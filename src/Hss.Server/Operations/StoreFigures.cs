using Hss.Storage;

namespace Hss.Server.Operations;

/// <summary>How many subscriptions and registrations the store holds: counted there, so that the number is true whatever wrote it, also
/// another front end on the same store.</summary>
/// Order: counted when somebody asks for metrics, never more often than every ten seconds, and never for more than a hundredth of the time.
/// A count takes milliseconds for thousands of subscribers and about a second for millions; it reads beside the requests.
/// Errors: none; a store that cannot be counted has no figures.
internal sealed class StoreFigures(TimeProvider time)
{
    private const int MostOftenShare = 100;

    private static readonly TimeSpan MostOften = TimeSpan.FromSeconds(10);

    /// <summary>How long a scrape waits for a count; then it shows the last one.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Task _counting = Task.CompletedTask;
    private long _ended;
    private TimeSpan _took;
    private bool _hasCounted;

    /// <summary>How to count; null until the store is open.</summary>
    public Func<CancellationToken, Task<StoreCounts>>? Count { get; set; }

    /// <summary>The last count; null when there is none or the last one failed.</summary>
    public StoreCounts? Latest { get; private set; }

    public async Task RefreshAsync()
    {
        Task counting;
        lock (_gate)
        {
            if (Count is not { } count) return;
            var pause = _took * MostOftenShare > MostOften ? _took * MostOftenShare : MostOften;
            if (_counting.IsCompleted && (!_hasCounted || time.GetElapsedTime(_ended) >= pause)) _counting = CountAsync(count);
            counting = _counting;
        }
        try
        {
            await counting.WaitAsync(Patience, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // It goes on; a later scrape shows it.
        }
    }

    private async Task CountAsync(Func<CancellationToken, Task<StoreCounts>> count)
    {
        var started = time.GetTimestamp();
        StoreCounts? counts = null;
        try
        {
            counts = await count(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            // The store has logged why it cannot be read, and /readyz says it.
        }
        lock (_gate)
        {
            Latest = counts;
            (_took, _ended, _hasCounted) = (time.GetElapsedTime(started), time.GetTimestamp(), true);
        }
    }
}
