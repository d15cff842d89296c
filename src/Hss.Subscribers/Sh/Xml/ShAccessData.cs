namespace Hss.Subscribers;

/// <summary>The part of Sh-Data that only access networks know: what an access report holds, and answers for 14, 15, 25, 26, 28, 30, 34 and 35 are cut from.</summary>
/// Shape: immutable, each piece as in <see cref="ShData"/>: null absent; "" or an empty record present but empty.
/// Spec: TS 29.328 7.6.6, 7.6.7, 7.6.13 to 7.6.17, Annex D.
public sealed record ShAccessData
{
    /// <summary>UEReachabilityForIP: over which nodes the UE was found to be reachable.</summary>
    public ReachableOver? Reachability { get; init; }

    public bool? UeSrvccCapable { get; init; }

    /// <summary>"": there is none.</summary>
    public string? Csrn { get; init; }

    public bool? MtrrIndication { get; init; }

    public bool? Ue5GSrvccCapable { get; init; }

    public CsLocation? CsLocation { get; init; }

    public PsLocation? PsLocation { get; init; }

    public CsUserState? CsUserState { get; init; }

    public PsUserState? PsUserState { get; init; }

    public TadsInformation? Tads { get; init; }

    public PsUserState? EpsUserState { get; init; }

    public EpsLocation? EpsLocation { get; init; }

    public TwanLocation? TwanLocation { get; init; }

    /// <summary>14 digits (IMEI) or 16 (IMEISV).</summary>
    public string? Imeisv { get; init; }

    public FiveGsLocation? FiveGsLocation { get; init; }

    public PsUserState? FiveGsUserState { get; init; }

    public bool IsEmpty => this == s_empty;

    private static readonly ShAccessData s_empty = new();
}

public enum CsUserState
{
    CamelBusy = 0,
    NetworkDeterminedNotReachable = 1,
    AssumedIdle = 2,
    NotProvidedFromVlr = 3,
}

/// <summary>PSUserState, EPSUserState and Sh-5GSUserState.</summary>
public enum PsUserState
{
    Detached = 0,
    AttachedNotReachableForPaging = 1,
    AttachedReachableForPaging = 2,
    ConnectedNotReachableForPaging = 3,
    ConnectedReachableForPaging = 4,
    NotProvidedFromServingNode = 5,
    NetworkDeterminedNotReachable = 6,
}

/// <summary>The only value of each of the elements is REACHABLE, so that its presence says all.</summary>
[Flags]
public enum ReachableOver
{
    None = 0,
    Mme = 1,
    Sgsn = 2,
    Amf3Gpp = 4,
    AmfNon3Gpp = 8,
}

/// <summary>T-ADS. Spec: TS 29.328 7.6.14 (LastUeActivityTime: an xs:dateTime as it was reported).</summary>
public sealed record TadsInformation(
    VoiceOverPsSupport VoiceOverPs, string? RatType = null, string? LastUeActivityTime = null, TadsAccessType? AccessType = null);

/// <summary>IMSVoiceOverPSSessionSupport.</summary>
public enum VoiceOverPsSupport
{
    NotSupported = 0,
    Supported = 1,
    Unknown = 2,
}

public enum TadsAccessType
{
    ThreeGppAccess = 0,
    NonThreeGppAccess = 1,
}
