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
        var writes = change.NotificationUpdates.IsEmpty ? NotificationWrites.None : new() { Updates = change.NotificationUpdates };
        if (asked is null && (registrations.IsEmpty || before.Subscriptions.IsEmpty)) return (null, writes);

        var after = asked ?? before;
        if (!before.Subscriptions.IsEmpty)
        {
            var states = subscriber.States;
            if (!registrations.IsEmpty)
            {
                var builder = states.ToBuilder();
                foreach (var (setIndex, state) in registrations) builder[setIndex] = state;
                states = builder.MoveToImmutable();
            }
            var consequences = NotificationConsequences.Of(
                ShSource.Of(subscriber), new(subscriber.Subscription, states, after), change.ChangedBy, _time.GetUtcNow());
            writes = writes with { New = consequences.Notifications, Withdrawn = Ended(before.Subscriptions, after.Subscriptions) };
            after = consequences.After;
        }
        return (ReferenceEquals(after, before) ? null : new(before, after), writes);
    }

    /// <summary>Keys of the subscriptions that whoever makes the change takes out: what is pending of them is not to be sent.</summary>
    /// Why not of those that end by what they are told: that is still to be told.
    private static ImmutableArray<NotificationKey> Ended(ImmutableArray<NotificationSubscription> before, ImmutableArray<NotificationSubscription> after) =>
        before == after ? [] : [.. ElementChanges<NotificationSubscription>.Between(before, after, static one => one.Key).Removed.Select(one => one.Key)];
}
