namespace Hss.Subscribers;

/// <summary>What an application server asks for, changes or wants to hear about. Values as on the wire (Data-Reference, AVP 703).</summary>
/// Spec: TS 29.328 7.6, TS 29.329 6.3.4.
public enum ShDataReference
{
    RepositoryData = 0,
    ImsPublicIdentity = 10,
    ImsUserState = 11,
    ServerName = 12,
    InitialFilterCriteria = 13,
    LocationInformation = 14,
    UserState = 15,
    ChargingInformation = 16,
    Msisdn = 17,
    PsiActivation = 18,
    Dsai = 19,

    /// <summary>Reserved since V8.3.0: nobody may read it, change it, or subscribe to it.</summary>
    AliasesRepositoryData = 20,
    ServiceLevelTraceInfo = 21,
    IPAddressSecureBinding = 22,
    ServicePriorityLevel = 23,
    SmsRegistrationInfo = 24,
    UeReachabilityForIP = 25,
    TadsInformation = 26,
    StnSr = 27,
    UeSrvccCapability = 28,
    ExtendedPriority = 29,
    Csrn = 30,
    ReferenceLocationInformation = 31,
    Imsi = 32,
    ImsPrivateUserIdentity = 33,
    Imeisv = 34,
    Ue5GSrvccCapability = 35,
}

/// <summary>Identity-Set (AVP 708). Values as on the wire. Spec: TS 29.328 7.6.2, TS 29.329 6.3.10.</summary>
public enum ShIdentitySet
{
    All = 0,
    Registered = 1,
    Implicit = 2,
    Alias = 3,
}
