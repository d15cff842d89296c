using Grpc.Core;
using Hss.Procedures.Cx;
using Hss.Storage;
using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Provisioning;

/// <summary>Subscriptions: created, read, changed, removed, imported, watched and explained.</summary>
/// <param name="documents">Templates and transport keys as they are now: both can be loaded anew while the server runs.</param>
/// <param name="serverStops">Ends the watches, which have no end of their own.</param>
/// Errors: the status codes of docs/provisioning-api.md. Spec: AIP-131 to AIP-135, AIP-154, AIP-155, AIP-158, AIP-163.
public sealed partial class Subscriptions(
    SubscriberStore store, Func<DocumentContext> documents, CxOptions cx, TimeProvider time, ILogger<Subscriptions> logger, CancellationToken serverStops = default)
    : V1.SubscriptionService.SubscriptionServiceBase
{
    public override Task<V1.Subscription> GetSubscription(V1.GetSubscriptionRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
        {
            var subscriptionId = SubscriptionMessage.IdOf(request.Name);
            return SubscriptionMessage.Of(
                await store.ReadAsync(subscriptionId, cancellationToken).ConfigureAwait(false) ?? throw Refusals.NotFound(subscriptionId));
        });
    }

    public override Task ImportSubscriptions(
        IAsyncStreamReader<V1.ImportSubscriptionsRequest> requestStream, IServerStreamWriter<V1.ImportSubscriptionsResponse> responseStream, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(requestStream);
        ArgumentNullException.ThrowIfNull(responseStream);
        ArgumentNullException.ThrowIfNull(context);
        // One set of templates for the whole import: a reload in its middle must not make two kinds of subscribers.
        return new SubscriptionImport(store, documents(), time, logger).RunAsync(requestStream, responseStream, context);
    }

    public override Task WatchSubscriptions(
        V1.WatchSubscriptionsRequest request, IServerStreamWriter<V1.SubscriptionChange> responseStream, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(responseStream);
        ArgumentNullException.ThrowIfNull(context);
        return new SubscriptionWatch(store, time, serverStops).RunAsync(request.ResumeToken, responseStream, context);
    }

    public override Task<V1.ExplainIdentityResponse> ExplainIdentity(V1.ExplainIdentityRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, cancellationToken => new IdentityExplanation(store, cx).ExplainAsync(request, cancellationToken));
    }
}
