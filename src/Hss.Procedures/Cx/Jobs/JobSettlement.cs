using System.Collections.Immutable;
using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Procedures.Cx;

/// <summary>Writes down how jobs end, in one step with the registration state that their end changes.</summary>
/// Order: an end that changes state happens within the subscriber's turn and looks at the job once more there: an operator may have ended it
/// meanwhile, and then nothing changes a second time. Jobs of a removed subscription have no turn; the store lets the first end win.
internal sealed class JobSettlement(
    ISubscriberStore store, DeliveryOptions options, CxInstruments instruments, TimeProvider time, ILogger logger)
{
    /// <summary>The subscriber a job is about as it is behind the change that wrote the job, or null when its subscription is gone.</summary>
    /// Why a turn, although nothing is changed: jobs can be read as soon as they are durable, and memory still shows what was before them until the
    /// turn of their change is over. A PPR written from that would tell the S-CSCF the old profile, and be acknowledged.
    public async ValueTask<Subscriber?> FindAsync(CxJob job, CancellationToken cancellationToken)
    {
        if (await LookAsync(job, cancellationToken).ConfigureAwait(false) is not { } seen) return null;
        using var turn = await store.EnterAsync(seen, cancellationToken).ConfigureAwait(false);
        return turn.Subscriber is { } current && IsOf(job, current) ? current : null;
    }

    /// <summary>Ends jobs for good.</summary>
    /// <param name="effect">What the end changes besides; asked within the turn, and only if there is a subscriber.</param>
    /// <param name="follow">Jobs that take their place, also when the subscription is gone.</param>
    /// <param name="another">Asked after the effect: the private identity to try next instead of an end.</param>
    public async Task EndAsync(
        IReadOnlyList<CxJob> jobs, CxJobState end, string result, Func<Subscriber, SubscriberChange>? effect, bool wasSent = true,
        ImmutableArray<CxJob> follow = default, Func<string?>? another = null)
    {
        var now = time.GetUtcNow();
        var settled = await SettleAsync(jobs, [CxJobState.Pending], effect, job => another?.Invoke() is { } user
            ? job with { PrivateIdentity = user, LastResult = result, NextAttempt = now, Attempts = job.Attempts + 1 }
            : job with { State = end, LastResult = result, Finished = now, Attempts = job.Attempts + (wasSent ? 1 : 0) }, follow).ConfigureAwait(false);
        if (another?.Invoke() is not null) return;
        foreach (var job in settled)
        {
            instruments.CountJob(job.Kind, end);
            if (end == CxJobState.Failed) logger.JobFailed(job.Id, job.Kind, job.PrivateIdentity, job.Server.DiameterHost, result);
            else logger.JobEnded(job.Id, job.Kind, job.PrivateIdentity, job.Server.DiameterHost, end, result);
        }
    }

    /// <summary>Puts jobs off after an attempt that may succeed later; after the last one they have failed.</summary>
    public async Task RetryAsync(IReadOnlyList<CxJob> jobs, string result, Func<Subscriber, SubscriberChange>? effectOfFailure)
    {
        var attempts = jobs[0].Attempts + 1;
        if (attempts >= options.MaxAttempts)
        {
            await EndAsync(jobs, CxJobState.Failed, $"given up after {attempts} attempts: {result}", effectOfFailure).ConfigureAwait(false);
            return;
        }
        var next = time.GetUtcNow() + options.RetryAfter(attempts);
        logger.JobRetried(jobs[0].Id, jobs[0].Kind, jobs[0].PrivateIdentity, jobs[0].Server.DiameterHost, result, attempts, next);
        await store.WriteJobsAsync([], [.. jobs.Select(job => new CxJobUpdate(job with { Attempts = attempts, NextAttempt = next, LastResult = result }))], CancellationToken.None)
            .ConfigureAwait(false);
    }

    /// <summary>Nothing could be sent. That is no attempt: the S-CSCF is left alone for a while, the job only ages. Written once, for whoever looks.</summary>
    public Task NoteAsync(CxJob job, string result) =>
        job.LastResult == result ? Task.CompletedTask : store.WriteJobsAsync([], [new(job with { LastResult = result })], CancellationToken.None);

    /// <summary>Changes jobs that are still in one of some states, together with what the change means. Returns those that were changed.</summary>
    public async Task<IReadOnlyList<CxJob>> SettleAsync(
        IReadOnlyList<CxJob> jobs, CxJobState[] from, Func<Subscriber, SubscriberChange>? effect, Func<CxJob, CxJob> update,
        ImmutableArray<CxJob> follow = default)
    {
        // Not cancelled by a stop: what the S-CSCF has answered is worth writing down.
        var subscriber = await LookAsync(jobs[0], CancellationToken.None).ConfigureAwait(false);
        using var turn = subscriber is null ? default : await store.EnterAsync(subscriber, CancellationToken.None).ConfigureAwait(false);
        var current = new List<CxJob>(jobs.Count);
        foreach (var job in jobs)
            foreach (var now in await store.ReadJobsAsync(new() { Id = job.Id }, CancellationToken.None).ConfigureAwait(false))
                if (from.Contains(now.State)) current.Add(now);
        if (current.Count == 0) return [];

        var owner = turn.Subscriber is { } found && IsOf(jobs[0], found) ? found : null;
        var change = owner is null ? SubscriberChange.None : effect?.Invoke(owner) ?? SubscriberChange.None;
        change = change with
        {
            Jobs = follow.IsDefault ? change.Jobs : change.Jobs.AddRange(follow),
            JobUpdates = [.. current.Select(job => new CxJobUpdate(update(job), job.State))],
        };
        if (owner is not null) await store.CommitAsync(turn, change, CancellationToken.None).ConfigureAwait(false);
        else await store.WriteJobsAsync(change.Jobs, change.JobUpdates, CancellationToken.None).ConfigureAwait(false);
        return current;
    }

    private async ValueTask<Subscriber?> LookAsync(CxJob job, CancellationToken cancellationToken)
    {
        var subscriber = await store.FindByPrivateIdentityAsync(job.PrivateIdentity, cancellationToken).ConfigureAwait(false);
        foreach (var identity in job.PublicIdentities)
        {
            if (subscriber is not null && IsOf(job, subscriber)) break;
            subscriber = await store.FindByPublicIdentityAsync(identity, cancellationToken).ConfigureAwait(false);
        }
        return subscriber is not null && IsOf(job, subscriber) ? subscriber : null;
    }

    private static bool IsOf(CxJob job, Subscriber subscriber) =>
        string.Equals(subscriber.Subscription.SubscriptionId, job.SubscriptionId, StringComparison.Ordinal);
}
