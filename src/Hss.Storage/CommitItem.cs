using Hss.Subscribers;

namespace Hss.Storage;

/// <summary>One thing that waits for the commit thread: it writes inside the transaction, and is told once the transaction's outcome is
/// known.</summary>
internal abstract class CommitItem
{
    /// <summary>On the commit thread. What it throws fails the whole batch; a fault of this item alone is kept for
    /// <see cref="Complete"/>.</summary>
    public abstract void Write(ISubscriberDatabase database);

    /// <summary>On a thread-pool thread, after every other completion of an earlier batch was started. Null: it is durable.</summary>
    public abstract void Complete(StoreUnavailableException? failure);
}

/// <summary>Subscriptions that are created or replaced together.</summary>
internal sealed class UpsertCommit(Func<UpsertCounts> write, Action jobsWritten) : CommitItem
{
    // Asynchronous, unlike the commits of procedures: what follows frees thousands of gates and would hold up the answers of its batch.
    private readonly TaskCompletionSource<UpsertCounts> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private UpsertCounts _counts;
    private IdentityConflictException? _conflict;

    public Task<UpsertCounts> Outcome => _outcome.Task;

    public override void Write(ISubscriberDatabase database)
    {
        try
        {
            _counts = write();
        }
        catch (IdentityConflictException conflict)
        {
            _conflict = conflict;
        }
    }

    public override void Complete(StoreUnavailableException? failure)
    {
        if (failure is null && _conflict is null && _counts.Jobs > 0) jobsWritten();
        if (_conflict is not null) _outcome.SetException(_conflict);
        else if (failure is not null) _outcome.SetException(new StoreUnavailableException(failure.Message, failure));
        else _outcome.SetResult(_counts);
    }
}

/// <summary>A step without a turn: jobs that change no registration state, removals.</summary>
internal sealed class StepCommit<T>(Func<ISubscriberDatabase, T> step) : CommitItem
{
    private readonly TaskCompletionSource<T> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _value;

    public Task<T> Outcome => _outcome.Task;

    public override void Write(ISubscriberDatabase database) => _value = step(database);

    public override void Complete(StoreUnavailableException? failure)
    {
        if (failure is not null) _outcome.SetException(new StoreUnavailableException(failure.Message, failure));
        else _outcome.SetResult(_value!);
    }
}
