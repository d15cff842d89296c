using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Storage;

/// <summary>Forgets old records of changes, and with them the request ids that were served, hour after hour; and what application servers without
/// permission still subscribe to, should its withdrawal not have come to its end.</summary>
/// Why some at a time: each step is one item among the commits of the requests, which go on in between.
public sealed class ChangeRetention : IAsyncDisposable
{
    /// <summary>Records kept at most, however young they are. About 2 kB each with what stood before.</summary>
    public const long MaxRecords = 50_000_000;

    public const int DefaultDays = 400;

    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    private readonly SubscriberStore _store;
    private readonly TimeSpan _keepFor;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _work;

    public ChangeRetention(SubscriberStore store, TimeSpan keepFor, TimeProvider time, ILogger<ChangeRetention> logger)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keepFor, TimeSpan.Zero);
        (_store, _keepFor, _time, _logger) = (store, keepFor, time, logger);
        _work = Task.Run(WorkAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _work.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task WorkAsync()
    {
        try
        {
            while (true)
            {
                await PruneAsync().ConfigureAwait(false);
                await _store.DropForbiddenSubscriptionsAsync(_stop.Token).ConfigureAwait(false);
                await Task.Delay(Interval, _time, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) { }
    }

    private async Task PruneAsync()
    {
        var all = 0L;
        try
        {
            var before = _time.GetUtcNow() - _keepFor;
            while (await _store.PruneChangesAsync(before, MaxRecords, _stop.Token).ConfigureAwait(false) is > 0 and var pruned) all += pruned;
        }
        catch (StoreUnavailableException trouble)
        {
            StorageLog.RecordsNotPruned(_logger, trouble.Message);
        }
        if (all > 0) StorageLog.RecordsPruned(_logger, all);
    }
}
