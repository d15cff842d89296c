using Microsoft.Extensions.Logging;

namespace Hss.Provisioning;

/// <summary>Log events of subscriptions and their audit, 7600 to 7699. None takes a secret.</summary>
internal static partial class SubscriptionLog
{
    [LoggerMessage(7600, LogLevel.Information,
        "import by {Actor}: {Received} received, {Created} created, {Updated} updated, {Unchanged} unchanged, {Refused} refused; it took {Part} of them")]
    public static partial void ImportEnded(this ILogger logger, string actor, long received, long created, long updated, long unchanged, long refused, string part);
}
