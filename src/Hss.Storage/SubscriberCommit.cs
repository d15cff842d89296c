using System.Threading.Tasks.Sources;
using Hss.Subscribers;

namespace Hss.Storage;

/// <summary>The change of one turn on its way to the disk.</summary>
/// Order: outcome known, memory follows the disk, the gate may go, then the caller is told. A caller that leaves early is told at once and
/// changes nothing of that: the outcome is published for whoever comes next.
internal sealed class SubscriberCommit(
    SubscriberCache cache, CacheEntry entry, SubscriberWrite write, SubscriberChange change,
    Action<SubscriberWrite, bool, bool> committed)
    : CommitItem, IValueTaskSource
{
    // Continuations run inline: all completions of a batch come from one thread-pool job, so the answers that follow share one flush.
    private ManualResetValueTaskSourceCore<bool> _caller;
    private CancellationTokenRegistration _registration;
    private int _isCallerTold;
    private bool _writesNotifications;

    /// <summary>To be called once, after the item is queued.</summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
            _registration = cancellationToken.UnsafeRegister(static (state, token) => ((SubscriberCommit)state!).Leave(token), this);
        return new(this, _caller.Version);
    }

    public override void Write(ISubscriberDatabase database) => _writesNotifications = database.Write(write);

    public override void Complete(StoreUnavailableException? failure)
    {
        // A failed commit may still be on the disk (power lost between write and acknowledgement): only reading it again tells.
        if (failure is null)
        {
            entry.Subscriber!.Publish(change);
            if (change.ApplicationData is not null) cache.Weigh(entry);
        }
        else cache.Remove(entry);
        entry.EndCommit();
        committed(write, _writesNotifications, failure is null);

        if (Interlocked.Exchange(ref _isCallerTold, 1) != 0) return;
        if (failure is null) _caller.SetResult(true);
        else _caller.SetException(new StoreUnavailableException(failure.Message, failure));
    }

    private void Leave(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _isCallerTold, 1) != 0) return;
        // Whoever cancels shall not run the caller's remaining work on its own thread.
        _caller.RunContinuationsAsynchronously = true;
        _caller.SetException(new OperationCanceledException(cancellationToken));
    }

    public void GetResult(short token)
    {
        _registration.Unregister();
        _caller.GetResult(token);
    }

    public ValueTaskSourceStatus GetStatus(short token) => _caller.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _caller.OnCompleted(continuation, state, token, flags);
}
