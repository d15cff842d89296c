using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>What of an RTR is still worth sending when its turn comes.</summary>
/// Why this is asked again: the RTR may wait for hours until its S-CSCF is back, and the user may have come back to the same S-CSCF before
/// it. Sent then, it would end the new registration there, and the HSS, whose state changed long ago, would go on leading calls to it.
/// Only for jobs whose state changed when they were written. The others mean the registration that stands, and their answer ends it here too.
/// Shape: pure. Spec: TS 29.228 6.1.3.1, 8.1.1 (the S-CSCF that is told is the one that no longer serves the user).
public static class TerminationScope
{
    /// <summary>The job without what its S-CSCF serves again; null when nothing is left of it.</summary>
    /// <param name="wholeSets">The S-CSCF ends public identities for all private identities.</param>
    /// <param name="returned">The sets that are served again.</param>
    public static CxJob? Of(
        CxJob job, Subscription subscription, ImmutableArray<RegistrationState> states, bool wholeSets, out ImmutableArray<int> returned)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(subscription);
        returned = job.ClearsOnAnswer
            ? []
            : [.. Enumerable.Range(0, states.Length).Where(set => JobOutcome.IsAbout(job, subscription.ImplicitRegistrationSets[set]) && HasReturned(job, states[set]))];
        if (returned.IsEmpty) return job;

        var sets = returned;
        var rest = job.PublicIdentities.RemoveAll(identity => sets.Any(set =>
            subscription.ImplicitRegistrationSets[set].PublicIdentities.Any(one => string.Equals(one.Identity, identity, StringComparison.Ordinal))));
        if (!rest.IsEmpty) return job with { PublicIdentities = rest };

        // All of it is served again; those of its phones that did not come back still have to go.
        var gone = wholeSets ? [] : UsersOf(job).RemoveAll(user => sets.Any(set =>
            states[set].Status == RegistrationStatus.Unregistered || states[set].RegisteredPrivateIdentities.Contains(user, StringComparer.Ordinal)));
        return gone.IsEmpty ? null : job with { PrivateIdentity = gone[0], AssociatedIdentities = gone.RemoveAt(0) };
    }

    // The host and not the name: that is where the RTR would arrive.
    private static bool HasReturned(CxJob job, RegistrationState state) =>
        Termination.IsServed(state) && string.Equals(state.Server!.DiameterHost, job.Server.DiameterHost, StringComparison.OrdinalIgnoreCase)
        && (state.Status == RegistrationStatus.Unregistered
            || UsersOf(job).Any(user => state.RegisteredPrivateIdentities.Contains(user, StringComparer.Ordinal)));

    private static ImmutableArray<string> UsersOf(CxJob job) => job.AssociatedIdentities.Insert(0, job.PrivateIdentity);
}
