namespace Hss.Procedures;

/// <summary>Lets one report through at once, and then one per interval with the number of those that were not.</summary>
/// Why not a line per request: what goes wrong for one goes wrong for thousands a second, and the log must not become the next trouble.
/// Order: any thread.
internal sealed class ReportInterval(TimeProvider time, TimeSpan interval)
{
    private readonly Lock _gate = new();
    private long _reported;
    private bool _hasReported;
    private int _silent;

    public bool TryReport(out int silent)
    {
        lock (_gate)
        {
            silent = _silent;
            if (_hasReported && time.GetElapsedTime(_reported) < interval)
            {
                _silent++;
                return false;
            }
            (_silent, _hasReported, _reported) = (0, true, time.GetTimestamp());
            return true;
        }
    }
}
