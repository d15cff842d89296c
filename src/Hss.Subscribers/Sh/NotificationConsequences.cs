using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>What a change means for the application servers that subscribed: the notifications it makes, and what it leaves of the subscriptions.</summary>
/// Shape: pure. Spec: TS 29.328 6.1.4.
/// <param name="After">The application data behind the change, without the subscriptions that it ended.</param>
public sealed record NotificationConsequences(ImmutableArray<Notification> Notifications, ApplicationData After)
{
    /// <param name="before">Null: the subscription is new.</param>
    /// <param name="after">Null: the subscription is removed.</param>
    /// <param name="changedBy">The application server that is not told (lower case), or null.</param>
    public static NotificationConsequences Of(ShSource? before, ShSource? after, string? changedBy, DateTimeOffset now) =>
        new([], after?.ApplicationData ?? ApplicationData.Empty);
}
