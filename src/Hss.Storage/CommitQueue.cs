using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Storage;

/// <summary>Group commit: one thread writes what is queued and commits once for all of it.</summary>
/// Order: items are written in the order they were queued. After each item the thread commits when nothing is queued behind, or when the
/// batch has been open for longer than the last commit took plus <see cref="MinimumBatchTime"/>. So load makes batches bigger, idleness
/// makes them small, and there is no timer to tune. Counting from the last commit would be the same under load;
/// counting from the first item of the batch lets a burst share one commit after a pause.
/// Errors: a failed commit fails every item of its batch and nothing else; the next batch starts afresh.
internal sealed class CommitQueue : IAsyncDisposable
{
    /// <summary>Items that may wait. At 60 microseconds each this is one second of work, half of a request's deadline; beyond it load is
    /// shed.</summary>
    public const int Capacity = 16_384;

    /// <summary>Items in one transaction: bounds how long the first of them waits and how long the completions keep one thread.</summary>
    public const int MaxBatch = 4_096;

    public static readonly TimeSpan MinimumBatchTime = TimeSpan.FromMilliseconds(0.2);

    private readonly ISubscriberDatabase _database;
    private readonly TimeProvider _time;
    private readonly StorageMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Queue<CommitItem> _queue = new();
    private readonly object _queueLock = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isStopping;
    private volatile bool _isFailing;
    private long _failure;
    private TimeSpan _lastCommit;

    public CommitQueue(ISubscriberDatabase database, TimeProvider time, StorageMetrics metrics, ILogger logger)
    {
        _database = database;
        _time = time;
        _metrics = metrics;
        _logger = logger;
        new Thread(Run) { IsBackground = true, Name = "hss-commit" }.Start();
    }

    /// <summary>False when the queue is full or stopping; the item is not queued then.</summary>
    public bool TryAdd(CommitItem item)
    {
        lock (_queueLock)
        {
            if (_isStopping || _queue.Count >= Capacity) return false;
            _queue.Enqueue(item);
            if (_queue.Count == 1) Monitor.Pulse(_queueLock);
            return true;
        }
    }

    /// <summary>Takes nothing more, commits what is queued, then returns.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_queueLock)
        {
            _isStopping = true;
            Monitor.Pulse(_queueLock);
        }
        await _stopped.Task.ConfigureAwait(false);
    }

    /// <summary>How long ago a commit failed, while none has succeeded since; null when all is well.</summary>
    public TimeSpan? SinceFailure => _isFailing ? _time.GetElapsedTime(Volatile.Read(ref _failure)) : null;

    private void Run()
    {
        while (TakeOrWait() is { } first) CommitTogether(first);
        _stopped.SetResult();
    }

    private CommitItem? TakeOrWait()
    {
        lock (_queueLock)
        {
            while (_queue.Count == 0)
            {
                if (_isStopping) return null;
                Monitor.Wait(_queueLock);
            }
            return _queue.Dequeue();
        }
    }

    private CommitItem? TakeNext()
    {
        lock (_queueLock) return _queue.TryDequeue(out var item) ? item : null;
    }

    private void CommitTogether(CommitItem first)
    {
        var batch = new CommitBatch(_logger);
        StoreUnavailableException? failure = null;
        try
        {
            WriteBatch(first, batch);
            var start = _time.GetTimestamp();
            _database.Commit();
            _lastCommit = _time.GetElapsedTime(start);
            _metrics.Committed(_lastCommit, batch.Count);
            if (_isFailing) StorageLog.CommitsRecovered(_logger);
            _isFailing = false;
        }
        catch (Exception e)
        {
            // Everything is caught: without this thread nothing would ever commit again.
            failure = e as StoreUnavailableException ?? new StoreUnavailableException("the store failed: " + e.Message, e);
            RollBack(e, batch.Count);
        }
        batch.Complete(failure);
    }

    private void WriteBatch(CommitItem first, CommitBatch batch)
    {
        var opened = _time.GetTimestamp();
        for (var item = first; item is not null;)
        {
            batch.Add(item);
            item.Write(_database);
            var isFull = batch.Count >= MaxBatch || _time.GetElapsedTime(opened) > _lastCommit + MinimumBatchTime;
            item = isFull ? null : TakeNext();
        }
    }

    private void RollBack(Exception cause, int count)
    {
        // One line when it starts, not one per request: a full disk fails thousands of batches a second.
        if (!_isFailing) StorageLog.CommitFailed(_logger, count, cause);
        Volatile.Write(ref _failure, _time.GetTimestamp());
        _isFailing = true;
        _metrics.Failed();
        try
        {
            _database.Rollback();
        }
        catch (Exception e)
        {
            StorageLog.RollbackFailed(_logger, e);
        }
    }
}
