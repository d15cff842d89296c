using System.Collections.Immutable;
using Hss.Subscribers;

namespace Hss.Storage;

// What application servers keep here, and what they are owed. Notifications are not kept in memory: the table is the queue.
public sealed partial class SubscriberStore
{
    public event Action? NotificationsWritten;

    public ValueTask<Subscriber?> FindByUserIdentityAsync(ShUserIdentity user, CancellationToken cancellationToken) =>
        FindAsync(
            user.Kind switch
            {
                ShUserIdentityKind.Msisdn => IdentityKind.Msisdn,
                ShUserIdentityKind.ExternalIdentifier => IdentityKind.ExternalIdentifier,
                _ => IdentityKind.Public,
            },
            user.Value, cancellationToken);

    public Task<IReadOnlyList<Notification>> ReadNotificationsAsync(NotificationQuery query, CancellationToken cancellationToken) =>
        _reads.ReadAsync(static look => look._database.Notifications(look.query), (_database, query), cancellationToken);

    public Task<IReadOnlyList<OpenNotifications>> ReadOpenNotificationsAsync(CancellationToken cancellationToken) =>
        _reads.ReadAsync(static database => database.OpenNotifications(), _database, cancellationToken);

    public async Task<int> WriteNotificationsAsync(ImmutableArray<NotificationUpdate> updates, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (updates.IsEmpty) return 0;
        var written = await CommitAsync(database => database.WriteNotifications(updates)).ConfigureAwait(false);
        _tellNotificationsWritten();
        return written;
    }

    public Task<int> PruneNotificationsAsync(DateTimeOffset finishedBefore, int keep, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return CommitAsync(database => database.PruneNotifications(finishedBefore, keep));
    }

    /// <summary>What a change of one subscriber means for the application servers that subscribed.</summary>
    /// Shape: Data is null when nothing of the application data changes.
    /// Why here: every change passes here, whoever makes it, and what is owed must be durable with it.
    private (ApplicationDataWrite? Data, NotificationWrites Notifications) ApplicationWrites(
        Subscriber subscriber, SubscriberChange change, ImmutableArray<(int SetIndex, RegistrationState State)> registrations)
    {
        var before = subscriber.ApplicationData;
        var asked = ReferenceEquals(change.ApplicationData, before) ? null : change.ApplicationData;
        var writes = change.NotificationUpdates.IsEmpty && change.Unsubscribed.IsEmpty && change.Renewed.IsEmpty ? NotificationWrites.None
            : new() { Updates = change.NotificationUpdates, Withdrawn = change.Unsubscribed, Refreshed = change.Renewed };
        if (asked is null && (registrations.IsEmpty || before.Subscriptions.IsEmpty)) return (null, writes);

        var after = asked ?? before;
        if (before.Subscriptions.IsEmpty && after.Subscriptions.IsEmpty) return (new(before, after), writes);
        var source = new ShSource(subscriber.Subscription, StatesAfter(subscriber, registrations), after);
        var now = _time.GetUtcNow();
        if (before.Subscriptions != after.Subscriptions) writes = WithSubscriptions(writes, before, source, now);
        if (!before.Subscriptions.IsEmpty)
        {
            var consequences = NotificationConsequences.Of(ShSource.Of(subscriber), source, change.ChangedBy, now);
            if (!consequences.Notifications.IsEmpty) writes = writes with { New = consequences.Notifications };
            if (!consequences.Overtaken.IsEmpty) writes = writes with { Withdrawn = writes.Withdrawn.AddRange(consequences.Overtaken) };
            if (!consequences.Refreshed.IsEmpty) writes = writes with { Refreshed = writes.Refreshed.AddRange(consequences.Refreshed) };
            after = consequences.After;
        }
        return (ReferenceEquals(after, before) ? null : new(before, after), writes);
    }

    /// <summary>What subscriptions that come and go mean for what is pending under their keys.</summary>
    /// Why what an application server takes out is not sent any more, while the last word of what ended by itself is: it does not want to hear of it,
    /// and would answer 5107. Why a new subscription renews what is pending: the answer to it may bring the data as they stand, and what comes after
    /// must not be older. Not so that the UE can be reached: that has happened, no answer tells of it, and the application server still waits to hear.
    /// Spec: TS 29.328 6.1.3.1 steps 6 and 9, 6.1.4.
    private static NotificationWrites WithSubscriptions(NotificationWrites writes, ApplicationData before, ShSource after, DateTimeOffset now)
    {
        var changes = ElementChanges<NotificationSubscription>.Between(before.Subscriptions, after.ApplicationData.Subscriptions, static one => one.Key);
        var withdrawn = writes.Withdrawn.Union(changes.Removed.Select(one => one.Key)).ToImmutableArray().ToBuilder();
        var refreshed = writes.Refreshed.ToBuilder();
        foreach (var one in changes.Written)
        {
            if (one.Key.Reference == ShDataReference.UeReachabilityForIP) continue;
            var current = NotificationConsequences.Current(after, one, now);
            if (current.IsEmpty) withdrawn.Add(one.Key);
            else
                refreshed.Add(new()
                {
                    SubscriptionId = after.Subscription.SubscriptionId, Key = one.Key, ApplicationServerRealm = one.ApplicationServerRealm,
                    AskedIdentity = one.AskedIdentity, CombinesChanges = one.CombinesChanges, Content = current,
                });
        }
        return withdrawn.Count == 0 && refreshed.Count == 0 ? writes : writes with { Withdrawn = withdrawn.ToImmutable(), Refreshed = refreshed.ToImmutable() };
    }

    private static ImmutableArray<RegistrationState> StatesAfter(
        Subscriber subscriber, ImmutableArray<(int SetIndex, RegistrationState State)> registrations)
    {
        if (registrations.IsEmpty) return subscriber.States;
        var states = subscriber.States.ToBuilder();
        foreach (var (setIndex, state) in registrations) states[setIndex] = state;
        return states.MoveToImmutable();
    }
}
