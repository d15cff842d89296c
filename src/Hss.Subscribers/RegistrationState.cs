using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>State of a public identity and of its whole implicit registration set.</summary>
/// Spec: TS 29.228 6.5, TS 29.228 clause 3 (NOT REGISTERED, UNREGISTERED, REGISTERED).
public enum RegistrationStatus
{
    NotRegistered = 0,
    Unregistered = 1,
    Registered = 2,
}

/// <summary>The S-CSCF that serves a set, and the Diameter identity it spoke from when it stored its name.</summary>
/// Why the Diameter names are here: RTR and PPR go to them, not to the SIP name (TS 29.229 5.5).
public sealed record AssignedServer(string Name, string DiameterHost, string DiameterRealm);

/// <summary>Registration state of one implicit registration set. Immutable; <see cref="RegistrationTransitions"/> makes the next one.</summary>
/// Shape: the arrays hold canonical IMPIs. A NotRegistered set has a Server only between a MAR and the SAR that follows it.
/// Spec: TS 29.228 6.1.2, 6.3, 6.5.
public sealed record RegistrationState
{
    public static readonly RegistrationState Initial = new();

    public RegistrationStatus Status { get; init; }

    public AssignedServer? Server { get; init; }

    /// <summary>Set by REGISTRATION_AND_CAPABILITIES when restoration is supported: the next SAR may overwrite the name.</summary>
    public bool ReassignmentPending { get; init; }

    public ImmutableArray<string> RegisteredPrivateIdentities { get; init; } = [];

    public ImmutableArray<string> AuthenticationPendingPrivateIdentities { get; init; } = [];

    /// <summary>What the S-CSCF left here for whoever has to restore the registration, one entry per private identity.</summary>
    /// Spec: TS 29.228 6.1.2.1, TS 29.229 6.3.46 (SCSCF-Restoration-Info), TS 23.380.
    public ImmutableArray<RestorationData> RestorationData { get; init; } = [];

    /// <summary>The profile changed and the S-CSCF could not be told: the next SAA carries User-Data whatever the S-CSCF says it has.</summary>
    /// Spec: TS 29.228 6.6 (the HSS may override User-Data-Already-Available).
    public bool UserDataOutdated { get; init; }

    public bool Equals(RegistrationState? other) =>
        other is not null && Status == other.Status && Server == other.Server && ReassignmentPending == other.ReassignmentPending
        && UserDataOutdated == other.UserDataOutdated && RestorationData.SequenceEqual(other.RestorationData)
        && RegisteredPrivateIdentities.SequenceEqual(other.RegisteredPrivateIdentities)
        && AuthenticationPendingPrivateIdentities.SequenceEqual(other.AuthenticationPendingPrivateIdentities);

    public override int GetHashCode() =>
        HashCode.Combine(Status, Server, ReassignmentPending, RegisteredPrivateIdentities.Length, AuthenticationPendingPrivateIdentities.Length);
}

/// <summary>The content of one SCSCF-Restoration-Info, kept as it came.</summary>
/// Shape: Avps are the octets of the group's AVPs, padding included; only an S-CSCF reads them. Spec: TS 29.229 6.3.46.
/// Limits: <see cref="Restoration"/> keeps them.
public sealed record RestorationData(string PrivateIdentity, ReadOnlyMemory<byte> Avps)
{
    public bool Equals(RestorationData? other) =>
        other is not null && PrivateIdentity == other.PrivateIdentity && Avps.Span.SequenceEqual(other.Avps.Span);

    public override int GetHashCode() => HashCode.Combine(PrivateIdentity, Avps.Length);
}
