using Microsoft.Extensions.Logging;

namespace Hss.Procedures;

/// <summary>Tells the log that the store cannot answer: at once, and then now and again, with how many requests that concerned.</summary>
/// Order: any thread.
internal sealed class StoreTroubleLog(ILogger logger, TimeProvider time)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly ReportInterval _interval = new(time, Interval);

    public void Report(string command, string trouble)
    {
        if (_interval.TryReport(out var silent)) logger.StoreUnavailable(command, trouble, silent);
    }
}
