using Hss.Subscribers;
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

    [LoggerMessage(6101, LogLevel.Information, "job {JobId} ({Kind} of {PrivateIdentity} to {Host}) ended {State}: {Outcome}")]
    public static partial void JobEnded(this ILogger logger, long jobId, CxJobKind kind, string privateIdentity, string host, CxJobState state, string outcome);

    [LoggerMessage(6102, LogLevel.Warning, "job {JobId} ({Kind} of {PrivateIdentity} to {Host}) failed: {Outcome}. The S-CSCF may still serve what it served before")]
    public static partial void JobFailed(this ILogger logger, long jobId, CxJobKind kind, string privateIdentity, string host, string outcome);

    [LoggerMessage(6103, LogLevel.Debug, "job {JobId} ({Kind} of {PrivateIdentity} to {Host}): {Outcome}; attempt {Attempt}, the next one at {Next:O}")]
    public static partial void JobRetried(this ILogger logger, long jobId, CxJobKind kind, string privateIdentity, string host, string outcome, int attempt, DateTimeOffset next);

    [LoggerMessage(6107, LogLevel.Critical, "a fault of this program stopped job {JobId}; it is tried again later")]
    public static partial void JobFault(this ILogger logger, long jobId, Exception exception);
}
