using Microsoft.Extensions.Logging;

namespace Hss.Server;

/// <summary>Log events of the server itself, 9000 to 9999.</summary>
internal static partial class ServerEvents
{
    [LoggerMessage(9001, LogLevel.Information, "{Count} subscriptions are in memory after {ElapsedMilliseconds:F0} ms")]
    public static partial void WarmedUp(this ILogger logger, int count, double elapsedMilliseconds);
}
