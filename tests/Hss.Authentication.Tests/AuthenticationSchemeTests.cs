using System.Text;

namespace Hss.Authentication.Tests;

public class AuthenticationSchemeTests
{
    private static readonly AkaCredentials Aka = new(new(TestKeys.K), new(TestKeys.Opc), 0x8000);
    private static readonly DigestCredentials Digest = DigestCredentials.FromPassword("alice", "example.com", "secret"u8, keepPassword: false);
    private static readonly DigestCredentials Legacy = DigestCredentials.FromPassword("alice", "example.com", "secret"u8, keepPassword: true);

    [Theory]
    [InlineData("Digest-AKAv1-MD5", AuthenticationSchemes.DigestAkaV1Md5)]
    [InlineData("digest-akav1-md5", AuthenticationSchemes.DigestAkaV1Md5)]
    [InlineData("SIP Digest", AuthenticationSchemes.SipDigest)]
    [InlineData("sip digest", AuthenticationSchemes.SipDigest)]
    [InlineData("Digest-MD5", AuthenticationSchemes.LegacyDigestMd5)]
    [InlineData("DIGEST-MD5", AuthenticationSchemes.LegacyDigestMd5)]
    [InlineData("NASS-Bundled", AuthenticationSchemes.NassBundled)]
    [InlineData("nass-bundled", AuthenticationSchemes.NassBundled)]
    [InlineData("Early-IMS-Security", AuthenticationSchemes.EarlyImsSecurity)]
    [InlineData("Unknown", AuthenticationSchemes.None)]
    [InlineData("unknown", AuthenticationSchemes.None)]
    public void Served_names_are_read_whatever_their_case(string name, AuthenticationSchemes expected)
    {
        Assert.True(AuthenticationScheme.TryParse(Encoding.UTF8.GetBytes(name), out var scheme));
        Assert.Equal(expected, scheme);
        Assert.Equal(expected != AuthenticationSchemes.None, AuthenticationScheme.TryParseProvisioned(name, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Digest-AKAv3-MD5")]
    [InlineData("Digest-AKAv2")]
    [InlineData("Digest")]
    [InlineData("SIP Digest ")]
    [InlineData("SIP-Digest")]
    [InlineData("Digest-AKAv1-MD5\0")]
    [InlineData("\u00dcnknown")]
    public void Other_names_are_not_served(string name)
    {
        Assert.False(AuthenticationScheme.TryParse(Encoding.UTF8.GetBytes(name), out var scheme));
        Assert.Equal(AuthenticationSchemes.None, scheme);
        Assert.False(AuthenticationScheme.TryParseProvisioned(name, out _));
    }

    [Theory]
    [InlineData("Digest-AKAv1-MD5", "Digest-AKAv1-MD5")]
    [InlineData("digest-akav2-md5", "Digest-AKAv2-MD5")]
    [InlineData("Digest-AKAv1-SHA-256", "Digest-AKAv1-SHA-256")]
    [InlineData("Digest-AKAv2-SHA-256", "Digest-AKAv2-SHA-256")]
    public void Every_digest_over_aka_is_one_scheme_that_keeps_its_name(string asked, string answered)
    {
        Assert.True(AuthenticationScheme.TryParse(Encoding.UTF8.GetBytes(asked), out var scheme, out var name));
        Assert.Equal((AuthenticationSchemes.DigestAkaV1Md5, answered), (scheme, name));
        Assert.Equal(answered == "Digest-AKAv1-MD5", AuthenticationScheme.TryParseProvisioned(asked, out _));
    }

    [Fact]
    public void A_line_and_an_address_are_schemes_of_their_own_behind_any_secret()
    {
        var line = new Credentials(null, null) { LineIdentifiers = ["dsl/1/7"] };
        var address = new Credentials(null, null) { FramedAddress = new(System.Net.IPAddress.Loopback, 32, null) };
        var both = line with { FramedAddress = address.FramedAddress };
        Assert.Equal(AuthenticationSchemes.NassBundled, AuthenticationScheme.PossibleFor(line));
        Assert.Equal(AuthenticationSchemes.EarlyImsSecurity, AuthenticationScheme.PossibleFor(address));
        Assert.Equal(AuthenticationSchemes.NassBundled, AuthenticationScheme.DefaultFor(both));
        Assert.Equal(AuthenticationSchemes.EarlyImsSecurity, AuthenticationScheme.DefaultFor(address));
        Assert.Equal(AuthenticationSchemes.SipDigest, AuthenticationScheme.DefaultFor(both with { Digest = Digest }));
    }

    [Fact]
    public void Names_and_flags_are_inverse()
    {
        foreach (var scheme in Enum.GetValues<AuthenticationSchemes>().Where(scheme => scheme != AuthenticationSchemes.None))
        {
            Assert.True(AuthenticationScheme.TryParseProvisioned(AuthenticationScheme.NameOf(scheme), out var parsed));
            Assert.Equal(scheme, parsed);
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => AuthenticationScheme.NameOf(AuthenticationSchemes.None));
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            AuthenticationScheme.NameOf(AuthenticationSchemes.SipDigest | AuthenticationSchemes.DigestAkaV1Md5));
    }

    [Fact]
    public void Credentials_can_do_what_they_hold_and_nothing_else()
    {
        Assert.Equal(AuthenticationSchemes.DigestAkaV1Md5, AuthenticationScheme.PossibleFor(new(Aka, null)));
        Assert.Equal(AuthenticationSchemes.SipDigest, AuthenticationScheme.PossibleFor(new(null, Digest)));
        Assert.Equal(AuthenticationSchemes.SipDigest | AuthenticationSchemes.LegacyDigestMd5, AuthenticationScheme.PossibleFor(new(null, Legacy)));
        Assert.Equal(AuthenticationSchemes.SipDigest | AuthenticationSchemes.DigestAkaV1Md5, AuthenticationScheme.PossibleFor(new(Aka, Digest)));
        Assert.Equal(AuthenticationSchemes.None, AuthenticationScheme.PossibleFor(new(null, null)));
    }

    [Fact]
    public void The_default_is_aka_where_there_is_a_key_else_sip_digest_and_never_a_clear_password()
    {
        Assert.Equal(AuthenticationSchemes.DigestAkaV1Md5, AuthenticationScheme.DefaultFor(new(Aka, null)));
        Assert.Equal(AuthenticationSchemes.DigestAkaV1Md5, AuthenticationScheme.DefaultFor(new(Aka, Legacy)));
        Assert.Equal(AuthenticationSchemes.SipDigest, AuthenticationScheme.DefaultFor(new(null, Digest)));
        Assert.Equal(AuthenticationSchemes.SipDigest, AuthenticationScheme.DefaultFor(new(null, Legacy)));
        Assert.Equal(AuthenticationSchemes.None, AuthenticationScheme.DefaultFor(new(null, null)));
    }
}
