using System.Collections.Immutable;
using Hss.Subscribers;

namespace Hss.Storage;

/// <summary>The part of the store that knows the jobs: it keeps none in memory, the table is the queue.</summary>
public sealed partial class SubscriberStore
{
    public Task<IReadOnlyList<CxJob>> ReadJobsAsync(CxJobQuery query, CancellationToken cancellationToken) =>
        _reads.ReadAsync(static look => look._database.Jobs(look.query), (_database, query), cancellationToken);

    public Task<IReadOnlyList<OpenJobs>> ReadOpenJobsAsync(CancellationToken cancellationToken) =>
        _reads.ReadAsync(static database => database.OpenJobs(), _database, cancellationToken);

    public async Task WriteJobsAsync(ImmutableArray<CxJob> jobs, ImmutableArray<CxJobUpdate> updates, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (jobs.IsEmpty && updates.IsEmpty) return;
        await CommitAsync(database =>
        {
            database.WriteJobs(jobs, updates);
            return true;
        }).ConfigureAwait(false);
        _tellJobsWritten();
    }

    public Task<int> PruneJobsAsync(DateTimeOffset finishedBefore, int keep, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return CommitAsync(database => database.PruneJobs(finishedBefore, keep));
    }

    private Task<T> CommitAsync<T>(Func<ISubscriberDatabase, T> step, Action<T, bool>? told = null)
    {
        var item = new StepCommit<T>(step, told);
        return _commits.TryAdd(item)
            ? item.Outcome
            : Task.FromException<T>(new StoreUnavailableException("the commit queue is full or closed"));
    }
}
