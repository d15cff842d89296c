using System.Security.Cryptography;
using Hss.Authentication;
using Hss.Cli.Foreign;
using Hss.Subscribers;

namespace Hss.Cli.Tests;

/// <summary>CSV with a header: RFC 4180, every column, and every bad line by its place.</summary>
public sealed class CsvTests
{
    private static (List<ForeignDocument> Documents, ForeignReport Report) Read(string text)
    {
        var report = new ForeignReport();
        var documents = CsvDocuments.Read(new StringReader(text), "file.csv", report).ToList();
        ForeignSamples.AssertTellsNoSecret(report);
        Assert.Equal(documents.Count, report.Documents);
        return (documents, report);
    }

    [Fact]
    public void The_usual_columns_make_the_usual_subscriber()
    {
        var (documents, report) = Read($"""
            subscription_id,private_identity,k,opc,sqn,public_identities,service_profile,telephony.as_uri
            imsi-001010000000001,001010000000001@ims.example.org,{ForeignSamples.K},{ForeignSamples.Opc},0000000003E0,sip:001010000000001@ims.example.org; tel:+12125550001,volte,sip:as.example.org

            """);
        Assert.Empty(report.Problems);
        var subscription = ForeignSamples.Read(Assert.Single(documents));
        Assert.Equal("line 2", documents[0].Place);
        Assert.Equal((ushort)0x8000, subscription.PrivateIdentities[0].Credentials.Aka!.Amf);
        Assert.Equal(0x3E0UL, subscription.PrivateIdentities[0].InitialSqn);
        Assert.Equal(["sip:001010000000001@ims.example.org", "tel:+12125550001"], subscription.ImplicitRegistrationSets[0].PublicIdentities.Select(i => i.Identity));
        Assert.Equal("volte", subscription.ServiceProfiles[0].Name);
        Assert.Equal("sip:as.example.org", subscription.ServiceProfiles[0].InitialFilterCriteria[0].ApplicationServer.ServerName);
    }

    [Fact]
    public void Every_column_arrives_in_the_document()
    {
        using var aes = Aes.Create();
        aes.Key = Convert.FromHexString(ForeignSamples.TransportKey);
        string Encrypted(string hex) => Convert.ToHexString(aes.EncryptEcb(Convert.FromHexString(hex), PaddingMode.None));
        (string Column, string Value)[] common = [("subscription_id", "s-1"), ("private_identity", "desk@example.org"), ("public_identities", "sip:desk@example.org;sip:other@example.org")];
        (string Column, string Value)[][] lines =
        [
            [.. common, ("k", ForeignSamples.K), ("op", ForeignSamples.Opc), ("amf", "9001"), ("sqn", "000000000020"), ("imsi", "001010000000001"), ("barred_identities", "sip:other@example.org")],
            [.. common, ("encrypted_k", Encrypted(ForeignSamples.K)), ("encrypted_op", Encrypted(ForeignSamples.Opc)), ("transport_key", "vendor-1"), ("privileged_sender", "yes"), ("registration_allowed", "FALSE")],
            [.. common, ("k", ForeignSamples.K), ("opc", ForeignSamples.Opc), ("shared_filter_sets", "7"), ("server_names", "sip:s1.example.org;sip:s2.example.org")],
            [.. common, ("encrypted_k", Encrypted(ForeignSamples.K)), ("encrypted_opc", Encrypted(ForeignSamples.Opc)), ("transport_key", "vendor-1"), ("mandatory_capabilities", "1;2"), ("optional_capabilities", "4294967295")],
            [.. common, ("password", "with, comma \"and\" quote"), ("realm", "example.org"), ("keep_password_for_legacy_digest_md5", "true"), ("allowed_schemes", "SIP Digest;Digest-MD5"), ("default_scheme", "Digest-MD5"),
                ("primary_collection", "aaa://a.example.org"), ("secondary_collection", "aaa://b.example.org"), ("primary_event", "aaa://c.example.org"), ("secondary_event", "aaa://d.example.org")],
            [.. common, ("ha1_md5", "f723fbd53694c204d4305d3db51f174a"), ("ha1_sha256", "f723fbd53694c204d4305d3db51f174af723fbd53694c204d4305d3db51f174a"), ("allowed_visited_networks", "example.org;example.net"),
                ("service_profile", "p"), ("templates", "telephony"), ("telephony.as_uri", "sip:as.example.org"), ("telephony.priority", "410")],
            [.. common, ("line_identifiers", "dslam-7 port 3;dslam-8 port 1"), ("framed_address", "10.1.2.3"), ("display_name", "Front desk")],
            [.. common, ("framed_address", "2001:db8::/64")],
        ];
        var seen = new HashSet<string>();
        var subscriptions = new List<Subscription>();
        foreach (var line in lines)
        {
            foreach (var (column, _) in line) seen.Add(column);
            var (documents, report) = Read(string.Join(',', line.Select(cell => cell.Column)) + "\r\n" + string.Join(',', line.Select(cell => $"\"{cell.Value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")));
            Assert.True(documents.Count == 1, string.Join('\n', report.Problems));
            subscriptions.Add(ForeignSamples.Read(documents[0]));
        }
        Assert.Empty(CsvColumnNames().Except(seen));
        for (var i = 0; i < 4; i++) Assert.Equal(ForeignSamples.K, Convert.ToHexString(subscriptions[i].PrivateIdentities[0].Credentials.Aka!.K.Reveal()));
        Assert.Equal((ushort)0x9001, subscriptions[0].PrivateIdentities[0].Credentials.Aka!.Amf);
        Assert.True(subscriptions[0].ImplicitRegistrationSets[0].PublicIdentities[1].Barred);
        Assert.False(subscriptions[0].ImplicitRegistrationSets[0].PublicIdentities[0].Barred);
        Assert.Equal("001010000000001", subscriptions[0].Imsi);
        Assert.True(subscriptions[1].PrivateIdentities[0].PrivilegedSender);
        Assert.False(subscriptions[1].RegistrationAllowed);
        Assert.Equal(subscriptions[0].PrivateIdentities[0].Credentials.Aka!.Opc, subscriptions[1].PrivateIdentities[0].Credentials.Aka!.Opc);
        Assert.Equal(7, subscriptions[2].ServiceProfiles[0].SharedFilterSets[0].Id);
        Assert.Equal<string>(["sip:s1.example.org", "sip:s2.example.org"], subscriptions[2].ServerCapabilities!.ServerNames);
        Assert.Equal([1, 2], subscriptions[3].ServerCapabilities!.Mandatory.Select(n => (int)n));
        Assert.Equal(Digest.Ha1(DigestAlgorithm.Md5, "desk@example.org", "example.org", "with, comma \"and\" quote"u8), subscriptions[4].PrivateIdentities[0].Credentials.Digest!.Ha1Md5);
        Assert.Equal(AuthenticationSchemes.LegacyDigestMd5, subscriptions[4].PrivateIdentities[0].DefaultScheme);
        Assert.Equal("aaa://d.example.org", subscriptions[4].Charging!.SecondaryEvent);
        Assert.Equal(410, subscriptions[5].ServiceProfiles[0].InitialFilterCriteria[0].Priority);
        Assert.Equal<string>(["example.org", "example.net"], subscriptions[5].AllowedVisitedNetworks!.Value);
        Assert.Equal(2, subscriptions[6].PrivateIdentities[0].Credentials.LineIdentifiers.Length);
        Assert.Equal("Front desk", subscriptions[6].ImplicitRegistrationSets[0].PublicIdentities[0].DisplayName);
        Assert.Equal(64, subscriptions[7].PrivateIdentities[0].Credentials.FramedAddress!.PrefixLengthBits);
    }

    // As the message about an unknown column lists them.
    private static IEnumerable<string> CsvColumnNames()
    {
        var message = Assert.Throws<ForeignFormatException>(() => Read("unknown\n")).Message;
        return message[(message.LastIndexOf(": ", StringComparison.Ordinal) + 2)..].Split(", ").Where(name => !name.StartsWith("and ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_line_without_a_key_keeps_the_one_that_is_stored()
    {
        var (documents, _) = Read("subscription_id,private_identity,public_identities,k\ns,a@example.org,sip:a@example.org,\n");
        Assert.True(SubscriptionJson.Read(Assert.Single(documents).Utf8, ForeignSamples.Context).NeedsStored);
    }

    [Fact]
    public void Each_bad_line_is_named_by_line_and_column_and_the_others_go_on()
    {
        const string k = ForeignSamples.K, opc = ForeignSamples.Opc;
        var (documents, report) = Read($"""
            subscription_id,private_identity,k,opc,registration_allowed,public_identities,barred_identities,mandatory_capabilities
            good-1,a1@example.org,{k},{opc},,sip:a1@example.org,,
            short-key,a2@example.org,{k}7,{opc},,sip:a2@example.org,,
            flag,a3@example.org,{k},{opc},perhaps,sip:a3@example.org,,
            good-1,a4@example.org,{k},{opc},,sip:a4@example.org,,
            no-identity,a5@example.org,{k},{opc},,not a uri,,
            few,a6@example.org,{k}
            quote,a7@example.org,{k}"x,{opc},,sip:a7@example.org,,
            behind,"a8@example.org"x,{k},{opc},,sip:a8@example.org,,
            barred,a9@example.org,{k},{opc},,sip:a9@example.org,sip:other@example.org,
            number,a10@example.org,{k},{opc},,sip:a10@example.org,,x
            half,a11@example.org,{k},,,sip:a11@example.org,,
            "good
            2",a12@example.org,{k},{opc},,sip:a12@example.org,,
            ,a13@example.org,{k},{opc},,sip:a13@example.org,,
            octets,a14@example.org,{k},{opc},,sip:{'\uFFFD'}@example.org,,
            good-3,a15@example.org,{k},{opc},,sip:a15@example.org,,
            open,"a16@example.org,{k}
            """);
        Assert.Equal(["good-1", "good-3"], documents.Select(document => document.SubscriptionId));
        Assert.Equal(
        [
            "line 3: column 3 (k): 33 hexadecimal digits, 32 are needed",
            "line 4: column 5 (registration_allowed): is neither true nor false",
            "line 5: column 1 (subscription_id): stands in line 2 already; one line is one subscription",
            "line 7: has 3 columns, the header has 8; put fields with a comma in quotes",
            "line 8: column 3 (k): has a quote inside; put the whole field in quotes and double it",
            "line 9: column 2 (private_identity): goes on behind its closing quote; double the quotes inside it",
            "line 10: column 7 (barred_identities): names an identity that is not among public_identities; add it there, too",
            "line 11: column 8 (mandatory_capabilities): holds something else than whole numbers, separated by semicolons",
            "line 12: column 3 (k): has neither op nor opc; one is needed",
            "line 15: column 1 (subscription_id): is missing",
            "line 16: column 6 (public_identities): holds octets that are no UTF-8; save the file as UTF-8",
            "line 18: column 2 (private_identity): begins with a quote and never ends",
        ], report.Problems.Where(problem => !problem.StartsWith("line 6:", StringComparison.Ordinal) && !problem.StartsWith("line 13:", StringComparison.Ordinal)));
        Assert.Contains(report.Problems, problem => problem.StartsWith("line 6: column 6 (public_identities): ", StringComparison.Ordinal));
        Assert.Contains(report.Problems, problem => problem.StartsWith("line 13: column 1 (subscription_id): ", StringComparison.Ordinal));
        Assert.Equal(14, report.Refused);
    }

    [Theory]
    [InlineData("", "is empty; the first line names the columns")]
    [InlineData("subscription_id,private_identity\n", "line 1: has no column public_identities")]
    [InlineData("subscription_id,subscription_id\n", "line 1, column 2: names a column a second time")]
    [InlineData("8BAF473F2F8FD09487CCCBD7097C6862\n", "line 1, column 1: is no name of a column")]
    [InlineData("\"a\n", "line 1, column 1: begins with a quote and never ends")]
    public void A_header_that_is_none_is_told_without_repeating_it(string text, string message)
    {
        var exception = Assert.Throws<ForeignFormatException>(() => Read(text));
        Assert.StartsWith("file.csv: ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(ForeignSamples.K, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bounds_hold()
    {
        var longField = new string('x', 20_000);
        Assert.Contains("longer than", Assert.Single(Read($"subscription_id,private_identity,public_identities\n{longField},a,b\n").Report.Problems), StringComparison.Ordinal);
        Assert.Contains("one too many", Assert.Single(Read("subscription_id,private_identity,public_identities\n" + new string(',', 1000) + "\n").Report.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_told() =>
        Assert.Contains("cannot be read", Assert.Throws<ForeignFormatException>(() => CsvDocuments.Read("/nonexistent/file.csv", new()).ToList()).Message, StringComparison.Ordinal);
}
