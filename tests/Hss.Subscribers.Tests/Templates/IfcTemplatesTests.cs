using System.Text;
using System.Text.Json.Nodes;

namespace Hss.Subscribers.Tests;

public sealed class IfcTemplatesTests
{
    [Fact]
    public void The_folder_that_ships_loads()
    {
        Assert.Equal(28, SampleDocuments.Templates.Names.Length);
        Assert.Equal<string>(["business-trunk", "conference-psi", "data-only", "fixed-line", "rcs", "sms-only", "volte-basic", "volte-kamailio-lab"], SampleDocuments.Templates.SetNames);
        foreach (var description in SampleDocuments.Templates.Descriptions)
        {
            Assert.StartsWith("TS ", description.Reference, StringComparison.Ordinal);
            Assert.Contains(description.Parameters, p => p is { Name: "as_uri", Type: TemplateParameterType.SipUri, Default: null });
            Assert.Contains(description.Parameters, p => p is { Type: TemplateParameterType.Integer, Default: not null } && p.Name.EndsWith("priority", StringComparison.Ordinal));
        }
        Assert.Null(SampleDocuments.Templates.Find("nothing"));
    }

    [Theory]
    [InlineData("mmtel-originating", "400 DNF 0:INVITE 0:case0 -> continue")]
    [InlineData("mmtel-terminating", "410 CNF 0:INVITE 1:case1 1:case2 -> continue")]
    [InlineData("third-party-register", "150 DNF 0:REGISTER -> continue")]
    [InlineData("smsip-mo", "200 DNF 0:MESSAGE 0:Content-Type~application/vnd\\.3gpp\\.sms 0:case0 -> terminate")]
    [InlineData("ussd", "100 DNF 0:INVITE 0:Recv-Info~g\\.3gpp\\.ussd 0:case0 -> terminate")]
    [InlineData("voicemail-unregistered", "700 DNF 0:INVITE 0:case2 -> continue unregistered")]
    public void What_each_template_renders_to(string template, string expected)
    {
        var filter = Render(template, """{"as_uri":"sip:as.example.com;lr"}""");
        var text = $"{filter.Priority} {(filter.TriggerPoint!.ConditionTypeCnf ? "CNF" : "DNF")} "
            + string.Join(' ', filter.TriggerPoint.ServicePointTriggers.Select(t =>
                $"{t.Groups.Single()}:{t.Method}{(t.SessionCase is { } c ? $"case{(int)c}" : "")}{(t.SipHeader is { } h ? $"{h.Header}~{h.Content}" : "")}"))
            + (filter.ApplicationServer.DefaultHandling == DefaultHandling.SessionContinued ? " -> continue" : " -> terminate")
            + (filter.ProfilePartIndicator == ProfilePartIndicator.Unregistered ? " unregistered" : "");
        Assert.Equal(expected, text);
        Assert.Equal("sip:as.example.com;lr", filter.ApplicationServer.ServerName);
        Assert.Null(filter.ApplicationServer.ServiceInfo);
    }

    [Fact]
    public void Parameters_come_as_JSON_values_or_as_text()
    {
        var filter = Render("third-party-register",
            """{"as_uri":"sip:as.example.com","priority":151,"include_register_request":true,"include_register_response":"true","service_info":"x"}""");
        Assert.Equal(new ApplicationServer
        {
            ServerName = "sip:as.example.com", DefaultHandling = DefaultHandling.SessionContinued, ServiceInfo = "x",
            IncludeRegisterRequest = true, IncludeRegisterResponse = true,
        }, filter.ApplicationServer);
        Assert.Equal(152, Render("third-party-register", """{"as_uri":"sip:as.example.com","priority":"152"}""").Priority);
        Assert.Equal<KeyValuePair<string, string>>([KeyValuePair.Create("as_uri", "sip:as.example.com"), KeyValuePair.Create("priority", "151"),
            KeyValuePair.Create("service_info", "x"), KeyValuePair.Create("include_register_request", "true"), KeyValuePair.Create("include_register_response", "true")],
            filter.Origin!.Parameters);
    }

    [Theory]
    [InlineData("</ServiceInfo><ApplicationServer>")]
    [InlineData("\",\"priority\":0,\"x\":\"")]
    [InlineData("{as_uri}{priority}")]
    [InlineData("]]><!-- & -->")]
    public void Values_are_data_and_nothing_else(string value)
    {
        var filter = Render("mmtel-originating", new JsonObject { ["as_uri"] = "sip:as.example.com", ["service_info"] = value }.ToJsonString());
        Assert.Equal(value, filter.ApplicationServer.ServiceInfo);
        Assert.Equal(400, filter.Priority);
        var subscription = SampleDocuments.Subscription(SampleDocuments.Full);
        subscription = subscription with { ServiceProfiles = [.. subscription.ServiceProfiles.Select(p => p with { InitialFilterCriteria = [filter] })] };
        UserDataSchema.Validate(UserDataXml.Write(subscription, 0, "alice@example.com"));
    }

    [Fact]
    public void In_a_pattern_text_is_escaped_and_an_expression_keeps_to_itself()
    {
        var templates = LoadOne("patterns", Template("patterns", """
            [{"name":"host","type":"text","description":"d"},{"name":"codes","type":"regex","description":"d"},{"name":"whole","type":"regex","description":"d","default":"^a|b$"},
             {"name":"length","type":"integer","description":"d","default":3}]
            """, """
            {"priority":1,"triggerPoint":{"conditionTypeCnf":false,"servicePointTriggers":[
              {"groups":[0],"requestUri":"^(sip|tel):{codes}[0-9]{3}x{{length}}@{host}$"},
              {"groups":[0],"sipHeader":{"header":"{whole}"}},{"groups":[0],"sessionCase":"ORIGINATING_REGISTERED"}]},
             "applicationServer":{"serverName":"sip:as.example.com;lr"}}
            """), out var problems);
        Assert.Empty(problems);
        var list = new ProblemList();
        var filters = templates!.Find("patterns")!.Render(
            System.Text.Json.JsonSerializer.SerializeToElement(new { host = "a.b|c", codes = "1|2" }), DocumentPath.Root, list);
        Assert.True(list.IsEmpty, string.Join('\n', list.Problems));
        var filter = Assert.Single(filters!.Value);
        Assert.Equal("^(sip|tel):(1|2)[0-9]{3}x{3}@a\\.b\\|c$", filter.TriggerPoint!.ServicePointTriggers[0].RequestUri);
        Assert.Equal("^a|b$", filter.TriggerPoint.ServicePointTriggers[1].SipHeader!.Header);
    }

    public static readonly TheoryData<string, string, string> BadTemplates = new()
    {
        { "{", "", "no valid JSON at line 1" },
        { "[]", "", "an object {...} is needed" },
        { Template("other"), ": name", "the file is named \"broken\"" },
        { Template("broken").Replace("\"version\":\"1\",", "", StringComparison.Ordinal), ": version", "is missing" },
        { Template("broken").Replace("\"last\":9", "\"last\":0", StringComparison.Ordinal), ": priorityBand.last", "from 1 to" },
        { Template("broken").Replace("sip-uri", "uri", StringComparison.Ordinal), ": parameters[0].type", "one of sip-uri, text, regex, integer, boolean" },
        { Template("broken").Replace("\"as_uri\"", "\"As-Uri\"", StringComparison.Ordinal), ": parameters[0].name", "lower-case letters" },
        { Template("broken").Replace("{as_uri}", "{as_url}", StringComparison.Ordinal), ": initialFilterCriteria", "uses {as_url}, which is no parameter" },
        { Template("broken").Replace("{as_uri}", "sip:a", StringComparison.Ordinal), ": initialFilterCriteria", "does not use the parameter as_uri" },
        { Template("broken").Replace("sip-uri", "regex", StringComparison.Ordinal), ": initialFilterCriteria", "a regular expression, but is no pattern" },
        { Template("broken").Replace("\"description\":\"d\"", "\"description\":\"d\",\"default\":\"as\"", StringComparison.Ordinal), ": parameters[0].default", "begin it with sip:" },
        { Template("broken").Replace("\"description\":\"d\"", "\"description\":\"d\",\"minimum\":1", StringComparison.Ordinal), ": parameters[0]", "bounds something else" },
        { Template("broken").Replace("\"description\":\"d\"", "\"description\":\"d\",\"values\":[\"a\"]", StringComparison.Ordinal), ": parameters[0]", "lists values" },
        { Template("broken").Replace("\"description\":\"d\"", "\"description\":\"d\",\"optional\":true", StringComparison.Ordinal).Replace("{as_uri}", "sip:{as_uri}", StringComparison.Ordinal), ": initialFilterCriteria", "stands alone" },
        { Template("broken").Replace("\"priority\":1", "\"priority\":\"x\"", StringComparison.Ordinal), ": initialFilterCriteria", "a number is needed" },
        { Template("broken").Replace("\"priority\":1", "\"priority\":100", StringComparison.Ordinal), ": initialFilterCriteria.parameters.priority", "outside the band" },
        { Template("broken").Replace("ORIGINATING_REGISTERED", "ORIGINATING", StringComparison.Ordinal), ": initialFilterCriteria", "\"ORIGINATING\" is unknown" },
        { Template("broken").Replace(",{\"groups\":[0],\"sessionCase\":\"ORIGINATING_REGISTERED\"}", "", StringComparison.Ordinal), ": initialFilterCriteria", "names no sessionCase" },
        { Template("broken").Replace("\"description\":\"d\"", "\"description\":\"d\\ud800\"", StringComparison.Ordinal), ": parameters[0].description", "no valid text" },
        { Template("broken").Replace("{as_uri}", "{as_uri}\\ud800", StringComparison.Ordinal), "", "escape" },
    };

    [Theory]
    [MemberData(nameof(BadTemplates))]
    public void A_bad_file_is_told_with_file_place_and_mend(string json, string place, string messagePart)
    {
        var templates = LoadOne("broken", json, out var problems);
        Assert.Null(templates);
        Assert.True(problems.Any(p => p.Path.EndsWith("broken.json" + place, StringComparison.Ordinal) && p.Message.Contains(messagePart, StringComparison.Ordinal)),
            string.Join('\n', problems));
    }

    [Fact]
    public void A_folder_without_templates_is_told()
    {
        Assert.Contains("cannot be read", Assert.Single(IfcTemplates.Load(Path.Combine(AppContext.BaseDirectory, "nowhere")).Problems).Message, StringComparison.Ordinal);
        var folder = Directory.CreateTempSubdirectory("ifc-templates-");
        try
        {
            folder.CreateSubdirectory("services");
            Assert.Contains("holds no template", Assert.Single(IfcTemplates.Load(folder.FullName).Problems).Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static InitialFilterCriteria Render(string template, string parameters)
    {
        var subscription = SampleDocuments.Subscription(SampleDocuments.With(d =>
            d["serviceProfiles"]![1]!["initialFilterCriteria"] = new JsonArray(new JsonObject { ["template"] = template, ["parameters"] = JsonNode.Parse(parameters) })));
        return Assert.Single(subscription.FindServiceProfile("plain")!.InitialFilterCriteria);
    }

    private static string Template(string name, string? parameters = null, string? filter = null) =>
        $"{{\"name\":\"{name}\",\"version\":\"1\",\"description\":\"x\",\"reference\":\"TS 29.228\",\"priorityBand\":{{\"first\":1,\"last\":9}},\"parameters\":"
        + (parameters ?? """[{"name":"as_uri","type":"sip-uri","description":"d"}]""") + ",\"initialFilterCriteria\":"
        + (filter ?? """{"priority":1,"triggerPoint":{"conditionTypeCnf":false,"servicePointTriggers":[{"groups":[0],"method":"INVITE"},{"groups":[0],"sessionCase":"ORIGINATING_REGISTERED"}]},"applicationServer":{"serverName":"{as_uri}"}}""")
        + "}";

    private static IfcTemplates? LoadOne(string name, string json, out IReadOnlyList<DocumentProblem> problems)
    {
        var folder = Directory.CreateTempSubdirectory("ifc-templates-");
        try
        {
            File.WriteAllText(Path.Combine(folder.CreateSubdirectory("services").FullName, name + ".json"), json, new UTF8Encoding(false));
            var reading = IfcTemplates.Load(folder.FullName);
            problems = reading.Problems;
            return reading.Templates;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
