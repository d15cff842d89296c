using System.Text;
using System.Text.Json.Nodes;

namespace Hss.Subscribers.Tests;

/// <summary>Each row breaks the full document in one place and says which place and which mend the message names.</summary>
public sealed class SubscriptionJsonProblemTests
{
    public static readonly TheoryData<string, string, string, string> Rows = new()
    {
        // where to put; what (raw JSON, or "-" to remove); path of the problem; part of its message
        { "subscriptionId", "-", "subscriptionId", "is missing" },
        { "subscriptionId", "7", "subscriptionId", "is a number, a string is needed" },
        { "subscriptionId", "\"\"", "subscriptionId", "is empty" },
        { "subscriptionId", "\" a\"", "subscriptionId", "begins or ends with a blank" },
        { "subscriptionId", "\"a\\u0000b\"", "subscriptionId", "U+0000" },
        { "subscriptionId", "null", "subscriptionId", "is null; leave the field out" },
        { "colour", "1", "", "the field \"colour\" that is not known; known here: subscriptionId" },
        { "registrationAllowed", "\"no\"", "registrationAllowed", "is a string, true or false is needed" },
        { "allowedVisitedNetworks", "{}", "allowedVisitedNetworks", "is an object, an array [...] is needed" },
        { "allowedVisitedNetworks", "[\"a\",\"a\"]", "allowedVisitedNetworks[1]", "twice" },
        { "allowedVisitedNetworks", "[\"\\\"a\\\"\"]", "allowedVisitedNetworks[0]", "bare name" },

        { "privateIdentities", "[]", "privateIdentities", "at least one" },
        { "privateIdentities.0", "7", "privateIdentities[0]", "an object {...} is needed" },
        { "privateIdentities.0.identity", "\"al ice@example.com\"", "privateIdentities[0].identity", "blank" },
        { "privateIdentities.1.identity", "\"alice@EXAMPLE.com\"", "privateIdentities[1].identity", "twice" },
        { "privateIdentities.0.aka", "-", "privateIdentities[0]", "neither aka nor sipDigest" },
        { "privateIdentities.0.aka.k", "\"8BAF473F2F8FD09487CCCBD7097C686\"", "privateIdentities[0].aka.k", "31 hexadecimal digits, 32 are needed" },
        { "privateIdentities.0.aka.k", "\"8BAF473F2F8FD09487CCCBD7097C68XY\"", "privateIdentities[0].aka.k", "something else than hexadecimal digits" },
        { "privateIdentities.0.aka.k", "\"00000000000000000000000000000000\"", "privateIdentities[0].aka.k", "all zeros" },
        { "privateIdentities.0.aka.k", "12", "privateIdentities[0].aka.k", "is no string" },
        { "privateIdentities.0.aka.k", "-", "privateIdentities[0].aka.k", "is missing" },
        { "privateIdentities.0.aka.op", "-", "privateIdentities[0].aka", "neither op nor opc" },
        { "privateIdentities.0.aka.opc", "\"B9912FCE303952B8E4AF328992D3D497\"", "privateIdentities[0].aka", "both op and opc" },
        { "privateIdentities.0.aka.amf", "\"800\"", "privateIdentities[0].aka.amf", "3 hexadecimal digits, 4 are needed" },
        { "privateIdentities.0.aka.amf", "-", "privateIdentities[0].aka.amf", "is missing" },
        { "privateIdentities.0.aka.sqn", "\"00000000003E00\"", "privateIdentities[0].aka.sqn", "14 hexadecimal digits, 12 are needed" },
        { "privateIdentities.0.aka.sqn", "992", "privateIdentities[0].aka.sqn", "is no string" },
        { "privateIdentities.0.aka.algorithm", "\"TUAK\"", "privateIdentities[0].aka.algorithm", "MILENAGE" },
        { "privateIdentities.0.aka.ki", "\"x\"", "privateIdentities[0].aka", "a field that is not known; known here: algorithm, k, op" },
        { "privateIdentities.0.allowedSchemes", "[\"SIP Digest\"]", "privateIdentities[0].allowedSchemes[0]", "needs sipDigest" },
        { "privateIdentities.0.allowedSchemes", "[]", "privateIdentities[0].allowedSchemes", "at least one" },
        { "privateIdentities.0.allowedSchemes", "[\"Digest-AKAv1-MD5\",\"Digest-AKAv1-MD5\"]", "privateIdentities[0].allowedSchemes[1]", "twice" },
        { "privateIdentities.0.defaultScheme", "\"Unknown\"", "privateIdentities[0].defaultScheme", "is not served" },
        { "privateIdentities.0.defaultScheme", "\"Digest-MD5\"", "privateIdentities[0].defaultScheme", "keepPasswordForLegacyDigestMd5" },
        { "privateIdentities.1.allowedSchemes", "[\"SIP Digest\"]", "privateIdentities[1].defaultScheme", "not among allowedSchemes" },
        { "privateIdentities.1.sipDigest.keepPasswordForLegacyDigestMd5", "-", "privateIdentities[1].allowedSchemes[1]", "keepPasswordForLegacyDigestMd5" },
        { "privateIdentities.1.sipDigest.ha1Md5", "\"f723fbd53694c204d4305d3db51f174a\"", "privateIdentities[1].sipDigest", "both password and HA1" },
        { "privateIdentities.1.sipDigest.password", "\"\"", "privateIdentities[1].sipDigest.password", "1 to 128 characters" },
        { "privateIdentities.1.sipDigest.password", "-", "privateIdentities[1].sipDigest", "has no password here and none in the store; give password or ha1Md5" },
        { "privateIdentities.1.sipDigest.realm", "\"a\\\"b\"", "privateIdentities[1].sipDigest.realm", "quote" },
        { "privateIdentities.1.sipDigest", "{\"ha1Md5\":\"f7\"}", "privateIdentities[1].sipDigest.ha1Md5", "2 hexadecimal digits, 32 are needed" },
        { "privateIdentities.1.sipDigest", "{\"ha1Sha256\":\"f7\"}", "privateIdentities[1].sipDigest", "add ha1Md5" },
        { "privateIdentities.1.sipDigest", "{}", "privateIdentities[1].sipDigest", "has no password here and none in the store" },
        { "privateIdentities.0.aka", "{}", "privateIdentities[0].aka", "has no key here and none in the store; give k and op or opc" },
        { "allowedVisitedNetworks", "[]", "allowedVisitedNetworks", "leave it out to allow every network" },
        { "privateIdentities.1", "{\"identity\":\"bob\",\"sipDigest\":{\"password\":\"x\"}}", "privateIdentities[1].sipDigest.realm", "no realm to take" },

        { "implicitRegistrationSets", "-", "implicitRegistrationSets", "is missing" },
        { "implicitRegistrationSets.0.publicIdentities", "[]", "implicitRegistrationSets[0].publicIdentities", "at least one" },
        { "implicitRegistrationSets.0.privateIdentities", "[]", "implicitRegistrationSets[0].privateIdentities", "at least one" },
        { "implicitRegistrationSets.0.privateIdentities", "[\"bob@example.com\"]", "implicitRegistrationSets[0].privateIdentities[0]", "is no private identity of this subscription" },
        { "implicitRegistrationSets.0.publicIdentities.0.identity", "\"alice@example.com\"", "implicitRegistrationSets[0].publicIdentities[0].identity", "begin it with sip: or tel:" },
        { "implicitRegistrationSets.0.publicIdentities.0.identity", "\"sip:alice@example.com \"", "implicitRegistrationSets[0].publicIdentities[0].identity", "blank" },
        { "implicitRegistrationSets.0.publicIdentities.2.identity", "\"tel:12125550001\"", "implicitRegistrationSets[0].publicIdentities[2].identity", "without '+' and without phone-context" },
        { "implicitRegistrationSets.0.publicIdentities.0.identity", "\"sip:a!b!c@example.com\"", "implicitRegistrationSets[0].publicIdentities[0].identity", "identityType" },
        { "implicitRegistrationSets.0.publicIdentities.3.identity", "\"sip:desk!(!@example.com\"", "implicitRegistrationSets[0].publicIdentities[3].identity", "without ')'" },
        { "implicitRegistrationSets.0.publicIdentities.3.identity", "\"sip:desk@example.com\"", "implicitRegistrationSets[0].publicIdentities[3].identity", "two exclamation marks" },
        { "implicitRegistrationSets.1.publicIdentities.0.identity", "\"SIP:alice@example.com;x\"", "implicitRegistrationSets[1].publicIdentities[0].identity", "twice" },
        { "implicitRegistrationSets.0.publicIdentities.0.serviceProfile", "\"gold\"", "implicitRegistrationSets[0].publicIdentities[0].serviceProfile", "is no service profile of this subscription; it has \"plain\", \"volte\"" },
        { "implicitRegistrationSets.0.publicIdentities.0.serviceProfile", "-", "implicitRegistrationSets[0].publicIdentities[0].serviceProfile", "is missing" },
        { "implicitRegistrationSets.0.publicIdentities.0.identityType", "\"PSI\"", "implicitRegistrationSets[0].publicIdentities[0].identityType", "one of DISTINCT_PSI, WILDCARDED_PSI, WILDCARDED_IMPU" },
        { "implicitRegistrationSets.0.publicIdentities.0.identityType", "\"DISTINCT_PSI\"", "implicitRegistrationSets[0]", "mixes" },
        { "implicitRegistrationSets.1.publicIdentities.0.aliasGroup", "\"a\"", "implicitRegistrationSets[1].publicIdentities[0].aliasGroup", "aliases share both" },
        { "implicitRegistrationSets.0.publicIdentities.1.displayName", "\"a\\u0001\"", "implicitRegistrationSets[0].publicIdentities[1].displayName", "U+0001" },
        { "implicitRegistrationSets.0.publicIdentities.1.displayName", "\"a\\uffff\"", "implicitRegistrationSets[0].publicIdentities[1].displayName", "U+FFFF" },

        { "serviceProfiles.1.name", "\"volte\"", "serviceProfiles[1].name", "twice" },
        { "serviceProfiles.0.initialFilterCriteria.0.template", "\"mmtel\"", "serviceProfiles[0].initialFilterCriteria[0].template", "it is one of business-trunk" },
        { "serviceProfiles.0.initialFilterCriteria.0.priority", "1", "serviceProfiles[0].initialFilterCriteria[0]", "\"priority\" that is not known; known here: template, parameters" },
        { "serviceProfiles.0.initialFilterCriteria.0.parameters", "-", "serviceProfiles[0].initialFilterCriteria[0].parameters.as_uri", "is missing" },
        { "serviceProfiles.0.initialFilterCriteria.0.parameters.as_uri", "\"as.example.com\"", "serviceProfiles[0].initialFilterCriteria[0].parameters.as_uri", "begin it with sip:" },
        { "serviceProfiles.0.initialFilterCriteria.0.parameters.priority", "\"soon\"", "serviceProfiles[0].initialFilterCriteria[0].parameters.priority", "whole number" },
        { "serviceProfiles.0.initialFilterCriteria.0.parameters.priority", "10", "serviceProfiles[0].initialFilterCriteria[1]", "priority 10 like another filter" },
        { "serviceProfiles.0.initialFilterCriteria.0.parameters.default_handling", "\"MAYBE\"", "serviceProfiles[0].initialFilterCriteria[0].parameters.default_handling", "SESSION_CONTINUED, SESSION_TERMINATED" },
        { "serviceProfiles.0.initialFilterCriteria.0.parameters.colour", "\"red\"", "serviceProfiles[0].initialFilterCriteria[0].parameters", "\"colour\" that is not known" },
        { "serviceProfiles.0.initialFilterCriteria.1.priority", "-1", "serviceProfiles[0].initialFilterCriteria[1].priority", "no whole number from 0" },
        { "serviceProfiles.0.initialFilterCriteria.1.priority", "1.5", "serviceProfiles[0].initialFilterCriteria[1].priority", "no whole number from 0" },
        { "serviceProfiles.0.initialFilterCriteria.1.profilePartIndicator", "\"BOTH\"", "serviceProfiles[0].initialFilterCriteria[1].profilePartIndicator", "one of REGISTERED, UNREGISTERED" },
        { "serviceProfiles.0.initialFilterCriteria.1.origin", "{}", "serviceProfiles[0].initialFilterCriteria[1]", "\"origin\" that is not known" },
        { "serviceProfiles.0.initialFilterCriteria.1.triggerPoint.conditionTypeCnf", "-", "serviceProfiles[0].initialFilterCriteria[1].triggerPoint.conditionTypeCnf", "true joins groups by AND" },
        { "serviceProfiles.0.initialFilterCriteria.1.triggerPoint.servicePointTriggers", "[]", "serviceProfiles[0].initialFilterCriteria[1].triggerPoint.servicePointTriggers", "at least one" },
        { "serviceProfiles.0.initialFilterCriteria.1.triggerPoint.servicePointTriggers.0.groups", "[]", "serviceProfiles[0].initialFilterCriteria[1].triggerPoint.servicePointTriggers[0].groups", "at least one" },
        { "serviceProfiles.0.initialFilterCriteria.1.triggerPoint.servicePointTriggers.0.groups", "[1,1]", "serviceProfiles[0].initialFilterCriteria[1].triggerPoint.servicePointTriggers[0].groups[1]", "twice" },
        { "serviceProfiles.0.initialFilterCriteria.1.triggerPoint.servicePointTriggers.0.method", "-", "serviceProfiles[0].initialFilterCriteria[1].triggerPoint.servicePointTriggers[0]", "exactly one of" },
        { "serviceProfiles.0.initialFilterCriteria.1.triggerPoint.servicePointTriggers.0.method", "\"invite\"", "serviceProfiles[0].initialFilterCriteria[1].triggerPoint.servicePointTriggers[0].method", "capitals" },
        { "serviceProfiles.0.initialFilterCriteria.1.triggerPoint.servicePointTriggers.0.requestUri", "\"x\"", "serviceProfiles[0].initialFilterCriteria[1].triggerPoint.servicePointTriggers[0]", "exactly one of" },
        { "serviceProfiles.0.initialFilterCriteria.1.triggerPoint.servicePointTriggers.0.registrationTypes", "[\"RE_REGISTRATION\"]", "serviceProfiles[0].initialFilterCriteria[1].triggerPoint.servicePointTriggers[0].registrationTypes", "REGISTER" },
        { "serviceProfiles.0.initialFilterCriteria.2.triggerPoint.servicePointTriggers.0.registrationTypes", "[\"SOME\"]", "serviceProfiles[0].initialFilterCriteria[2].triggerPoint.servicePointTriggers[0].registrationTypes[0]", "INITIAL_REGISTRATION" },
        { "serviceProfiles.0.initialFilterCriteria.1.triggerPoint.servicePointTriggers.1.sessionCase", "2", "serviceProfiles[0].initialFilterCriteria[1].triggerPoint.servicePointTriggers[1].sessionCase", "a string is needed" },
        { "serviceProfiles.0.initialFilterCriteria.1.triggerPoint.servicePointTriggers.2.requestUri", "\"\\\\d+\"", "serviceProfiles[0].initialFilterCriteria[1].triggerPoint.servicePointTriggers[2].requestUri", "POSIX does not have" },
        { "serviceProfiles.0.initialFilterCriteria.1.triggerPoint.servicePointTriggers.3.sipHeader.header", "-", "serviceProfiles[0].initialFilterCriteria[1].triggerPoint.servicePointTriggers[3].sipHeader.header", "is missing" },
        { "serviceProfiles.0.initialFilterCriteria.1.triggerPoint.servicePointTriggers.3.sipHeader.content", "\"*\"", "serviceProfiles[0].initialFilterCriteria[1].triggerPoint.servicePointTriggers[3].sipHeader.content", "nothing to repeat" },
        { "serviceProfiles.0.initialFilterCriteria.1.applicationServer.serverName", "\"as2.example.com\"", "serviceProfiles[0].initialFilterCriteria[1].applicationServer.serverName", "begin it with sip:" },
        { "serviceProfiles.0.initialFilterCriteria.1.applicationServer", "-", "serviceProfiles[0].initialFilterCriteria[1].applicationServer", "is missing" },
        { "serviceProfiles.0.initialFilterCriteria.1.applicationServer.defaultHandling", "\"1\"", "serviceProfiles[0].initialFilterCriteria[1].applicationServer.defaultHandling", "SESSION_CONTINUED" },

        { "serverCapabilities.mandatory", "[-1]", "serverCapabilities.mandatory[0]", "no whole number" },
        { "serverCapabilities.optional", "[4294967296]", "serverCapabilities.optional[0]", "no whole number" },
        { "serverCapabilities.serverNames", "[\"scscf.example.com\"]", "serverCapabilities.serverNames[0]", "begin it with sip:" },
        { "charging", "{}", "charging", "neither primaryCollection nor primaryEvent" },
        { "charging.primaryEvent", "\"ecf.example.com\"", "charging.primaryEvent", "aaa://host.example.com" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void One_slip_gives_one_message_with_place_and_mend(string place, string json, string path, string messagePart)
    {
        var reading = SampleDocuments.Read(SampleDocuments.With(document => Put(document, place.Split('.'), json)));
        Assert.Null(reading.Subscription);
        Assert.True(reading.Problems.Any(p => p.Path == path && p.Message.Contains(messagePart, StringComparison.Ordinal)), string.Join('\n', reading.Problems));
    }

    [Fact]
    public void A_slip_elsewhere_is_not_reported_as_its_consequences()
    {
        var reading = SampleDocuments.Read(SampleDocuments.With(document =>
        {
            Put(document, ["privateIdentities", "0", "aka", "k"], "\"12\"");
            Put(document, ["serviceProfiles", "0", "initialFilterCriteria", "1", "priority"], "\"x\"");
        }));
        Assert.Equal(["privateIdentities[0].aka.k", "serviceProfiles[0].initialFilterCriteria[1].priority"], reading.Problems.Select(p => p.Path));
    }

    [Fact]
    public void Fields_that_stand_twice_are_told()
    {
        var reading = SampleDocuments.Read(SampleDocuments.Full.Replace("\"amf\":\"8000\"", "\"amf\":\"8000\",\"amf\":\"0000\"", StringComparison.Ordinal));
        Assert.Equal(["privateIdentities[0].aka.amf: stands here twice; remove one"], reading.Problems.Select(p => p.ToString()));
    }

    [Fact]
    public void Escapes_that_make_no_text_are_told()
    {
        var reading = SampleDocuments.Read(SampleDocuments.Full.Replace("full-1", "full\\ud800", StringComparison.Ordinal)
            .Replace("registrationAllowed", "registration\\udc00", StringComparison.Ordinal));
        Assert.Contains(reading.Problems, p => p.ToString() == "subscriptionId: is no valid text");
        Assert.Contains(reading.Problems, p => p.Message.StartsWith("has a field that is not known", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\"priority\"", "\"priority\\ud800\"")]
    [InlineData("\"conditionTypeCnf\"", "\"\\udc00\"")]
    [InlineData("\"parameters\"", "\"\\ud800\"")]
    [InlineData("\"as_uri\"", "\"as_uri\\ud800\"")]
    [InlineData("\"method\"", "\"\\ud83d\"")]
    public void Field_names_that_are_no_text_are_told_wherever_they_stand(string name, string broken)
    {
        var reading = SampleDocuments.Read(SampleDocuments.Full.Replace(name, broken, StringComparison.Ordinal));
        Assert.Null(reading.Subscription);
        Assert.NotEmpty(reading.Problems);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}x")]
    [InlineData("nul")]
    [InlineData("{\"k\":\"8BAF473F2F8FD09487CCCBD7097C6862")]
    public void What_is_no_JSON_is_told_by_line_and_octet(string json)
    {
        var problem = Assert.Single(SampleDocuments.Read(json).Problems);
        Assert.StartsWith("no valid JSON at line 1, octet ", problem.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("8BAF", problem.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]", "is an array, an object {...} is needed")]
    [InlineData("null", "is null, an object {...} is needed")]
    public void The_document_is_an_object(string json, string message) =>
        Assert.Equal(message, Assert.Single(SampleDocuments.Read(json).Problems).ToString());

    [Fact]
    public void Bounds_hold()
    {
        Assert.Contains("octets, at most", Assert.Single(SubscriptionJson.Read(new byte[SubscriptionJson.MaxDocumentBytes + 1], IfcTemplates.None).Problems).Message, StringComparison.Ordinal);
        Assert.Single(SampleDocuments.Read(new string('[', 5000)).Problems);
        var many = SampleDocuments.Read(SampleDocuments.With(d => d["serverCapabilities"]!["mandatory"] = new JsonArray([.. Enumerable.Range(0, 1001).Select(i => JsonValue.Create(i))])));
        Assert.Contains("1001 items, at most 1000", Assert.Single(many.Problems).Message, StringComparison.Ordinal);
        var wrong = SampleDocuments.Read(SampleDocuments.With(d => d["serverCapabilities"]!["mandatory"] = new JsonArray([.. Enumerable.Range(0, 900).Select(_ => JsonValue.Create("x"))])));
        Assert.Equal(SubscriptionJson.MaxProblems, wrong.Problems.Length);
    }

    [Fact]
    public void User_Data_that_would_not_fit_a_message_is_refused_and_large_User_Data_warned_about()
    {
        string With(int filters) => SampleDocuments.With(d => d["serviceProfiles"]![1]!["initialFilterCriteria"] = new JsonArray([.. Enumerable.Range(0, filters)
            .Select(i => JsonNode.Parse($$$"""{"priority":{{{i}}},"profilePartIndicator":"REGISTERED","applicationServer":{"serverName":"sip:as.example.com","serviceInfo":"{{{new string('x', 900)}}}"}}"""))]));
        Assert.DoesNotContain(SampleDocuments.Read(With(20)).Warnings, w => w.Message.Contains("User-Data", StringComparison.Ordinal));
        Assert.Contains(SampleDocuments.Read(With(35)).Warnings, w => w.Path == "implicitRegistrationSets[0]" && w.Message.Contains("User-Data of", StringComparison.Ordinal));
        Assert.Contains(SampleDocuments.Read(With(50)).Problems, p => p.Path == "implicitRegistrationSets[0]" && p.Message.Contains("at most 49152", StringComparison.Ordinal));
    }

    private static readonly string[] s_quirks = ["E1", "E10", "E8"];

    [Fact]
    public void Legal_but_unlikely_documents_are_warned_about()
    {
        void Check(string part, string path, Action<JsonNode> change)
        {
            var reading = SampleDocuments.Read(SampleDocuments.With(change));
            Assert.True(reading.Subscription is not null, string.Join('\n', reading.Problems));
            Assert.True(reading.Warnings.Any(w => w.Path == path && w.Message.Contains(part, StringComparison.Ordinal)), $"{part}: {string.Join('\n', reading.Warnings)}");
        }
        // The sample has its quirks on purpose: servers without lr, an OR of two kinds, calls that are made but not those that come in.
        Assert.Equal(s_quirks, SampleDocuments.Read(SampleDocuments.Full).Warnings.Select(w => w.Rule).Order(StringComparer.Ordinal).Distinct());
        Check("is not barred", "implicitRegistrationSets[0]", d => { for (var i = 0; i < 3; i++) d["implicitRegistrationSets"]![0]!["publicIdentities"]![i]!["barred"] = true; });
        Check("no sip identity", "implicitRegistrationSets[0]", d => d["implicitRegistrationSets"]![0]!["publicIdentities"] = JsonNode.Parse("""[{"identity":"tel:+1","serviceProfile":"volte"}]"""));
        Check("no implicit registration set", "privateIdentities[1]", d => d["implicitRegistrationSets"]![1]!["privateIdentities"] = JsonNode.Parse("""["alice@example.com"]"""));
        Check("used by no public identity", "serviceProfiles[2]", d => d["serviceProfiles"]!.AsArray().Add(JsonNode.Parse("""{"name":"spare"}""")));
        Check("server names and capability numbers", "serverCapabilities", d => d["serverCapabilities"]!["serverNames"] = JsonNode.Parse("""["sip:scscf.example.com"]"""));
        Check("stored as \"alice@example.com\"", "privateIdentities[0].identity", d => { d["privateIdentities"]![0]!["identity"] = "alice@Example.com"; });
        Check("outside the band 400 to 499", "serviceProfiles[0].initialFilterCriteria[0].parameters.priority",
            d => d["serviceProfiles"]![0]!["initialFilterCriteria"]![0]!["parameters"]!["priority"] = 5);
        Check("zeros", "privateIdentities[0].aka", d => d["privateIdentities"]![0]!["aka"]!["op"] = new string('0', 32));
        void Filter(string part, string trigger) => Check(part, "serviceProfiles[1].initialFilterCriteria[0]",
            d => d["serviceProfiles"]![1]!["initialFilterCriteria"] = JsonNode.Parse($$$"""[{"priority":1,"triggerPoint":{{{trigger}}},"applicationServer":{"serverName":"sip:as.example.com"}}]"""));
        Filter("names no sessionCase", """{"servicePointTriggers":[{"groups":[0],"method":"INVITE"}]}""");
        Filter("never matches", """{"servicePointTriggers":[{"groups":[0],"sessionCase":"ORIGINATING_CDIV"}]}""");
        Filter("in quotes", """{"servicePointTriggers":[{"groups":[0],"sipHeader":{"header":"Recv-Info","content":"\"g.3gpp.ussd\""}}]}""");
        Filter("joins a method and a sessionCase by OR",
            """{"conditionTypeCnf":true,"servicePointTriggers":[{"groups":[0],"method":"INVITE"},{"groups":[0],"sessionCase":"ORIGINATING_REGISTERED"}]}""");
    }

    private static void Put(JsonNode node, string[] place, string json)
    {
        foreach (var step in place[..^1]) node = int.TryParse(step, out var index) ? node[index]! : node[step]!;
        var last = place[^1];
        var value = json == "-" ? null : JsonNode.Parse(json);
        if (int.TryParse(last, out var position)) node[position] = value;
        else if (json == "-") node.AsObject().Remove(last);
        else node[last] = value;
    }
}
