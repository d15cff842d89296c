namespace Hss.DiameterNode;

/// <summary>A timer that remembers which state it was armed for, and for when.</summary>
/// Order: used inside one mailbox; only <paramref name="wake"/> comes from the timer's own thread and should post a letter there.
/// Whoever reads that letter asks <see cref="IsDue"/>: a wake of an earlier arming comes too early and is not due.
internal sealed class StateTimer<TState>(TimeProvider time, Action wake) : IDisposable
    where TState : struct, Enum
{
    private static readonly TimeSpan LeastWait = TimeSpan.FromMilliseconds(1);

    private ITimer? _timer;
    private long _due;
    private bool _isArmed;

    /// <summary>The state it was armed for last.</summary>
    public TState ArmedFor { get; private set; }

    /// <summary>Arms it anew.</summary>
    public void Set(TState armedFor, TimeSpan after)
    {
        ArmedFor = armedFor;
        _isArmed = true;
        _due = time.GetTimestamp() + ToTimestampUnits(after);
        Change(after);
    }

    /// <summary>Moves the due time later without touching the timer: it will wake, find itself early, and sleep on.</summary>
    public void Postpone(long from, TimeSpan after) => _due = Math.Max(_due, from + ToTimestampUnits(after));

    /// <summary>Whether the time has come; if it has not, the timer sleeps for the rest.</summary>
    public bool IsDue()
    {
        if (!_isArmed) return false;
        TimeSpan rest = time.GetElapsedTime(time.GetTimestamp(), _due);
        if (rest <= TimeSpan.Zero)
        {
            _isArmed = false;
            return true;
        }

        Change(rest);
        return false;
    }

    public void Dispose()
    {
        _isArmed = false;
        _timer?.Dispose();
    }

    private void Change(TimeSpan after)
    {
        // A wait of no time at all would spin when the timer's clock and the timestamps differ by a fraction of a millisecond.
        TimeSpan wait = after < LeastWait ? LeastWait : after;
        _timer ??= time.CreateTimer(static wake => ((Action)wake!)(), wake, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private long ToTimestampUnits(TimeSpan span) => (long)(span.Ticks * ((double)time.TimestampFrequency / TimeSpan.TicksPerSecond));
}
