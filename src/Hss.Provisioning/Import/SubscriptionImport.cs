using System.Collections.Immutable;
using Grpc.Core;
using Hss.Storage;
using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Provisioning;

/// <summary>One ImportSubscriptions call: received and read on one side, written batch by batch on the other.</summary>
/// Order: as the client sent them; of two documents for one subscription the later one counts.
/// Errors: a bad document is part of the answer and no status, so that the summary reaches every client; UNAVAILABLE ends it after a last
/// message that says what is durable.
internal sealed class SubscriptionImport(SubscriberStore store, DocumentContext documents, TimeProvider time, ILogger logger)
{
    private readonly ImportCheck _check = new(store);

    public async Task RunAsync(
        IAsyncStreamReader<V1.ImportSubscriptionsRequest> requests, IServerStreamWriter<V1.ImportSubscriptionsResponse> responses, ServerCallContext context)
    {
        var author = Caller.Of(context).AuthorFor(context, null, new V1.ImportSubscriptionsRequest());
        var progress = new ImportProgress(responses, time);
        using var receiving = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        using var reception = new ImportReception(requests, documents);
        var received = reception.RunAsync(receiving.Token);
        try
        {
            await Refusals.GuardAsync(context, async cancellationToken =>
            {
                var options = await reception.Options.ConfigureAwait(false);
                var went = await WriteAllAsync(reception, options, author, progress, cancellationToken).ConfigureAwait(false);
                await progress.FinishAsync(stoppedEarly: !went, cancellationToken).ConfigureAwait(false);
                logger.ImportEnded(author.Actor, progress.Received, progress.Created, progress.Updated, progress.Unchanged, progress.Refused, went ? "all" : "a part");
                return went;
            }).ConfigureAwait(false);
        }
        finally
        {
            // The rest of what the client sends is of no use any more.
            await receiving.CancelAsync().ConfigureAwait(false);
            await received.ConfigureAwait(false);
        }
    }

    /// <summary>False: it ended at a bad document.</summary>
    private async Task<bool> WriteAllAsync(
        ImportReception reception, V1.ImportSubscriptionsRequest.Types.Options options, ChangeAuthor author, ImportProgress progress, CancellationToken cancellationToken)
    {
        var batch = new ImportBatch();
        try
        {
            await foreach (var chunk in reception.Chunks.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                foreach (var item in await chunk.ConfigureAwait(false))
                {
                    // A second document for a subscription opens a new batch, so that it comes after the first as if they had been sent one by one.
                    if (batch.IsFull || batch.Holds(item))
                    {
                        if (batch.Holds(item)) progress.Warn(item, [new("subscriptionId", "stands in an earlier line too; the later one counts")]);
                        if (!await WriteAsync(batch, options, author, progress, cancellationToken).ConfigureAwait(false)) return false;
                        batch = new();
                    }
                    progress.Received++;
                    progress.Warn(item, item.Reading.Warnings);
                    if (!item.Reading.Problems.IsEmpty) progress.Refuse(item, item.Reading.Problems);
                    batch.Add(item);
                    await progress.TellAsync(cancellationToken).ConfigureAwait(false);
                }
            return await WriteAsync(batch, options, author, progress, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreUnavailableException)
        {
            await progress.SendAsync(cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<bool> WriteAsync(
        ImportBatch batch, V1.ImportSubscriptionsRequest.Types.Options options, ChangeAuthor author, ImportProgress progress, CancellationToken cancellationToken)
    {
        if (batch.IsEmpty) return true;
        if (batch.HasBad && !options.ContinueOnError) return false;
        if (options.ValidateOnly)
            return await TakeFindingsAsync(batch.Good, progress, countsGood: true, cancellationToken).ConfigureAwait(false) is var good
                && (options.ContinueOnError || good.Count == batch.Good.Count);
        if (!await CommitAsync(batch.Good, options, author, progress, cancellationToken).ConfigureAwait(false)) return false;
        progress.CommittedLine = batch.LastLine;
        return true;
    }

    private async Task<bool> CommitAsync(
        List<ImportItem> items, V1.ImportSubscriptionsRequest.Types.Options options, ChangeAuthor author, ImportProgress progress, CancellationToken cancellationToken)
    {
        while (items.Count > 0)
        {
            try
            {
                foreach (var outcome in await store.ChangeAsync(items.ConvertAll(EditOf), author, cancellationToken).ConfigureAwait(false)) progress.Count(outcome.Kind);
                return true;
            }
            catch (Exception refused) when (refused is SubscriptionRefusedException or IncompleteDocumentException)
            {
                // Nothing of the batch is written. All its bad ones are looked for at once, or every one of them would cost a commit.
                var good = await TakeFindingsAsync(items, progress, countsGood: false, cancellationToken).ConfigureAwait(false);
                if (good.Count == items.Count) good = Without(items, refused, progress);
                if (!options.ContinueOnError) return false;
                items = good;
            }
        }
        return true;
    }

    /// <summary>Refuses what the check finds bad; returns the others.</summary>
    private async Task<List<ImportItem>> TakeFindingsAsync(List<ImportItem> items, ImportProgress progress, bool countsGood, CancellationToken cancellationToken)
    {
        var good = new List<ImportItem>(items.Count);
        foreach (var finding in await _check.CheckAsync(items, cancellationToken).ConfigureAwait(false))
        {
            if (!finding.Problems.IsEmpty)
            {
                progress.Refuse(finding.Item, finding.Problems);
                continue;
            }
            if (countsGood) progress.Count(finding.Kind);
            good.Add(finding.Item);
        }
        return good;
    }

    /// <summary>What only the commit can see, such as wildcards that overlap too many, is refused as it says.</summary>
    private static List<ImportItem> Without(List<ImportItem> items, Exception refused, ImportProgress progress)
    {
        var subscriptionId = refused switch
        {
            SubscriptionRefusedException refusal => refusal.SubscriptionId,
            IncompleteDocumentException incomplete => incomplete.Item.SubscriptionId,
            _ => "",
        };
        var bad = items.Find(item => item.SubscriptionId == subscriptionId) ?? throw refused;
        progress.Refuse(bad, refused is IncompleteDocumentException { Problems: var problems } ? problems : [new("", refused.Message)]);
        return items.FindAll(item => item != bad);
    }

    private static SubscriptionEdit EditOf(ImportItem item) => item.Reading.Subscription is { } subscription
        ? SubscriptionEdit.Replace(subscription)
        : new(item.SubscriptionId, stored =>
        {
            var complete = item.Reading.Complete(stored?.Subscription);
            return complete.Subscription ?? throw new IncompleteDocumentException(item, complete.Problems);
        });

    /// <summary>A document without its keys, for a subscription whose keys the store has not got either.</summary>
    private sealed class IncompleteDocumentException(ImportItem item, ImmutableArray<DocumentProblem> problems) : Exception("a document lacks keys")
    {
        public ImportItem Item { get; } = item;

        public ImmutableArray<DocumentProblem> Problems { get; } = problems;
    }
}
