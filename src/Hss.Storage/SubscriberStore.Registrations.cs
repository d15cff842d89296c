using System.Collections.Immutable;
using Hss.Subscribers;

namespace Hss.Storage;

/// <summary>A subscription with the states of its implicit registration sets, as last committed.</summary>
public readonly record struct StoredRegistrations(Subscription Subscription, ImmutableArray<RegistrationState> States);

// What operators look at.
public sealed partial class SubscriberStore
{
    /// <summary>Subscriptions with their registrations. They do not go into memory, where the subscribers of requests are.</summary>
    public Task<IReadOnlyList<StoredRegistrations>> ListRegistrationsAsync(SubscriptionQuery query, CancellationToken cancellationToken) =>
        _lists.ReadAsync<(ISubscriberDatabase Database, SubscriptionQuery Query), IReadOnlyList<StoredRegistrations>>(
            static look => [.. look.Database.List(look.Query)
                .Select(listed => look.Database.Read(listed.Subscription.SubscriptionId))
                .OfType<StoredSubscriber>() // one that was removed since is not there any more
                .Select(stored => new StoredRegistrations(stored.Subscription, stored.States))],
            (_database, query), cancellationToken);

    /// <summary>Names of subscriptions with what application servers subscribed to of them. As <see cref="ListRegistrationsAsync"/>.</summary>
    public Task<IReadOnlyList<(string SubscriptionId, ImmutableArray<NotificationSubscription> Subscriptions)>> ListNotificationSubscriptionsAsync(
        SubscriptionQuery query, CancellationToken cancellationToken) =>
        _lists.ReadAsync<(ISubscriberDatabase Database, SubscriptionQuery Query), IReadOnlyList<(string, ImmutableArray<NotificationSubscription>)>>(
            static look => [.. look.Database.List(look.Query)
                .Select(listed => look.Database.Read(listed.Subscription.SubscriptionId))
                .OfType<StoredSubscriber>()
                .Select(stored => (stored.Subscription.SubscriptionId, stored.ApplicationData.Subscriptions))],
            (_database, query), cancellationToken);

    /// <summary>Whether the author's request was served before. False for one without an id.</summary>
    /// Errors: <see cref="RequestIdReusedException"/> when its id belongs to another request.
    public async Task<bool> IsServedAsync(ChangeAuthor author, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(author);
        if (author.RequestId is null) return false;
        var served = await _lists.ReadAsync(static look => look._database.FindRequest(look.author), (_database, author), cancellationToken).ConfigureAwait(false);
        if (served is null) return false;
        served.Repeat(author);
        return true;
    }
}
