namespace Hss.Diameter;

/// <summary>The values of Experimental-Result-Code under vendor 10415, for Cx and Sh.</summary>
/// Shape: thousands as in <see cref="ResultCode"/>, whose numbers these overlap. Spec: TS 29.229 6.2, TS 29.329 6.2.
public enum ExperimentalResultCode : uint
{
    /// <summary>No result; never on the wire.</summary>
    None = 0,

    /// <summary>UAA: may register, no S-CSCF assigned yet. TS 29.229 6.2.1.1.</summary>
    FirstRegistration = 2001,

    /// <summary>UAA: may register, an S-CSCF is assigned. TS 29.229 6.2.1.2.</summary>
    SubsequentRegistration = 2002,

    /// <summary>LIA: not registered, but has services for that state. TS 29.229 6.2.1.3.</summary>
    UnregisteredService = 2003,

    /// <summary>SAA: done, but the name of the S-CSCF is not kept. TS 29.229 6.2.1.4.</summary>
    SuccessServerNameNotStored = 2004,

    /// <summary>Void since Release 7; read it, never send it. TS 29.229 6.2.1.5.</summary>
    ServerSelection = 2005,

    /// <summary>The data is being changed; try again. TS 29.329 6.2.3.1.</summary>
    UserDataNotAvailable = 4100,

    /// <summary>An earlier update is still running. TS 29.329 6.2.3.2.</summary>
    PriorUpdateInProgress = 4101,

    /// <summary>The identity is not known. TS 29.229 6.2.2.1.</summary>
    ErrorUserUnknown = 5001,

    /// <summary>Private and public identity do not belong together. TS 29.229 6.2.2.2 / 29.329 6.2.2.12.</summary>
    ErrorIdentitiesDontMatch = 5002,

    /// <summary>The identity is not registered. TS 29.229 6.2.2.3.</summary>
    ErrorIdentityNotRegistered = 5003,

    /// <summary>Roaming in the visited network is not allowed. TS 29.229 6.2.2.4.</summary>
    ErrorRoamingNotAllowed = 5004,

    /// <summary>Another S-CSCF is assigned. TS 29.229 6.2.2.5.</summary>
    ErrorIdentityAlreadyRegistered = 5005,

    /// <summary>The authentication scheme is not supported or not allowed. TS 29.229 6.2.2.6.</summary>
    ErrorAuthSchemeNotSupported = 5006,

    /// <summary>The Server-Assignment-Type does not fit the identity or its state. TS 29.229 6.2.2.7.</summary>
    ErrorInAssignmentType = 5007,

    /// <summary>The receiver cannot take that much data. TS 29.229 6.2.2.8.</summary>
    ErrorTooMuchData = 5008,

    /// <summary>The S-CSCF does not understand the pushed data. TS 29.229 6.2.2.9.</summary>
    ErrorNotSupportedUserData = 5009,

    /// <summary>A required feature is missing at the receiver. TS 29.229 6.2.2.11.</summary>
    ErrorFeatureUnsupported = 5011,

    /// <summary>No serving node supports the restoration asked for. TS 29.229 6.2.2.12.</summary>
    ErrorServingNodeFeatureUnsupported = 5012,

    /// <summary>The application server does not recognise the data. TS 29.329 6.2.2.1.</summary>
    ErrorUserDataNotRecognized = 5100,

    /// <summary>The operation is not allowed for this identity or data. TS 29.329 6.2.2.2.</summary>
    ErrorOperationNotAllowed = 5101,

    /// <summary>The application server may not read this data. TS 29.329 6.2.2.3.</summary>
    ErrorUserDataCannotBeRead = 5102,

    /// <summary>The application server may not change this data. TS 29.329 6.2.2.4.</summary>
    ErrorUserDataCannotBeModified = 5103,

    /// <summary>The application server may not subscribe to this data. TS 29.329 6.2.2.5.</summary>
    ErrorUserDataCannotBeNotified = 5104,

    /// <summary>The sequence number of the repository data does not follow. TS 29.329 6.2.2.7.</summary>
    ErrorTransparentDataOutOfSync = 5105,

    /// <summary>The data to subscribe to does not exist. TS 29.329 6.2.2.9.</summary>
    ErrorSubsDataAbsent = 5106,

    /// <summary>The application server is not subscribed to this data. TS 29.329 6.2.2.10.</summary>
    ErrorNoSubscriptionToData = 5107,

    /// <summary>The DSAI tag is not configured. TS 29.329 6.2.2.11.</summary>
    ErrorDsaiNotAvailable = 5108,
}
