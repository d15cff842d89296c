namespace Hss.DiameterNode;

/// <summary>The requests that wait for something, oldest first, and one timer for the oldest of them.</summary>
/// Shape: a list linked through the answers. All requests have the same time, so the one received first is due first (reading batches
/// may disorder neighbours by microseconds). A request that ends at once never gets here. Order: any thread.
internal sealed class DeadlineQueue : IDisposable
{
    private static readonly TimeSpan LeastWait = TimeSpan.FromMilliseconds(1);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _deadline;
    private readonly ITimer _timer;
    private Answer? _first;
    private Answer? _last;
    private bool _isArmed;

    public DeadlineQueue(TimeProvider time, TimeSpan deadline)
    {
        _time = time;
        _deadline = deadline;
        _timer = time.CreateTimer(static queue => ((DeadlineQueue)queue!).Expire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Watches over a request from now on.</summary>
    public void Add(Answer answer)
    {
        lock (_gate)
        {
            answer.IsWatched = true;
            answer.Earlier = _last;
            if (_last is null) _first = answer;
            else _last.Later = answer;
            _last = answer;
            if (!_isArmed) Arm();
        }
    }

    /// <summary>Stops watching; nothing happens when it was never watched or is due already.</summary>
    public void Remove(Answer answer)
    {
        lock (_gate)
        {
            if (answer.IsWatched) Unlink(answer);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Expire()
    {
        lock (_gate) _isArmed = false;
        while (TakeDue() is { } answer) answer.Expire();
    }

    private Answer? TakeDue()
    {
        lock (_gate)
        {
            if (_first is not { } first) return null;
            if (Rest(first) > TimeSpan.Zero)
            {
                Arm();
                return null;
            }

            Unlink(first);
            return first;
        }
    }

    // The timer is not moved when the oldest request ends, and not when one comes: all wait equally long, so a timer that is armed
    // wakes early enough. It wakes about once per deadline, looks, and sleeps again.
    private void Arm()
    {
        _isArmed = true;
        TimeSpan rest = Rest(_first!);
        _timer.Change(rest < LeastWait ? LeastWait : rest, Timeout.InfiniteTimeSpan);
    }

    private TimeSpan Rest(Answer answer) => _deadline - _time.GetElapsedTime(answer.Received);

    private void Unlink(Answer answer)
    {
        if (answer.Earlier is null) _first = answer.Later;
        else answer.Earlier.Later = answer.Later;
        if (answer.Later is null) _last = answer.Earlier;
        else answer.Later.Earlier = answer.Earlier;
        answer.Earlier = answer.Later = null;
        answer.IsWatched = false;
    }
}
