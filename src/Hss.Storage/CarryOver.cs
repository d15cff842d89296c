using System.Collections.Immutable;
using Hss.Authentication;
using Hss.Subscribers;

namespace Hss.Storage;

/// <summary>What a subscription keeps when it is provisioned again. Pure, so that every database decides alike.</summary>
public static class CarryOver
{
    /// <summary>The registration states of the new sets: a set that shares a public identity with an old set goes on in its
    /// state.</summary>
    /// Shape: one state per set of <paramref name="subscription"/>; <paramref name="oldSetOf"/> gives the old set of a public identity.
    /// Why the most registered one when old sets were joined: an S-CSCF that serves one of them keeps serving, and it is the one that must
    /// be told about changes. Private identities that are gone, or may no longer use the set, leave the state; when nobody is left it was
    /// an administrative de-registration. Spec: TS 29.228 6.5 (a set has one state).
    public static ImmutableArray<RegistrationState> States(
        Subscription subscription, IReadOnlyDictionary<string, int> oldSetOf, IReadOnlyDictionary<int, RegistrationState> oldStates)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        ArgumentNullException.ThrowIfNull(oldSetOf);
        ArgumentNullException.ThrowIfNull(oldStates);
        var states = ImmutableArray.CreateBuilder<RegistrationState>(subscription.ImplicitRegistrationSets.Length);
        foreach (var set in subscription.ImplicitRegistrationSets)
        {
            var kept = RegistrationState.Initial;
            foreach (var identity in set.PublicIdentities)
                if (OldState(identity) is { } state && state.Status > kept.Status) kept = state;
            // Only when no joined set was served by anybody: a name that is there because of a pending authentication alone.
            if (kept.Status == RegistrationStatus.NotRegistered)
                foreach (var identity in set.PublicIdentities)
                    if (kept.Server is null && OldState(identity) is { } state) kept = state;
            states.Add(WithoutStrangers(kept, subscription, set));
        }
        return states.MoveToImmutable();

        RegistrationState? OldState(PublicIdentity identity) =>
            oldSetOf.TryGetValue(identity.Identity, out var oldSet) ? oldStates.GetValueOrDefault(oldSet) : null;
    }

    /// <summary>The ceiling of a private identity that was provisioned again.</summary>
    /// Why the provisioned SQN does not count for the same K, not even when it is higher: the store knows better than the operator's file
    /// what was issued, and importing a file twice must change nothing.
    /// Why the ceiling stays with another K, too: an identity that had no K for a while, or a wrong one by a slip, gets its old K back one
    /// day, and the ceiling is all that is known of what was issued under it. A USIM with a fresh K accepts the jump, up to Delta.
    /// Beyond that it would refuse, and a counter that is used up could not go on at all: then, and only then, a new K starts where its
    /// document says. Credentials that cannot be read any more (<paramref name="oldIsUnreadable"/>), or had no K, may have been
    /// the same K, so the ceiling can only rise. Spec: TS 33.102 C.1 (no SQN twice), C.2.1 (Delta).
    public static ulong SqnCeiling(Credentials? old, bool oldIsUnreadable, ulong oldCeiling, PrivateIdentity provisioned)
    {
        ArgumentNullException.ThrowIfNull(provisioned);
        // Without a K the document has no SQN either.
        if (provisioned.Credentials.Aka is not { } aka) return oldCeiling;
        var higher = Math.Max(oldCeiling, provisioned.InitialSqn);
        if (oldIsUnreadable || old?.Aka is not { } oldAka) return higher;
        if (oldAka.K.Equals(aka.K)) return oldCeiling;
        // In units of SQN and not of SEQ: no more than Delta whatever the number of IND bits.
        return higher - provisioned.InitialSqn <= Resynchronisation.DefaultDelta ? higher : provisioned.InitialSqn;
    }

    private static RegistrationState WithoutStrangers(RegistrationState state, Subscription subscription, ImplicitRegistrationSet set)
    {
        var kept = state with
        {
            RegisteredPrivateIdentities = state.RegisteredPrivateIdentities.RemoveAll(identity => !MayUse(identity)),
            AuthenticationPendingPrivateIdentities = state.AuthenticationPendingPrivateIdentities.RemoveAll(identity => !MayUse(identity)),
            RestorationData = state.RestorationData.RemoveAll(data => !MayUse(data.PrivateIdentity)),
        };
        return kept.Status switch
        {
            RegistrationStatus.Registered when kept.RegisteredPrivateIdentities.IsEmpty => RegistrationState.Initial,
            RegistrationStatus.NotRegistered when kept.AuthenticationPendingPrivateIdentities.IsEmpty => RegistrationState.Initial,
            _ => kept,
        };

        bool MayUse(string identity) =>
            set.BelongsTo(identity) && subscription.PrivateIdentities.Any(p => string.Equals(p.Identity, identity, StringComparison.Ordinal));
    }
}
