using Microsoft.Extensions.Logging;

namespace Hss.Grpc;

/// <summary>Log events of gRPC, 7000 to 7499.</summary>
internal static partial class GrpcEvents
{
    [LoggerMessage(7000, LogLevel.Information, "gRPC is served on {Address}: {Count} services")]
    public static partial void Serving(this ILogger logger, string address, int count);

    [LoggerMessage(7001, LogLevel.Information, "gRPC takes no new calls; {Count} are under way")]
    public static partial void Draining(this ILogger logger, int count);

    [LoggerMessage(7002, LogLevel.Warning, "{Count} calls did not end by themselves and were ended")]
    public static partial void DrainCutOff(this ILogger logger, int count);

    [LoggerMessage(7010, LogLevel.Debug, "{Method} of {Peer} ended with {Status} after {ElapsedMilliseconds:F1} ms")]
    public static partial void CallEnded(this ILogger logger, string method, string peer, global::Grpc.Core.StatusCode status, double elapsedMilliseconds);

    [LoggerMessage(7020, LogLevel.Error, "{Method} of {Peer} failed in its handler")]
    public static partial void HandlerFailed(this ILogger logger, Exception problem, string method, string peer);

    [LoggerMessage(7021, LogLevel.Warning, "{Peer} does not read the answers to {Method}; the call is cut off")]
    public static partial void SlowReader(this ILogger logger, string peer, string method);

    [LoggerMessage(7022, LogLevel.Error, "Who watches the calls failed at {Method}")]
    public static partial void EndedFailed(this ILogger logger, Exception problem, string method);
}
