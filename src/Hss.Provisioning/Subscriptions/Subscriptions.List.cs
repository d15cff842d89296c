using Grpc.Core;
using Hss.Subscribers;

namespace Hss.Provisioning;

public sealed partial class Subscriptions
{
    private const int UsualPageSize = 100;

    /// <summary>A page that has grown to so many octets ends: clients take messages of 4 MiB at most unless told otherwise, and one subscription
    /// has half a MiB at most.</summary>
    internal const int FullPageBytes = 3 * 1024 * 1024;

    /// <summary>Read from the store at a time, so that a page of large ones does not lie in memory before it is cut.</summary>
    private const int ReadAtOnce = 100;

    /// Order: by subscription_id, octet by octet. What is created or removed meanwhile may or may not be seen; nothing is seen twice.
    public override Task<V1.ListSubscriptionsResponse> ListSubscriptions(V1.ListSubscriptionsRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
        {
            var size = PageToken.Size(request.PageSize, UsualPageSize, SubscriptionQuery.MaxSubscriptions);
            var filter = SubscriptionFilter.Parse(request.Filter);
            var question = "subscriptions\n" + request.Filter;
            var after = PageToken.Read(request.PageToken, question, "page_token");
            var page = new V1.ListSubscriptionsResponse();
            if (await FindOneAsync(filter, cancellationToken).ConfigureAwait(false) is var one && one.IsAtMostOne)
            {
                if (one.SubscriptionId is null || after is not null) return page;
                // In ordinal order a name stands before all that only begin with it.
                var found = await store.ListAsync(new() { Prefix = one.SubscriptionId, IsServed = filter.Registered, Most = 1 }, cancellationToken).ConfigureAwait(false);
                page.Subscriptions.AddRange(found.Where(stored => stored.Subscription.SubscriptionId == one.SubscriptionId).Select(SubscriptionMessage.Of));
                return page;
            }
            await FillAsync(page, new() { After = after, Prefix = filter.SubscriptionId, IsServed = filter.Registered }, size, question, cancellationToken).ConfigureAwait(false);
            return page;
        });
    }

    private async Task FillAsync(V1.ListSubscriptionsResponse page, SubscriptionQuery query, int size, string question, CancellationToken cancellationToken)
    {
        for (var octets = 0; ;)
        {
            // One more than fits tells whether there is a next page.
            var most = Math.Min(ReadAtOnce, size - page.Subscriptions.Count + 1);
            var found = await store.ListAsync(query with { Most = most }, cancellationToken).ConfigureAwait(false);
            foreach (var stored in found)
            {
                if (page.Subscriptions.Count == size || octets >= FullPageBytes)
                {
                    page.NextPageToken = PageToken.Of(question, page.Subscriptions[^1].SubscriptionId);
                    return;
                }
                var message = SubscriptionMessage.Of(stored);
                octets += message.CalculateSize();
                page.Subscriptions.Add(message);
            }
            if (found.Count < most) return;
            query = query with { After = found[^1].Subscription.SubscriptionId };
        }
    }

    /// <summary>Identities and a whole subscription_id leave at most one subscription.</summary>
    private async Task<(bool IsAtMostOne, string? SubscriptionId)> FindOneAsync(SubscriptionFilter filter, CancellationToken cancellationToken)
    {
        var candidates = new List<string?>();
        if (filter is { SubscriptionId: { } whole, IsPrefix: false }) candidates.Add(whole);
        if (filter.PrivateIdentity is { } privateIdentity)
            candidates.Add((await store.FindByPrivateIdentityAsync(privateIdentity, cancellationToken).ConfigureAwait(false))?.Subscription.SubscriptionId);
        if (filter.PublicIdentity is { } publicIdentity)
            candidates.Add((await store.FindByPublicIdentityAsync(publicIdentity, cancellationToken).ConfigureAwait(false))?.Subscription.SubscriptionId);
        if (candidates.Count == 0) return (false, null);
        var one = candidates[0];
        var agrees = one is not null && candidates.TrueForAll(candidate => candidate == one)
            && (!filter.IsPrefix || one.StartsWith(filter.SubscriptionId!, StringComparison.Ordinal));
        return (true, agrees ? one : null);
    }
}
