using Microsoft.Extensions.Logging;

namespace Hss.Server;

/// <summary>Log events of the server itself, 9000 to 9999.</summary>
internal static partial class ServerEvents
{
    [LoggerMessage(9001, LogLevel.Information, "{Count} subscriptions are in memory after {ElapsedMilliseconds:F0} ms")]
    public static partial void WarmedUp(this ILogger logger, int count, double elapsedMilliseconds);

    [LoggerMessage(9010, LogLevel.Warning, "The operations listener on {Address} is not on loopback; it asks for no password, so let only operators reach it")]
    public static partial void OperationsBeyondLoopback(this ILogger logger, string address);

    [LoggerMessage(9012, LogLevel.Warning, "The transport keys stay as they were: {Reason}")]
    public static partial void TransportKeysNotReloaded(this ILogger logger, string reason);

    [LoggerMessage(9013, LogLevel.Warning, "The transport key file {Path} can be read by its group; let only the server read it")]
    public static partial void TransportKeysGroupReadable(this ILogger logger, string path);

    [LoggerMessage(9011, LogLevel.Error, "Some metrics could not be read; what could is shown")]
    public static partial void MetricsIncomplete(this ILogger logger, Exception problem);
}
