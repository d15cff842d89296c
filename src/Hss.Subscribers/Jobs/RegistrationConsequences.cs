using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>What a change of a subscription means for the S-CSCFs that serve it: the registration states it leaves, and the jobs it makes.</summary>
///
/// | change                                                             | S-CSCF is told                    | state                 |
/// |--------------------------------------------------------------------|-----------------------------------|-----------------------|
/// | subscription, set, or last identity of a set removed               | RTR PERMANENT_TERMINATION         | gone with it          |
/// | private identity removed, or no longer of the set                  | RTR PERMANENT_TERMINATION for it  | as carried over       |
/// | PSI switched off                                                   | RTR PERMANENT_TERMINATION for it  | cleared by the answer |
/// | capabilities, IMSI or loose route changed; default identity of a registered set changed | RTR SERVER_CHANGE | NOT REGISTERED at once |
/// | identity added to or removed from a live set; profile or charging changed | PPR, complete for the set  | kept                  |
/// | live set split                                                     | PPR for the part with the default identity | the other NOT REGISTERED |
/// | service switched by an application server, see OfMasks             | PPR, complete for the set         | kept                  |
/// | digest credentials changed, registered or authentication pending   | PPR with SIP-Auth-Data-Item       | kept                  |
/// | allowed WAF and WWSF changed, registered                           | PPR                               | kept                  |
/// | visited networks, registration allowed, AKA keys                   | nothing: they count when next asked for | kept            |
///
/// Why an IMSI change ends the registration: it must not go by PPR (6.2.2.1) and every other PPR of the set would carry the new one.
/// Spec: TS 29.228 6.1.3.1, 6.2.2.1, 6.5.
public sealed record RegistrationConsequences(ImmutableArray<RegistrationState> States, ImmutableArray<CxJob> Jobs)
{
    /// <summary>The subscription is removed.</summary>
    public static ImmutableArray<CxJob> OfRemoval(Subscription old, ImmutableArray<RegistrationState> oldStates)
    {
        ArgumentNullException.ThrowIfNull(old);
        return Termination.Of(old, oldStates, Enumerable.Range(0, oldStates.Length), TerminationReason.PermanentTermination, "subscription removed");
    }

    /// <summary>The subscription is replaced. <paramref name="carried"/>: the states of the new sets, one each, before anybody is told.</summary>
    /// <param name="masks">The filters that application servers mask: they are in no User-Data, before or behind the change. What of them belongs to
    /// nobody any more masks nothing.</param>
    public static RegistrationConsequences Of(
        Subscription old, ImmutableArray<RegistrationState> oldStates, Subscription provisioned, ImmutableArray<RegistrationState> carried,
        FilterMasks masks = default)
    {
        ArgumentNullException.ThrowIfNull(old);
        ArgumentNullException.ThrowIfNull(provisioned);
        var jobs = new List<CxJob>();
        EndWhatIsGone(old, oldStates, provisioned, carried, jobs);

        var states = carried.ToBuilder();
        var moving = new List<int>();
        var knownThere = oldStates.ToBuilder();
        for (var set = 0; set < carried.Length; set++)
        {
            var (source, state) = (SourceOf(old, oldStates, provisioned, set, carried[set]), carried[set]);
            if (source < 0) continue;
            if (Termination.IsServed(state) && HeirOf(old, source, provisioned) != set)
            {
                // Split off: its identities leave the live set, which one PPR says, and begin as a set of their own.
                states[set] = RegistrationState.Initial;
                continue;
            }
            var change = new SetChange(old, source, provisioned, set, masks, masks);
            if (Termination.IsServed(state) && change.NeedsAnotherRegistration(state))
            {
                // What this S-CSCF knows is the old set; private identities that left it are ended on their own.
                knownThere[source] = oldStates[source] with { RegisteredPrivateIdentities = state.RegisteredPrivateIdentities };
                if (!moving.Contains(source)) moving.Add(source);
                states[set] = RegistrationState.Initial;
                continue;
            }
            AddSwitchedOff(change, state, jobs);
            change.AddPushes(state, jobs);
        }
        jobs.AddRange(Termination.Of(old, knownThere.ToImmutable(), moving, TerminationReason.ServerChange, "subscription changed"));
        return new(states.ToImmutable(), [.. jobs]);
    }

    /// <summary>Application servers switched services on or off: a PPR for every served set whose User-Data is another one now.</summary>
    /// Why it is the same PPR as for a profile that an operator changed: TS 29.328 6.1.2.1 step 4a says so, and its content is what stands when it is sent.
    public static ImmutableArray<CxJob> OfMasks(Subscription subscription, ImmutableArray<RegistrationState> states, FilterMasks before, FilterMasks after)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        var jobs = new List<CxJob>();
        for (var set = 0; set < states.Length; set++)
            if (Termination.IsServed(states[set]) && DifferFor(subscription, set, before, after))
                new SetChange(subscription, set, subscription, set, before, after).AddPushes(states[set], jobs);
        return [.. jobs];
    }

    private static bool DifferFor(Subscription subscription, int set, FilterMasks before, FilterMasks after)
    {
        foreach (var identity in subscription.ImplicitRegistrationSets[set].PublicIdentities)
            foreach (var filter in subscription.FindServiceProfile(identity.ServiceProfile)?.AllFilters ?? [])
                if (before.Masks(identity.Identity, filter) != after.Masks(identity.Identity, filter)) return true;
        return false;
    }

    private static void EndWhatIsGone(
        Subscription old, ImmutableArray<RegistrationState> oldStates, Subscription provisioned, ImmutableArray<RegistrationState> carried, List<CxJob> jobs)
    {
        var gone = new List<int>();
        var elsewhere = new List<int>();
        for (var set = 0; set < oldStates.Length; set++)
        {
            var before = oldStates[set];
            if (!Termination.IsServed(before)) continue;
            var heirs = Enumerable.Range(0, carried.Length).Where(i => Share(old, set, provisioned, i)).Select(i => carried[i]).ToArray();
            if (heirs.Length == 0) gone.Add(set);
            // Joined with a set that another S-CSCF serves, and that one goes on (a set has one S-CSCF).
            else if (Array.TrueForAll(heirs, heir => heir.Server is not null && heir.Server != before.Server)) elsewhere.Add(set);
            else if (before.RegisteredPrivateIdentities.RemoveAll(user => Array.Exists(heirs, heir => heir.RegisteredPrivateIdentities.Contains(user, StringComparer.Ordinal)))
                is { IsEmpty: false } left)
                jobs.AddRange(Termination.Of(old, oldStates.SetItem(set, before with { RegisteredPrivateIdentities = left }), [set],
                    TerminationReason.PermanentTermination, "private identity removed"));
        }
        jobs.AddRange(Termination.Of(old, oldStates, gone, TerminationReason.PermanentTermination, "public identities removed"));
        jobs.AddRange(Termination.Of(old, oldStates, elsewhere, TerminationReason.ServerChange, "subscription changed"));
    }

    private static void AddSwitchedOff(SetChange change, RegistrationState state, List<CxJob> jobs)
    {
        if (!Termination.IsServed(state)) return;
        var off = change.SwitchedOffPsis();
        if (off.IsEmpty) return;
        var one = Termination.Of(change.Provisioned, [.. Enumerable.Repeat(state, change.Provisioned.ImplicitRegistrationSets.Length)], [change.Set],
            TerminationReason.PermanentTermination, "public service identity switched off", clearsOnAnswer: change.NothingIsActive);
        jobs.AddRange(one.Select(job => job with { PublicIdentities = off }));
    }

    /// <summary>The old set whose state a new set goes on in, or -1.</summary>
    private static int SourceOf(Subscription old, ImmutableArray<RegistrationState> oldStates, Subscription provisioned, int set, RegistrationState state)
    {
        if (state.Server is null) return -1;
        var (source, best) = (-1, 0);
        for (var i = 0; i < oldStates.Length; i++)
            if (oldStates[i].Server == state.Server && oldStates[i].Status == state.Status && Likeness(old, i, provisioned, set) is var likeness && likeness > best)
                (source, best) = (i, likeness);
        return source;
    }

    private static int HeirOf(Subscription old, int oldSet, Subscription provisioned) =>
        Enumerable.Range(0, provisioned.ImplicitRegistrationSets.Length).MaxBy(set => Likeness(old, oldSet, provisioned, set));

    /// <summary>0: nothing in common. The default identity counts for more than all others: it is what the S-CSCF calls the set by.</summary>
    private static int Likeness(Subscription old, int oldSet, Subscription provisioned, int set)
    {
        var likeness = 0;
        var (before, after) = (old.ImplicitRegistrationSets[oldSet], provisioned.ImplicitRegistrationSets[set]);
        foreach (var identity in after.PublicIdentities)
            if (before.PublicIdentities.Any(one => string.Equals(one.Identity, identity.Identity, StringComparison.Ordinal)))
                likeness += string.Equals(identity.Identity, before.DefaultIdentity?.Identity, StringComparison.Ordinal) ? 1 + after.PublicIdentities.Length : 1;
        return likeness;
    }

    private static bool Share(Subscription old, int oldSet, Subscription provisioned, int set)
    {
        foreach (var one in old.ImplicitRegistrationSets[oldSet].PublicIdentities)
            foreach (var other in provisioned.ImplicitRegistrationSets[set].PublicIdentities)
                if (string.Equals(one.Identity, other.Identity, StringComparison.Ordinal)) return true;
        return false;
    }
}
