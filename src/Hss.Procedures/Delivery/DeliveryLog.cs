using Microsoft.Extensions.Logging;

namespace Hss.Procedures;

/// <summary>Log events of every delivery, 6104 to 6109; what is delivered, and the area, say which one.</summary>
internal static partial class DeliveryLog
{
    [LoggerMessage(6104, LogLevel.Warning, "no path to {Host}: its {Items} wait, the next look is at {Next:O}")]
    public static partial void WaitsForServer(this ILogger logger, string host, string items, DateTimeOffset next);

    [LoggerMessage(6105, LogLevel.Information, "{Host} can be reached again: its {Items} go on")]
    public static partial void GoesOn(this ILogger logger, string host, string items);

    [LoggerMessage(6106, LogLevel.Warning, "{Items} wait for the store: {Trouble}")]
    public static partial void WaitsForStore(this ILogger logger, string items, string trouble);

    [LoggerMessage(6108, LogLevel.Critical, "a fault of this program stopped the look for {Items}; it goes on later")]
    public static partial void SweepFault(this ILogger logger, string items, Exception exception);

    [LoggerMessage(6109, LogLevel.Information, "{Count} {Items} are pending from before the start")]
    public static partial void FoundPending(this ILogger logger, int count, string items);
}
