using Grpc.Core;
using Hss.Storage;
using Hss.Subscribers;

namespace Hss.Provisioning;

/// <summary>Makes one change, or only tries it.</summary>
internal sealed class OneChange(SubscriberStore store)
{
    /// <param name="Standing">As it stands now; null: there is none.</param>
    public readonly record struct Outcome(ChangeKind Kind, long Revision, int Jobs, StoredSubscription? Standing)
    {
        /// <summary>Errors: FAILED_PRECONDITION when what a repeated request made has been removed since.</summary>
        public V1.Subscription Message => Standing is { } standing
            ? SubscriptionMessage.Of(standing)
            : throw new RpcException(new Status(StatusCode.FailedPrecondition, "this request was served before, and its subscription has been removed since"));
    }

    public async Task<Outcome> MakeAsync(SubscriptionEdit edit, ChangeAuthor author, bool validateOnly, CancellationToken cancellationToken)
    {
        if (validateOnly) return await TryAsync(edit, cancellationToken).ConfigureAwait(false);
        var outcome = (await store.ChangeAsync([edit], author, cancellationToken).ConfigureAwait(false))[0];
        // Read again rather than put together: times and fingerprints are the store's. A change that came in between shows, and so does its etag.
        var standing = outcome.Kind == ChangeKind.Deleted ? null : await store.ReadAsync(edit.SubscriptionId, cancellationToken).ConfigureAwait(false);
        return new(outcome.Kind, outcome.Revision, outcome.Jobs, standing);
    }

    /// <summary>The same checks without the turn: what another writes meanwhile may still make the change fail later.</summary>
    private async Task<Outcome> TryAsync(SubscriptionEdit edit, CancellationToken cancellationToken)
    {
        var stored = await store.ReadAsync(edit.SubscriptionId, cancellationToken).ConfigureAwait(false);
        var edited = edit.Edit(stored);
        if (edited is null) return new(stored is null ? ChangeKind.None : ChangeKind.Deleted, stored?.Revision ?? 0, 0, null);
        if (await new IdentityOwners(store).FindConflictAsync(edited, cancellationToken).ConfigureAwait(false) is { } conflict) throw conflict;
        var kind = stored is null ? ChangeKind.Created : ChangeSummary.AreEqual(stored.Subscription, edited) ? ChangeKind.None : ChangeKind.Updated;
        return new(kind, stored?.Revision ?? 0, 0, new(edited, stored?.Revision ?? 0, stored?.Created ?? default, stored?.Updated ?? default));
    }
}
