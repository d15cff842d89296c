using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>The RTRs that end what S-CSCFs serve of one subscription.</summary>
/// Shape: one job per S-CSCF and group of private identities; sets that share both share the job. Spec: TS 29.228 6.1.3.1, Table 6.1.3.1.
public static class Termination
{
    /// <summary>Jobs for those of <paramref name="sets"/> that an S-CSCF serves; for one private identity alone when it is given.</summary>
    /// Why the identities are always listed although the text lets them out for three of the reasons: the list says the same to every S-CSCF,
    /// and some (Kamailio) answer nothing without it.
    public static ImmutableArray<CxJob> Of(
        Subscription subscription, ImmutableArray<RegistrationState> states, IEnumerable<int> sets, TerminationReason reason, string? reasonText,
        string? privateIdentity = null, bool clearsOnAnswer = false)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        ArgumentNullException.ThrowIfNull(sets);
        var jobs = new List<(string Key, CxJob Job)>();
        foreach (var set in sets)
        {
            var state = states[set];
            if (!IsServed(state) || UsersOf(subscription, set, state, privateIdentity) is not { IsEmpty: false } users) continue;
            var named = NamesOf(subscription.ImplicitRegistrationSets[set], out var arePsis);
            // An RTR names public user identities or PSIs, not both.
            var key = $"{state.Server!.DiameterHost}\n{state.Server.Name}\n{arePsis}\n{string.Join('\n', users)}";
            var at = jobs.FindIndex(job => string.Equals(job.Key, key, StringComparison.OrdinalIgnoreCase));
            if (at < 0)
                jobs.Add((key, new CxJob
                {
                    Kind = CxJobKind.RegistrationTermination,
                    SubscriptionId = subscription.SubscriptionId,
                    Server = state.Server,
                    PrivateIdentity = users[0],
                    AssociatedIdentities = users.RemoveAt(0),
                    PublicIdentities = named,
                    Reason = reason,
                    ReasonText = reasonText,
                    ClearsOnAnswer = clearsOnAnswer,
                }));
            else
                jobs[at] = (key, jobs[at].Job with { PublicIdentities = jobs[at].Job.PublicIdentities.AddRange(named) });
        }
        return [.. jobs.Select(job => job.Job)];
    }

    /// <summary>Whether an S-CSCF holds the profile of a set in this state; one that is only authenticating does not yet.</summary>
    public static bool IsServed(RegistrationState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Status != RegistrationStatus.NotRegistered && state.Server is not null;
    }

    /// <summary>The identities of a set as an S-CSCF registers them: the distinct ones that are not barred.</summary>
    /// A wildcard is ended by a distinct identity of its set (6.1.3). A set of nothing but a wildcarded PSI has no name to give; its RTR says
    /// the private service identity alone, because which PSI a SAR came for is not kept.
    public static ImmutableArray<string> NamesOf(ImplicitRegistrationSet set, out bool arePsis)
    {
        ArgumentNullException.ThrowIfNull(set);
        arePsis = !set.PublicIdentities.Any(identity => identity.Type == PublicIdentityType.DistinctPublicIdentity);
        var type = arePsis ? PublicIdentityType.DistinctPsi : PublicIdentityType.DistinctPublicIdentity;
        var distinct = set.PublicIdentities.RemoveAll(identity => identity.Type != type);
        var open = distinct.RemoveAll(identity => identity.Barred);
        return [.. (open.IsEmpty ? distinct : open).Select(identity => identity.Identity)];
    }

    /// <summary>Of the identities an RTR names, those it may still end when it is sent, which can be long after it was written.</summary>
    /// Why not all: of a state that changed when the RTR was written nothing waits, so the user may have registered at the same S-CSCF since. The
    /// S-CSCF cannot tell an old RTR from a new one and would end that registration, which stands here. Sets in which one of the users is
    /// registered there again are left out. An RTR whose state waits for the answer is about what stands.
    public static ImmutableArray<string> StillToEnd(CxJob job, Subscription subscription, ImmutableArray<RegistrationState> states)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(subscription);
        var named = job.PublicIdentities;
        if (job.ClearsOnAnswer) return named;
        for (var set = 0; set < states.Length; set++)
        {
            if (!job.IsFor(states[set].Server) || !states[set].RegisteredPrivateIdentities.Any(IsUser)) continue;
            var identities = subscription.ImplicitRegistrationSets[set].PublicIdentities;
            named = named.RemoveAll(one => identities.Any(identity => string.Equals(identity.Identity, one, StringComparison.Ordinal)));
        }
        return named;

        bool IsUser(string user) => string.Equals(user, job.PrivateIdentity, StringComparison.Ordinal) || job.AssociatedIdentities.Contains(user, StringComparer.Ordinal);
    }

    // Unregistered: the S-CSCF was given the first private identity of the set in the SAA.
    private static ImmutableArray<string> UsersOf(Subscription subscription, int set, RegistrationState state, string? privateIdentity)
    {
        if (state.Status == RegistrationStatus.Registered)
            return privateIdentity is null ? state.RegisteredPrivateIdentities
                : state.RegisteredPrivateIdentities.Contains(privateIdentity, StringComparer.Ordinal) ? [privateIdentity] : [];
        if (privateIdentity is not null)
            return subscription.ImplicitRegistrationSets[set].BelongsTo(privateIdentity) ? [privateIdentity] : [];
        return subscription.PrivateIdentitiesOf(set) is { IsEmpty: false } identities ? [identities[0].Identity] : [];
    }
}
