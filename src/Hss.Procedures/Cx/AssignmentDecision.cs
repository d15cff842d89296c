using System.Collections.Immutable;
using Hss.Diameter.Commands.Cx;
using Hss.Subscribers;

namespace Hss.Procedures.Cx;

/// <summary>What a SAR that may go ahead does to the sets it stands for. Pure: request and states in, states out.</summary>
/// Shape: Refused is 5007 (Experimental): the registration stays and the S-CSCF gets what is stored instead. Downloads: the answer has the
/// profile where it is needed.
/// Spec: TS 29.228 6.1.2.1 step 5.
internal sealed record AssignmentDecision(SubscriberChange Change, bool NameKept, bool Refused, bool Downloads)
{
    /// <summary>What the decision needs to know of the request.</summary>
    /// <param name="Restoration">S-CSCF restoration is in use.</param>
    /// <param name="Data">Restoration data of the request, or null.</param>
    /// <param name="MatchedWildcard">The identity fell into a wildcard that the S-CSCF did not name.</param>
    public sealed record Asked(
        AssignmentRules Rules, ServerAssignmentType Type, string? PrivateIdentity, AssignedServer Server, bool Restoration, bool IsMultipleRegistration,
        RestorationData? Data, bool MatchedWildcard, bool KeepServerName);

    public static AssignmentDecision Of(Asked asked, ImmutableArray<RegistrationState> states, ImmutableArray<int> sets)
    {
        var changes = ImmutableArray.CreateBuilder<(int, RegistrationState)>();
        bool keepsName = false, refused = false, downloads = false;
        foreach (var set in sets)
        {
            var before = states[set];
            // The name rule let another S-CSCF pass only because the reassignment was pending.
            var current = before.Server is { } stored && !RegistrationTransitions.SameName(stored.Name, asked.Server.Name)
                ? RegistrationTransitions.TakeOver(before, asked.Server) : before;
            var after = Next(asked, current, ref keepsName, ref refused);
            // Refused for the wildcard alone: the S-CSCF has the profile under the wildcard's name, and restores nothing.
            downloads = asked.Rules.Downloads && (asked.Restoration || !refused);
            // Types 0 to 3 bring the profile when it is outdated. The mark goes with the same commit, so before the answer: a profile twice is
            // no harm, a mark that survives its answer would be set again for ever. An S-CSCF that gets no answer has not got the user either.
            if (downloads && after.UserDataOutdated) after = after with { UserDataOutdated = false };
            if (!after.Equals(before)) changes.Add((set, after));
        }
        // Of several sets one may have nothing to keep, because it was not registered any more: for those that have, the S-CSCF must keep its profile too.
        return new(new(changes.ToImmutable(), []), keepsName || asked.Rules.Effect != AssignmentEffect.ClearKeepingServer, refused, downloads);
    }

    private static RegistrationState Next(Asked asked, RegistrationState state, ref bool keepsName, ref bool refused)
    {
        switch (asked.Rules.Effect)
        {
            case AssignmentEffect.Register when KeepsRegistration(asked, state):
            case AssignmentEffect.Unregistered when KeepsRegisteredUser(asked, state):
                refused = true;
                return state;
            case AssignmentEffect.Register:
                return Restored(asked, RegistrationTransitions.Register(state, asked.PrivateIdentity!, asked.Server));
            case AssignmentEffect.Unregistered:
                return RegistrationTransitions.RegisterUnregistered(state, asked.Server);
            case AssignmentEffect.Clear:
                return RegistrationTransitions.Clear(state, asked.PrivateIdentity);
            case AssignmentEffect.ClearKeepingServer when asked.KeepServerName:
                var kept = RegistrationTransitions.ClearKeepingServer(state, asked.PrivateIdentity);
                // Nothing is kept for a set that was not registered any more: say so, or the S-CSCF keeps a profile for nobody.
                keepsName |= kept.Server is not null;
                return kept;
            case AssignmentEffect.ClearKeepingServer:
                return RegistrationTransitions.Clear(state, asked.PrivateIdentity);
            case AssignmentEffect.AuthenticationFailed:
                return RegistrationTransitions.AuthenticationFailed(state, asked.PrivateIdentity!);
            default:
                return state;
        }
    }

    /// <summary>One more contact of a registration whose others are known here only: the S-CSCF lost them, and must not overwrite them.</summary>
    private static bool KeepsRegistration(Asked asked, RegistrationState state) =>
        asked is { Restoration: true, Type: ServerAssignmentType.Registration, IsMultipleRegistration: true }
        && state.Status == RegistrationStatus.Registered && Restoration.Of(state, asked.PrivateIdentity!) is not null;

    /// <summary>UNREGISTERED_USER for a user who is registered: the S-CSCF has lost him, or has not seen that his identity is a wildcard's.</summary>
    private static bool KeepsRegisteredUser(Asked asked, RegistrationState state) =>
        state.Status == RegistrationStatus.Registered && (asked.Restoration || asked.MatchedWildcard);

    /// <summary>What came is stored. A first registration without data ends what an earlier one left; a re-registration sends data only when it has changed.</summary>
    private static RegistrationState Restored(Asked asked, RegistrationState state) => asked switch
    {
        { Restoration: true, Data: { } data } => Restoration.Store(state, data),
        { Type: ServerAssignmentType.Registration } => Restoration.Forget(state, asked.PrivateIdentity),
        _ => state,
    };
}
