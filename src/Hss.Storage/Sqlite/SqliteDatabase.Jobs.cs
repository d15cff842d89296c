using System.Collections.Immutable;
using Hss.Subscribers;

namespace Hss.Storage.Sqlite;

// RTRs and PPRs that are owed.
public sealed partial class SqliteDatabase
{
    public IReadOnlyList<CxJob> Jobs(CxJobQuery query) => Reading(query, static (reader, what) => reader.Jobs.Read(what));

    public IReadOnlyList<OpenJobs> OpenJobs() => Reading(0, static (reader, _) => reader.Jobs.Open());

    public void WriteJobs(ImmutableArray<CxJob> jobs, ImmutableArray<CxJobUpdate> updates) =>
        Writing((jobs, updates), static (database, what) =>
        {
            database._writer!.Jobs.Update(what.updates);
            database._writer.Jobs.Insert(what.jobs);
        });

    public int PruneJobs(DateTimeOffset finishedBefore, int keep)
    {
        var pruned = 0;
        Writing(0, (database, _) => pruned = database._writer!.Jobs.Prune(finishedBefore, keep));
        return pruned;
    }
}
