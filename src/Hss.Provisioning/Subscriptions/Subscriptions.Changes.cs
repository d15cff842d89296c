using System.Collections.Immutable;
using System.Text;
using Grpc.Core;
using Hss.Subscribers;

namespace Hss.Provisioning;

// Create, update, upsert: each is one edit of one subscription.
public sealed partial class Subscriptions
{
    public override Task<V1.Subscription> CreateSubscription(V1.CreateSubscriptionRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
        {
            var author = Caller.Of(context).AuthorFor(context, request.RequestId, request);
            var message = (request.Subscription ?? throw Refusals.Field("subscription", "is missing")).Clone();
            if (message.SubscriptionId.Length == 0) message.SubscriptionId = request.SubscriptionId;
            else if (request.SubscriptionId.Length > 0 && request.SubscriptionId != message.SubscriptionId)
                throw Refusals.Field("subscription_id", "is another one than subscription.subscription_id; give one of them");
            var reading = Read(SubscriptionMessage.ToDocument(message), asDocument: false);
            var edit = new SubscriptionEdit(reading.SubscriptionId!, stored => stored is null
                ? Complete(reading, null, asDocument: false).Subscription
                : throw Refusals.AlreadyExists(reading.SubscriptionId!));
            return (await _changes.MakeAsync(edit, author, request.ValidateOnly, cancellationToken).ConfigureAwait(false)).Message;
        });
    }

    public override Task<V1.Subscription> UpdateSubscription(V1.UpdateSubscriptionRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
        {
            var author = Caller.Of(context).AuthorFor(context, request.RequestId, request);
            var message = request.Subscription ?? throw Refusals.Field("subscription", "is missing");
            var subscriptionId = IdOf(message);
            var mask = UpdateMask.Of(request.UpdateMask, message);
            var edit = new SubscriptionEdit(subscriptionId, stored =>
            {
                if (stored is null) throw Refusals.NotFound(subscriptionId);
                CheckEtag(subscriptionId, message.Etag, stored);
                var merged = mask.Merge(message, mask.Base(stored.Subscription));
                var reading = Complete(Read(SubscriptionMessage.ToDocument(merged), asDocument: false), stored.Subscription, asDocument: false);
                return mask.Apply(reading.Subscription!, stored.Subscription);
            });
            return (await _changes.MakeAsync(edit, author, request.ValidateOnly, cancellationToken).ConfigureAwait(false)).Message;
        });
    }

    public override Task<V1.UpsertSubscriptionResponse> UpsertSubscription(V1.UpsertSubscriptionRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
        {
            var author = Caller.Of(context).AuthorFor(context, request.RequestId, request);
            var asDocument = request.DocumentJson.Length > 0;
            if (asDocument == request.Subscription is not null) throw Refusals.Field("subscription", "exactly one of subscription and document_json is needed");
            var etag = EtagOf(request);
            var reading = Read(asDocument ? Encoding.UTF8.GetBytes(request.DocumentJson) : DocumentOf(request.Subscription!), asDocument);
            var warnings = reading.Warnings;
            // A complete document needs nothing of what stands: the store compares for itself.
            var readsStored = reading.NeedsStored || etag.Length > 0;
            var edit = new SubscriptionEdit(reading.SubscriptionId!, stored =>
            {
                CheckEtag(reading.SubscriptionId!, etag, stored);
                var complete = Complete(reading, stored?.Subscription, asDocument);
                warnings = complete.Warnings;
                return complete.Subscription;
            }, readsStored);
            var change = await _changes.MakeAsync(edit, author, request.ValidateOnly, cancellationToken).ConfigureAwait(false);
            return new V1.UpsertSubscriptionResponse
            {
                Subscription = change.Message,
                Outcome = change.Kind switch
                {
                    ChangeKind.Created => V1.UpsertSubscriptionResponse.Types.Outcome.Created,
                    ChangeKind.Updated => V1.UpsertSubscriptionResponse.Types.Outcome.Updated,
                    _ => V1.UpsertSubscriptionResponse.Types.Outcome.Unchanged,
                },
                Jobs = change.Jobs,
                Warnings = { warnings.Select(warning => new V1.Problem
                {
                    Field = Refusals.FieldOf(warning, asDocument), Description = warning.Message, Rule = warning.Rule ?? "",
                }) },
            };
        });
    }

    /// <summary>What is wrong in itself is refused before anybody waits for the subscription.</summary>
    private SubscriptionReading Read(ReadOnlyMemory<byte> document, bool asDocument)
    {
        var reading = SubscriptionJson.Read(document, documents());
        return reading.Problems.IsEmpty ? reading : throw Refusals.Document(reading.Problems, asDocument);
    }

    private static SubscriptionReading Complete(SubscriptionReading reading, Subscription? stored, bool asDocument)
    {
        var complete = reading.Complete(stored);
        return complete.Problems.IsEmpty ? complete : throw Refusals.Document(complete.Problems, asDocument);
    }

    private static void CheckEtag(string subscriptionId, string etag, StoredSubscription? stored)
    {
        if (etag.Length > 0 && (stored is null || SubscriptionMessage.EtagOf(stored.Revision) != etag)) throw Refusals.Stale(subscriptionId, etag, stored);
    }

    /// <summary>The request's own etag, or the one inside the message as Get gave it. A document's is not looked at: files outlive it.</summary>
    private static string EtagOf(V1.UpsertSubscriptionRequest request)
    {
        var inside = request.Subscription?.Etag ?? "";
        if (request.Etag.Length > 0 && inside.Length > 0 && inside != request.Etag)
            throw Refusals.Field("etag", "is another one than subscription.etag; give one of them");
        return request.Etag.Length > 0 ? request.Etag : inside;
    }

    private static ReadOnlyMemory<byte> DocumentOf(V1.Subscription message)
    {
        if (message.SubscriptionId.Length > 0 || message.Name.Length == 0) return SubscriptionMessage.ToDocument(message);
        var named = message.Clone();
        named.SubscriptionId = SubscriptionMessage.IdOf(message.Name);
        return SubscriptionMessage.ToDocument(named);
    }

    private static string IdOf(V1.Subscription message)
    {
        if (message.Name.Length == 0)
            return message.SubscriptionId.Length > 0 ? message.SubscriptionId : throw Refusals.Field("subscription.name", "is missing; give it or subscription_id");
        var subscriptionId = SubscriptionMessage.IdOf(message.Name);
        return message.SubscriptionId.Length == 0 || message.SubscriptionId == subscriptionId ? subscriptionId
            : throw Refusals.Field("subscription.name", "is the name of another subscription than subscription_id; a subscription cannot be renamed");
    }
}
