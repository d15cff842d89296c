namespace Hss.DiameterNode;

/// <summary>Lets one line a minute through and counts the others.</summary>
/// Order: any thread.
internal sealed class LogThrottle
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long _last;
    private int _suppressed;
    private bool _hasLogged;

    /// <summary>Whether to log now, and how many were passed over since the last time.</summary>
    public bool TryLog(TimeProvider time, out int suppressed)
    {
        lock (_gate)
        {
            long now = time.GetTimestamp();
            suppressed = _suppressed;
            if (_hasLogged && time.GetElapsedTime(_last, now) < Interval)
            {
                _suppressed++;
                return false;
            }

            _hasLogged = true;
            _last = now;
            _suppressed = 0;
            return true;
        }
    }
}
