namespace Hss.Diameter;

/// <summary>The values of Result-Code.</summary>
/// Shape: thousands give the class: 1 informational, 2 success, 3 protocol error (sets the E bit), 4 transient, 5 permanent.
/// Spec: RFC 6733 7.1. The same numbers mean other things in <see cref="ExperimentalResultCode"/>.
public enum ResultCode : uint
{
    /// <summary>No result; never on the wire.</summary>
    None = 0,

    /// <summary>Another round trip is needed.</summary>
    MultiRoundAuth = 1001,

    /// <summary>Carried out.</summary>
    Success = 2001,

    /// <summary>Carried out in part.</summary>
    LimitedSuccess = 2002,

    /// <summary>The command is not known for this application.</summary>
    CommandUnsupported = 3001,

    /// <summary>No peer to forward to.</summary>
    UnableToDeliver = 3002,

    /// <summary>The Destination-Realm is not served here.</summary>
    RealmNotServed = 3003,

    /// <summary>Too loaded to serve now; try another server.</summary>
    TooBusy = 3004,

    /// <summary>An agent met its own name in Route-Record.</summary>
    LoopDetected = 3005,

    /// <summary>Send it to the Redirect-Host instead.</summary>
    RedirectIndication = 3006,

    /// <summary>The application of the header is not supported.</summary>
    ApplicationUnsupported = 3007,

    /// <summary>The flags of the header do not fit the command.</summary>
    InvalidHdrBits = 3008,

    /// <summary>An AVP has flag bits that must not be set.</summary>
    InvalidAvpBits = 3009,

    /// <summary>The peer is not one this node talks to.</summary>
    UnknownPeer = 3010,

    /// <summary>The user could not prove who he is.</summary>
    AuthenticationRejected = 4001,

    /// <summary>The accounting store is full.</summary>
    OutOfSpace = 4002,

    /// <summary>This connection lost the election.</summary>
    ElectionLost = 4003,

    /// <summary>An AVP with the M bit is not known here.</summary>
    AvpUnsupported = 5001,

    /// <summary>No such session.</summary>
    UnknownSessionId = 5002,

    /// <summary>The user may not do this.</summary>
    AuthorizationRejected = 5003,

    /// <summary>The value of an AVP is malformed or out of range.</summary>
    InvalidAvpValue = 5004,

    /// <summary>A required AVP is absent; Failed-AVP shows an example of it.</summary>
    MissingAvp = 5005,

    /// <summary>The user has used up what he may use.</summary>
    ResourcesExceeded = 5006,

    /// <summary>AVPs contradict each other.</summary>
    ContradictingAvps = 5007,

    /// <summary>An AVP is present that must not be.</summary>
    AvpNotAllowed = 5008,

    /// <summary>An AVP occurs more often than it may; Failed-AVP holds the first one too many.</summary>
    AvpOccursTooManyTimes = 5009,

    /// <summary>No application in common.</summary>
    NoCommonApplication = 5010,

    /// <summary>The version is not 1.</summary>
    UnsupportedVersion = 5011,

    /// <summary>Could not be done, for a reason no other code covers.</summary>
    UnableToComply = 5012,

    /// <summary>A reserved bit of the header is set.</summary>
    InvalidBitInHeader = 5013,

    /// <summary>The length of an AVP does not fit its type or its container.</summary>
    InvalidAvpLength = 5014,

    /// <summary>The length of the message is not consistent.</summary>
    InvalidMessageLength = 5015,

    /// <summary>The flags of an AVP contradict each other.</summary>
    InvalidAvpBitCombo = 5016,

    /// <summary>No security mechanism in common.</summary>
    NoCommonSecurity = 5017,
}
