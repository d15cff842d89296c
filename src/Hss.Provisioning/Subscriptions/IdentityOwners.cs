using Hss.Subscribers;

namespace Hss.Provisioning;

/// <summary>Which identities of a subscription belong to another one already: what the store refuses, found without writing.</summary>
internal sealed class IdentityOwners(ISubscriberStore store)
{
    /// <summary>The first identity that is somebody else's, or null.</summary>
    public async Task<IdentityConflictException?> FindConflictAsync(Subscription subscription, CancellationToken cancellationToken)
    {
        foreach (var identity in subscription.PrivateIdentities)
            if (Other(await store.FindByPrivateIdentityAsync(identity.Identity, cancellationToken).ConfigureAwait(false), subscription) is { } owner)
                return new(identity.Identity, subscription.SubscriptionId, owner);
        foreach (var set in subscription.ImplicitRegistrationSets)
            foreach (var identity in set.PublicIdentities)
                if (Other(await store.FindByPublicIdentityAsync(identity.Identity, cancellationToken).ConfigureAwait(false), subscription) is { } owner)
                    return new(identity.Identity, subscription.SubscriptionId, owner);
        return null;
    }

    private static string? Other(Subscriber? owner, Subscription subscription) =>
        owner is null || owner.Subscription.SubscriptionId == subscription.SubscriptionId ? null : owner.Subscription.SubscriptionId;
}
