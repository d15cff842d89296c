using System.Text;
using System.Text.Json.Nodes;
using Hss.Authentication;
using IPAddress = System.Net.IPAddress;

namespace Hss.Subscribers.Tests;

/// <summary>The fields that the rest of Cx needs: read, checked, stored, shown.</summary>
public sealed class RestOfCxDocumentTests
{
    private const string Rich = """
        {"subscriptionId":"rich","imsi":"001010000000001",
         "referenceLocation":{"accessType":"xDSL","accessInfo":"dsl-location","accessValue":"node-7"},
         "allowedWebFunctions":{"authenticationFunctions":["waf.example.com"],"webServerFunctions":["wwsf.example.com","wwsf2.example.com"]},
         "privateIdentities":[
          {"identity":"alice@example.com","privilegedSender":true,
           "aka":{"k":"8BAF473F2F8FD09487CCCBD7097C6862","op":"8E27B6AF0E692E750F32667A3B14605D","amf":"8000"}},
          {"identity":"line@example.com","lineIdentifiers":["dslam-7 port 3","dslam-8"]},
          {"identity":"early4@example.com","framedAddress":"10.1.2.3"},
          {"identity":"early6@example.com","framedAddress":{"prefix":"2001:DB8:0::/64","interfaceId":"00000000000000aB"},"lineIdentifiers":["x"],
           "allowedSchemes":["Early-IMS-Security"]}],
         "implicitRegistrationSets":[
          {"publicIdentities":[
            {"identity":"sip:alice@example.com","serviceProfile":"p","looseRoute":true,"servicePriorityLevel":0,"serviceLevelTraceInfo":"<trace/>",
             "extendedPriorities":[{"namespace":"ets","level":"0"},{"namespace":"wps","level":"3"}],"maxSimultaneousRegistrations":2},
            {"identity":"sip:desk!.*!@example.com","serviceProfile":"p","identityType":"WILDCARDED_IMPU"}]},
          {"publicIdentities":[
            {"identity":"sip:conference@example.com","serviceProfile":"p","identityType":"DISTINCT_PSI","psiApplicationServer":"sip:conf.example.com:5090"},
            {"identity":"sip:room!.*!@example.com","serviceProfile":"p","identityType":"WILDCARDED_PSI","psiActive":false}]}],
         "serviceProfiles":[{"name":"p","coreNetworkServicesAuthorization":{"subscribedMediaProfileId":0,"serviceIds":["urn:urn-7:3gpp-service.ims.icsi.mmtel"]}}]}
        """;

    [Fact]
    public void Every_field_is_read()
    {
        var rich = SampleDocuments.Subscription(Rich);
        Assert.Equal("001010000000001", rich.Imsi);
        Assert.Equal(new ReferenceLocation("xDSL", "dsl-location", "node-7"), rich.ReferenceLocation);
        Assert.Equal(["waf.example.com"], rich.AllowedWebFunctions!.AuthenticationFunctions.AsEnumerable());
        Assert.Equal(["wwsf.example.com", "wwsf2.example.com"], rich.AllowedWebFunctions.WebServerFunctions.AsEnumerable());
        Assert.Equal([true, false, false, false], rich.PrivateIdentities.Select(identity => identity.PrivilegedSender));
        Assert.Equal(["dslam-7 port 3", "dslam-8"], rich.PrivateIdentities[1].Credentials.LineIdentifiers.AsEnumerable());
        Assert.Equal(new FramedAddress(IPAddress.Parse("10.1.2.3"), 32, null), rich.PrivateIdentities[2].Credentials.FramedAddress);
        Assert.Equal(new FramedAddress(IPAddress.Parse("2001:db8::"), 64, 0xab), rich.PrivateIdentities[3].Credentials.FramedAddress);
        Assert.Equal(
            [AuthenticationSchemes.DigestAkaV1Md5, AuthenticationSchemes.NassBundled, AuthenticationSchemes.EarlyImsSecurity, AuthenticationSchemes.EarlyImsSecurity],
            rich.PrivateIdentities.Select(identity => identity.DefaultScheme));
        Assert.Equal(AuthenticationSchemes.EarlyImsSecurity, rich.PrivateIdentities[3].AllowedSchemes);
        var alice = rich.ImplicitRegistrationSets[0].PublicIdentities[0];
        Assert.True(alice.LooseRoute);
        Assert.Equal((0, "<trace/>", 2), (alice.ServicePriorityLevel, alice.ServiceLevelTraceInfo, alice.MaxSimultaneousRegistrations));
        Assert.Equal([new ExtendedPriority("ets", "0"), new("wps", "3")], alice.ExtendedPriorities.AsEnumerable());
        var services = rich.ImplicitRegistrationSets[1].PublicIdentities;
        Assert.Equal([true, false], services.Select(identity => identity.PsiActive));
        Assert.Equal(["sip:conf.example.com:5090", null], services.Select(identity => identity.PsiApplicationServer));
        Assert.Equal(0, rich.ServiceProfiles[0].CoreNetworkServicesAuthorization!.SubscribedMediaProfileId);
        Assert.Equal(["urn:urn-7:3gpp-service.ims.icsi.mmtel"], rich.ServiceProfiles[0].CoreNetworkServicesAuthorization!.ServiceIds!.Value.AsEnumerable());
    }

    [Fact]
    public void Every_field_is_stored_and_shown()
    {
        var rich = SampleDocuments.Subscription(Rich);
        var stored = SubscriptionJson.Write(rich);
        // The store keeps secrets apart; lines and addresses come back out of the document.
        var again = SubscriptionJson.ReadStored(stored.Span, identity => rich.PrivateIdentities.First(p => p.Identity == identity).Credentials with { LineIdentifiers = [], FramedAddress = null });
        Assert.Equal(Encoding.UTF8.GetString(stored.Span), Encoding.UTF8.GetString(SubscriptionJson.Write(again).Span));
        Assert.Equal(rich.PrivateIdentities[3].Credentials.FramedAddress, again.PrivateIdentities[3].Credentials.FramedAddress);
        Assert.Equal(rich.PrivateIdentities[1].Credentials.LineIdentifiers.AsEnumerable(), again.PrivateIdentities[1].Credentials.LineIdentifiers);
        foreach (var set in new[] { 0, 1 })
            Assert.Equal(UserDataXml.Write(rich, set, "alice@example.com", UserDataForm.AliasGroups).ToArray(),
                UserDataXml.Write(again, set, "alice@example.com", UserDataForm.AliasGroups).ToArray());
        var shown = JsonNode.Parse(SubscriptionJson.WriteDocument(again).Span)!;
        shown["privateIdentities"]![0]!["aka"]!["k"] = SampleDocuments.K;
        shown["privateIdentities"]![0]!["aka"]!["op"] = SampleDocuments.Op;
        Assert.Equal(stored.ToArray(), SubscriptionJson.Write(SampleDocuments.Subscription(shown.ToJsonString())).ToArray());
    }

    [Fact]
    public void Damaged_octets_of_it_are_an_InvalidDataException_and_nothing_else()
    {
        const int seed = 20260304;
        var random = new Random(seed);
        var stored = SubscriptionJson.Write(SampleDocuments.Subscription(Rich)).ToArray();
        var refused = 0;
        for (var round = 0; round < 5_000; round++)
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
        Assert.InRange(refused, 2_500, 5_000);
    }

    [Theory]
    [InlineData("imsi", "\"12345\"", "imsi", "6 to 15 digits")]
    [InlineData("imsi", "\"0010100000000012\"", "imsi", "6 to 15 digits")]
    [InlineData("referenceLocation", "{}", "referenceLocation", "one of accessType")]
    [InlineData("referenceLocation", "{\"accessType\":\"\"}", "referenceLocation.accessType", "is empty")]
    [InlineData("allowedWebFunctions", "{}", "allowedWebFunctions", "one of authenticationFunctions")]
    [InlineData("allowedWebFunctions", "{\"webServerFunctions\":[]}", "allowedWebFunctions.webServerFunctions", "is empty")]
    public void A_bad_field_of_the_subscription(string field, string json, string path, string problem) =>
        Refused(document => document[field] = JsonNode.Parse(json), path, problem);

    [Theory]
    [InlineData("lineIdentifiers", "[]", "lineIdentifiers", "is empty")]
    [InlineData("framedAddress", "\"10.1.2\"", "framedAddress", "no IPv4 address")]
    [InlineData("framedAddress", "\"2001:db8::1\"", "framedAddress", "no IPv4 address")]
    [InlineData("framedAddress", "{\"prefix\":\"2001:db8::1/64\"}", "framedAddress.prefix", "nothing but zeros")]
    [InlineData("framedAddress", "{\"prefix\":\"2001:db8::/129\"}", "framedAddress.prefix", "no IPv6 prefix")]
    [InlineData("framedAddress", "{\"prefix\":\"10.0.0.0/8\"}", "framedAddress.prefix", "no IPv6 prefix")]
    [InlineData("framedAddress", "{\"prefix\":\"2001:db8::\"}", "framedAddress.prefix", "no IPv6 prefix")]
    [InlineData("framedAddress", "{\"prefix\":\"2001:db8::/64\",\"interfaceId\":\"12\"}", "framedAddress.interfaceId", "16 hexadecimal digits")]
    [InlineData("framedAddress", "{}", "framedAddress.prefix", "is missing")]
    [InlineData("framedAddress", "7", "framedAddress", "an object")]
    [InlineData("privilegedSender", "1", "privilegedSender", "true or false")]
    [InlineData("allowedSchemes", "[\"Early-IMS-Security\"]", "allowedSchemes[0]", "needs framedAddress")]
    [InlineData("defaultScheme", "\"SIP Digest\"", "defaultScheme", "needs sipDigest")]
    public void A_bad_field_of_a_private_identity(string field, string json, string path, string problem) =>
        Refused(document => document["privateIdentities"]![1]![field] = JsonNode.Parse(json), "privateIdentities[1]." + path, problem);

    [Fact]
    public void Somebody_has_to_be_authenticated_by_something() =>
        Refused(document => document["privateIdentities"]![1]!.AsObject().Remove("lineIdentifiers"), "privateIdentities[1]", "neither aka nor sipDigest, lineIdentifiers or framedAddress");

    [Theory]
    [InlineData(0, "servicePriorityLevel", "5", "servicePriorityLevel", "0 to 4")]
    [InlineData(0, "maxSimultaneousRegistrations", "0", "maxSimultaneousRegistrations", "from 1")]
    [InlineData(0, "extendedPriorities", "[]", "extendedPriorities", "is empty")]
    [InlineData(0, "extendedPriorities", "[{\"namespace\":\"ets\",\"level\":\"1\"},{\"namespace\":\"ets\",\"level\":\"2\"}]", "extendedPriorities[1].namespace", "twice")]
    [InlineData(0, "extendedPriorities", "[{\"namespace\":\"e.ts\",\"level\":\"1\"}]", "extendedPriorities[0].namespace", "RFC 4412")]
    [InlineData(0, "extendedPriorities", "[{\"namespace\":\"ets\"}]", "extendedPriorities[0].level", "is missing")]
    [InlineData(0, "psiActive", "true", "psiActive", "is for public service identities")]
    [InlineData(0, "psiApplicationServer", "\"sip:as.example.com\"", "psiApplicationServer", "is for public service identities")]
    [InlineData(1, "psiApplicationServer", "\"as.example.com\"", "psiApplicationServer", "no SIP URI")]
    [InlineData(1, "maxSimultaneousRegistrations", "1", "maxSimultaneousRegistrations", "never registers")]
    [InlineData(1, "aliasGroup", "\"a\"", "aliasGroup", "only public user identities")]
    public void A_bad_field_of_a_public_identity(int set, string field, string json, string path, string problem) =>
        Refused(document => document["implicitRegistrationSets"]![set]!["publicIdentities"]![0]![field] = JsonNode.Parse(json),
            $"implicitRegistrationSets[{set}].publicIdentities[0].{path}", problem);

    [Theory]
    [InlineData("{}", "", "is empty")]
    [InlineData("{\"serviceIds\":[]}", ".serviceIds", "is empty")]
    [InlineData("{\"subscribedMediaProfileId\":-1}", ".subscribedMediaProfileId", "from 0")]
    public void A_bad_authorization_of_a_service_profile(string json, string path, string problem) =>
        Refused(document => document["serviceProfiles"]![0]!["coreNetworkServicesAuthorization"] = JsonNode.Parse(json),
            "serviceProfiles[0].coreNetworkServicesAuthorization" + path, problem);

    [Fact]
    public void A_wildcard_needs_a_distinct_identity_in_its_set() =>
        Refused(document => document["implicitRegistrationSets"]![0]!["publicIdentities"]!.AsArray().RemoveAt(0),
            "implicitRegistrationSets[0]", "add the identity that registers for them");

    [Fact]
    public void A_distinct_identity_may_lie_inside_a_wildcard() =>
        SampleDocuments.Subscription(Change(document => document["implicitRegistrationSets"]![0]!["publicIdentities"]![0]!["identity"] = "sip:desk-1@example.com"));

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
