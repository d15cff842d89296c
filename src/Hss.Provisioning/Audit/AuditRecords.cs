using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hss.Storage;
using Hss.Subscribers;

namespace Hss.Provisioning;

/// <summary>Who changed what and when, and the way back.</summary>
/// Errors: the status codes of docs/provisioning-api.md. No key, password or HA1 is in a record that is shown.
public sealed partial class AuditRecords(SubscriberStore store) : V1.AuditService.AuditServiceBase
{
    private const int UsualPageSize = 100;
    private const int ReadAtOnce = 50;

    /// Order: newest first.
    public override Task<V1.ListAuditRecordsResponse> ListAuditRecords(V1.ListAuditRecordsRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
        {
            var size = PageToken.Size(request.PageSize, UsualPageSize, ChangeQuery.MaxRecords);
            var question = $"audit\n{request.SubscriptionId}\n{request.Actor}\n{request.Since?.Seconds}.{request.Since?.Nanos}";
            var below = PageToken.Read(request.PageToken, question, "page_token");
            var query = new ChangeQuery
            {
                Before = below is null ? long.MaxValue
                    : long.TryParse(below, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id
                    : throw Refusals.Field("page_token", "is not a token that this server gave"),
                SubscriptionId = request.SubscriptionId.Length == 0 ? null : request.SubscriptionId,
                Actor = request.Actor.Length == 0 ? null : request.Actor,
                Since = SinceOf(request.Since),
            };
            return await FillAsync(query, size, question, cancellationToken).ConfigureAwait(false);
        });
    }

    private async Task<V1.ListAuditRecordsResponse> FillAsync(ChangeQuery query, int size, string question, CancellationToken cancellationToken)
    {
        var page = new V1.ListAuditRecordsResponse();
        for (var octets = 0; ;)
        {
            // One more than fits tells whether there is a next page.
            var most = Math.Min(ReadAtOnce, size - page.Records.Count + 1);
            var found = await store.ReadChangesAsync(query with { Most = most }, cancellationToken).ConfigureAwait(false);
            foreach (var record in found)
            {
                if (page.Records.Count == size || octets >= Subscriptions.FullPageBytes)
                {
                    page.NextPageToken = PageToken.Of(question, page.Records[^1].Id.ToString(CultureInfo.InvariantCulture));
                    return page;
                }
                var message = MessageOf(record);
                octets += message.CalculateSize();
                page.Records.Add(message);
            }
            if (found.Count < most) return page;
            query = query with { Before = found[^1].Id };
        }
    }

    private static V1.AuditRecord MessageOf(ChangeRecord record) => new()
    {
        Id = record.Id,
        Time = Timestamp.FromDateTimeOffset(record.Time),
        Actor = record.Author.Actor,
        RemoteAddress = record.Author.RemoteAddress ?? "",
        Method = record.Author.Method,
        SubscriptionId = record.SubscriptionId,
        Kind = record.Kind switch
        {
            ChangeKind.Created => V1.AuditRecord.Types.Kind.Created,
            ChangeKind.Updated => V1.AuditRecord.Types.Kind.Updated,
            ChangeKind.Deleted => V1.AuditRecord.Types.Kind.Deleted,
            _ => V1.AuditRecord.Types.Kind.Action,
        },
        RequestId = record.Author.RequestId ?? "",
        Before = record.Before is null ? null : SubscriptionMessage.Of(record.Before),
        After = record.After is null ? null : SubscriptionMessage.Of(record.After),
        Summary = ChangeSummary.Of(record),
        Undoes = record.Author.Undoes,
    };

    private static DateTimeOffset? SinceOf(Timestamp? since)
    {
        try
        {
            return since?.ToDateTimeOffset();
        }
        catch (InvalidOperationException)
        {
            throw Refusals.Field("since", "is no time");
        }
    }
}
