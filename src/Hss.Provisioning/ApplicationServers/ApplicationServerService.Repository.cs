using System.Globalization;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hss.Subscribers;

namespace Hss.Provisioning;

// Repository data. Spec: TS 29.328 7.6.1.
public sealed partial class ApplicationServerService
{
    public override Task<V1.ListRepositoryDataResponse> ListRepositoryData(V1.ListRepositoryDataRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
        {
            var (subscriber, provisioned) = await FindAsync(request.SubscriptionId, request.PublicIdentity, cancellationToken).ConfigureAwait(false);
            var page = new V1.ListRepositoryDataResponse();
            page.NextPageToken = KeyedPage.Fill(page.RepositoryData,
                subscriber.ApplicationData.Repository.Where(data => provisioned is null || AreAliases(subscriber, provisioned, data.PublicIdentity))
                    .Select(data => MessageOf(subscriber, data, withContent: false)),
                data => $"{data.PublicIdentity}\n{data.ServiceIndication}", request.PageSize, request.PageToken, $"repository data\n{request.SubscriptionId}\n{request.PublicIdentity}");
            return page;
        });
    }

    public override Task<V1.RepositoryData> GetRepositoryData(V1.GetRepositoryDataRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
        {
            if (request.ServiceIndication.Length == 0) throw Refusals.Field("service_indication", "is missing");
            var found = await FindPublicAsync(request.PublicIdentity, cancellationToken).ConfigureAwait(false);
            var data = Find(found.Subscriber, found.Provisioned, request.ServiceIndication) ?? throw NoData(found.Provisioned, request.ServiceIndication);
            return MessageOf(found.Subscriber, data, withContent: true);
        });
    }

    public override Task<Empty> DeleteRepositoryData(V1.DeleteRepositoryDataRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
        {
            if (request.ServiceIndication.Length == 0) throw Refusals.Field("service_indication", "is missing");
            var author = Caller.Of(context).AuthorFor(context, null, request);
            var found = await FindPublicAsync(request.PublicIdentity, cancellationToken).ConfigureAwait(false);
            RepositoryData? removed = null;
            await ChangeAsync(found.Subscriber, subscriber =>
            {
                removed = Find(subscriber, found.Provisioned, request.ServiceIndication) ?? throw NoData(found.Provisioned, request.ServiceIndication);
                if (request.HasSequenceNumber && request.SequenceNumber != removed.SequenceNumber)
                    throw new RpcException(new Status(StatusCode.Aborted, string.Create(CultureInfo.InvariantCulture,
                        $"its sequence number is {removed.SequenceNumber} and not {request.SequenceNumber}: an application server changed it meanwhile; get it again")));
                var data = subscriber.ApplicationData;
                // Its subscriptions are dropped, and those who had them are told, by the store: it does so for every removal (TS 29.328 6.1.2.1 step 6).
                return SubscriberChange.None with { ApplicationData = data with { Repository = data.Repository.Remove(removed) } };
            }, () => string.Create(CultureInfo.InvariantCulture,
                $"repository data {Short(removed!.ServiceIndication)} of {removed.PublicIdentity} removed (sequence number {removed.SequenceNumber}, {removed.ServiceData.Length} octets)"),
                author, cancellationToken).ConfigureAwait(false);
            return new Empty();
        });
    }

    private static RepositoryData? Find(Subscriber subscriber, string provisioned, string serviceIndication) =>
        AliasSet.FindRepositoryData(ShSource.Of(subscriber), provisioned, serviceIndication);

    /// <summary>Whether what is stored under one identity is found by the other. Spec: TS 29.328 Table 7.6.1, note 3.</summary>
    private static bool AreAliases(Subscriber subscriber, string one, string other)
    {
        if (string.Equals(one, other, StringComparison.Ordinal)) return true;
        var set = subscriber.IndexOfSet(one, out var first);
        return set >= 0 && subscriber.IndexOfSet(other, out var second) == set && AliasSet.AreAliases(first!, second!);
    }

    private static V1.RepositoryData MessageOf(Subscriber subscriber, RepositoryData data, bool withContent) => new()
    {
        SubscriptionId = subscriber.Subscription.SubscriptionId,
        PublicIdentity = data.PublicIdentity,
        ServiceIndication = data.ServiceIndication,
        SequenceNumber = data.SequenceNumber,
        Size = data.ServiceData.Length,
        ServiceData = withContent ? Encoding.UTF8.GetString(data.ServiceData.Span) : "",
    };

    private static RpcException NoData(string identity, string serviceIndication) =>
        new(new Status(StatusCode.NotFound, $"{identity} has no repository data {Short(serviceIndication)}"));

    private static string Short(string text) => text.Length <= 64 ? text : text[..64] + "...";
}
