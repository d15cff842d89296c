using Grpc.Core;
using Hss.Subscribers;

namespace Hss.Provisioning;

// Dynamic service activation. Spec: TS 29.328 7.6.18, 6.1.2.1 step 4a.
public sealed partial class ApplicationServerService
{
    public override Task<V1.ListServiceActivationsResponse> ListServiceActivations(V1.ListServiceActivationsRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
        {
            var (subscriber, provisioned) = await FindAsync(request.SubscriptionId, request.PublicIdentity, cancellationToken).ConfigureAwait(false);
            var page = new V1.ListServiceActivationsResponse();
            page.NextPageToken = KeyedPage.Fill(page.ServiceActivations,
                ActivationsOf(subscriber).Where(one => provisioned is null || string.Equals(one.PublicIdentity, provisioned, StringComparison.Ordinal)),
                one => $"{one.PublicIdentity}\n{one.ServerName}\n{one.DsaiTag}", request.PageSize, request.PageToken,
                $"service activations\n{request.SubscriptionId}\n{request.PublicIdentity}");
            return page;
        });
    }

    public override Task<V1.ServiceActivation> SetServiceActivation(V1.SetServiceActivationRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
        {
            if (request.DsaiTag.Length == 0) throw Refusals.Field("dsai_tag", "is missing");
            var server = ApplicationServerName.Canonical(request.ServerName)
                ?? throw Refusals.Field("server_name", request.ServerName.Length == 0 ? "is missing; give the SIP URI that the filters have" : "is no SIP URI; give the one that the filters have");
            var author = Caller.Of(context).AuthorFor(context, null, request);
            var found = await FindPublicAsync(request.PublicIdentity, cancellationToken).ConfigureAwait(false);
            V1.ServiceActivation? answer = null;
            await ChangeAsync(found.Subscriber, subscriber =>
            {
                var (subscription, data) = (subscriber.Subscription, subscriber.ApplicationData);
                if (subscriber.IndexOfSet(found.Provisioned, out var identity) < 0) throw NoInstance();
                var servers = DsaiInstances.ServersOf(subscription, identity!, request.DsaiTag, name => ApplicationServerName.IsSame(name, server));
                if (servers.IsEmpty) throw NoInstance();
                var inactive = DsaiInstances.With(data.InactiveServices, found.Provisioned, servers, request.DsaiTag, request.Active);
                answer = MessageOf(subscription, found.Provisioned, servers[0], request.DsaiTag, request.Active);
                if (inactive == data.InactiveServices) return null;
                return SubscriberChange.None with
                {
                    ApplicationData = data with { InactiveServices = inactive },
                    Jobs = RegistrationConsequences.OfMasks(subscription, subscriber.States, new(data.InactiveServices), new(inactive)),
                };
            }, () => $"service {request.DsaiTag} of {found.Provisioned} at {answer!.ServerName} switched {(request.Active ? "on" : "off")}", author, cancellationToken).ConfigureAwait(false);
            return answer!;

            RpcException NoInstance() => new(new Status(StatusCode.NotFound,
                $"no filter of {found.Provisioned} to {server} has the tag {Short(request.DsaiTag)}; dsaiTags of the filters in its service profile say which there are"));
        });
    }

    private static IEnumerable<V1.ServiceActivation> ActivationsOf(Subscriber subscriber)
    {
        var (subscription, inactive) = (subscriber.Subscription, subscriber.ApplicationData.InactiveServices);
        foreach (var identity in subscription.ImplicitRegistrationSets.SelectMany(set => set.PublicIdentities))
            foreach (var (server, tag) in TagsOf(subscription.FindServiceProfile(identity.ServiceProfile)))
                yield return MessageOf(subscription, identity.Identity, server, tag, !DsaiInstances.IsInactive(inactive, identity.Identity, [server], tag));
    }

    private static IEnumerable<(string Server, string Tag)> TagsOf(ServiceProfile? profile) =>
        profile is not { HasDsaiTags: true } ? [] : profile.AllFilters.SelectMany(filter => filter.DsaiTags.Select(tag => (filter.ApplicationServer.ServerName, tag))).Distinct();

    private static V1.ServiceActivation MessageOf(Subscription subscription, string publicIdentity, string serverName, string tag, bool isActive) => new()
    {
        SubscriptionId = subscription.SubscriptionId, PublicIdentity = publicIdentity, ServerName = serverName, DsaiTag = tag, Active = isActive,
    };
}
