using System.Security.Cryptography;
using System.Text;
using Hss.Authentication;
using Hss.Procedures.Tests;
using Hss.Subscribers;

namespace Hss.Simulation.Tests;

/// <summary>A few dozen subscribers of different kinds, each with keys of its own, and their phones.</summary>
internal sealed class Population
{
    private const int Count = 30;
    private const ulong BeyondDelta = 1UL << 29;

    private readonly Dictionary<string, SimulatedUe> _phones = new(StringComparer.Ordinal);

    public Population()
    {
        for (int number = 0; number < Count; number++) Add(number);
    }

    public List<Subscription> Subscriptions { get; } = [];

    public IEnumerable<SimulatedUe> Phones => _phones.Values;

    public SimulatedUe? PhoneOf(string privateIdentity) => _phones.GetValueOrDefault(privateIdentity);

    /// <summary>Whether a private identity is one of a subscription.</summary>
    public static bool Owns(string subscriptionId, string privateIdentity) =>
        privateIdentity.StartsWith($"user{subscriptionId[1..]}@", StringComparison.Ordinal) || privateIdentity.StartsWith($"user{subscriptionId[1..]}.", StringComparison.Ordinal);

    /// <summary>Whether it may leave and come back: a counter beyond Delta would begin there once more.</summary>
    public static bool MayLeave(Subscription subscription) => subscription.PrivateIdentities.All(identity => identity.InitialSqn >> SimulatedUe.IndBits < BeyondDelta);

    /// <summary>Another version of a subscription. The state of the registrations means the same in all, and so do the identities that are asked about.</summary>
    public static Subscription Vary(Subscription subscription, Random random)
    {
        ImplicitRegistrationSet main = subscription.ImplicitRegistrationSets[0];
        string one = subscription.PrivateIdentities[0].Identity;
        return subscription with
        {
            ServerCapabilities = new([random.Next(4) == 0 ? 2u : 1u], [], []),
            Charging = random.Next(3) == 0 ? new ChargingAddresses("aaa://ccf.example:3868", null, null, null) : null,
            ServiceProfiles = random.Next(2) == 0 ? subscription.ServiceProfiles : [.. subscription.ServiceProfiles.Select(WithOriginating)],
            ImplicitRegistrationSets = random.Next(3) > 0 ? subscription.ImplicitRegistrationSets
                : subscription.ImplicitRegistrationSets.SetItem(0, main with { PublicIdentities = main.PublicIdentities.Add(new() { Identity = $"sip:further.{one}", ServiceProfile = "plain" }) }),
            PrivateIdentities = subscription.PrivateIdentities[0].Credentials.Digest is null || random.Next(2) == 0 ? subscription.PrivateIdentities
                : [FixedLine(one, "another password")],
        };
    }

    /// <summary>What of a subscription an S-CSCF sees that <see cref="Vary"/> changes and a PPR can say.</summary>
    public static string LooksOf(Subscription subscription, int set) =>
        $"{subscription.Charging} {subscription.ServiceProfiles[0].InitialFilterCriteria.Length} {subscription.ImplicitRegistrationSets[set].PublicIdentities.Length}";

    public static string? PasswordOf(Subscription subscription) =>
        subscription.PrivateIdentities[0].Credentials.Digest is { } digest ? Convert.ToHexString(digest.Ha1Md5.Reveal()) : null;

    private void Add(int number)
    {
        ulong seq = (number % 4) switch { 0 => 0, 1 => 31, 2 => 1_000_000, _ => number % 8 == 3 ? BeyondDelta + (uint)number : 7 };
        bool isShared = number % 5 == 0, isFixed = number % 9 == 4;
        string one = Private(number, ""), other = Private(number, ".tablet");
        PrivateIdentity[] identities = isFixed ? [FixedLine(one)] : isShared ? [Aka(one, seq), Aka(other, seq + 5)] : [Aka(one, seq)];
        ImplicitRegistrationSet main = new() { PublicIdentities = [Public($"sip:{one}", number), Public($"tel:+1212555{number:D4}", number)] };
        ImplicitRegistrationSet work = new() { PublicIdentities = [Public($"sip:work.{one}", number)], PrivateIdentities = [one] };
        Subscriptions.Add(new Subscription
        {
            SubscriptionId = $"s{number}",
            PrivateIdentities = [.. identities],
            ImplicitRegistrationSets = isShared ? [main, work] : [main],
            ServerCapabilities = new([1], [], []),
            ServiceProfiles = [new() { Name = "plain", InitialFilterCriteria = [] }, new() { Name = "voicemail", InitialFilterCriteria = [Voicemail()] }],
        });
        if (isFixed) return;
        foreach (PrivateIdentity identity in identities)
            _phones[identity.Identity] = new SimulatedUe(
                identity.Identity, $"sip:{one}", set: 0, Key(identity.Identity, "k"), Key(identity.Identity, "opc"), identity.InitialSqn >> SimulatedUe.IndBits);
    }

    /// <summary>Whether services for the unregistered state wait for this identity.</summary>
    public static bool HasUnregisteredServices(PublicIdentity identity) => identity.ServiceProfile == "voicemail";

    private static PublicIdentity Public(string identity, int number) =>
        new() { Identity = identity, ServiceProfile = number % 6 == 1 ? "voicemail" : "plain" };

    private static PrivateIdentity Aka(string identity, ulong seq) => new()
    {
        Identity = identity,
        Credentials = new(new AkaCredentials(new Secret(Key(identity, "k")), new Secret(Key(identity, "opc")), 0x8000), null),
        AllowedSchemes = AuthenticationSchemes.DigestAkaV1Md5,
        DefaultScheme = AuthenticationSchemes.DigestAkaV1Md5,
        InitialSqn = seq << SimulatedUe.IndBits,
    };

    public static PrivateIdentity FixedLine(string identity, string password = "password") => new()
    {
        Identity = identity,
        Credentials = new(null, DigestCredentials.FromPassword(identity, CxRequests.Realm, Encoding.UTF8.GetBytes($"{password} of {identity}"), keepPassword: false)),
        AllowedSchemes = AuthenticationSchemes.SipDigest,
        DefaultScheme = AuthenticationSchemes.SipDigest,
    };

    private static ServiceProfile WithOriginating(ServiceProfile profile) =>
        profile with { InitialFilterCriteria = profile.InitialFilterCriteria.Add(Filter(2, SessionCase.OriginatingRegistered)) };

    private static InitialFilterCriteria Voicemail() => Filter(1, SessionCase.TerminatingUnregistered);

    private static InitialFilterCriteria Filter(int priority, SessionCase sessionCase) => new()
    {
        Priority = priority,
        TriggerPoint = new()
        {
            ConditionTypeCnf = true,
            ServicePointTriggers = [new() { Groups = [0], SessionCase = sessionCase }],
        },
        ApplicationServer = new() { ServerName = "sip:vm." + CxRequests.Realm },
    };

    private static string Private(int number, string device) => $"user{number}{device}@{CxRequests.Realm}";

    private static byte[] Key(string identity, string purpose) => SHA256.HashData(Encoding.UTF8.GetBytes(purpose + identity))[..16];
}
