using Hss.Authentication;
using Hss.Subscribers;

namespace Hss.Procedures.Cx;

/// <summary>What an operator may choose about the Cx procedures.</summary>
public sealed record CxOptions
{
    /// <summary>IND values for vectors asked for over Cx (TS 33.102 C.1.2, TS 33.203 Annex G).</summary>
    public IndRange Ind { get; init; } = new(IndBits: 5, First: 24, Last: 27);

    /// <summary>Most vectors in one MAA, whatever SIP-Number-Auth-Items asks (TS 29.228 6.3.1 lets the HSS give fewer).</summary>
    public int MaxVectorsPerRequest { get; init; } = 5;

    /// <summary>SEQ values promised to the store ahead of use; a crash skips at most this many, far below Delta = 2^28.</summary>
    public int SequenceReserve { get; init; } = 64;

    /// <summary>Whether *_DEREGISTRATION_STORE_SERVER_NAME keeps the S-CSCF name (2001) or not (2004). TS 29.228 6.1.2.1 leaves it to the operator.</summary>
    public bool KeepServerName { get; init; } = true;

    /// <summary>The optional features this HSS offers in Supported-Features; one that is not here is as if it did not exist.</summary>
    public CxFeatures Features { get; init; } = CxFeatures.All;

    /// <summary>Whether S-CSCF restoration exists here at all.</summary>
    public bool Restoration => Features.HasFlag(CxFeatures.Restoration);

    /// <summary>Server-Capabilities for subscriptions that have none. An I-CSCF that gets neither name nor capabilities may find no S-CSCF at all.</summary>
    public ServerCapabilities? DefaultServerCapabilities { get; init; }

    /// <summary>What a changed profile means for users of a Kamailio S-CSCF, which takes no PPR.</summary>
    public KamailioProfileChange KamailioProfileChange { get; init; }
}

/// <summary>How a Kamailio S-CSCF gets to know a changed profile.</summary>
public enum KamailioProfileChange
{
    /// <summary>With its next SAR; until then calls follow the old one. Nobody is interrupted.</summary>
    FreshOnNextAssignment = 0,

    /// <summary>At once: the user is de-registered with RTR SERVER_CHANGE and registers anew.</summary>
    ServerChange = 1,
}
