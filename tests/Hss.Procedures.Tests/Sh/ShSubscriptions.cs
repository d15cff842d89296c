using Hss.Subscribers;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests;

/// <summary>Subscriptions that the tables of Sh need.</summary>
internal static class ShSubscriptions
{
    public const string AliceMsisdn = "12125550001";
    public const string TabletMsisdn = "12125550002";
    public const string AliceExternal = "alice-meter@iot.example";
    public const string AliceHome = "sip:alice.home@" + Realm;
    public const string StnSr = "12125559999";
    public const string ServerName = "sip:as." + Realm + ":5090";
    public const string OtherServerName = "sip:other-as." + Realm + ":5090";

    /// <summary>Two private identities: both may use set 0 (two aliases and one that is none), the first one alone set 1. Services "forward" of one
    /// application server and "block" of another one.</summary>
    public static Subscription Alice() => new()
    {
        SubscriptionId = "alice",
        PrivateIdentities =
        [
            Aka(TestSubscriptions.Alice) with { Msisdns = [AliceMsisdn], ExternalIdentifiers = [AliceExternal], StnSr = StnSr, Imsi = "001010000000001" },
            Aka(AliceTablet) with { Msisdns = [TabletMsisdn] },
        ],
        ImplicitRegistrationSets =
        [
            new() { PublicIdentities = [Public(AliceSip, "served") with { AliasGroup = "a" }, Public(AliceTel, "served") with { AliasGroup = "a" }, Public(AliceHome, "served")] },
            new() { PublicIdentities = [Public(AliceWork, "served")], PrivateIdentities = [TestSubscriptions.Alice] },
        ],
        ServiceProfiles = [Served()],
        ServerCapabilities = new([1], [2], []),
        Charging = new("aaa://ccf." + Realm, null, null, null),
    };

    public static Subscription Services()
    {
        var services = ServicesSubscription();
        return services with { ServiceProfiles = [Served() with { Name = "serve" }] };
    }

    private static ServiceProfile Served() => new()
    {
        Name = "served",
        InitialFilterCriteria = [Filter(1, ServerName, "forward"), Filter(2, OtherServerName, "block")],
    };

    private static InitialFilterCriteria Filter(int priority, string server, string tag) => new()
    {
        Priority = priority,
        ApplicationServer = new() { ServerName = server, DefaultHandling = DefaultHandling.SessionContinued },
        DsaiTags = [tag],
    };
}
