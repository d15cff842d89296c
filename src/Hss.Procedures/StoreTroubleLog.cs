using Microsoft.Extensions.Logging;

namespace Hss.Procedures;

/// <summary>Tells the log that the store cannot answer: at once, and then now and again, with how many requests that concerned.</summary>
/// Why not a line per request: a dead store fails thousands of them a second, and the log must not fill the disk that is the trouble already.
/// Order: any thread.
internal sealed class StoreTroubleLog(ILogger logger, TimeProvider time)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private long _reported;
    private bool _hasReported;
    private int _silent;

    public void Report(string command, string trouble)
    {
        int silent;
        lock (_gate)
        {
            if (_hasReported && time.GetElapsedTime(_reported) < Interval)
            {
                _silent++;
                return;
            }
            (silent, _silent) = (_silent, 0);
            (_hasReported, _reported) = (true, time.GetTimestamp());
        }
        logger.StoreUnavailable(command, trouble, silent);
    }
}
