using System.Globalization;
using System.Text;
using Hss.Authentication;

namespace Hss.Provisioning.Tests.Support;

/// <summary>Subscriptions as clients send them, and every form in which their secrets must never come back.</summary>
internal static class SampleSubscriptions
{
    public const string Realm = "ims.mnc001.mcc001.3gppnetwork.org";
    public const string K = "8BAF473F2F8FD09487CCCBD7097C6862";
    public const string OtherK = "465B5CE8B199B49FAA5F0A2EE238A6BC";
    public const string Op = "8E27B6AF0E692E750F32667A3B14605D";
    public const string Password = "correct-horse-battery-staple";

    /// <summary>A mobile subscriber with a telephone number.</summary>
    public static V1.Subscription Mobile(int number, string k = K) => new()
    {
        SubscriptionId = IdOf(number),
        PrivateIdentities = { new V1.PrivateIdentity { Identity = PrivateOf(number), Aka = new() { K = k, Op = Op, Amf = "8000" } } },
        ImplicitRegistrationSets =
        {
            new V1.ImplicitRegistrationSet
            {
                PublicIdentities =
                {
                    new V1.PublicIdentity { Identity = SipOf(number), ServiceProfile = "plain" },
                    new V1.PublicIdentity { Identity = TelOf(number), ServiceProfile = "plain" },
                },
            },
        },
        ServiceProfiles = { new V1.ServiceProfile { Name = "plain" } },
    };

    /// <summary>A fixed line with a password.</summary>
    public static V1.Subscription Fixed(int number) => new()
    {
        SubscriptionId = string.Create(CultureInfo.InvariantCulture, $"line-{number}"),
        PrivateIdentities =
        {
            new V1.PrivateIdentity
            {
                Identity = string.Create(CultureInfo.InvariantCulture, $"line{number}@{Realm}"),
                SipDigest = new() { Password = Password, KeepPasswordForLegacyDigestMd5 = true },
            },
        },
        ImplicitRegistrationSets =
        {
            new V1.ImplicitRegistrationSet
            {
                PublicIdentities = { new V1.PublicIdentity { Identity = string.Create(CultureInfo.InvariantCulture, $"sip:line{number}@{Realm}"), ServiceProfile = "plain" } },
            },
        },
        ServiceProfiles = { new V1.ServiceProfile { Name = "plain" } },
    };

    public static string DocumentOf(int number) => $$$"""
        {"subscriptionId":"{{{IdOf(number)}}}","privateIdentities":[{"identity":"{{{PrivateOf(number)}}}","aka":{"k":"{{{K}}}","op":"{{{Op}}}","amf":"8000"}}],
         "implicitRegistrationSets":[{"publicIdentities":[{"identity":"{{{SipOf(number)}}}","serviceProfile":"plain"},{"identity":"{{{TelOf(number)}}}","serviceProfile":"plain"}]}],
         "serviceProfiles":[{"name":"plain"}]}
        """;

    public static string IdOf(int number) => string.Create(CultureInfo.InvariantCulture, $"imsi-00101{number:D10}");

    public static string PrivateOf(int number) => string.Create(CultureInfo.InvariantCulture, $"00101{number:D10}@{Realm}");

    public static string SipOf(int number) => "sip:" + PrivateOf(number);

    public static string TelOf(int number) => string.Create(CultureInfo.InvariantCulture, $"tel:+1212{number:D7}");

    /// <summary>Keys, OP, OPc, HA1 and the password: in hexadecimal of both cases, in base64, as octets, and where they are text as that.</summary>
    public static IReadOnlyList<string> SecretTexts { get; } = [.. Forms()];

    private static IEnumerable<string> Forms()
    {
        var keys = new[] { K, OtherK }.SelectMany(k => new[] { k, Convert.ToHexString(Milenage.DeriveOpc(new(Convert.FromHexString(k)), new(Convert.FromHexString(Op))).Reveal()) })
            .Append(Op).Select(Convert.FromHexString).ToList();
        var realm = Realm;
        var digests = Enumerable.Range(1, 3).Select(number => $"line{number}@{Realm}").SelectMany(user => new[]
        {
            Digest.Ha1(DigestAlgorithm.Md5, user, realm, Encoding.UTF8.GetBytes(Password)), Digest.Ha1(DigestAlgorithm.Sha256, user, realm, Encoding.UTF8.GetBytes(Password)),
        }).Select(ha1 => ha1.Reveal().ToArray());
        foreach (var octets in keys.Concat(digests).Append(Encoding.UTF8.GetBytes(Password)))
        {
            yield return Convert.ToHexString(octets);
            yield return Convert.ToHexStringLower(octets);
            yield return Convert.ToBase64String(octets);
            yield return Encoding.Latin1.GetString(octets);
        }
    }
}
