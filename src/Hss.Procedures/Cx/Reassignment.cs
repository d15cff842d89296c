using Hss.Subscribers;

namespace Hss.Procedures.Cx;

/// <summary>The one thing a UAR or LIR may change: after REGISTRATION_AND_CAPABILITIES the next SAR may overwrite the name of an S-CSCF that cannot be reached.</summary>
/// Why it is safe although nobody has proved who is asking: registration status, name and Diameter identity of the S-CSCF stay, so that all
/// calls go on as before. The flag only lets a SAR of an S-CSCF in, and that is trusted to name itself, flag or not, in the next MAR.
/// Order: durable before the answer leaves, or the SAR that follows it would be refused after a restart.
/// Spec: TS 29.228 6.1.1.1 step 5, 6.1.4.1 step 2a; TS 23.380 4.2.
internal static class Reassignment
{
    public static async ValueTask AllowAsync(ISubscriberStore store, Subscriber found, string publicIdentity, CancellationToken cancellationToken)
    {
        // An I-CSCF asks so for every call while the S-CSCF is away: only the first one takes a turn and writes.
        if (!CxIdentities.TryFind(found, publicIdentity, out var place) || !IsChange(found.States[place.SetIndex])) return;
        using var turn = await store.EnterAsync(found, cancellationToken).ConfigureAwait(false);
        if (turn.Subscriber is not { } subscriber || !CxIdentities.TryFind(subscriber, publicIdentity, out place)) return;
        var state = subscriber.States[place.SetIndex];
        if (!IsChange(state)) return;
        await store.CommitAsync(turn, new([(place.SetIndex, RegistrationTransitions.AllowReassignment(state))], []), cancellationToken).ConfigureAwait(false);
    }

    private static bool IsChange(RegistrationState state) => !ReferenceEquals(RegistrationTransitions.AllowReassignment(state), state);
}
