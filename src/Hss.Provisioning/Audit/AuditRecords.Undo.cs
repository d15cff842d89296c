using Grpc.Core;
using Hss.Subscribers;

namespace Hss.Provisioning;

public sealed partial class AuditRecords
{
    private const int LaterShown = 5;

    private readonly OneChange _changes = new(store);

    /// <summary>Puts a subscription back to what it was before its newest change. The undoing is a change like any other, and can be undone.</summary>
    /// Why only the newest: taking one change out of the middle would make a subscription that nobody ever wrote or checked.
    public override Task<V1.AuditRecord> UndoAuditRecord(V1.UndoAuditRecordRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async cancellationToken =>
        {
            var author = Caller.Of(context).AuthorFor(context, request.RequestId, request) with { Undoes = request.Id };
            var record = await ReadAsync(request.Id, cancellationToken).ConfigureAwait(false)
                ?? throw new RpcException(new Status(StatusCode.NotFound, $"there is no audit record {request.Id}"));
            if (record.Kind == ChangeKind.Action)
                throw new RpcException(new Status(StatusCode.FailedPrecondition, $"audit record {record.Id} changed no subscription ({record.Author.Method}); there is nothing to undo"));
            // To undo a creation nothing has to be read. Anything else without what stood before would end in a deletion.
            if (record is { Before: null, Kind: not ChangeKind.Created })
                throw new RpcException(new Status(StatusCode.FailedPrecondition,
                    $"audit record {record.Id} cannot be undone, what stood before cannot be read any more{(record.Trouble is { } trouble ? $" ({trouble})" : "")}; "
                    + "restore the store or its master key, or send the subscription anew"));
            await CheckIsNewestAsync(record, author, cancellationToken).ConfigureAwait(false);
            var change = await UndoAsync(record, author, request.ValidateOnly, cancellationToken).ConfigureAwait(false);
            if (!request.ValidateOnly)
                return MessageOf(await ReadAsync(change.Revision, cancellationToken).ConfigureAwait(false)
                    ?? throw new RpcException(new Status(StatusCode.FailedPrecondition, "this request was served before, and its record is no longer kept")));
            return MessageOf(new(0, DateTimeOffset.UnixEpoch, author, record.SubscriptionId, change.Kind, null) { Before = record.After, After = record.Before });
        });
    }

    private async Task<OneChange.Outcome> UndoAsync(ChangeRecord record, ChangeAuthor author, bool validateOnly, CancellationToken cancellationToken)
    {
        var edit = new SubscriptionEdit(record.SubscriptionId, stored =>
        {
            // Somebody was faster than the look at the records.
            var stands = record.Kind == ChangeKind.Deleted ? stored is null : stored?.Revision == record.Id;
            if (!stands) throw new RpcException(new Status(StatusCode.FailedPrecondition, $"subscription {record.SubscriptionId} was changed again; list its audit records"));
            return record.Before;
        });
        try
        {
            return await _changes.MakeAsync(edit, author, validateOnly, cancellationToken).ConfigureAwait(false);
        }
        catch (IdentityConflictException conflict)
        {
            throw new RpcException(new Status(StatusCode.AlreadyExists,
                $"{conflict.Identity} was given to subscription {conflict.OwnerSubscriptionId} since; remove it there, then undo"));
        }
    }

    private async Task CheckIsNewestAsync(ChangeRecord record, ChangeAuthor author, CancellationToken cancellationToken)
    {
        var later = (await store.ReadChangesAsync(
            new() { After = record.Id, SubscriptionId = record.SubscriptionId, WithSubscriptions = false, Most = ChangeQuery.MaxRecords }, cancellationToken).ConfigureAwait(false))
            .Where(change => change.Kind != ChangeKind.Action).ToList();
        // The same request again: the store knows what became of it.
        if (later.Count == 0 || (author.RequestId is not null && later.Exists(change => change.Author.RequestId == author.RequestId))) return;
        var newest = later[^1];
        var names = string.Join(", ", later.Take(LaterShown).Select(change => $"{change.Id} ({change.Author.Method} by {change.Author.Actor})"));
        throw new RpcException(new Status(StatusCode.FailedPrecondition,
            $"subscription {record.SubscriptionId} was changed again since, by audit {(later.Count == 1 ? "record" : "records")} {names}"
            + (later.Count > LaterShown ? $" and {later.Count - LaterShown} more" : "") + $"; undo {newest.Id} first"));
    }

    private async Task<ChangeRecord?> ReadAsync(long id, CancellationToken cancellationToken) =>
        await store.ReadChangesAsync(new() { Id = id, Most = 1 }, cancellationToken).ConfigureAwait(false) is [var record, ..] ? record : null;
}
