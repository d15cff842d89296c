using Grpc.Core;
using Hss.Storage;
using Hss.Subscribers;

namespace Hss.Provisioning;

// How the data of one subscriber are found and changed: as a procedure does it, in the subscriber's turn.
public sealed partial class ApplicationServerService
{
    /// Errors: INVALID_ARGUMENT, NOT_FOUND.
    private async Task<PublicIdentityMatch> FindPublicAsync(string publicIdentity, CancellationToken cancellationToken)
    {
        var canonical = CanonicalPublic(publicIdentity, "public_identity");
        // As on Sh: an identity that falls into a wildcard is answered as the wildcard (TS 29.328 Table 7.6.1, note 1).
        return await store.MatchPublicIdentityAsync(canonical, cancellationToken).ConfigureAwait(false)
            ?? throw new RpcException(new Status(StatusCode.NotFound, $"no subscription has the public identity {canonical}"));
    }

    private async Task<Subscriber> FindSubscriptionAsync(string subscriptionId, CancellationToken cancellationToken)
    {
        var stored = await store.ReadAsync(subscriptionId, cancellationToken).ConfigureAwait(false) ?? throw Refusals.NotFound(subscriptionId);
        return await store.FindByPrivateIdentityAsync(stored.Subscription.PrivateIdentities[0].Identity, cancellationToken).ConfigureAwait(false) is { } subscriber
            && subscriber.Subscription.SubscriptionId == subscriptionId ? subscriber : throw Refusals.NotFound(subscriptionId);
    }

    /// <summary>The subscriber of a subscription, or of a public identity with that identity as provisioned. Exactly one is given.</summary>
    private async Task<(Subscriber Subscriber, string? Provisioned)> FindAsync(string subscriptionId, string publicIdentity, CancellationToken cancellationToken)
    {
        if (subscriptionId.Length == 0 == (publicIdentity.Length == 0)) throw Refusals.Field("subscription_id", "give either subscription_id or public_identity");
        if (subscriptionId.Length > 0) return (await FindSubscriptionAsync(subscriptionId, cancellationToken).ConfigureAwait(false), null);
        var found = await FindPublicAsync(publicIdentity, cancellationToken).ConfigureAwait(false);
        return (found.Subscriber, found.Provisioned);
    }

    private async Task<Subscriber> FindPrivateAsync(string privateIdentity, CancellationToken cancellationToken)
    {
        if (!CanonicalIdentity.TryPrivate(privateIdentity, out var canonical, out var problem)) throw Refusals.Field("private_identity", problem!);
        return await store.FindByPrivateIdentityAsync(canonical, cancellationToken).ConfigureAwait(false)
            ?? throw new RpcException(new Status(StatusCode.NotFound, $"no subscription has the private identity {canonical}"));
    }

    /// <summary>Makes a change durable, with its record in the same commit.</summary>
    /// <param name="edit">Looks at the subscriber as it stands in the turn. Null: there is nothing to change.</param>
    /// <param name="summary">What was done, asked behind the edit; the record has nothing of the content.</param>
    /// Errors: as <paramref name="edit"/> throws.
    private async Task ChangeAsync(Subscriber found, Func<Subscriber, SubscriberChange?> edit, Func<string> summary, ChangeAuthor author, CancellationToken cancellationToken)
    {
        using var turn = await store.EnterAsync(found, cancellationToken).ConfigureAwait(false);
        if (turn.Subscriber is not { } subscriber) throw Refusals.NotFound(found.Subscription.SubscriptionId);
        if (edit(subscriber) is not { } change) return;
        // Not cancelled from here on: a caller who leaves must not leave the outcome open.
        await store.CommitAsync(turn, change with { Audit = new(summary(), author) }, CancellationToken.None).ConfigureAwait(false);
    }

    private static string CanonicalPublic(string publicIdentity, string field) =>
        CanonicalIdentity.TryPublic(publicIdentity, out var canonical, out var problem) || CanonicalIdentity.TryWildcarded(publicIdentity, out canonical, out _)
            ? canonical : throw Refusals.Field(field, problem!);
}
