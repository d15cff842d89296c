using Hss.DiameterNode;
using Microsoft.Extensions.Logging;

namespace Hss.Procedures.Sh;

/// <summary>Tells the log of application servers that nobody has given any permission: the usual reason why a new one gets nothing.</summary>
internal sealed class UnknownServerLog(ILogger logger, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly ReportInterval _interval = new(time, Interval);

    /// <param name="originHost">As it came: behind a relay anybody may call himself anything.</param>
    public void Report(string command, ReadOnlySpan<byte> originHost)
    {
        if (_interval.TryReport(out var silent)) logger.UnknownApplicationServer(command, LoggedText.Of(originHost), silent);
    }
}
