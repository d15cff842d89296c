using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Procedures.Sh;

/// <summary>Log events of notifications, 6250 to 6259. None says what a notification says: that is data of a subscriber.</summary>
internal static partial class NotificationLog
{
    [LoggerMessage(6250, LogLevel.Debug, "notification {Id} ({Reference} of {User} to {Host}) ended {State}: {Outcome}")]
    public static partial void NotificationEnded(this ILogger logger, long id, ShDataReference reference, string user, string host, NotificationState state, string outcome);

    [LoggerMessage(6251, LogLevel.Warning,
        "notification {Id} ({Reference} of {User} to {Host}) failed: {Outcome}. The application server may work with older data until the next change, or until it is put back")]
    public static partial void NotificationFailed(this ILogger logger, long id, ShDataReference reference, string user, string host, string outcome);

    [LoggerMessage(6252, LogLevel.Debug, "notification {Id} ({Reference} of {User} to {Host}): {Outcome}; attempt {Attempt}, the next one at {Next:O}")]
    public static partial void NotificationRetried(
        this ILogger logger, long id, ShDataReference reference, string user, string host, string outcome, int attempt, DateTimeOffset next);

    [LoggerMessage(6253, LogLevel.Information, "{Host} says {Outcome} of {User}: {Count} of its subscriptions ended")]
    public static partial void SubscriptionsEnded(this ILogger logger, string host, string outcome, string user, int count);

    [LoggerMessage(6254, LogLevel.Critical, "a fault of this program stopped notification {Id}; it is tried again later")]
    public static partial void NotificationFault(this ILogger logger, long id, Exception exception);
}
