using System.Collections.Immutable;
using Hss.Storage;
using Hss.Subscribers;
using Hss.Testing;

namespace Hss.Simulation.Tests;

/// <summary>Holds every durable change of jobs, and of registration states by jobs and provisioning, against what S-CSCFs were asked and have answered.</summary>
/// Order: under the gate of the storm; each commit once, the moment it is durable.
internal sealed class JobAudit
{
    private readonly Dictionary<long, CxJob> _jobs = [];
    private readonly Dictionary<long, int> _since = [];
    private readonly Dictionary<CxJobState, int> _ends = [];
    private readonly List<SentAnswer> _answers = [];

    /// <summary>How many jobs ended how.</summary>
    public IReadOnlyDictionary<CxJobState, int> Ends => _ends;

    public IEnumerable<CxJob> Pending => _jobs.Values.Where(job => job.State == CxJobState.Pending);

    public int PushesAnswered { get; private set; }

    /// <summary>An S-CSCF answers now.</summary>
    public void Answered(CxJobKind kind, string host, string user, string asked, uint code, IReadOnlyCollection<string> kept)
    {
        if (kind == CxJobKind.PushProfile) PushesAnswered++;
        _answers.Add(new SentAnswer(_answers.Count + 1, kind, host, user, asked, code, kept));
    }

    /// <summary>What is wrong with the table of jobs after a commit, or null.</summary>
    public string? Compare(MemoryDatabase image)
    {
        Dictionary<long, CxJob> after = image.Jobs(new CxJobQuery { Most = int.MaxValue }).ToDictionary(job => job.Id);
        string? wrong = null;
        foreach ((long id, CxJob before) in _jobs)
            if (!after.ContainsKey(id) && before.State == CxJobState.Pending) wrong ??= $"{before} is lost";
        foreach (CxJob job in after.Values) wrong ??= Compare(_jobs.GetValueOrDefault(job.Id), job);
        _jobs.Clear();
        foreach (CxJob job in after.Values) _jobs[job.Id] = job;
        return wrong;
    }

    /// <summary>Whether a change may be the outcome of jobs; null, or what is wrong with it. Asked before <see cref="Compare"/>.</summary>
    public string? Explain(SubscriberWrite write, RegistrationModel before, RegistrationModel after, Subscription subscription)
    {
        if (before.Key == after.Key) return null;
        CxJob end = write.JobUpdates[0].Job;
        if (!_jobs.TryGetValue(end.Id, out CxJob? job)) return $"a job that never was has ended: {end}";
        for (int set = 0; set < before.Sets.Length; set++)
        {
            SetModel was = before.Sets[set], is_ = after.Sets[set];
            if (was == is_ || was.Server == job.Server.Name) continue;
            bool comesBack = was == SetModel.Initial && is_ == was with { Status = RegistrationStatus.Unregistered, Server = job.Server.Name };
            if (!comesBack) return $"the end of {job} changes a set that is {was}, which its S-CSCF does not serve";
        }

        bool isExplained = job.Kind == CxJobKind.RegistrationTermination
            ? OutcomesOf(job, end, subscription, before).Any(outcome => outcome.Key == after.Key)
            : Enumerable.Range(0, before.Sets.Length).All(set => before.Sets[set] == after.Sets[set] || IsPushOutcome(job, end, write.Jobs, before.Sets[set], after.Sets[set], subscription.ImplicitRegistrationSets[set]));
        return isExplained ? null : $"the end of {job} as {end.State} ({end.LastResult}) does not lead from {before} to {after}";
    }

    /// <summary>Whether an S-CSCF is told of what a set has lost.</summary>
    public static bool IsTold(IEnumerable<CxJob> jobs, CxJobKind kind, string server, ImplicitRegistrationSet set) => jobs.Any(job =>
        job.Kind == kind && job.Server.Name == server && set.PublicIdentities.Any(identity => job.PublicIdentities.Contains(identity.Identity)));

    /// <summary>The jobs that a commit has added.</summary>
    public List<CxJob> Added(MemoryDatabase image) => [.. image.Jobs(new CxJobQuery { Most = int.MaxValue }).Where(job => !_jobs.ContainsKey(job.Id))];

    private string? Compare(CxJob? before, CxJob after)
    {
        if (before is null || (before.State == CxJobState.Failed && after.State == CxJobState.Pending))
        {
            _since[after.Id] = _answers.Count;
            return after is { State: CxJobState.Pending, Attempts: 0 } ? null : $"a job begins as {after}";
        }

        if (before == after || before.State == after.State) return null;
        bool mayBe = before.State == CxJobState.Pending || (before.State == CxJobState.Failed && after.State == CxJobState.Forced);
        if (!mayBe) return $"{before} had ended and is now {after.State}";
        _ends[after.State] = _ends.GetValueOrDefault(after.State) + 1;
        if (after.State == CxJobState.Acknowledged && !AnswersTo(before).Any(answer => answer.IsSuccess || IsDone(before, answer)))
            return $"acknowledged, though its S-CSCF has not said so: {after}";
        return null;
    }

    private IEnumerable<RegistrationModel> OutcomesOf(CxJob job, CxJob end, Subscription subscription, RegistrationModel before) => end.State switch
    {
        CxJobState.Forced => [before.Terminate(job, subscription, [], endsWholeSets: false)],
        CxJobState.Acknowledged => AnswersTo(job).Where(answer => answer.IsSuccess || IsDone(job, answer)).Select(answer =>
            before.Terminate(job, subscription, answer.Code == 5012 ? null : answer.Kept, endsWholeSets: job.Server.DiameterHost == RequestMaker.Kamailio)),
        CxJobState.Withdrawn => [before, before.BackAgain(job, subscription)],
        _ => [before],
    };

    private bool IsPushOutcome(CxJob job, CxJob end, ImmutableArray<CxJob> follow, SetModel before, SetModel after, ImplicitRegistrationSet set)
    {
        if (!set.PublicIdentities.Any(identity => job.PublicIdentities.Contains(identity.Identity))) return false;
        if (after == before with { IsOutdated = end.State != CxJobState.Acknowledged }) return end.State != CxJobState.Pending;
        if (after == SetModel.Initial && IsTold(follow, CxJobKind.RegistrationTermination, before.Server, set)) return AnswersTo(job).Any(answer => answer.Code is 5008 or 5009);
        return before.Registered.Split(' ').Any(user => after == RegistrationModel.End(before, user, keepsName: false)
            && AnswersTo(job).Any(answer => answer.Code == 5001 && answer.User == user));
    }

    /// <summary>TS 29.228 6.1.3.1: whoever is unknown there is not registered there; 5012 to a reason that spares emergency registrations is about one.</summary>
    private static bool IsDone(CxJob job, SentAnswer answer) => job.Kind == CxJobKind.RegistrationTermination
        && (answer.Code == 5001 || (answer.Code == 5012 && job.Reason is TerminationReason.PermanentTermination or TerminationReason.RemoveServer));

    /// <summary>What its S-CSCF has answered since it was written.</summary>
    private IEnumerable<SentAnswer> AnswersTo(CxJob job) => _answers.Skip(_since.GetValueOrDefault(job.Id)).Where(answer =>
        answer.Kind == job.Kind && answer.Host == job.Server.DiameterHost
        && (job.Kind == CxJobKind.RegistrationTermination ? answer.IsTo(job)
            : Population.Owns(job.SubscriptionId, answer.User)
                && (answer.Asked.Length == 0 || job.PublicIdentities.Any(identity => answer.Asked.Contains(identity, StringComparison.Ordinal)))));
}
