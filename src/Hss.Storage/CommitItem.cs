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

/// <summary>A step without a turn: changes of what is provisioned, records, jobs that change no registration state.</summary>
/// <param name="step">What it writes, on the commit thread.</param>
/// <param name="told">Called before the outcome is known to the caller, with what the step gave; false: whether it is durable is not known.</param>
internal sealed class StepCommit<T>(Func<ISubscriberDatabase, T> step, Action<T, bool>? told = null) : CommitItem
{
    // Asynchronous, unlike the commits of procedures: what follows frees thousands of gates and would hold up the answers of its batch.
    private readonly TaskCompletionSource<T> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _value;
    private bool _isWritten;
    private Exception? _refusal;

    public Task<T> Outcome => _outcome.Task;

    public override void Write(ISubscriberDatabase database)
    {
        try
        {
            _value = step(database);
            _isWritten = true;
        }
        catch (Exception refusal) when (refusal is SubscriptionRefusedException or RequestIdReusedException)
        {
            // Its fault alone: the step has undone what it wrote.
            _refusal = refusal;
        }
    }

    public override void Complete(StoreUnavailableException? failure)
    {
        if (_isWritten) told?.Invoke(_value!, failure is null);
        if (_refusal is not null) _outcome.SetException(_refusal);
        else if (failure is not null) _outcome.SetException(new StoreUnavailableException(failure.Message, failure));
        else _outcome.SetResult(_value!);
    }
}
