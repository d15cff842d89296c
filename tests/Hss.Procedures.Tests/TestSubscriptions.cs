using System.Collections.Immutable;
using System.Text;
using Hss.Authentication;
using Hss.Subscribers;

namespace Hss.Procedures.Tests;

/// <summary>Subscriptions that the decision tables need, made from the model and not from documents.</summary>
internal static class TestSubscriptions
{
    public const string Realm = CxRequests.Realm;
    public const string Alice = "alice@" + Realm;
    public const string AliceTablet = "alice.tablet@" + Realm;
    public const string AliceSip = "sip:alice@" + Realm;
    public const string AliceTel = "tel:+12125550001";
    public const string AliceWork = "sip:alice.work@" + Realm;
    public const string Phone = "phone@" + Realm;
    public const string PhoneSip = "sip:phone@" + Realm;

    public static readonly byte[] K = Convert.FromHexString("8BAF473F2F8FD09487CCCBD7097C6862");
    public static readonly Secret Opc = Milenage.DeriveOpc(new Secret(K), new Secret(Convert.FromHexString("8E27B6AF0E692E750F32667A3B14605D")));
    public static readonly MilenageKey Key = new(new Secret(K), Opc);

    /// <summary>Two private identities on one set of two identities, and a second set that only the first one may use.</summary>
    public static Subscription AliceSubscription() => new()
    {
        SubscriptionId = "alice",
        PrivateIdentities = [Aka(Alice), Aka(AliceTablet)],
        ImplicitRegistrationSets =
        [
            new() { PublicIdentities = [Public(AliceSip), Public(AliceTel)] },
            new() { PublicIdentities = [Public(AliceWork)], PrivateIdentities = [Alice] },
        ],
        ServiceProfiles = [new() { Name = "plain", InitialFilterCriteria = [] }],
        ServerCapabilities = new([1], [2], []),
        Charging = new("aaa://ccf." + Realm, null, null, null),
    };

    /// <summary>A fixed line whose unregistered callers are sent to voicemail.</summary>
    public static Subscription PhoneSubscription(bool keepPassword = false) => new()
    {
        SubscriptionId = "phone",
        PrivateIdentities = [Fixed(Phone, keepPassword)],
        ImplicitRegistrationSets = [new() { PublicIdentities = [Public(PhoneSip, "voicemail")] }],
        ServiceProfiles = [Voicemail("voicemail")],
    };

    /// <summary>A service profile with services related to the unregistered state.</summary>
    public static ServiceProfile Voicemail(string name) => new()
    {
        Name = name,
        InitialFilterCriteria =
        [
            new()
            {
                Priority = 700,
                TriggerPoint = new()
                {
                    ConditionTypeCnf = true,
                    ServicePointTriggers =
                    [
                        new() { Groups = [0], Method = "INVITE" },
                        new() { Groups = [1], SessionCase = SessionCase.TerminatingUnregistered },
                    ],
                },
                ApplicationServer = new() { ServerName = "sip:vm." + Realm, DefaultHandling = DefaultHandling.SessionContinued },
                ProfilePartIndicator = ProfilePartIndicator.Unregistered,
            },
        ],
    };

    public const string Services = "services@" + Realm;
    public const string ServiceSip = "sip:service@" + Realm;
    public const string HostedSip = "sip:hosted@" + Realm;
    public const string SleepingSip = "sip:sleeping@" + Realm;
    public const string Rooms = "sip:room-!.*!@" + Realm;
    public const string Room = "sip:room-7@" + Realm;
    public const string Desks = "sip:desk-!.*!@" + Realm;
    public const string Desk = "sip:desk-7@" + Realm;
    public const string Office = "sip:office@" + Realm;
    public const string HostedAt = "sip:as." + Realm + ":5090";

    /// <summary>Public service identities, each in a set of its own: served by an S-CSCF, hosted by an application server, switched off,
    /// wildcarded; and a set of a distinct public user identity with a wildcarded one.</summary>
    public static Subscription ServicesSubscription() => new()
    {
        SubscriptionId = "services",
        PrivateIdentities = [Aka(Services)],
        ImplicitRegistrationSets =
        [
            new() { PublicIdentities = [Public(ServiceSip, "serve") with { Type = PublicIdentityType.DistinctPsi }] },
            new() { PublicIdentities = [Public(HostedSip, "serve") with { Type = PublicIdentityType.DistinctPsi, PsiApplicationServer = HostedAt }] },
            new() { PublicIdentities = [Public(SleepingSip, "serve") with { Type = PublicIdentityType.DistinctPsi, PsiActive = false }] },
            new() { PublicIdentities = [Public(Rooms, "serve") with { Type = PublicIdentityType.WildcardedPsi }] },
            new() { PublicIdentities = [Public(Office, "serve"), Public(Desks, "serve") with { Type = PublicIdentityType.WildcardedImpu }] },
        ],
        ServiceProfiles = [Voicemail("serve")],
        ServerCapabilities = new([1], [2], []),
    };

    public static PublicIdentity Public(string identity, string profile = "plain", bool barred = false) =>
        new() { Identity = identity, ServiceProfile = profile, Barred = barred };

    public static PrivateIdentity Aka(string identity, ulong sqn = 0) => new()
    {
        Identity = identity,
        Credentials = new(new AkaCredentials(new Secret(K), Opc, 0x8000), null),
        AllowedSchemes = AuthenticationSchemes.DigestAkaV1Md5,
        DefaultScheme = AuthenticationSchemes.DigestAkaV1Md5,
        InitialSqn = sqn,
    };

    public static PrivateIdentity Fixed(string identity, bool keepPassword)
    {
        var credentials = new Credentials(null, DigestCredentials.FromPassword(identity, Realm, Encoding.UTF8.GetBytes("opensesame"), keepPassword));
        return new()
        {
            Identity = identity,
            Credentials = credentials,
            AllowedSchemes = AuthenticationScheme.PossibleFor(credentials),
            DefaultScheme = AuthenticationScheme.DefaultFor(credentials),
        };
    }
}
