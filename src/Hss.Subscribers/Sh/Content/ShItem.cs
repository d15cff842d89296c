namespace Hss.Subscribers;

/// <summary>Requested-Domain (AVP 706). Values as on the wire. Spec: TS 29.329 6.3.7.</summary>
public enum ShDomain
{
    CircuitSwitched = 0,
    PacketSwitched = 1,
}

/// <summary>Requested-Nodes (AVP 713). Bits as on the wire. Spec: TS 29.329 6.3.7A.</summary>
[Flags]
public enum ShNodes
{
    None = 0,
    Mme = 1,
    Sgsn = 2,
    TrustedWlan = 4,
    Amf = 8,
}

/// <summary>UDR-Flags (AVP 719). Bits as on the wire. Spec: TS 29.329 6.3.28.</summary>
[Flags]
public enum ShUdrFlags
{
    None = 0,

    /// <summary>The application server reads E-UTRAN cells and tracking areas in CSLocationInformation.</summary>
    LocationInformationEpsSupported = 1,
    RatTypeRequested = 2,
}

/// <summary>Local-Time-Zone-Indication (AVP 718). Values as on the wire. Spec: TS 29.329 6.3.27.</summary>
public enum ShLocalTimeZone
{
    Only = 0,
    WithLocation = 1,
}

/// <summary>One thing that is asked for: a Data-Reference and the keys that tell which of several.</summary>
/// Shape: keys that its reference has no use for are left alone. Texts as they came; Server-Name as filters have it (canonical).
/// Spec: TS 29.328 Table 7.6.1.
public readonly record struct ShItem(ShDataReference Reference)
{
    public string? ServiceIndication { get; init; }

    /// <summary>Null: ALL_IDENTITIES, in PublicIdentifiers.</summary>
    public ShIdentitySet? IdentitySet { get; init; }

    /// <summary>Several sets were asked for at once: each gets an element of its own instead of PublicIdentifiers.</summary>
    public bool IsOneOfSeveralSets { get; init; }

    public string? ServerName { get; init; }

    public string? DsaiTag { get; init; }

    public ShDomain RequestedDomain { get; init; }

    /// <summary>None: all that this HSS knows of.</summary>
    public ShNodes RequestedNodes { get; init; }

    /// <summary>Serving-Node-Indication came: the address of the serving node and nothing of the place.</summary>
    public bool OnlyServingNodes { get; init; }

    public ShLocalTimeZone? LocalTimeZone { get; init; }

    public ShUdrFlags UdrFlags { get; init; }

    /// <summary>The feature Additional-MSISDN is used with whoever asked. Spec: TS 29.329 7.1.1.</summary>
    public bool AdditionalMsisdns { get; init; }
}
