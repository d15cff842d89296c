using System.Globalization;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hss.Procedures.Sh;
using Hss.Storage;
using Hss.Subscribers;

namespace Hss.Provisioning;

/// <summary>Application servers on Sh: what they may do (this part), what they keep here, and what they are owed (the other parts).</summary>
/// Errors: the status codes of docs/provisioning-api.md. Spec: TS 29.328 6.2.
public sealed partial class ApplicationServerService(SubscriberStore store, NotificationControl notifications, TimeProvider time)
    : V1.ApplicationServerService.ApplicationServerServiceBase
{
    public override Task<V1.PutApplicationServerResponse> PutApplicationServer(V1.PutApplicationServerRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
        {
            var author = Caller.Of(context).AuthorFor(context, request.RequestId, request);
            var server = PermissionsMessage.Read(request.ApplicationServer);
            var etag = EtagOf(request);
            if (request.ValidateOnly)
            {
                var stored = Find(server.DiameterHost);
                if (etag.Length > 0 && (stored is null || SubscriptionMessage.EtagOf(stored.Revision) != etag)) throw PermissionsMessage.Stale(server.DiameterHost, etag, stored);
                return Answer(stored is null ? ChangeKind.Created : IsSame(stored, server) ? ChangeKind.None : ChangeKind.Updated, server with { Revision = stored?.Revision ?? 0 });
            }
            var outcome = await store.PutApplicationServerAsync(server, RevisionOf(etag), author, cancellationToken).ConfigureAwait(false);
            // A repeated request gets what stands, and that may be nothing any more.
            return outcome.IsStale ? throw PermissionsMessage.Stale(server.DiameterHost, etag, outcome.Standing)
                : Answer(outcome.Kind, outcome.Standing ?? throw PermissionsMessage.NotFound(server.DiameterHost));
        });

        static V1.PutApplicationServerResponse Answer(ChangeKind kind, ApplicationServerPermissions server) => new()
        {
            ApplicationServer = PermissionsMessage.Of(server),
            Outcome = kind switch
            {
                ChangeKind.Created => V1.PutApplicationServerResponse.Types.Outcome.Created,
                ChangeKind.Updated => V1.PutApplicationServerResponse.Types.Outcome.Updated,
                _ => V1.PutApplicationServerResponse.Types.Outcome.Unchanged,
            },
        };
    }

    public override Task<V1.ApplicationServerPermissions> GetApplicationServer(V1.GetApplicationServerRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        var host = PermissionsMessage.HostOf(request.Name);
        return Task.FromResult(PermissionsMessage.Of(Find(host) ?? throw PermissionsMessage.NotFound(host)));
    }

    /// Order: by diameter_host.
    public override Task<V1.ListApplicationServersResponse> ListApplicationServers(V1.ListApplicationServersRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
        {
            var all = await store.ListApplicationServersAsync(cancellationToken).ConfigureAwait(false);
            var page = new V1.ListApplicationServersResponse();
            page.NextPageToken = KeyedPage.Fill(page.ApplicationServers, all.Select(PermissionsMessage.Of), one => one.DiameterHost,
                request.PageSize, request.PageToken, "application servers");
            return page;
        });
    }

    public override Task<Empty> DeleteApplicationServer(V1.DeleteApplicationServerRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
        {
            var author = Caller.Of(context).AuthorFor(context, request.RequestId, request);
            var host = PermissionsMessage.HostOf(request.Name);
            if (request.ValidateOnly)
            {
                var stored = Find(host);
                return Answer(stored is null, stored is not null && request.Etag.Length > 0 && SubscriptionMessage.EtagOf(stored.Revision) != request.Etag, stored);
            }
            var outcome = await store.RemoveApplicationServerAsync(host, RevisionOf(request.Etag), author, cancellationToken).ConfigureAwait(false);
            return Answer(outcome is { Kind: ChangeKind.None, IsRepeated: false, Standing: null }, outcome.IsStale, outcome.Standing);

            // Whoever gives an etag to delete one that is gone has what he wanted, if he allows for it.
            Empty Answer(bool isMissing, bool isStale, ApplicationServerPermissions? stored) =>
                isMissing ? request.AllowMissing ? new Empty() : throw PermissionsMessage.NotFound(host)
                : isStale ? throw PermissionsMessage.Stale(host, request.Etag, stored)
                : new Empty();
        });
    }

    private ApplicationServerPermissions? Find(string host) => store.FindApplicationServer(Encoding.ASCII.GetBytes(host));

    /// <summary>What the store compares with; null: whatever stands. An etag that is none fits nothing, as 0 fits no entry that stands.</summary>
    private static long? RevisionOf(string etag) =>
        etag.Length == 0 ? null : long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var revision) && revision > 0 ? revision : long.MaxValue;

    private static string EtagOf(V1.PutApplicationServerRequest request)
    {
        var inside = request.ApplicationServer?.Etag ?? "";
        if (request.Etag.Length > 0 && inside.Length > 0 && inside != request.Etag)
            throw Refusals.Field("etag", "is another one than application_server.etag; give one of them");
        return request.Etag.Length > 0 ? request.Etag : inside;
    }

    private static bool IsSame(ApplicationServerPermissions one, ApplicationServerPermissions other) =>
        one.ServerNames.SequenceEqual(other.ServerNames) && one.Operations.SequenceEqual(other.Operations);
}
