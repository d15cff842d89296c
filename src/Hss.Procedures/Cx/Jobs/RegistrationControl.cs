using System.Collections.Immutable;
using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Procedures.Cx;

/// <summary>What an administrative de-registration came to.</summary>
public enum DeregistrationOutcome
{
    /// <summary>RTRs are written and will be sent.</summary>
    Written,

    /// <summary>No S-CSCF serves this identity in a way that the reason would end.</summary>
    NothingRegistered,

    UnknownIdentity,
}

/// <summary>What operators may do to registrations and to the jobs that change them.</summary>
/// Order: every command is durable when it returns; sending is the work of <see cref="CxJobRunner"/>, in this process or after the next start.
/// Errors: <see cref="StoreUnavailableException"/>. Spec: TS 29.228 6.1.3.
public sealed class RegistrationControl
{
    private readonly ISubscriberStore _store;
    private readonly TimeProvider _time;
    private readonly JobSettlement _settlement;

    public RegistrationControl(ISubscriberStore store, CxInstruments instruments, TimeProvider time, ILoggerFactory loggers)
    {
        (_store, _time) = (store, time);
        _settlement = new(store, new(), instruments, time, loggers.CreateLogger("Hss.Procedures.Cx"));
    }

    /// <summary>Ends the registrations of one private identity; those of others on the same sets stay.</summary>
    /// <param name="reason">Any but NEW_SERVER_ASSIGNED, which only the MAR of another S-CSCF can mean.</param>
    public async Task<DeregistrationOutcome> DeregisterPrivateIdentityAsync(
        string privateIdentity, TerminationReason reason, string? reasonText, CancellationToken cancellationToken) =>
        await _store.FindByPrivateIdentityAsync(privateIdentity, cancellationToken).ConfigureAwait(false) is { } subscriber
            ? await DeregisterAsync(subscriber, reason, reasonText, privateIdentity, _ => true, cancellationToken).ConfigureAwait(false)
            : DeregistrationOutcome.UnknownIdentity;

    /// <summary>Ends the registration of a public identity and its whole implicit registration set, whoever registered it (6.5).</summary>
    public async Task<DeregistrationOutcome> DeregisterPublicIdentityAsync(
        string publicIdentity, TerminationReason reason, string? reasonText, CancellationToken cancellationToken) =>
        await _store.FindByPublicIdentityAsync(publicIdentity, cancellationToken).ConfigureAwait(false) is { } subscriber
            ? await DeregisterAsync(subscriber, reason, reasonText, null,
                set => set.PublicIdentities.Any(one => string.Equals(one.Identity, publicIdentity, StringComparison.Ordinal)), cancellationToken).ConfigureAwait(false)
            : DeregistrationOutcome.UnknownIdentity;

    public Task<IReadOnlyList<CxJob>> ListJobsAsync(CxJobQuery query, CancellationToken cancellationToken) => _store.ReadJobsAsync(query, cancellationToken);

    /// <summary>Makes a failed job pending again, as if it were new. False: there is no such failed job.</summary>
    public async Task<bool> RetryAsync(long jobId)
    {
        var now = _time.GetUtcNow();
        return await ChangeAsync(jobId, [CxJobState.Failed], null, job => job with
        {
            State = CxJobState.Pending, Attempts = 0, Created = now, NextAttempt = now, Finished = null, LastResult = $"put back by an operator; before: {job.LastResult}",
        }).ConfigureAwait(false);
    }

    /// <summary>Declares a pending or failed job done although nobody answered: the registration state becomes what the answer would have made it.</summary>
    /// False: there is no such job.
    public async Task<bool> ForceAsync(long jobId)
    {
        var now = _time.GetUtcNow();
        return await ChangeAsync(jobId, [CxJobState.Pending, CxJobState.Failed],
            job => job.Kind == CxJobKind.PushProfile
                ? PushProfile.GivenUp([job])
                : subscriber => new(JobOutcome.AfterTermination(job, subscriber.Subscription, subscriber.States, ImmutableArray<string>.Empty), []),
            job => job with { State = CxJobState.Forced, Finished = now, LastResult = $"forced by an operator; before: {job.LastResult ?? "never sent"}" }).ConfigureAwait(false);
    }

    private async Task<bool> ChangeAsync(
        long jobId, CxJobState[] from, Func<CxJob, Func<Subscriber, SubscriberChange>>? effect, Func<CxJob, CxJob> update)
    {
        if (await _store.ReadJobsAsync(new() { Id = jobId }, CancellationToken.None).ConfigureAwait(false) is not [var job]) return false;
        return (await _settlement.SettleAsync([job], from, effect?.Invoke(job), update).ConfigureAwait(false)).Count > 0;
    }

    private async Task<DeregistrationOutcome> DeregisterAsync(
        Subscriber found, TerminationReason reason, string? reasonText, string? privateIdentity, Predicate<ImplicitRegistrationSet> isMeant, CancellationToken cancellationToken)
    {
        if (reason == TerminationReason.NewServerAssigned)
            throw new ArgumentException("NEW_SERVER_ASSIGNED is said when another S-CSCF took over, not by an operator", nameof(reason));
        using var turn = await _store.EnterAsync(found, cancellationToken).ConfigureAwait(false);
        if (turn.Subscriber is not { } subscriber) return DeregistrationOutcome.UnknownIdentity;
        var (subscription, states) = (subscriber.Subscription, subscriber.States);
        var sets = Enumerable.Range(0, states.Length).Where(set => isMeant(subscription.ImplicitRegistrationSets[set])
            // REMOVE_S-CSCF is for what an S-CSCF serves without a registration (6.1.3.1).
            && (reason != TerminationReason.RemoveServer || states[set].Status == RegistrationStatus.Unregistered)).ToArray();
        // SERVER_CHANGE takes effect here at once, the others with the answer: see JobOutcome.
        var isAtOnce = reason == TerminationReason.ServerChange;
        // And it is for whole sets: all phones of a set have the same S-CSCF.
        if (isAtOnce && privateIdentity is not null)
        {
            sets = [.. sets.Where(set => states[set].RegisteredPrivateIdentities.Contains(privateIdentity, StringComparer.Ordinal)
                || (states[set].Status == RegistrationStatus.Unregistered && subscription.ImplicitRegistrationSets[set].BelongsTo(privateIdentity)))];
            privateIdentity = null;
        }
        var jobs = Termination.Of(subscription, states, sets, reason, reasonText, privateIdentity, clearsOnAnswer: !isAtOnce);
        if (jobs.IsEmpty) return DeregistrationOutcome.NothingRegistered;
        ImmutableArray<(int, RegistrationState)> registrations =
            isAtOnce ? [.. sets.Where(set => Termination.IsServed(states[set])).Select(set => (set, RegistrationState.Initial))] : [];
        await _store.CommitAsync(turn, new(registrations, []) { Jobs = jobs }, cancellationToken).ConfigureAwait(false);
        return DeregistrationOutcome.Written;
    }
}
