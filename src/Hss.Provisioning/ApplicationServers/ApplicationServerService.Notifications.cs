using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hss.Procedures.Sh;
using Hss.Subscribers;

namespace Hss.Provisioning;

// Who wants to hear of what, and the PNRs that follow. Spec: TS 29.328 6.1.3, 6.1.4.
public sealed partial class ApplicationServerService
{
    /// <summary>Subscriptions read from the store at a time.</summary>
    private const int ReadAtOnce = 100;

    public override Task<V1.ListNotificationSubscriptionsResponse> ListNotificationSubscriptions(V1.ListNotificationSubscriptionsRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
        {
            var user = UserOf(request.Identity);
            var host = HostOf(request.DiameterHost);
            var question = $"notification subscriptions\n{request.SubscriptionId}\n{user?.Value}\n{host}";
            var page = new V1.ListNotificationSubscriptionsResponse();
            if (request.SubscriptionId.Length == 0 && user is null)
            {
                if (host is null) throw Refusals.Field("subscription_id", "give at least one of subscription_id, identity and diameter_host");
                await FillByServerAsync(page, host, request, question, cancellationToken).ConfigureAwait(false);
                return page;
            }
            var subscriber = request.SubscriptionId.Length > 0 ? await FindSubscriptionAsync(request.SubscriptionId, cancellationToken).ConfigureAwait(false)
                : await FindUserAsync(user!.Value, cancellationToken).ConfigureAwait(false);
            page.NextPageToken = KeyedPage.Fill(page.NotificationSubscriptions,
                subscriber.ApplicationData.Subscriptions.Where(one => (user is null || one.Key.User == user) && (host is null || one.Key.ApplicationServer == host))
                    .Select(one => NotificationMessage.Of(subscriber.Subscription.SubscriptionId, one)),
                one => one.Id, request.PageSize, request.PageToken, question);
            return page;
        });
    }

    /// Order: by subscription_id, then by id. A page may end in the middle of a subscription.
    private async Task FillByServerAsync(
        V1.ListNotificationSubscriptionsResponse page, string host, V1.ListNotificationSubscriptionsRequest request, string question, CancellationToken cancellationToken)
    {
        var size = PageToken.Size(request.PageSize, KeyedPage.UsualSize, KeyedPage.MostSize);
        var position = PageToken.Read(request.PageToken, question, "page_token");
        // An id has no blank, and a name may have any: the id stands first.
        var blank = position?.IndexOf(' ', StringComparison.Ordinal) ?? 0;
        if (blank < 0) throw Refusals.Field("page_token", "is not a token that this server gave");
        var (lastId, current) = position is null ? ("", null) : (position[..blank], position[(blank + 1)..]);
        // The one in which the last page ended is looked at again: in ordinal order it comes first of those that begin with its name.
        for (var query = new SubscriptionQuery { WatchedBy = host, Prefix = current, Most = current is null ? ReadAtOnce : 1 }; ;)
        {
            var found = await store.ListNotificationSubscriptionsAsync(query, cancellationToken).ConfigureAwait(false);
            foreach (var (name, subscriptions) in found)
                foreach (var one in subscriptions.Where(one => one.Key.ApplicationServer == host).Select(one => NotificationMessage.Of(name, one)).OrderBy(one => one.Id, StringComparer.Ordinal))
                {
                    if (name == current && string.CompareOrdinal(one.Id, lastId) <= 0) continue;
                    if (page.NotificationSubscriptions.Count == size)
                    {
                        var last = page.NotificationSubscriptions[^1];
                        page.NextPageToken = PageToken.Of(question, $"{last.Id} {last.SubscriptionId}");
                        return;
                    }
                    if (query.Prefix is null || name == current) page.NotificationSubscriptions.Add(one);
                }
            if (query.Prefix is null && found.Count == 0) return; // fewer than asked for may also mean that one was removed meanwhile
            query = new() { WatchedBy = host, After = query.Prefix is null ? found[^1].SubscriptionId : current, Most = ReadAtOnce };
        }
    }

    public override Task<Empty> DeleteNotificationSubscription(V1.DeleteNotificationSubscriptionRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
        {
            if (request.SubscriptionId.Length == 0) throw Refusals.Field("subscription_id", "is missing");
            var author = Caller.Of(context).AuthorFor(context, null, request);
            NotificationSubscription? removed = null;
            await ChangeAsync(await FindSubscriptionAsync(request.SubscriptionId, cancellationToken).ConfigureAwait(false), subscriber =>
            {
                var data = subscriber.ApplicationData;
                removed = data.Subscriptions.FirstOrDefault(one => NotificationMessage.IdOf(one.Key) == request.Id)
                    ?? throw new RpcException(new Status(StatusCode.NotFound, $"subscription {request.SubscriptionId} has no notification subscription {Short(request.Id)}; it may have ended"));
                return SubscriberChange.None with { ApplicationData = data with { Subscriptions = data.Subscriptions.Remove(removed) } };
            }, () => $"subscription of {removed!.Key.ApplicationServer} to {removed.Key.Reference} of {removed.Key.User.Value} removed", author, cancellationToken).ConfigureAwait(false);
            return new Empty();
        });
    }

    /// Order: by number, which is the order in which they were written.
    public override Task<V1.ListNotificationsResponse> ListNotifications(V1.ListNotificationsRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
        {
            var size = PageToken.Size(request.PageSize, KeyedPage.UsualSize, KeyedPage.MostSize);
            var question = string.Create(CultureInfo.InvariantCulture,
                $"notifications\n{(int)request.State}\n{request.DiameterHost}\n{request.SubscriptionId}\n{request.Identity}");
            var after = PageToken.Read(request.PageToken, question, "page_token");
            var found = await notifications.ListAsync(new()
            {
                After = after is null ? null
                    : long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id
                    : throw Refusals.Field("page_token", "is not a token that this server gave"),
                State = StateOf(request.State),
                ApplicationServer = HostOf(request.DiameterHost),
                SubscriptionId = request.SubscriptionId.Length == 0 ? null : request.SubscriptionId,
                User = UserOf(request.Identity)?.Value,
                Most = size + 1,
            }, cancellationToken).ConfigureAwait(false);
            var page = new V1.ListNotificationsResponse();
            page.Notifications.AddRange(found.Take(size).Select(NotificationMessage.Of));
            if (found.Count > size) page.NextPageToken = PageToken.Of(question, page.Notifications[^1].Id.ToString(CultureInfo.InvariantCulture));
            return page;
        });
    }

    public override Task<V1.ChangeNotificationResponse> RetryNotification(V1.ChangeNotificationRequest request, ServerCallContext context) =>
        ChangeNotificationAsync(request, context, "put back", async id => await notifications.RetryAsync(id).ConfigureAwait(false) switch
        {
            NotificationRetry.Written => null,
            NotificationRetry.Superseded => "there is a newer one; sent now, it would take the application server back to older data",
            NotificationRetry.NotPermitted => "the application server may not be told of this any more; see its permissions",
            NotificationRetry.NotSubscribed => "the time of its subscription has run out",
            NotificationRetry.Outdated => "it does not say what stands now; sent now, it would take the application server back to older data",
            _ => "only a failed notification can be tried again",
        });

    public override Task<V1.ChangeNotificationResponse> WithdrawNotification(V1.ChangeNotificationRequest request, ServerCallContext context) =>
        ChangeNotificationAsync(request, context, "withdrawn", async id =>
            await notifications.WithdrawAsync(id).ConfigureAwait(false) ? null : "only a pending or failed notification can be withdrawn");

    /// <param name="change">Null: it is done; otherwise why not.</param>
    private Task<V1.ChangeNotificationResponse> ChangeNotificationAsync(
        V1.ChangeNotificationRequest request, ServerCallContext context, string what, Func<long, Task<string?>> change)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
        {
            var before = await FindNotificationAsync(request.Id, cancellationToken).ConfigureAwait(false);
            var author = Caller.Of(context).AuthorFor(context, null, request);
            if (await change(request.Id).ConfigureAwait(false) is { } whyNot)
            {
                var now = await FindNotificationAsync(request.Id, cancellationToken).ConfigureAwait(false);
                throw new RpcException(new Status(StatusCode.FailedPrecondition, $"notification {now.Id} is {now.State.ToString().ToLowerInvariant()}; {whyNot}"));
            }
            await ActionRecord.WriteAsync(store, before.SubscriptionId, $"notification {before.Id} for {before.Key.ApplicationServer} {what}", author, $"the notification is {what}")
                .ConfigureAwait(false);
            return new V1.ChangeNotificationResponse { Notification = NotificationMessage.Of(await FindNotificationAsync(request.Id, CancellationToken.None).ConfigureAwait(false)) };
        });
    }

    private async Task<Notification> FindNotificationAsync(long id, CancellationToken cancellationToken) =>
        await notifications.ListAsync(new() { Id = id }, cancellationToken).ConfigureAwait(false) is [var notification] ? notification
            : throw new RpcException(new Status(StatusCode.NotFound, $"there is no notification {id}; finished ones are forgotten after some time"));

    private async Task<Subscriber> FindUserAsync(ShUserIdentity user, CancellationToken cancellationToken)
    {
        var found = user.Kind == ShUserIdentityKind.PublicIdentity
            ? (await store.MatchPublicIdentityAsync(user.Value, cancellationToken).ConfigureAwait(false))?.Subscriber
            : await store.FindByUserIdentityAsync(user, cancellationToken).ConfigureAwait(false);
        return found ?? throw new RpcException(new Status(StatusCode.NotFound, $"no subscription has the identity {user.Value}"));
    }

    private static NotificationState? StateOf(V1.Notification.Types.State state)
    {
        if (state == V1.Notification.Types.State.Unspecified) return null;
        foreach (var candidate in System.Enum.GetValues<NotificationState>())
            if (NotificationMessage.StateOf(candidate) == state) return candidate;
        throw Refusals.Field("state", "is not PENDING, ACKNOWLEDGED, FAILED or WITHDRAWN");
    }

    private static string? HostOf(string diameterHost) =>
        diameterHost.Length == 0 ? null : DiameterHost.TryCanonical(diameterHost, out var host) ? host : throw Refusals.Field("diameter_host", "is no host name");

    /// <summary>The three kinds cannot be mistaken for one another: a URI has a scheme, an MSISDN nothing but digits, an External-Identifier an at sign.</summary>
    private static ShUserIdentity? UserOf(string identity)
    {
        if (identity.Length == 0) return null;
        var digits = identity[0] == '+' ? identity[1..] : identity;
        if (digits.Length is > 0 and <= 15 && digits.All(char.IsAsciiDigit)) return new(ShUserIdentityKind.Msisdn, digits);
        if (CanonicalIdentity.TryPublic(identity, out var canonical, out _) || CanonicalIdentity.TryWildcarded(identity, out canonical, out _))
            return new(ShUserIdentityKind.PublicIdentity, canonical);
        return identity.Contains('@', StringComparison.Ordinal) && CanonicalIdentity.TryPrivate(identity, out canonical, out _) ? new(ShUserIdentityKind.ExternalIdentifier, canonical)
            : throw Refusals.Field("identity", "is neither a SIP or tel URI, nor the digits of an MSISDN, nor an External-Identifier");
    }
}
