using System.Collections.Immutable;
using System.Text;

namespace Hss.Subscribers.Tests;

/// <summary>Sh-Data of random shape, everything there is, and nothing.</summary>
internal static class GeneratedShData
{
    private static readonly string[] s_texts = ["plain", "Zoë \"Z\" <z&z>", "日本", "a'b", "\ud83d\ude00 smile", "]]>", "&amp;", "a\rb", "x\ty"];

    private static readonly string[] s_contents =
    [
        "text", "<a/>", " <a b='1'>&lt;<![CDATA[<x>]]><!-- c --></a>\r\n", "<p:a xmlns:p=\"urn:p\" p:b='\"'><p:c/></p:a>", "<a xmlns=\"urn:a\"><b/></a><c/>",
        "<Sh-Data><ServiceData/></Sh-Data>", "<日本>é</日本>", "<?pi x?><a/>",
    ];

    private static readonly string[] s_uris = ["sip:a@example.com", "sips:b@example.com;x=1", "tel:+15550001", "sip:ü@example.com", "sip:chat!.*!@example.com"];

    private static readonly Lazy<ImmutableArray<InitialFilterCriteria>[]> s_filters = new(Profiles);

    public static ShData Maximal() => Next(new EveryTime());

    public static ShData Next(Random random) => new()
    {
        PublicIdentifiers = Identifiers(random),
        RepositoryData = Many(random, i => new ShRepositoryData($"{Pick(random, s_texts)}{i}", (ushort)random.Next(65_536),
            Maybe(random) ? Encoding.UTF8.GetBytes(Pick(random, s_contents)) : null)),
        ServerName = OrEmpty(random, "sip:scscf.example.com:5060;x=<1>"),
        InitialFilterCriteria = Maybe(random) ? Filters(random) : null,
        ImsUserState = Maybe(random) ? (ImsUserState)random.Next(4) : null,
        Charging = Maybe(random) ? new(Text(random), Text(random), Text(random), Text(random)) : null,
        PsiActive = Flag(random),
        Dsai = Many(random, i => new Dsai($"{Pick(random, s_texts).Trim()}{i}", random.Next(2) == 0)),
        ServiceLevelTraceInfo = OrEmpty(random, " <trace id=\"1\">é</trace> "),
        IPv4Address = OrEmpty(random, "192.0.2.1"),
        IPv6Prefix = OrEmpty(random, "2001:db8::/64"),
        IPv6InterfaceIdentifier = OrEmpty(random, "1:2:3:4"),
        ServicePriorityLevel = Maybe(random) ? random.Next(5) : null,
        SmsRegistration = Maybe(random) ? new(OrEmpty(random, "15550001") ?? "", Maybe(random) ? "15550002" : null) : null,
        StnSr = OrEmpty(random, "15550003"),
        ExtendedPriorities = Many(random, i => new ExtendedPriority($"ets{i}", "0")),
        ReferenceLocation = Maybe(random) ? new(Text(random), Text(random), Text(random)) : null,
        RegisteredIdentities = Identifiers(random),
        ImplicitIdentities = Identifiers(random),
        AllIdentities = Identifiers(random),
        AliasIdentities = Identifiers(random),
        DeletedIdentities = Identifiers(random),
        Imsi = OrEmpty(random, "001010000000001"),
        PrivateIdentities = Many(random, i => $"private{i}@example.com"),
        Access = Maybe(random) && Access(random) is { IsEmpty: false } access ? access : null,
    };

    public static ShAccessData Access(Random random) => new()
    {
        Reachability = Maybe(random) ? random is EveryTime ? (ReachableOver)15 : (ReachableOver)random.Next(16) : null,
        UeSrvccCapable = Flag(random),
        Csrn = OrEmpty(random, "15550004"),
        MtrrIndication = Flag(random),
        Ue5GSrvccCapable = Flag(random),
        CsLocation = Maybe(random) ? Cs(random) : null,
        PsLocation = Maybe(random) ? Ps(random) : null,
        CsUserState = Maybe(random) ? (CsUserState)random.Next(4) : null,
        PsUserState = Maybe(random) ? (PsUserState)random.Next(7) : null,
        Tads = Maybe(random) ? new((VoiceOverPsSupport)random.Next(3), Text(random), Maybe(random) ? "2026-01-31T12:00:00.5+02:00" : null,
            Maybe(random) ? (TadsAccessType)random.Next(2) : null) : null,
        EpsUserState = Maybe(random) ? (PsUserState)random.Next(7) : null,
        EpsLocation = Maybe(random) ? new()
        {
            EUtranCellGlobalId = Base64(random, 7), TrackingAreaId = Base64(random, 5), GeographicalInformation = Base64(random, 8), GeodeticInformation = Base64(random, 10),
            MmeName = Text(random), CurrentLocationRetrieved = Flag(random), AgeMinutes = Age(random), UserCsg = Csg(random),
            VisitedPlmnId = Text(random), LocalTimeZone = Zone(random), RatType = Text(random),
        } : null,
        TwanLocation = Maybe(random) ? new()
        {
            Ssid = Text(random), Bssid = Text(random), PlmnId = Text(random), CivicAddresses = Many(random, _ => Pick(random, s_texts)),
            OperatorName = Text(random), LocalTimeZone = Zone(random), LogicalAccessId = Text(random),
        } : null,
        Imeisv = Maybe(random) ? Pick(random, ["12345678901234", "1234567890123456"]) : null,
        FiveGsLocation = Maybe(random) ? new()
        {
            NrCellGlobalId = Maybe(random) ? "00101000000abc" : null, EUtranCellGlobalId = Base64(random, 7), TrackingAreaId = Base64(random, 5),
            GeographicalInformation = Base64(random, 8), AmfAddress = Text(random), SmsfAddress = Text(random), CurrentLocationRetrieved = Flag(random),
            AgeMinutes = Age(random), VisitedPlmnId = Text(random), LocalTimeZone = Zone(random), RatType = Text(random),
        } : null,
        FiveGsUserState = Maybe(random) ? (PsUserState)random.Next(7) : null,
    };

    private static CsLocation Cs(Random random)
    {
        var area = random.Next(4);
        return new()
        {
            LocationNumber = Base64(random, random.Next(1, 13)),
            CellGlobalId = area == 1 ? Base64(random, 7) : null, ServiceAreaId = area == 2 ? Base64(random, 7) : null, LocationAreaId = area == 3 ? Base64(random, 5) : null,
            GeographicalInformation = Base64(random, 8), GeodeticInformation = Base64(random, 10), VlrNumber = Base64(random, random.Next(1, 22)), MscNumber = Base64(random, 9),
            CurrentLocationRetrieved = Flag(random), AgeMinutes = Age(random), UserCsg = Csg(random), EUtranCellGlobalId = Base64(random, 7),
            TrackingAreaId = Base64(random, 5), LocalTimeZone = Zone(random),
        };
    }

    private static PsLocation Ps(Random random)
    {
        var area = random.Next(4);
        return new()
        {
            CellGlobalId = area == 1 ? Base64(random, 7) : null, ServiceAreaId = area == 2 ? Base64(random, 7) : null, LocationAreaId = area == 3 ? Base64(random, 5) : null,
            RoutingAreaId = Base64(random, 6), GeographicalInformation = Base64(random, 8), GeodeticInformation = Base64(random, 10), SgsnNumber = Base64(random, 9),
            CurrentLocationRetrieved = Flag(random), AgeMinutes = Age(random), UserCsg = Csg(random), VisitedPlmnId = Text(random),
            LocalTimeZone = Zone(random), RatType = Text(random),
        };
    }

    private static ShPublicIdentifiers? Identifiers(Random random) => !Maybe(random) ? null : random.Next(4) == 0 ? ShPublicIdentifiers.Empty : new()
    {
        Identities = Many(random, _ => Pick(random, s_uris)),
        Msisdns = Many(random, _ => "15550001"),
        Type = Maybe(random) ? (ShIdentityType)random.Next(4) : null,
        WildcardedPsi = Maybe(random) ? "sip:chat!.*!@example.com" : null,
        WildcardedImpu = Maybe(random) ? "sip:+1555!.*!@example.com" : null,
        ExtendedMsisdns = Many(random, _ => new ExtendedMsisdn("15550001", random.Next(2) == 0)),
        TypedIdentities = Many(random, _ => new ShTypedIdentity(Pick(random, s_uris), (ShIdentityType)random.Next(4))),
    };

    private static ImmutableArray<InitialFilterCriteria> Filters(Random random) => Pick(random, s_filters.Value);

    private static ImmutableArray<InitialFilterCriteria>[] Profiles() => [[], .. Enumerable.Range(1, 20)
        .Select(seed => SampleDocuments.Subscription(GeneratedDocuments.Subscription(new Random(seed), withNewFields: false)))
        .Select(subscription => (ImmutableArray<InitialFilterCriteria>)[.. subscription.ServiceProfiles[0].AllFilters])];

    private static string? Text(Random random) => Maybe(random) ? Pick(random, s_texts) : null;

    private static string? OrEmpty(Random random, string text) => Maybe(random) ? random is not EveryTime && random.Next(3) == 0 ? "" : text : null;

    private static bool? Flag(Random random) => Maybe(random) ? random.Next(2) == 0 : null;

    private static int? Age(Random random) => Maybe(random) ? random.Next(32_768) : null;

    private static string? Base64(Random random, int octets) => Maybe(random) ? Convert.ToBase64String(Enumerable.Range(1, octets).Select(i => (byte)(i * 37)).ToArray()) : null;

    private static UserCsg? Csg(Random random) => Maybe(random) ? new(Base64(new EveryTime(), 4)!, Base64(random, 1), Text(random)) : null;

    private static LocalTimeZone? Zone(Random random) => Maybe(random) ? new("+02:00", "1") : null;

    private static ImmutableArray<T> Many<T>(Random random, Func<int, T> make) => Maybe(random) ? [.. Enumerable.Range(0, random.Next(1, 4)).Select(make)] : [];

    private static bool Maybe(Random random) => random is EveryTime || random.Next(2) == 0;

    private static T Pick<T>(Random random, T[] items) => items[random.Next(items.Length)];

    /// <summary>Everything is there; of every choice the last but one, so that lists have two and no area is the empty one.</summary>
    private sealed class EveryTime : Random
    {
        public override int Next(int maxValue) => maxValue > 1 ? maxValue - 2 : 0;

        public override int Next(int minValue, int maxValue) => maxValue - 2 < minValue ? minValue : maxValue - 2;
    }
}
