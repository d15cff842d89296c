using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>What the old S-CSCF must be told when a MAR of another one has taken a registered user over.</summary>
/// Order: the RTR is written with the state that the MAR changes, and leaves as soon as both are durable, before anybody is authenticated.
/// Why not only after the SAR, when the user has proved who he is: the text stores the new name at the MAR (6.3.1), so from then on no call
/// reaches the old binding anyway. Were it left standing, a phone that somebody impersonates would believe itself registered and be
/// unreachable; told "deactivated" or "rejected", it registers again at once, and that is the cure. An attacker cannot choose the S-CSCF
/// either: UAR names the stored one for as long as the I-CSCF can reach it.
/// Spec: TS 29.228 8.1.1, 6.1.3.
public static class RegistrationTakeOver
{
    /// <summary>The jobs, and the sets beside <paramref name="set"/> that lose their registration by them.</summary>
    /// <param name="after">The state of the set after the MAR.</param>
    public static (ImmutableArray<CxJob> Jobs, ImmutableArray<(int SetIndex, RegistrationState State)> Registrations) Of(
        Subscription subscription, ImmutableArray<RegistrationState> states, int set, RegistrationState after)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        ArgumentNullException.ThrowIfNull(after);
        var before = states[set];
        if (before.Status != RegistrationStatus.Registered || before.Server is not { } old || after.Server is not { } taken) return ([], []);
        // The same Diameter client under another name would end what it has just begun.
        if (RegistrationTransitions.SameName(old.Name, taken.Name) || SameHost(old, taken)) return ([], []);

        var others = Enumerable.Range(0, states.Length).Where(i => i != set && Termination.IsServed(states[i]) && SameHost(states[i].Server!, old)).ToArray();
        // An S-CSCF that left restoration data here knows restoration, and then one reason stands for all (8.1.1). No other sign of it is kept.
        var restores = !before.RestorationData.IsEmpty;
        ImmutableArray<CxJob> jobs = restores
            ? Termination.Of(subscription, states, [set, .. others], TerminationReason.NewServerAssigned, null)
            :
            [
                .. Termination.Of(subscription, states, [set], TerminationReason.NewServerAssigned, null),
                .. Termination.Of(subscription, states, others, TerminationReason.ServerChange, null),
            ];
        // The new S-CSCF has not asked for the other sets, and the old one drops them: nobody serves them until they register again.
        return (jobs, [.. others.Select(i => (i, RegistrationState.Initial))]);
    }

    private static bool SameHost(AssignedServer one, AssignedServer other) =>
        string.Equals(one.DiameterHost, other.DiameterHost, StringComparison.OrdinalIgnoreCase);
}
