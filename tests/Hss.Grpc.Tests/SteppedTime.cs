namespace Hss.Grpc.Tests;

/// <summary>Time that moves only when a test says so, with its timers.</summary>
public sealed class SteppedTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<SteppedTimer> _timers = [];
    private long _ticks = DateTimeOffset.UnixEpoch.AddYears(55).Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public int Timers { get { lock (_lock) return _timers.Count; } }

    public override long GetTimestamp() => Volatile.Read(ref _ticks);

    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _ticks), TimeSpan.Zero);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SteppedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        var now = Interlocked.Add(ref _ticks, by.Ticks);
        SteppedTimer[] due;
        lock (_lock)
        {
            due = [.. _timers.Where(timer => timer.DueTicks <= now)];
            _timers.RemoveAll(due.Contains);
        }
        foreach (var timer in due) timer.Fire();
    }

    /// <summary>Waits, without time passing, until so many timers run.</summary>
    public async Task HasTimersAsync(int count)
    {
        while (Timers < count) await Task.Yield();
    }

    private sealed class SteppedTimer(SteppedTime time, TimerCallback callback, object? state) : ITimer
    {
        public long DueTicks { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                time._timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                DueTicks = time._ticks + dueTime.Ticks;
                time._timers.Add(this);
            }
            return true;
        }

        public void Dispose()
        {
            lock (time._lock) time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
