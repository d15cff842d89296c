using System.Text;
using Hss.Authentication;
using Hss.Procedures.Tests;
using Hss.Subscribers;

namespace Hss.Fuzz.Tests;

/// <summary>Subscribers whom the golden requests ask for, with secrets that must not come back.</summary>
internal static class FuzzedSubscriptions
{
    public const string Legacy = "legacy@" + TestSubscriptions.Realm;
    public const string LegacySip = "sip:legacy@" + TestSubscriptions.Realm;

    /// <summary>May leave in an answer to Digest-MD5 of its owner, and nowhere else.</summary>
    public const string LegacyPassword = "correct-horse-battery";

    /// <summary>May never leave: only its HA1 is kept.</summary>
    public const string Password = "opensesame";

    public static IReadOnlyList<Subscription> All { get; } =
    [
        TestSubscriptions.AliceSubscription(),
        TestSubscriptions.PhoneSubscription(),
        One("legacy", FixedLine(Legacy, LegacyPassword, keepPassword: true), LegacySip),
        One("rig-1", TestSubscriptions.Aka(Rig(1)), "sip:" + Rig(1), "tel:+12125550002"),
        One("rig-2", FixedLine(Rig(2), Password, keepPassword: false), "sip:" + Rig(2)),
        One("rig-3", TestSubscriptions.Aka(Rig(3), sqn: 0x1000), "sip:" + Rig(3)),
    ];

    private static string Rig(int number) => $"00101{number:D10}@{TestSubscriptions.Realm}";

    private static Subscription One(string name, PrivateIdentity identity, params string[] publicIdentities) => new()
    {
        SubscriptionId = name,
        PrivateIdentities = [identity],
        ImplicitRegistrationSets = [new() { PublicIdentities = [.. publicIdentities.Select(identity => TestSubscriptions.Public(identity))] }],
        ServiceProfiles = [new() { Name = "plain", InitialFilterCriteria = [] }],
        Charging = new("aaa://ccf." + TestSubscriptions.Realm, null, null, null),
    };

    private static PrivateIdentity FixedLine(string identity, string password, bool keepPassword)
    {
        var credentials = new Credentials(null, DigestCredentials.FromPassword(identity, TestSubscriptions.Realm, Encoding.UTF8.GetBytes(password), keepPassword));
        return new()
        {
            Identity = identity,
            Credentials = credentials,
            AllowedSchemes = AuthenticationScheme.PossibleFor(credentials),
            DefaultScheme = AuthenticationScheme.DefaultFor(credentials),
        };
    }
}
