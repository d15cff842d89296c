using System.Collections.Immutable;
using Hss.Subscribers;

namespace Hss.Testing;

/// <summary>The table of jobs as a pure value: the same answers as the SQL gives.</summary>
public static class JobTable
{
    public static CxJob Stamp(CxJob job, long id, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(time);
        var created = job.Created == default ? time.GetUtcNow() : job.Created;
        return job with { Id = id, Created = created, NextAttempt = job.NextAttempt == default ? created : job.NextAttempt };
    }

    public static IReadOnlyList<CxJob> Select(ImmutableSortedDictionary<long, CxJob> jobs, CxJobQuery query)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        ArgumentNullException.ThrowIfNull(query);
        if (query.DueBy is { } due)
            return [.. jobs.Values
                .Where(job => job.State == CxJobState.Pending && job.Server.DiameterHost == query.DiameterHost && job.NextAttempt <= due)
                .Where(job => !jobs.Values.Any(other => other.State == CxJobState.Pending && other.Id < job.Id
                    && other.SubscriptionId == job.SubscriptionId && other.Server.DiameterHost == job.Server.DiameterHost))
                .OrderBy(job => job.NextAttempt).ThenBy(job => job.Id).Take(query.Most)];
        return [.. jobs.Values
            .Where(job => (query.Id ?? job.Id) == job.Id && job.Id > (query.After ?? 0) && (query.SubscriptionId ?? job.SubscriptionId) == job.SubscriptionId
                && (query.DiameterHost ?? job.Server.DiameterHost) == job.Server.DiameterHost && (query.State ?? job.State) == job.State
                && (query.Identity is not { } identity || job.PrivateIdentity == identity || job.PublicIdentities.Contains(identity)
                    || job.AssociatedIdentities.Contains(identity)))
            .Take(query.Most)];
    }

    public static IReadOnlyList<OpenJobs> Open(ImmutableSortedDictionary<long, CxJob> jobs)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        return [.. jobs.Values.Where(job => job.State == CxJobState.Pending).GroupBy(job => (job.Server.DiameterHost, job.Kind))
            .Select(group => new OpenJobs(group.Key.DiameterHost, group.Key.Kind, group.Count(), group.Min(job => job.Created), group.Min(job => job.NextAttempt)))];
    }

    public static ImmutableSortedDictionary<long, CxJob> Update(ImmutableSortedDictionary<long, CxJob> jobs, ImmutableArray<CxJobUpdate> updates)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        foreach (var (job, from) in updates)
            if (jobs.TryGetValue(job.Id, out var current) && current.State == from) jobs = jobs.SetItem(job.Id, job);
        return jobs;
    }

    public static ImmutableSortedDictionary<long, CxJob> Prune(ImmutableSortedDictionary<long, CxJob> jobs, DateTimeOffset finishedBefore, int keep)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        var finished = jobs.Values.Where(job => job.State != CxJobState.Pending).OrderByDescending(job => job.Finished).ToList();
        return jobs.RemoveRange(finished.Where((job, index) => index >= keep || job.Finished < finishedBefore).Select(job => job.Id));
    }
}
