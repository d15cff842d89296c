using Microsoft.Extensions.Logging;

namespace Hss.Procedures.Cx;

/// <summary>Log events of the Cx procedures, 6000 to 6999. None takes a secret.</summary>
internal static partial class CxLog
{
    [LoggerMessage(6001, LogLevel.Warning, "AUTS of {PrivateIdentity} refused, nothing changed: {Reason} (Session-Id {SessionId})")]
    public static partial void AutsRefused(this ILogger logger, string privateIdentity, string reason, string sessionId);

    [LoggerMessage(6002, LogLevel.Information, "resynchronised {PrivateIdentity}: the USIM's SQN is {SqnMs}, the counter {Outcome} (Session-Id {SessionId})")]
    public static partial void Resynchronised(this ILogger logger, string privateIdentity, ulong sqnMs, string outcome, string sessionId);

    [LoggerMessage(6003, LogLevel.Error, "sequence numbers of {PrivateIdentity} are used up: the USIM must be replaced")]
    public static partial void SequenceNumbersUsedUp(this ILogger logger, string privateIdentity);

    [LoggerMessage(6004, LogLevel.Warning, "{Command} answered 5012: {Trouble} ({Others} more since the last such line)")]
    public static partial void StoreUnavailable(this ILogger logger, string command, string trouble, int others);
}
