using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>What a change means for the application servers that subscribed: the notifications it makes, and what it leaves of the application data.</summary>
///
/// | change                                             | who is told                                          | the subscription               |
/// |----------------------------------------------------|------------------------------------------------------|--------------------------------|
/// | a piece would be written differently               | who subscribed to it, with what stands now           | stays; a one-time one ends     |
/// | the same, and an application server made it        | everybody but that one                               | stays                          |
/// | repository data deleted                            | as above, RepositoryData without ServiceData         | ends, whoever's it is          |
/// | identity or subscription removed                   | empty elements, NOT_REGISTERED, DeletedIdentities    | ends                           |
/// | a report says that the UE can be reached           | who waits for that                                   | ends                           |
/// | "authentication pending" begins or ends            | nobody, unless another state comes of it             | stays                          |
/// | data removed for which there is no empty element   | nobody                                               | stays                          |
/// | its time has run out                               | nobody                                               | ends                           |
///
/// Shape: pure. Spec: TS 29.328 6.1.2.1 step 6, 6.1.3, 6.1.4.
/// <param name="After">The application data behind the change, without the subscriptions that it ended, and without what belonged to identities that
/// are gone.</param>
public sealed record NotificationConsequences(ImmutableArray<Notification> Notifications, ApplicationData After)
{
    /// <summary>Keys of which what is still pending is not to be sent any more: the application server made a newer change of the same data itself, or its
    /// subscription has run out.</summary>
    /// Why: a PNR with an older sequence number behind the PUA of a newer one would take the application server back to what it has replaced.
    public ImmutableArray<NotificationKey> Overtaken { get; init; } = [];

    /// <summary>What stands now of data that no application server writes, such as filters, and that changed with what this one wrote: takes the place of
    /// what is pending, and makes nothing new.</summary>
    /// Why not overtaken: what is pending tells of somebody else's change, which no PUA has told.
    public ImmutableArray<Notification> Refreshed { get; init; } = [];

    /// <param name="before">Null: the subscription is new.</param>
    /// <param name="after">Null: the subscription is removed.</param>
    /// <param name="changedBy">The application server that is not told (lower case), or null.</param>
    public static NotificationConsequences Of(ShSource? before, ShSource? after, string? changedBy, DateTimeOffset now)
    {
        if (before is not null && after is not null && !ReferenceEquals(before.Subscription, after.Subscription))
            after = after with { ApplicationData = ApplicationDataCarryOver.Of(before.Subscription, after.Subscription, after.ApplicationData) };
        var subscriptions = (after ?? before)?.ApplicationData.Subscriptions ?? [];
        if (before is null || subscriptions.IsEmpty) return new([], after?.ApplicationData ?? ApplicationData.Empty);

        var change = new NotifiedChange(before, after, now);
        var notifications = ImmutableArray.CreateBuilder<Notification>();
        var overtaken = ImmutableArray.CreateBuilder<NotificationKey>();
        var refreshed = ImmutableArray.CreateBuilder<Notification>();
        ImmutableArray<NotificationSubscription>.Builder? left = null;
        for (var i = 0; i < subscriptions.Length; i++)
        {
            var subscription = subscriptions[i];
            var ends = subscription.Expiry <= now;
            if (ends)
            {
                overtaken.Add(subscription.Key);
            }
            else if (change.Of(subscription, IsOneOfSeveralSets(subscriptions, subscription), out ends) is not { } content)
            {
                // It says what it said.
            }
            else if (string.Equals(subscription.Key.ApplicationServer, changedBy, StringComparison.Ordinal))
            {
                if ((DataReferenceTable.Operations(subscription.Key.Reference) & ShOperations.Update) != 0) overtaken.Add(subscription.Key);
                else refreshed.Add(Notification(before.Subscription.SubscriptionId, subscription, content));
            }
            else
            {
                notifications.Add(Notification(before.Subscription.SubscriptionId, subscription, content));
                ends |= subscription.OneTime;
            }
            if (ends && left is null) (left = ImmutableArray.CreateBuilder<NotificationSubscription>()).AddRange(subscriptions, i);
            if (!ends) left?.Add(subscription);
        }
        return new(notifications.ToImmutable(),
            after is null ? ApplicationData.Empty : left is null ? after.ApplicationData : after.ApplicationData with { Subscriptions = left.ToImmutable() })
        {
            Overtaken = overtaken.ToImmutable(),
            Refreshed = refreshed.ToImmutable(),
        };
    }

    /// <summary>What a subscription is about as it stands: content for an application server that asked for it with its SNR, and for a notification that
    /// waits while the same is subscribed again. Empty: nothing that could be told.</summary>
    /// Why "authentication pending" counts as little here as in notifications: nobody would be told when it is over.
    public static ReadOnlyMemory<byte> Current(ShSource source, NotificationSubscription subscription, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(subscription);
        var document = new ShData();
        return ShDataContent.AddSubscribed(document, source, subscription.Key, IsOneOfSeveralSets(source.ApplicationData.Subscriptions, subscription), now)
            ? ShDataWriter.Write(document) : default;
    }

    // The lists of several identity sets look alike: an application server that subscribed to more than one is told in the element of each. Without
    // Notif-Eff it does not know those elements.
    private static bool IsOneOfSeveralSets(ImmutableArray<NotificationSubscription> subscriptions, NotificationSubscription subscription)
    {
        if (subscription.Key.Reference != ShDataReference.ImsPublicIdentity || !subscription.CombinesChanges) return false;
        foreach (var other in subscriptions)
            if (other.Key.Reference == ShDataReference.ImsPublicIdentity && other.Key.ApplicationServer == subscription.Key.ApplicationServer
                && other.Key.User == subscription.Key.User && other.Key.Detail != subscription.Key.Detail) return true;
        return false;
    }

    private static Notification Notification(string subscriptionId, NotificationSubscription subscription, ShData content) => new()
    {
        SubscriptionId = subscriptionId,
        Key = subscription.Key,
        ApplicationServerRealm = subscription.ApplicationServerRealm,
        AskedIdentity = subscription.AskedIdentity,
        CombinesChanges = subscription.CombinesChanges,
        Content = ShDataWriter.Write(content),
    };
}
