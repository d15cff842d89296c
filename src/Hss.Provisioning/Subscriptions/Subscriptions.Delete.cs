using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hss.Subscribers;

namespace Hss.Provisioning;

public sealed partial class Subscriptions
{
    private readonly OneChange _changes = new(store);

    /// <summary>The RTRs that end its registrations are written in the same commit. Spec: TS 29.228 6.1.3, AIP-135.</summary>
    public override Task<Empty> DeleteSubscription(V1.DeleteSubscriptionRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
        {
            var author = Caller.Of(context).AuthorFor(context, request.RequestId, request);
            var subscriptionId = SubscriptionMessage.IdOf(request.Name);
            var edit = new SubscriptionEdit(subscriptionId, stored =>
            {
                // Whoever gives an etag to delete one that is gone has what he wanted, if he allows for it.
                if (stored is null) return request.AllowMissing ? null : throw Refusals.NotFound(subscriptionId);
                CheckEtag(subscriptionId, request.Etag, stored);
                return null;
            });
            await _changes.MakeAsync(edit, author, request.ValidateOnly, cancellationToken).ConfigureAwait(false);
            return new Empty();
        });
    }
}
