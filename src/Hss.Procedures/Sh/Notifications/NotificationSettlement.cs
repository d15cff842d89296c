using System.Collections.Immutable;
using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Procedures.Sh;

/// <summary>Reads what one application server is owed of one user, and writes down what came of it.</summary>
/// Order: the store writes an end only over the content that was sent: where a newer one took its place meanwhile, that one stays pending. An end that
/// takes subscriptions away happens within the subscriber's turn, in one commit with them.
internal sealed class NotificationSettlement(
    ISubscriberStore store, DeliveryOptions options, ShInstruments instruments, TimeProvider time, ILogger logger)
{
    /// <summary>All that is pending for the application server and the user of a notification, by number.</summary>
    public async Task<IReadOnlyList<Notification>> ReadPendingAsync(Notification of, CancellationToken cancellationToken)
    {
        // The name alone does not tell a public identity from an External-Identifier.
        var pending = await store.ReadNotificationsAsync(
            new() { ApplicationServer = of.Key.ApplicationServer, User = of.Key.User.Value, State = NotificationState.Pending }, cancellationToken).ConfigureAwait(false);
        return [.. pending.Where(one => one.Key.User == of.Key.User).OrderBy(one => one.Id)];
    }

    /// <summary>The subscriber a notification is about as it is behind the change that wrote it, or null when its subscription is gone.</summary>
    /// Why a turn, although nothing is changed: see <see cref="Cx.JobSettlement.FindAsync"/>.
    public async ValueTask<Subscriber?> FindAsync(Notification notification, CancellationToken cancellationToken)
    {
        using var turn = await EnterAsync(notification, cancellationToken).ConfigureAwait(false);
        return turn.Subscriber;
    }

    /// <summary>Ends notifications for good.</summary>
    public async Task EndAsync(IReadOnlyList<Notification> notifications, NotificationState end, string result, bool wasSent = true)
    {
        var updates = Ended(notifications, end, result, wasSent);
        var count = await store.WriteNotificationsAsync(updates, CancellationToken.None).ConfigureAwait(false);
        if (count < notifications.Count)
        {
            // Some have newer content, or were ended by somebody else: nothing has ended with this.
            var pending = await ReadPendingAsync(notifications[0], CancellationToken.None).ConfigureAwait(false);
            notifications = [.. notifications.Where(one => !pending.Any(other => other.Id == one.Id))];
        }
        Tell(notifications, end, result, count);
    }

    /// <summary>Ends what was sent, and with it subscriptions that it showed to be pointless, and whatever else is pending of those.</summary>
    /// <param name="seen">The subscriptions when it was sent: one that was made since is not what the application server spoke of.</param>
    public async Task EndWithSubscriptionsAsync(
        IReadOnlyList<Notification> sent, string result, ImmutableArray<NotificationSubscription> seen, Predicate<NotificationKey> isOver)
    {
        using var turn = await EnterAsync(sent[0], CancellationToken.None).ConfigureAwait(false);
        var subscriptions = turn.Subscriber?.ApplicationData.Subscriptions ?? [];
        // The same object: a subscription that stood when the PNR left. One that was made again, or read again from the store, stays; if it is
        // pointless too, the next PNR says so. What it is owed since stays as well: nobody else would tell it.
        var left = subscriptions.RemoveAll(one => isOver(one.Key) && seen.Any(other => ReferenceEquals(other, one)));
        var pending = (await ReadPendingAsync(sent[0], CancellationToken.None).ConfigureAwait(false))
            .Where(one => isOver(one.Key) && (IsAsSent(one) || !left.Any(other => other.Key == one.Key))).ToArray();
        var wasSent = pending.Where(one => sent.Any(other => other.Id == one.Id)).ToArray();
        var updates = Ended(wasSent, NotificationState.Failed, result, wasSent: true)
            .AddRange(Ended([.. pending.Except(wasSent)], NotificationState.Withdrawn, $"its subscription ended: {result}", wasSent: false));
        var ended = subscriptions.Length - left.Length;
        if (turn.Subscriber is { } subscriber)
        {
            await store.CommitAsync(turn, SubscriberChange.None with
            {
                ApplicationData = ended == 0 ? null : subscriber.ApplicationData with { Subscriptions = left }, NotificationUpdates = updates,
            }, CancellationToken.None).ConfigureAwait(false);
        }
        else
        {
            await store.WriteNotificationsAsync(updates, CancellationToken.None).ConfigureAwait(false);
        }
        Tell(wasSent, NotificationState.Failed, result, wasSent.Length);
        instruments.CountNotifications(NotificationState.Withdrawn, pending.Length - wasSent.Length);
        var key = sent[0].Key;
        if (ended > 0) logger.SubscriptionsEnded(key.ApplicationServer, result, key.User.Value, ended);

        bool IsAsSent(Notification one) => sent.Any(other => other.Id == one.Id && other.Version == one.Version);
    }

    /// <summary>Puts what stands now into notifications that outlived their subscriptions (one time, removed data) and say what is not so any more.</summary>
    /// Why not withdrawn: the application server has heard nothing since it subscribed, and believes that it still will. Where the user is gone, or the
    /// schema has no word for what became of the data, nothing is left to tell.
    public async Task RenewAsync(IReadOnlyList<Notification> outlived)
    {
        using var turn = await EnterAsync(outlived[0], CancellationToken.None).ConfigureAwait(false);
        var (renewed, over) = (ImmutableArray.CreateBuilder<Notification>(), new List<Notification>());
        foreach (var one in outlived)
        {
            // Subscribed again meanwhile: the SNR has renewed it.
            if (turn.Subscriber is { } now && now.ApplicationData.Subscriptions.Any(subscription => subscription.Key == one.Key)) continue;
            if (turn.Subscriber is { } standing && NotifiedContent.Renewed(one, ShSource.Of(standing), time.GetUtcNow()) is { } notification) renewed.Add(notification);
            else over.Add(one);
        }
        const string Why = "its subscription has ended, and nothing is left of what it tells";
        var updates = Ended(over, NotificationState.Withdrawn, Why, wasSent: false);
        if (turn.Subscriber is null) await store.WriteNotificationsAsync(updates, CancellationToken.None).ConfigureAwait(false);
        else
            await store.CommitAsync(turn, SubscriberChange.None with { NotificationUpdates = updates, Renewed = renewed.ToImmutable() }, CancellationToken.None)
                .ConfigureAwait(false);
        Tell(over, NotificationState.Withdrawn, Why, over.Count);
    }

    /// <summary>Puts notifications off after an attempt that may succeed later; after the last one they have failed.</summary>
    public async Task RetryAsync(IReadOnlyList<Notification> notifications, string result)
    {
        if (notifications.Where(one => one.Attempts + 1 >= options.MaxAttempts).ToArray() is [_, ..] last)
            await EndAsync(last, NotificationState.Failed, $"given up after {options.MaxAttempts} attempts: {result}").ConfigureAwait(false);
        var others = notifications.Where(one => one.Attempts + 1 < options.MaxAttempts).ToArray();
        if (others.Length == 0) return;
        // As patient as the one that waits longest: they go together again.
        var attempts = others.Max(one => one.Attempts) + 1;
        var next = time.GetUtcNow() + options.RetryAfter(attempts);
        foreach (var one in others)
            logger.NotificationRetried(one.Id, one.Key.Reference, one.Key.User.Value, one.Key.ApplicationServer, result, one.Attempts + 1, next);
        await store.WriteNotificationsAsync(
            [.. others.Select(one => new NotificationUpdate(one with { Attempts = one.Attempts + 1, NextAttempt = next, LastResult = result }))], CancellationToken.None)
            .ConfigureAwait(false);
    }

    /// <summary>Nothing could be sent. That is no attempt: the application server is left alone for a while, and what it is owed only ages.</summary>
    public Task NoteAsync(IReadOnlyList<Notification> notifications, string result)
    {
        ImmutableArray<NotificationUpdate> updates = [.. notifications.Where(one => one.LastResult != result).Select(one => new NotificationUpdate(one with { LastResult = result }))];
        return updates.IsEmpty ? Task.CompletedTask : store.WriteNotificationsAsync(updates, CancellationToken.None);
    }

    /// <summary>Changes one notification if it is in one of some states, within the turn of its subscriber, so that no change writes others meanwhile.</summary>
    /// <param name="update">Gets the subscriber too, or null when its subscription is gone, or the user belongs to another one now.</param>
    public async Task<bool> ChangeAsync(long id, NotificationState[] from, Func<Notification, Subscriber?, Task<Notification?>> update)
    {
        if (await ReadAsync(id).ConfigureAwait(false) is not { } listed) return false;
        using var turn = await EnterAsync(listed, CancellationToken.None).ConfigureAwait(false);
        if (await ReadAsync(id).ConfigureAwait(false) is not { } current || !from.Contains(current.State)) return false;
        return await update(current, turn.Subscriber).ConfigureAwait(false) is { } changed
            && await store.WriteNotificationsAsync([new(changed, current.State)], CancellationToken.None).ConfigureAwait(false) > 0;
    }

    /// <summary>The turn of the subscriber a notification is about; without a subscriber when its subscription is gone, or the user belongs to another one now.</summary>
    private async ValueTask<SubscriberTurn> EnterAsync(Notification notification, CancellationToken cancellationToken)
    {
        var user = notification.Key.User;
        var found = user.Kind == ShUserIdentityKind.PublicIdentity
            ? await store.FindByPublicIdentityAsync(user.Value, cancellationToken).ConfigureAwait(false)
            : await store.FindByUserIdentityAsync(user, cancellationToken).ConfigureAwait(false);
        if (found is null || !IsOf(notification, found)) return default;
        var turn = await store.EnterAsync(found, cancellationToken).ConfigureAwait(false);
        if (turn.Subscriber is { } current && IsOf(notification, current)) return turn;
        turn.Dispose();
        return default;
    }

    private async Task<Notification?> ReadAsync(long id) =>
        await store.ReadNotificationsAsync(new() { Id = id }, CancellationToken.None).ConfigureAwait(false) is [var one, ..] ? one : null;

    private ImmutableArray<NotificationUpdate> Ended(IReadOnlyList<Notification> notifications, NotificationState end, string result, bool wasSent)
    {
        var now = time.GetUtcNow();
        return [.. notifications.Select(one => new NotificationUpdate(one with
        {
            State = end, LastResult = result, Finished = now, Attempts = one.Attempts + (wasSent ? 1 : 0),
        }))];
    }

    private void Tell(IReadOnlyList<Notification> notifications, NotificationState end, string result, int count)
    {
        instruments.CountNotifications(end, count);
        foreach (var one in notifications)
        {
            var key = one.Key;
            if (end == NotificationState.Failed) logger.NotificationFailed(one.Id, key.Reference, key.User.Value, key.ApplicationServer, result);
            else logger.NotificationEnded(one.Id, key.Reference, key.User.Value, key.ApplicationServer, end, result);
        }
    }

    private static bool IsOf(Notification notification, Subscriber subscriber) =>
        string.Equals(subscriber.Subscription.SubscriptionId, notification.SubscriptionId, StringComparison.Ordinal);
}
