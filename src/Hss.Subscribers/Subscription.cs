using System.Collections.Immutable;
using Hss.Authentication;

namespace Hss.Subscribers;

/// <summary>One IMS subscription: everything an operator provisions for one customer. Immutable; state lives in <see cref="RegistrationState"/>.</summary>
/// Spec: TS 29.228 clause 5 and Annex B; TS 23.008 3.
public sealed record Subscription
{
    /// <summary>The operator's own name for it, unique in the store.</summary>
    public required string SubscriptionId { get; init; }

    public required ImmutableArray<PrivateIdentity> PrivateIdentities { get; init; }

    public required ImmutableArray<ImplicitRegistrationSet> ImplicitRegistrationSets { get; init; }

    public required ImmutableArray<ServiceProfile> ServiceProfiles { get; init; }

    /// <summary>Null: any S-CSCF will do (TS 29.228 6.7).</summary>
    public ServerCapabilities? ServerCapabilities { get; init; }

    public ChargingAddresses? Charging { get; init; }

    /// <summary>IMSI for the IMSSubscription extension of User-Data, or null. Shape: 6 to 15 digits. Spec: TS 29.228 Annex E.</summary>
    public string? Imsi { get; init; }

    /// <summary>Null: not provisioned. Spec: TS 29.228 B.1, Annex E (at most one is sent).</summary>
    public ReferenceLocation? ReferenceLocation { get; init; }

    /// <summary>WebRTC authentication and web server functions this user may come through. Spec: TS 29.229 6.3.64 (Allowed-WAF-WWSF-Identities).</summary>
    public AllowedWebFunctions? AllowedWebFunctions { get; init; }

    /// <summary>Null: every visited network is allowed; empty: none is.</summary>
    public ImmutableArray<string>? AllowedVisitedNetworks { get; init; }

    /// <summary>False: the subscription exists but may not register (UAR step 5, 5003).</summary>
    public bool RegistrationAllowed { get; init; } = true;

    /// <summary>The private identities that may use a set, in the order of the subscription; never none.</summary>
    public ImmutableArray<PrivateIdentity> PrivateIdentitiesOf(int setIndex) => Facts.PrivateIdentities[setIndex];

    /// <summary>Whether some identity of the set has services for the unregistered state (LIA 2003 instead of 5003).</summary>
    /// Spec: TS 29.228 6.1.4.1; <see cref="UnregisteredServices"/> says how the filters are read.
    public bool HasUnregisteredServices(int setIndex) => Facts.HasUnregisteredServices[setIndex];

    /// <summary>Whether this identity has them; others of its set may have another service profile.</summary>
    public bool HasUnregisteredServices(PublicIdentity identity) => Facts.ServesUnregistered(identity);

    /// <summary>The service profile of that name, or null.</summary>
    public ServiceProfile? FindServiceProfile(string name)
    {
        foreach (var profile in ServiceProfiles)
            if (string.Equals(profile.Name, name, StringComparison.Ordinal)) return profile;
        return null;
    }

    private SubscriptionFacts? _facts;

    private SubscriptionFacts Facts => _facts is { } facts && facts.AreOf(this) ? facts : _facts = new(this);
}

/// <summary>An IMPI with its credentials and the authentication schemes it may use.</summary>
/// Shape: Identity is a canonical NAI. Spec: TS 23.003 13.3, TS 29.228 6.3.
public sealed record PrivateIdentity
{
    public required string Identity { get; init; }

    public required Credentials Credentials { get; init; }

    /// <summary>The scheme is the subscriber's, not the peer's wish: anything outside this set is answered 5006.</summary>
    public required AuthenticationSchemes AllowedSchemes { get; init; }

    /// <summary>What "unknown" in a MAR turns into.</summary>
    public required AuthenticationSchemes DefaultScheme { get; init; }

    /// <summary>Provisioned 48-bit SQN_HE; used only when the key is new to the store.</summary>
    public ulong InitialSqn { get; init; }

    /// <summary>Priviledged-Sender-Indication of the SAA. Spec: TS 29.229 6.3.53.</summary>
    public bool PrivilegedSender { get; init; }

    /// <summary>International numbers, digits alone: the basic MSISDN first, then additional ones. Unique in the store. Spec: TS 23.003 3.3, TS 29.328 7.6.9.</summary>
    public ImmutableArray<string> Msisdns { get; init; } = [];

    /// <summary>Local-identifier@domain, the domain in lower case. Unique in the store. Spec: TS 23.003 19.7.2.</summary>
    public ImmutableArray<string> ExternalIdentifiers { get; init; } = [];

    /// <summary>IMSI of this private identity, or null: that of the subscription counts. Shape: 6 to 15 digits. Spec: TS 29.328 7.6.24.</summary>
    public string? Imsi { get; init; }

    /// <summary>Session transfer number for SRVCC, digits, or null: none, and then no application server can set it. Spec: TS 29.328 7.6.17, 6.1.2.1 step 4d.</summary>
    public string? StnSr { get; init; }

    /// <summary>What is preconfigured of SMS over IP; null: nothing. Spec: TS 29.328 7.6.15, 6.1.2.1 step 4b.</summary>
    public SmsGateway? SmsGateway { get; init; }
}

/// <summary>The IP-SM-GW of a private identity by provisioning: a PUR never changes it.</summary>
/// Shape: Number is E.164 digits, or null: application servers may register one. ServiceCentreAddress is E.164 digits, or null.
/// Spec: TS 29.328 7.6.15.
public sealed record SmsGateway(string? Number, string? ServiceCentreAddress);

/// <summary>Public identities that register and de-register together. Order matters: the first non-barred distinct one is the default.</summary>
/// Spec: TS 29.228 6.5.
public sealed record ImplicitRegistrationSet
{
    public required ImmutableArray<PublicIdentity> PublicIdentities { get; init; }

    /// <summary>Canonical IMPIs that may use this set. Empty: all of the subscription.</summary>
    public ImmutableArray<string> PrivateIdentities { get; init; } = [];

    /// <summary>The first non-barred distinct public user identity, or null: a set of PSIs or of barred identities has none.</summary>
    /// Spec: TS 29.228 6.5 (the default public user identity).
    public PublicIdentity? DefaultIdentity
    {
        get
        {
            foreach (var identity in PublicIdentities)
                if (!identity.Barred && identity.Type == PublicIdentityType.DistinctPublicIdentity) return identity;
            return null;
        }
    }

    public bool BelongsTo(string privateIdentity) => PrivateIdentities.IsEmpty || PrivateIdentities.Contains(privateIdentity, StringComparer.Ordinal);
}

/// <summary>IdentityType of TS 29.228 Annex E. Values as on the wire.</summary>
public enum PublicIdentityType
{
    DistinctPublicIdentity = 0,
    DistinctPsi = 1,
    WildcardedPsi = 2,
    NonDistinctImpu = 3,
    WildcardedImpu = 4,
}

/// <summary>An IMPU or PSI as provisioned.</summary>
/// Shape: Identity is a canonical SIP or tel URI. Spec: TS 23.003 13.4, TS 29.228 B.2.1.
public sealed record PublicIdentity
{
    public required string Identity { get; init; }

    public required string ServiceProfile { get; init; }

    public bool Barred { get; init; }

    public PublicIdentityType Type { get; init; }

    /// <summary>A service and not a user: TS 23.003 13.5.</summary>
    public bool IsPublicServiceIdentity => Type is PublicIdentityType.DistinctPsi or PublicIdentityType.WildcardedPsi;

    public string? DisplayName { get; init; }

    public string? AliasGroup { get; init; }

    /// <summary>Loose-Route-Indication of the SAA. Spec: TS 29.229 6.3.47.</summary>
    public bool LooseRoute { get; init; }

    /// <summary>False: a PSI that exists but is switched off; for LIR and SAR it is unknown. Spec: TS 29.228 6.1.2.1 step 4, 6.1.4.1 step 2.</summary>
    public bool PsiActive { get; init; } = true;

    /// <summary>SIP URI of the application server that hosts a PSI: LIA names it, no S-CSCF is involved. Spec: TS 29.228 6.1.4.1 step 2.</summary>
    public string? PsiApplicationServer { get; init; }

    /// <summary>0 (highest) to 4, or null. Spec: TS 29.228 Annex E (ServicePriorityLevel).</summary>
    public int? ServicePriorityLevel { get; init; }

    /// <summary>Spec: TS 29.228 Annex E (ServiceLevelTraceInfo), TS 24.323.</summary>
    public string? ServiceLevelTraceInfo { get; init; }

    /// <summary>Spec: TS 29.228 Annex E (ExtendedPriority).</summary>
    public ImmutableArray<ExtendedPriority> ExtendedPriorities { get; init; } = [];

    /// <summary>1 or more, or null. Spec: TS 29.228 Annex E (MaxNumOfAllowedSimultRegistrations).</summary>
    public int? MaxSimultaneousRegistrations { get; init; }

    /// <summary>Whether Identity holds a regular expression: other identities fall into it. Spec: TS 23.003 13.4A, 13.5.</summary>
    public bool IsWildcarded => Type is PublicIdentityType.WildcardedPsi or PublicIdentityType.WildcardedImpu;
}

/// <summary>Spec: TS 29.228 Annex E (PriorityNamespace, PriorityLevel), RFC 4412.</summary>
public sealed record ExtendedPriority(string Namespace, string Level);

/// <summary>Where a fixed line is. Each part may be null, not all. Spec: TS 29.228 Annex E (ReferenceLocationInformation).</summary>
public sealed record ReferenceLocation(string? AccessType, string? AccessInfo, string? AccessValue);

/// <summary>Host names or URIs. Spec: TS 29.229 6.3.64 to 6.3.66.</summary>
public sealed record AllowedWebFunctions(ImmutableArray<string> AuthenticationFunctions, ImmutableArray<string> WebServerFunctions);

/// <summary>Server-Capabilities of TS 29.229 6.3.4: numbers, or names in order of preference.</summary>
public sealed record ServerCapabilities(ImmutableArray<uint> Mandatory, ImmutableArray<uint> Optional, ImmutableArray<string> ServerNames)
{
    public bool IsEmpty => Mandatory.IsEmpty && Optional.IsEmpty && ServerNames.IsEmpty;
}

/// <summary>Charging-Information of TS 29.229 6.3.19: Diameter URIs.</summary>
public sealed record ChargingAddresses(string? PrimaryCollection, string? SecondaryCollection, string? PrimaryEvent, string? SecondaryEvent);
