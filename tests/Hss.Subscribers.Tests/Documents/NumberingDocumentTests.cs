using System.Text;
using System.Text.Json.Nodes;

namespace Hss.Subscribers.Tests;

/// <summary>What Sh needs of a subscription document: numbers of a private identity, and DSAI tags of a filter.</summary>
public sealed class NumberingDocumentTests
{
    private const string Rich = """
        {"subscriptionId":"rich",
         "privateIdentities":[
          {"identity":"alice@example.com","msisdns":["+12125550001","12125550002"],"externalIdentifiers":["alice@Example.COM","meter-7@example.com"],
           "imsi":"001010000000001","stnSr":"+12125559999","smsGateway":{"number":"12125558888","serviceCentreAddress":"+12125557777"},
           "aka":{"k":"8BAF473F2F8FD09487CCCBD7097C6862","op":"8E27B6AF0E692E750F32667A3B14605D","amf":"8000"}},
          {"identity":"line@example.com","lineIdentifiers":["dslam-7 port 3"],"smsGateway":{"serviceCentreAddress":"12125557777"}},
          {"identity":"other@example.com","lineIdentifiers":["dslam-7 port 4"],"msisdns":["12125550003"]}],
         "implicitRegistrationSets":[{"publicIdentities":[{"identity":"sip:alice@example.com","serviceProfile":"p"}]}],
         "serviceProfiles":[{"name":"p","initialFilterCriteria":[
          {"priority":1,"triggerPoint":{"servicePointTriggers":[{"groups":[0],"method":"INVITE"},{"groups":[0],"sessionCase":"ORIGINATING_REGISTERED"}],"conditionTypeCnf":false},
           "applicationServer":{"serverName":"sip:as.example.com;lr"},"dsaiTags":["voicemail","forwarding.busy"]}]}]}
        """;

    [Fact]
    public void Every_field_is_read_and_canonical()
    {
        var rich = SampleDocuments.Subscription(Rich);
        var alice = rich.PrivateIdentities[0];
        Assert.Equal(["12125550001", "12125550002"], alice.Msisdns.AsEnumerable());
        Assert.Equal(["alice@example.com", "meter-7@example.com"], alice.ExternalIdentifiers.AsEnumerable());
        Assert.Equal(("001010000000001", "12125559999", new SmsGateway("12125558888", "12125557777")), (alice.Imsi, alice.StnSr, alice.SmsGateway));
        Assert.Equal(new SmsGateway(null, "12125557777"), rich.PrivateIdentities[1].SmsGateway);
        Assert.Equal((0, 0, null, null), (rich.PrivateIdentities[1].Msisdns.Length, rich.PrivateIdentities[1].ExternalIdentifiers.Length, rich.PrivateIdentities[1].Imsi, rich.PrivateIdentities[1].StnSr));
        Assert.Equal(["voicemail", "forwarding.busy"], rich.ServiceProfiles[0].InitialFilterCriteria[0].DsaiTags.AsEnumerable());
    }

    [Fact]
    public void Every_field_is_stored_and_shown()
    {
        var rich = SampleDocuments.Subscription(Rich);
        var stored = SubscriptionJson.Write(rich);
        var again = SubscriptionJson.ReadStored(stored.Span, identity => rich.PrivateIdentities.First(p => p.Identity == identity).Credentials with { LineIdentifiers = [] });
        Assert.Equal(Encoding.UTF8.GetString(stored.Span), Encoding.UTF8.GetString(SubscriptionJson.Write(again).Span));
        Assert.Equal(rich.PrivateIdentities[0].SmsGateway, again.PrivateIdentities[0].SmsGateway);
        Assert.Equal(rich.PrivateIdentities[0].StnSr, again.PrivateIdentities[0].StnSr);
        Assert.Equal(rich.PrivateIdentities[0].ExternalIdentifiers.AsEnumerable(), again.PrivateIdentities[0].ExternalIdentifiers);
        Assert.Equal(rich.ServiceProfiles[0].InitialFilterCriteria[0].DsaiTags.AsEnumerable(), again.ServiceProfiles[0].InitialFilterCriteria[0].DsaiTags);
        var shown = JsonNode.Parse(SubscriptionJson.WriteDocument(again).Span)!;
        Assert.Equal("12125550001", shown["privateIdentities"]![0]!["msisdns"]![0]!.GetValue<string>());
        Assert.False(shown["privateIdentities"]![1]!.AsObject().ContainsKey("msisdns"));
        shown["privateIdentities"]![0]!["aka"]!["k"] = SampleDocuments.K;
        shown["privateIdentities"]![0]!["aka"]!["op"] = SampleDocuments.Op;
        Assert.Equal(stored.ToArray(), SubscriptionJson.Write(SampleDocuments.Subscription(shown.ToJsonString())).ToArray());
    }

    [Fact]
    public void Damaged_octets_of_it_are_an_InvalidDataException_and_nothing_else()
    {
        const int seed = 20261122;
        var random = new Random(seed);
        var stored = SubscriptionJson.Write(SampleDocuments.Subscription(Rich)).ToArray();
        var refused = 0;
        for (var round = 0; round < 3_000; round++)
        {
            var damaged = Mutations.Damage(random, stored);
            try
            {
                SubscriptionJson.ReadStored(damaged, _ => new(null, null));
            }
            catch (InvalidDataException)
            {
                refused++;
            }
            catch (Exception exception)
            {
                Assert.Fail($"seed {seed} round {round}: {Encoding.UTF8.GetString(damaged)}: {exception}");
            }
        }
        Assert.InRange(refused, 1_000, 3_000);
    }

    [Theory]
    [InlineData("msisdns", "[]", "msisdns", "is empty")]
    [InlineData("msisdns", "[\"12-125\"]", "msisdns[0]", "3 to 15 digits")]
    [InlineData("msisdns", "[\"+\"]", "msisdns[0]", "3 to 15 digits")]
    [InlineData("msisdns", "[\"1234567890123456\"]", "msisdns[0]", "3 to 15 digits")]
    [InlineData("msisdns", "[\"tel:+12125550009\"]", "msisdns[0]", "no international number")]
    [InlineData("msisdns", "[\"12125550009\",\"+12125550009\"]", "msisdns[1]", "twice")]
    [InlineData("externalIdentifiers", "[]", "externalIdentifiers", "is empty")]
    [InlineData("externalIdentifiers", "[\"alice\"]", "externalIdentifiers[0]", "has no domain")]
    [InlineData("externalIdentifiers", "[\"@example.com\"]", "externalIdentifiers[0]", "\"@example.com\"")]
    [InlineData("externalIdentifiers", "[\"a@x.org\",\"a@X.org\"]", "externalIdentifiers[1]", "twice")]
    [InlineData("imsi", "\"12345\"", "imsi", "6 to 15 digits")]
    [InlineData("stnSr", "\"one\"", "stnSr", "no international number")]
    [InlineData("stnSr", "\"\"", "stnSr", "is empty")]
    [InlineData("smsGateway", "{}", "smsGateway", "one of number, serviceCentreAddress")]
    [InlineData("smsGateway", "{\"number\":\"sip:a@b\"}", "smsGateway.number", "no international number")]
    [InlineData("smsGateway", "{\"scAddress\":\"1\"}", "smsGateway", "scAddress")]
    public void A_bad_field_of_a_private_identity(string field, string json, string path, string problem) =>
        Refused(document => document["privateIdentities"]![1]![field] = JsonNode.Parse(json), "privateIdentities[1]." + path, problem);

    [Theory]
    [InlineData("msisdns", "+12125550003", "privateIdentities[2].msisdns[0]")]
    [InlineData("externalIdentifiers", "ALICE@example.com", null)]
    [InlineData("externalIdentifiers", "alice@EXAMPLE.com", "privateIdentities[1].externalIdentifiers[0]")]
    public void A_number_belongs_to_one_private_identity(string field, string value, string? path)
    {
        // Of two, the second place is named. The local part of an External-Identifier is compared as it is.
        if (path is not null) Refused(document => document["privateIdentities"]![1]![field] = new JsonArray(value), path, "twice");
        else SampleDocuments.Subscription(Change(document => document["privateIdentities"]![1]![field] = new JsonArray(value)));
    }

    [Theory]
    [InlineData("[\"two words\"]", "is no DSAI tag")]
    [InlineData("[\"<tag/>\"]", "is no DSAI tag")]
    [InlineData("[\"täg\"]", "is no DSAI tag")]
    [InlineData("[\"a\"],\"dsaiTags\":[\"b\"]", "twice")]
    [InlineData("[\"a\",\"a\"]", "twice")]
    [InlineData("[\"01234567890123456789012345678901234567890123456789012345678901234\"]", "has 65 characters")]
    public void A_bad_DSAI_tag(string tags, string problem)
    {
        var reading = SampleDocuments.Read(Rich.Replace("""["voicemail","forwarding.busy"]""", tags, StringComparison.Ordinal));
        Assert.Null(reading.Subscription);
        Assert.Contains(reading.Problems, p => p.Path.StartsWith("serviceProfiles[0].initialFilterCriteria[0].dsaiTags", StringComparison.Ordinal)
            && p.Message.Contains(problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"as_uri":"sip:as.example.com;lr"}""", "")]
    [InlineData("""{"as_uri":"sip:as.example.com;lr","dsai_tag":"voicemail"}""", "voicemail")]
    public void A_template_may_give_a_tag_by_an_optional_parameter(string parameters, string expected)
    {
        using var folder = new TemplateFolder();
        folder.Write("services", "one", TemplateFolder.One("1")
            .Replace("""{"name":"as_uri","type":"sip-uri","description":"d"}""",
                """{"name":"as_uri","type":"sip-uri","description":"d"},{"name":"dsai_tag","type":"text","description":"d","optional":true}""", StringComparison.Ordinal)
            .Replace("""{"serverName":"{as_uri}"}""", """{"serverName":"{as_uri}"},"dsaiTags":["{dsai_tag}"]""", StringComparison.Ordinal));
        var loaded = IfcTemplates.Load(folder.Path);
        Assert.True(loaded.Templates is not null, string.Join('\n', loaded.Problems));
        var reading = ServiceProfileJson.Read(Encoding.UTF8.GetBytes($$"""{"name":"p","initialFilterCriteria":[{"template":"one","parameters":{{parameters}}}]}"""), loaded.Templates);
        Assert.True(reading.ServiceProfile is not null, string.Join('\n', reading.Problems));
        Assert.Equal(expected, string.Join(' ', reading.ServiceProfile.InitialFilterCriteria.Single().DsaiTags));
    }

    private static void Refused(Action<JsonNode> change, string path, string problem)
    {
        var reading = SampleDocuments.Read(Change(change));
        Assert.Null(reading.Subscription);
        Assert.True(reading.Problems.Any(p => p.Path == path && p.Message.Contains(problem, StringComparison.Ordinal)), string.Join('\n', reading.Problems));
    }

    private static string Change(Action<JsonNode> change)
    {
        var document = JsonNode.Parse(Rich)!;
        change(document);
        return document.ToJsonString();
    }
}
