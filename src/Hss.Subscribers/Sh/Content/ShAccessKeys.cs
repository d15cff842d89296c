namespace Hss.Subscribers;

/// <summary>What User-Identity may hold for a piece of data. Public user and service identities include wildcarded ones.</summary>
/// Spec: TS 29.328 Table 7.6.1 (access key).
[Flags]
public enum ShAccessKeys
{
    None = 0,
    PublicUserIdentity = 1,
    PublicServiceIdentity = 2,
    Msisdn = 4,
    ExternalIdentifier = 8,
}

/// <summary>What a request says beside the user to tell which data are meant.</summary>
/// Spec: TS 29.328 Table 7.6.1 (access key), 7.7 to 7.18.
[Flags]
public enum ShFurtherKeys
{
    None = 0,
    ServiceIndication = 1,
    IdentitySet = 2,
    ServerName = 4,
    DsaiTag = 8,
    RequestedDomain = 16,
    CurrentLocation = 32,
    UserName = 64,
    ServingNodeIndication = 128,
    RequestedNodes = 256,
    LocalTimeZoneIndication = 512,
    UdrFlags = 1024,
}
