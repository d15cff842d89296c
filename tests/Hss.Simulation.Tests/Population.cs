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

    private static PrivateIdentity FixedLine(string identity) => new()
    {
        Identity = identity,
        Credentials = new(null, DigestCredentials.FromPassword(identity, CxRequests.Realm, Encoding.UTF8.GetBytes("password of " + identity), keepPassword: false)),
        AllowedSchemes = AuthenticationSchemes.SipDigest,
        DefaultScheme = AuthenticationSchemes.SipDigest,
    };

    private static InitialFilterCriteria Voicemail() => new()
    {
        Priority = 1,
        TriggerPoint = new()
        {
            ConditionTypeCnf = true,
            ServicePointTriggers = [new() { Groups = [0], SessionCase = SessionCase.TerminatingUnregistered }],
        },
        ApplicationServer = new() { ServerName = "sip:vm." + CxRequests.Realm },
    };

    private static string Private(int number, string device) => $"user{number}{device}@{CxRequests.Realm}";

    private static byte[] Key(string identity, string purpose) => SHA256.HashData(Encoding.UTF8.GetBytes(purpose + identity))[..16];
}
