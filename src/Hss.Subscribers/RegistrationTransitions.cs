using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>Every way the registration state of an implicit registration set can change, as pure functions of the old state.</summary>
/// Order: the caller has applied the name rule already; nothing here refuses. Spec: TS 29.228 6.1.2.1 (SAR), 6.3.1 (MAR), 6.5 (sets).
///
/// | event                        | NOT REGISTERED              | UNREGISTERED               | REGISTERED                                   |
/// |------------------------------|-----------------------------|----------------------------|----------------------------------------------|
/// | authentication begins (MAR)  | name stored, pending set    | name stored, pending set   | name overwritten and pending if it differs   |
/// | reassignment allowed (UAR,   | flag set if a name is stored| flag set                   | flag set                                     |
/// |   LIR: capabilities asked)   |                             |                            |                                              |
/// | taken over (SAR, flag set)   | name overwritten, flag reset| name overwritten, flag reset| name overwritten, flag reset                |
/// | assigned (SAR 1, 2)          | REGISTERED                  | REGISTERED                 | REGISTERED, this IMPI added                  |
/// | assigned unregistered (SAR 3)| UNREGISTERED                | UNREGISTERED               | UNREGISTERED, data cleared                   |
/// | cleared (SAR 4, 5, 8, 11)    | unchanged                   | NOT REGISTERED             | last IMPI: NOT REGISTERED, else it is dropped|
/// | cleared, name kept (SAR 6, 7)| unchanged                   | unchanged                  | last IMPI: UNREGISTERED, else it is dropped  |
/// | authentication failed (9, 10)| pending reset, name cleared | pending reset              | pending reset                                |
///
/// An IMPI that is dropped takes its restoration data with it; MAR and take-over leave the data alone, that is what it is for.
public static class RegistrationTransitions
{
    /// <summary>A MAR is answered: the name is stored and authentication becomes pending (6.3.1 step 5).</summary>
    /// A null private identity: the scheme has no authentication to wait for (NASS-Bundled, GIBA), only the name is stored.
    public static RegistrationState BeginAuthentication(RegistrationState state, string? privateIdentity, AssignedServer server)
    {
        var sameServer = state.Server is not null && SameName(state.Server.Name, server.Name);
        if (state.Status == RegistrationStatus.Registered && sameServer) return state;
        return state with
        {
            // The same S-CSCF keeps the Diameter identity it registered with: only a SAR proves that it is the serving one.
            Server = sameServer ? state.Server : server,
            // 6.3.1 names the flag for the registered state only. Whatever the state, another name means that the reassignment has happened.
            ReassignmentPending = sameServer && state.ReassignmentPending,
            AuthenticationPendingPrivateIdentities =
                privateIdentity is null ? state.AuthenticationPendingPrivateIdentities : With(state.AuthenticationPendingPrivateIdentities, privateIdentity),
        };
    }

    /// <summary>The assigned S-CSCF cannot be reached: the next SAR may overwrite its name. Without an assigned one there is nothing to overwrite.</summary>
    public static RegistrationState AllowReassignment(RegistrationState state) =>
        state.Server is null || state.ReassignmentPending ? state : state with { ReassignmentPending = true };

    /// <summary>Another S-CSCF makes use of it.</summary>
    public static RegistrationState TakeOver(RegistrationState state, AssignedServer server) => state with { Server = server, ReassignmentPending = false };

    /// <summary>SAR REGISTRATION or RE_REGISTRATION: the set is registered by this private identity. Restoration data is left as it is.</summary>
    public static RegistrationState Register(RegistrationState state, string privateIdentity, AssignedServer server) => state with
    {
        Status = RegistrationStatus.Registered,
        Server = server,
        ReassignmentPending = false,
        RegisteredPrivateIdentities = With(state.RegisteredPrivateIdentities, privateIdentity),
        AuthenticationPendingPrivateIdentities = Without(state.AuthenticationPendingPrivateIdentities, privateIdentity),
    };

    /// <summary>SAR UNREGISTERED_USER: an S-CSCF serves the set without a registration.</summary>
    public static RegistrationState RegisterUnregistered(RegistrationState state, AssignedServer server) => new()
    {
        Status = RegistrationStatus.Unregistered,
        Server = server,
        AuthenticationPendingPrivateIdentities = state.AuthenticationPendingPrivateIdentities,
        UserDataOutdated = state.UserDataOutdated,
    };

    /// <summary>The clear rule. A null private identity stands for the only registered one.</summary>
    /// A set that is registered by others only is left alone: nobody de-registers somebody else's phone.
    public static RegistrationState Clear(RegistrationState state, string? privateIdentity)
    {
        var user = Meant(state, privateIdentity);
        return state.Status switch
        {
            RegistrationStatus.NotRegistered => state,
            RegistrationStatus.Unregistered => Cleared(state, user),
            _ => RemainingAfter(state, user) is { IsEmpty: false } others ? DropOne(state, user, others) : Cleared(state, user),
        };
    }

    /// <summary>The store rule when the name is kept: the last de-registration leaves the set unregistered with its S-CSCF.</summary>
    public static RegistrationState ClearKeepingServer(RegistrationState state, string? privateIdentity)
    {
        var user = Meant(state, privateIdentity);
        return state.Status switch
        {
            RegistrationStatus.Registered when RemainingAfter(state, user) is { IsEmpty: false } others => DropOne(state, user, others),
            RegistrationStatus.Registered => state with
            {
                Status = RegistrationStatus.Unregistered,
                RegisteredPrivateIdentities = [],
                RestorationData = [],
                AuthenticationPendingPrivateIdentities = Without(state.AuthenticationPendingPrivateIdentities, user),
            },
            _ => state,
        };
    }

    /// <summary>SAR AUTHENTICATION_FAILURE or _TIMEOUT: the attempt of this private identity is over; a registration survives it.</summary>
    /// The text clears the name of a not registered set. It stays while another private identity is still authenticating, because
    /// UAR answers that attempt with the stored name (6.1.1.1, authentication pending).
    public static RegistrationState AuthenticationFailed(RegistrationState state, string privateIdentity)
    {
        var pending = Without(state.AuthenticationPendingPrivateIdentities, privateIdentity);
        var forget = state.Status == RegistrationStatus.NotRegistered && pending.IsEmpty;
        if (forget) return RegistrationState.Initial;
        return state with { AuthenticationPendingPrivateIdentities = pending };
    }

    /// <summary>S-CSCF names are SIP URIs without a user part, so that case carries no meaning in them (RFC 3261 19.1.4).</summary>
    public static bool SameName(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    // His own authentication that is under way ends with him, named or not.
    private static string? Meant(RegistrationState state, string? privateIdentity) =>
        privateIdentity ?? (state.RegisteredPrivateIdentities is [var only] ? only : null);

    private static RegistrationState Cleared(RegistrationState state, string? privateIdentity)
    {
        var pending = Without(state.AuthenticationPendingPrivateIdentities, privateIdentity);
        // A de-registration can overtake the authentication of another phone on the same set: that one keeps the S-CSCF it talks to.
        return new() { Server = pending.IsEmpty ? null : state.Server, AuthenticationPendingPrivateIdentities = pending };
    }

    private static RegistrationState DropOne(RegistrationState state, string? privateIdentity, ImmutableArray<string> others) => Restoration.Forget(state, privateIdentity) with
    {
        RegisteredPrivateIdentities = others,
        AuthenticationPendingPrivateIdentities = Without(state.AuthenticationPendingPrivateIdentities, privateIdentity),
    };

    private static ImmutableArray<string> RemainingAfter(RegistrationState state, string? privateIdentity) =>
        privateIdentity is null ? [] : Without(state.RegisteredPrivateIdentities, privateIdentity);

    private static ImmutableArray<string> With(ImmutableArray<string> identities, string identity) =>
        identities.Contains(identity, StringComparer.Ordinal) ? identities : identities.Add(identity);

    private static ImmutableArray<string> Without(ImmutableArray<string> identities, string? identity) =>
        identity is null ? identities : identities.RemoveAll(candidate => string.Equals(candidate, identity, StringComparison.Ordinal));
}
