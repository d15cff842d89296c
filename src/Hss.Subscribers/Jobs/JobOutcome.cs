using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>What the end of a job does to the registration state, as pure functions.</summary>
/// Order: an outcome touches only a set that the S-CSCF of the job still serves. Between the request and its answer a MAR or SAR of another
/// one may have taken the set over; whoever came later knows better.
///
/// | RTR                                  | registered by these only   | registered by others too | UNREGISTERED    | NOT REGISTERED            |
/// |--------------------------------------|----------------------------|--------------------------|-----------------|---------------------------|
/// | 0, waits for its answer              | NOT REGISTERED, no name    | they are dropped         | NOT REGISTERED  | unchanged                 |
/// | 0 in a set with an emergency one     | UNREGISTERED, name kept    | they are dropped         | unchanged       | UNREGISTERED, name back   |
/// | 3, waits for its answer              | unchanged                  | unchanged                | NOT REGISTERED  | unchanged                 |
/// | 1, 2, and whatever changed at once   | unchanged                  | unchanged                | unchanged       | unchanged                 |
///
/// Why 2 (SERVER_CHANGE) does not wait: the user shall get another S-CSCF, and for as long as the name stands UAR sends him to the old one,
/// also when that is why it is to be changed: it is dead. Why 0 and 3 wait: only the answer tells of emergency registrations (6.1.3.1).
/// Why an outcome of 2 leaves a set alone that is registered again: the phone came back, and a SAR counts for more than an RTR sent before it.
/// Spec: TS 29.228 6.1.3, 6.2.2, Annex G.
public static class JobOutcome
{
    /// <summary>The states after an RTR was done.</summary>
    /// <param name="emergency">Public identities that stay registered for emergencies; null: all of them.</param>
    /// <param name="endsWholeSets">The S-CSCF drops the public identities whatever private identity registered them.</param>
    public static ImmutableArray<(int SetIndex, RegistrationState State)> AfterTermination(
        CxJob job, Subscription subscription, ImmutableArray<RegistrationState> states, ImmutableArray<string>? emergency, bool endsWholeSets = false)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(subscription);
        var changes = ImmutableArray.CreateBuilder<(int, RegistrationState)>();
        for (var set = 0; set < states.Length; set++)
        {
            if (!IsAbout(job, subscription.ImplicitRegistrationSets[set])) continue;
            var survives = emergency is not { } listed
                || subscription.ImplicitRegistrationSets[set].PublicIdentities.Any(identity => listed.Contains(identity.Identity, StringComparer.Ordinal));
            var after = AfterTermination(job, states[set], survives, endsWholeSets);
            if (!after.Equals(states[set])) changes.Add((set, after));
        }
        return changes.ToImmutable();
    }

    /// <summary>The states after a PPR was taken, or after it was given up: then the next SAR gets the profile whatever it asks for (6.6).</summary>
    public static ImmutableArray<(int SetIndex, RegistrationState State)> AfterPush(
        CxJob job, Subscription subscription, ImmutableArray<RegistrationState> states, bool delivered)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(subscription);
        if ((job.Parts & (ProfileParts.UserData | ProfileParts.Charging)) == 0) return [];
        var changes = ImmutableArray.CreateBuilder<(int, RegistrationState)>();
        for (var set = 0; set < states.Length; set++)
            if (IsAbout(job, subscription.ImplicitRegistrationSets[set]) && Termination.IsServed(states[set]) && job.IsFor(states[set].Server)
                && states[set].UserDataOutdated == delivered)
                changes.Add((set, states[set] with { UserDataOutdated = !delivered }));
        return changes.ToImmutable();
    }

    /// <summary>Whether a job names a set; without public identities it stands for all of its private identity.</summary>
    public static bool IsAbout(CxJob job, ImplicitRegistrationSet set)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(set);
        return job.PublicIdentities.IsEmpty
            ? set.BelongsTo(job.PrivateIdentity)
            : set.PublicIdentities.Any(identity => job.PublicIdentities.Contains(identity.Identity, StringComparer.Ordinal));
    }

    private static RegistrationState AfterTermination(CxJob job, RegistrationState state, bool survives, bool endsWholeSets)
    {
        var mayKeep = job.Reason is TerminationReason.PermanentTermination or TerminationReason.RemoveServer;
        if (!job.ClearsOnAnswer)
            return mayKeep && survives && state.Equals(RegistrationState.Initial)
                ? new() { Status = RegistrationStatus.Unregistered, Server = job.Server }
                : state;
        if (!mayKeep || !job.IsFor(state.Server)) return state;
        if (job.Reason == TerminationReason.RemoveServer && state.Status != RegistrationStatus.Unregistered) return state;
        if (endsWholeSets) return End(state, null, survives);
        foreach (var user in job.AssociatedIdentities.Insert(0, job.PrivateIdentity)) state = End(state, user, survives);
        return state;
    }

    private static RegistrationState End(RegistrationState state, string? user, bool survives) =>
        survives ? RegistrationTransitions.ClearKeepingServer(state, user) : RegistrationTransitions.Clear(state, user);
}
