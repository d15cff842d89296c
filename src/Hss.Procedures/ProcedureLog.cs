using Microsoft.Extensions.Logging;

namespace Hss.Procedures;

/// <summary>Log events that the procedures of all applications share; numbers among those of <c>CxLog</c>, 6000 to 6099.</summary>
internal static partial class ProcedureLog
{
    [LoggerMessage(6004, LogLevel.Warning, "{Command} answered 5012: {Trouble} ({Others} more since the last such line)")]
    public static partial void StoreUnavailable(this ILogger logger, string command, string trouble, int others);
}
