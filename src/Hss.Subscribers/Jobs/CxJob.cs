using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>Which request of the HSS a job sends. Spec: TS 29.229 6.1.9 (RTR), 6.1.11 (PPR).</summary>
public enum CxJobKind
{
    RegistrationTermination = 0,
    PushProfile = 1,
}

/// <summary>Where a job stands. Everything but Pending is final until an operator says otherwise.</summary>
public enum CxJobState
{
    Pending = 0,

    /// <summary>The S-CSCF answered, and its answer means that it has done it.</summary>
    Acknowledged = 1,

    /// <summary>Given up, or refused: the S-CSCF may still serve what it served before.</summary>
    Failed = 2,

    /// <summary>An operator declared it done although nobody answered.</summary>
    Forced = 3,

    /// <summary>Not sent, on purpose: there is nobody left to tell, what was to end has begun anew, or the S-CSCF cannot be told this way. LastResult says which.</summary>
    /// Why not Forced: nobody decided anything about this one job, and the list of forced jobs is the list of operators' decisions.
    Withdrawn = 4,
}

/// <summary>Reason-Code of an RTR. Values as on the wire. Spec: TS 29.229 6.3.17.</summary>
public enum TerminationReason
{
    PermanentTermination = 0,
    NewServerAssigned = 1,
    ServerChange = 2,
    RemoveServer = 3,
}

/// <summary>What a PPR tells. The content itself is taken from the subscription when it is sent. Spec: TS 29.228 Table 6.2.2.1.</summary>
[Flags]
public enum ProfileParts
{
    None = 0,
    UserData = 1,
    Charging = 2,
    DigestCredentials = 4,
    AllowedWebFunctions = 8,
}

/// <summary>One RTR or PPR that the HSS owes to an S-CSCF, durable before it is sent.</summary>
/// Shape: an RTR holds all it says, so that it can be sent after its subscription is gone; a PPR names only a set and what of it changed, so
/// that what is sent is the newest there is and no secret lies in the table of jobs.
/// Order: jobs of one subscription for one S-CSCF are sent in the order of their numbers.
/// Spec: TS 29.228 6.1.3, 6.2.2.
public sealed record CxJob
{
    /// <summary>Given by the store, rising; 0 before it is written.</summary>
    public long Id { get; init; }

    public required CxJobKind Kind { get; init; }

    public required string SubscriptionId { get; init; }

    /// <summary>Whom it is for: the request goes to the Diameter identity that stored this name (TS 29.229 5.5).</summary>
    public required AssignedServer Server { get; init; }

    /// <summary>User-Name: an IMPI that the S-CSCF knows.</summary>
    public required string PrivateIdentity { get; init; }

    /// <summary>RTR: the Public-Identity AVPs; empty means all of the IMPI. PPR: identities of the set it is about.</summary>
    public ImmutableArray<string> PublicIdentities { get; init; } = [];

    /// <summary>RTR: further IMPIs to de-register (Associated-Identities).</summary>
    public ImmutableArray<string> AssociatedIdentities { get; init; } = [];

    public TerminationReason Reason { get; init; }

    /// <summary>Reason-Info of an RTR, may be null.</summary>
    public string? ReasonText { get; init; }

    public ProfileParts Parts { get; init; }

    /// <summary>Whether the registration state waits for the answer; otherwise it changed when the job was written.</summary>
    public bool ClearsOnAnswer { get; init; }

    public CxJobState State { get; init; }

    /// <summary>How often it was sent. What found no path to the S-CSCF was not sent.</summary>
    public int Attempts { get; init; }

    /// <summary>When it was written, or put back by an operator. Left at its default, the store fills it in.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>Not to be sent before.</summary>
    public DateTimeOffset NextAttempt { get; init; }

    public DateTimeOffset? Finished { get; init; }

    /// <summary>What came of the last attempt, for people.</summary>
    public string? LastResult { get; init; }

    public bool IsFor(AssignedServer? server) =>
        server is not null && RegistrationTransitions.SameName(server.Name, Server.Name)
        && string.Equals(server.DiameterHost, Server.DiameterHost, StringComparison.OrdinalIgnoreCase);
}

/// <summary>New values of a job: written only while it is still in the state <paramref name="From"/>, so that of two who end a job the first one does.</summary>
public sealed record CxJobUpdate(CxJob Job, CxJobState From = CxJobState.Pending);
