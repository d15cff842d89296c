using System.Text;
using Hss.Authentication;
using Hss.Diameter;
using Hss.Subscribers;
using static Hss.Procedures.Tests.CxRequests;
using static Hss.Procedures.Tests.TestSubscriptions;
using IPAddress = System.Net.IPAddress;

namespace Hss.Procedures.Tests.Tables;

/// <summary>Which scheme is served to whom, and what its SIP-Auth-Data-Item holds. Spec: TS 29.228 6.3.1 step 4, Tables 6.3.4 to 6.3.7; decision 5.</summary>
public sealed class AuthenticationSchemeTables
{
    // "unknown" stands for Unknown in any case, an empty and an absent scheme: the subscriber's default is served.
    public static TheoryData<string> SchemeRows => DecisionTable.Rows("""
        | scheme in MAR        | aka                  | digest     | digest, password kept | line         | address            | aka and line         |
        | Digest-AKAv1-MD5     | Digest-AKAv1-MD5     | E:5006     | E:5006                | E:5006       | E:5006             | Digest-AKAv1-MD5     |
        | digest-akav1-md5     | Digest-AKAv1-MD5     | E:5006     | E:5006                | E:5006       | E:5006             | Digest-AKAv1-MD5     |
        | Digest-AKAv2-MD5     | Digest-AKAv2-MD5     | E:5006     | E:5006                | E:5006       | E:5006             | Digest-AKAv2-MD5     |
        | Digest-AKAv1-SHA-256 | Digest-AKAv1-SHA-256 | E:5006     | E:5006                | E:5006       | E:5006             | Digest-AKAv1-SHA-256 |
        | Digest-AKAv2-SHA-256 | Digest-AKAv2-SHA-256 | E:5006     | E:5006                | E:5006       | E:5006             | Digest-AKAv2-SHA-256 |
        | SIP Digest           | E:5006               | SIP Digest | SIP Digest            | E:5006       | E:5006             | E:5006               |
        | Digest-MD5           | E:5006               | E:5006     | Digest-MD5            | E:5006       | E:5006             | E:5006               | clear password: only where it was kept
        | NASS-Bundled         | E:5006               | E:5006     | E:5006                | NASS-Bundled | E:5006             | NASS-Bundled         |
        | Early-IMS-Security   | E:5006               | E:5006     | E:5006                | E:5006       | Early-IMS-Security | E:5006               |
        | Digest               | E:5006               | E:5006     | E:5006                | E:5006       | E:5006             | E:5006               |
        | HTTP_DIGEST_MD5      | E:5006               | E:5006     | E:5006                | E:5006       | E:5006             | E:5006               |
        | no such thing        | E:5006               | E:5006     | E:5006                | E:5006       | E:5006             | E:5006               |
        | unknown              | Digest-AKAv1-MD5     | SIP Digest | SIP Digest            | NASS-Bundled | Early-IMS-Security | Digest-AKAv1-MD5     |
        | Unknown              | Digest-AKAv1-MD5     | SIP Digest | SIP Digest            | NASS-Bundled | Early-IMS-Security | Digest-AKAv1-MD5     |
        | (empty)              | Digest-AKAv1-MD5     | SIP Digest | SIP Digest            | NASS-Bundled | Early-IMS-Security | Digest-AKAv1-MD5     |
        | (absent)             | Digest-AKAv1-MD5     | SIP Digest | SIP Digest            | NASS-Bundled | Early-IMS-Security | Digest-AKAv1-MD5     |
        """);

    [Theory, MemberData(nameof(SchemeRows))]
    public async Task Step_4_scheme(string row)
    {
        var cells = DecisionTable.Cells(row);
        string[] users = ["aka", "digest", "digest, password kept", "line", "address", "aka and line"];
        for (var i = 0; i < users.Length; i++)
        {
            var (store, _) = User(users[i]);
            await using var peer = await CxPeer.ConnectAsync(store);
            var reply = await peer.AskAsync(Mar(Alice, AliceSip, cells[0] switch { "(empty)" => "", "(absent)" => null, var name => name }));
            var served = !cells[i + 1].StartsWith("E:", StringComparison.Ordinal);
            Assert.Equal(served ? "R:2001" : cells[i + 1], reply.Result);
            Assert.Equal(served, reply.Has(Avp.SipAuthDataItem));
            Assert.Equal(served, reply.Has(Avp.SipNumberAuthItems));
            Assert.Equal(served ? 1 : 0, store.Commits);
            if (served) Assert.Equal(cells[i + 1], Inside(reply.All(Avp.SipAuthDataItem).First, Avp.SipAuthenticationScheme).ToText());
        }
    }

    // Authentication-pending is set where there is something to wait for.
    public static TheoryData<string> ContentRows => DecisionTable.Rows("""
        | user                  | scheme               | items of 3 | content of SIP-Auth-Data-Item                                                                     | state after                       |
        | aka                   | Digest-AKAv1-MD5     | 3          | SIP-Item-Number SIP-Authentication-Scheme SIP-Authenticate SIP-Authorization Confidentiality-Key Integrity-Key | not registered, S1, pending alice |
        | aka                   | Digest-AKAv2-SHA-256 | 3          | SIP-Item-Number SIP-Authentication-Scheme SIP-Authenticate SIP-Authorization Confidentiality-Key Integrity-Key | not registered, S1, pending alice |
        | digest                | SIP Digest           | 1          | SIP-Item-Number SIP-Authentication-Scheme SIP-Digest-Authenticate                                 | not registered, S1, pending alice |
        | digest, password kept | Digest-MD5           | 1          | SIP-Item-Number SIP-Authentication-Scheme SIP-Authenticate SIP-Authorization                      | not registered, S1, pending alice |
        | line                  | NASS-Bundled         | 1          | SIP-Item-Number SIP-Authentication-Scheme Line-Identifier Line-Identifier                         | not registered, S1                |
        | address               | Early-IMS-Security   | 1          | SIP-Item-Number SIP-Authentication-Scheme Framed-IP-Address                                       | not registered, S1                |
        | prefix                | Early-IMS-Security   | 1          | SIP-Item-Number SIP-Authentication-Scheme Framed-IPv6-Prefix                                      | not registered, S1                |
        | prefix and interface  | Early-IMS-Security   | 1          | SIP-Item-Number SIP-Authentication-Scheme Framed-IPv6-Prefix Framed-Interface-Id                  | not registered, S1                |
        """);

    [Theory, MemberData(nameof(ContentRows))]
    public async Task Content(string row)
    {
        var cells = DecisionTable.Cells(row);
        var (store, subscriber) = User(cells[0]);
        await using var peer = await CxPeer.ConnectAsync(store);
        var reply = await peer.AskAsync(Mar(Alice, AliceSip, cells[1], items: 3));
        Assert.Equal(cells[2], reply.All(Avp.SipNumberAuthItems).First.ToUnsigned32().ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(cells[2], reply.All(Avp.SipAuthDataItem).Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(cells[3], string.Join(' ', NamesInside(reply.All(Avp.SipAuthDataItem).First)));
        Assert.Equal(cells[4], StateText.Of(subscriber.States[0]));
    }

    [Fact]
    public async Task A_line_is_named_as_it_was_provisioned()
    {
        var (store, _) = User("line");
        await using var peer = await CxPeer.ConnectAsync(store);
        var item = (await peer.AskAsync(Mar(Alice, AliceSip, "NASS-Bundled"))).All(Avp.SipAuthDataItem).First;
        Assert.Equal(["dslam-3 eth 1/7", "dslam-3 eth 1/8"], AvpOccurrences.FindIn(item, Avp.LineIdentifier).Select(line => line.ToText()));
    }

    [Theory]
    [InlineData("address", "C000020A", null)]
    [InlineData("prefix", "004020010DB800010002", null)] // 64 bits: eight octets of prefix behind the reserved octet and the length
    [InlineData("odd prefix", "003C20010DB800010000", null)] // 60 bits: what is beyond them is zero
    [InlineData("prefix and interface", "004020010DB800010002", 0x0200_5EFF_FE00_5301UL)]
    public async Task An_address_has_the_form_of_its_family(string user, string octets, ulong? interfaceId)
    {
        var (store, _) = User(user);
        await using var peer = await CxPeer.ConnectAsync(store);
        var item = (await peer.AskAsync(Mar(Alice, AliceSip, "Early-IMS-Security"))).All(Avp.SipAuthDataItem).First;
        var framed = Inside(item, user == "address" ? Avp.FramedIpAddress : Avp.FramedIPv6Prefix);
        Assert.Equal(octets, Convert.ToHexString(framed.Span));
        var suffix = Inside(item, Avp.FramedInterfaceId);
        Assert.Equal(interfaceId, suffix.IsPresent ? suffix.ToUnsigned64() : null);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_stronger_hash_goes_beside_the_usual_one_where_it_is_known(bool hasSha256)
    {
        var (store, _) = User(hasSha256 ? "digest" : "digest, MD5 only");
        await using var peer = await CxPeer.ConnectAsync(store);
        var digest = Inside((await peer.AskAsync(Mar(Alice, AliceSip, "SIP Digest"))).All(Avp.SipAuthDataItem).First, Avp.SipDigestAuthenticate);
        Assert.Equal(("MD5", 32), (Inside(digest, Avp.DigestAlgorithm).ToText(), Inside(digest, Avp.DigestHa1).Span.Length));
        Assert.Equal(hasSha256, Inside(digest, Avp.AlternateDigestAlgorithm).IsPresent);
        Assert.Equal(hasSha256, Inside(digest, Avp.AlternateDigestHa1).IsPresent);
        if (!hasSha256) return;
        var ha1 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes($"{Alice}:{CxRequests.Realm}:opensesame")));
        Assert.Equal(("SHA-256", ha1), (Inside(digest, Avp.AlternateDigestAlgorithm).ToText(), Inside(digest, Avp.AlternateDigestHa1).ToText()));
    }

    [Fact]
    public async Task An_allowed_scheme_that_the_credentials_cannot_do_is_5006()
    {
        var store = new InMemorySubscriberStore();
        store.Add(AliceSubscription() with { PrivateIdentities = [Aka(Alice) with { AllowedSchemes = (AuthenticationSchemes)31, DefaultScheme = AuthenticationSchemes.NassBundled }] });
        await using var peer = await CxPeer.ConnectAsync(store);
        foreach (var scheme in (string[])["unknown", "NASS-Bundled", "Early-IMS-Security", "SIP Digest", "Digest-MD5"])
            Assert.Equal("E:5006", (await peer.AskAsync(Mar(Alice, AliceSip, scheme))).Result);
    }

    private static (InMemorySubscriberStore Store, Subscriber Subscriber) User(string what)
    {
        var aka = Aka(Alice).Credentials.Aka;
        var digest = DigestCredentials.FromPassword(Alice, CxRequests.Realm, "opensesame"u8, keepPassword: what.EndsWith("kept", StringComparison.Ordinal));
        var none = new Credentials(null, null);
        var prefix = IPAddress.Parse("2001:db8:1:2::");
        var credentials = what switch
        {
            "aka" => none with { Aka = aka },
            "digest" or "digest, password kept" => none with { Digest = digest },
            "digest, MD5 only" => none with { Digest = digest with { Ha1Sha256 = null } },
            "line" => none with { LineIdentifiers = ["dslam-3 eth 1/7", "dslam-3 eth 1/8"] },
            "aka and line" => none with { Aka = aka, LineIdentifiers = ["dslam-3 eth 1/7"] },
            "address" => none with { FramedAddress = new(IPAddress.Parse("192.0.2.10"), 32, null) },
            "prefix" => none with { FramedAddress = new(prefix, 64, null) },
            "odd prefix" => none with { FramedAddress = new(prefix, 60, null) },
            "prefix and interface" => none with { FramedAddress = new(prefix, 64, 0x0200_5EFF_FE00_5301UL) },
            _ => throw new ArgumentException(what),
        };
        var user = Aka(Alice) with
        {
            Credentials = credentials,
            AllowedSchemes = AuthenticationScheme.PossibleFor(credentials),
            DefaultScheme = AuthenticationScheme.DefaultFor(credentials),
        };
        var store = new InMemorySubscriberStore();
        return (store, store.Add(AliceSubscription() with { PrivateIdentities = [user] }));
    }

    private static AvpValue Inside(AvpValue group, AvpDefinition definition) => AvpOccurrences.FindIn(group, definition).First;

    private static List<string> NamesInside(AvpValue group)
    {
        var names = new List<string>();
        AvpReader reader = new(group.Span);
        while (reader.Read()) names.Add(DiameterDictionary.Find(reader.Key)?.Name ?? reader.Key.ToString());
        return names;
    }
}
