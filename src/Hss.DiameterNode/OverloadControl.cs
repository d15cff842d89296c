namespace Hss.DiameterNode;

/// <summary>Decides which requests are taken on, and keeps the overload report up to date.</summary>
/// Shape: the clock around <see cref="OverloadState"/>. An interval ends with the first request behind it, so a node without traffic has
/// no timer, and what passed in silence counts as calm. Order: any thread.
internal sealed class OverloadControl(int bound, TimeSpan deadline, TimeProvider time)
{
    /// <summary>One look at the load. Short beside a deadline, long beside a commit.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    // From any state this much calm leads back to the start, so a longer silence need not be gone through.
    private const int MostIntervalsAtOnce = 64;

    private readonly Lock _gate = new();
    private readonly long _intervalTicks = (long)(Interval.TotalSeconds * time.TimestampFrequency);
    private readonly int _intervalsPerDeadline = (int)Math.Ceiling(deadline / Interval);
    private OverloadState _state = OverloadState.Start(bound);
    private volatile int[] _shares = RequestPriority.Shares(bound);
    private volatile OverloadReport _report = OverloadReport.None;
    private long _intervalStart = time.GetTimestamp();
    private int _mostInFlight;
    private int _served;
    private int _late;

    /// <summary>What answers report.</summary>
    public OverloadReport Report => _report;

    /// <summary>Whether one more request of this priority may begin.</summary>
    /// <param name="inFlight">Requests in work, this one counted.</param>
    /// <param name="priority">Its priority.</param>
    /// <param name="now">The time provider's timestamp.</param>
    public bool Admits(int inFlight, byte priority, long now)
    {
        if (now - Volatile.Read(ref _intervalStart) >= _intervalTicks) EndInterval(now);

        // Two threads may overwrite each other's mark; a load that lasts comes by again.
        if (inFlight > Volatile.Read(ref _mostInFlight)) Volatile.Write(ref _mostInFlight, inFlight);
        return inFlight <= _shares[priority];
    }

    /// <summary>A request has its answer.</summary>
    public void CountEnded(Outcome outcome)
    {
        if (outcome == Outcome.Late) Interlocked.Increment(ref _late);
        else if (outcome != Outcome.Refused) Interlocked.Increment(ref _served);
    }

    private void EndInterval(long now)
    {
        lock (_gate)
        {
            long intervals = (now - _intervalStart) / _intervalTicks;
            if (intervals <= 0) return;
            Volatile.Write(ref _intervalStart, _intervalStart + (intervals * _intervalTicks));
            OverloadSample sample = new(Interlocked.Exchange(ref _mostInFlight, 0), Interlocked.Exchange(ref _served, 0), Interlocked.Exchange(ref _late, 0));
            OverloadState before = _state;
            for (long i = Math.Min(intervals, MostIntervalsAtOnce); i > 0; i--)
            {
                _state = _state.Next(sample, bound, _intervalsPerDeadline);
                sample = default;
            }

            if (before.Limit != _state.Limit) _shares = RequestPriority.Shares(_state.Limit);
            _report = _report.Next(_state.ReductionPercent, time);
        }
    }
}
