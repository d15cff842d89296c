using System.Text;
using System.Text.Json.Nodes;

namespace Hss.Subscribers.Tests;

/// <summary>Every rule fires on a minimal case and not on its mended twin.</summary>
public sealed class LintRuleTests
{
    private const string Server = "\"applicationServer\":{\"serverName\":\"sip:as.example.com;lr\"}";
    private const string Originating = "{\"groups\":[0],\"sessionCase\":\"ORIGINATING_REGISTERED\"}";
    private const string Invite = "{\"groups\":[0],\"method\":\"INVITE\"}";

    /// <summary>Rule, whether it refuses, the filters of a profile that breaks it, those of one that does not.</summary>
    public static readonly TheoryData<string, bool, string, string> Filters = new()
    {
        { "E1", false, Filter($"{Invite},{Originating}", cnf: true) + ',' + Terminating(2), Filter($"{Invite},{Originating.Replace("[0]", "[1]", StringComparison.Ordinal)}", cnf: true) + ',' + Terminating(2) },
        { "E1", false, Filter($"{Invite},{Originating.Replace("[0]", "[1]", StringComparison.Ordinal)}") + ',' + Terminating(2), Filter($"{Invite},{Originating}") + ',' + Terminating(2) },
        { "E1", false, Filter("""{"groups":[0],"sipHeader":{"header":"Event"}},{"groups":[0],"method":"PUBLISH"},{"groups":[1],"sessionCase":"ORIGINATING_REGISTERED"}""", cnf: true),
            Filter("""{"groups":[0],"sipHeader":{"header":"Event"}},{"groups":[0],"negated":true,"method":"PUBLISH"},{"groups":[1],"sessionCase":"ORIGINATING_REGISTERED"}""", cnf: true) },
        { "E2", false, Filter(Invite), Filter($"{Invite},{Originating}") + ',' + Terminating(2) },
        { "E2", false, Filter("""{"groups":[0],"method":"MESSAGE"}""", part: "REGISTERED"), Filter("""{"groups":[0],"method":"MESSAGE"},{"groups":[0],"sessionCase":"TERMINATING_REGISTERED"}""") },
        { "E3", false, Header("\\\"g.3gpp.ussd\\\""), Header("g\\\\.3gpp\\\\.ussd") },
        { "E4", true, Header("a**"), Header("a*") },
        { "E4", true, Header("\\\\d+"), Header("[0-9]+") },
        { "E4", true, Header("\\\\<a"), Header("<a") },
        { "E4", true, Header("(a"), Header("\\\\(a") },
        { "E5", true, Terminating(1) + ',' + Terminating(1), Terminating(1) + ',' + Terminating(2) },
        { "E5", true, """{"template":"ussd","parameters":{"as_uri":"sip:a.example.com;lr"}},{"template":"ussd","parameters":{"as_uri":"sip:b.example.com;lr"}}""",
            """{"template":"ussd","parameters":{"as_uri":"sip:a.example.com;lr"}},{"template":"ussd","parameters":{"as_uri":"sip:b.example.com;lr","priority":101}}""" },
        { "E6", false, Filter("""{"groups":[0],"method":"INVITE"},{"groups":[2],"sessionCase":"TERMINATING_REGISTERED"}""", cnf: true), Filter("""{"groups":[0],"method":"INVITE"},{"groups":[1],"sessionCase":"TERMINATING_REGISTERED"}""", cnf: true) },
        { "E6", true, Terminating(1).Replace("[0]", "[\"a\"]", StringComparison.Ordinal), Terminating(1) },
        { "E6", true, Terminating(1).Replace("[0]", "[-1]", StringComparison.Ordinal), Terminating(1) },
        { "E7", false, Filter("""{"groups":[0],"sessionCase":"ORIGINATING_CDIV"}"""), Filter("""{"groups":[0],"sessionCase":"TERMINATING_REGISTERED"}""") },
        { "E7", false, Filter("""{"groups":[0],"sessionCase":"ORIGINATING_UNREGISTERED"}"""), Filter("""{"groups":[0],"negated":true,"sessionCase":"ORIGINATING_UNREGISTERED"}""", part: "REGISTERED") },
        { "E8", true, Terminating(1).Replace("sip:as", "as", StringComparison.Ordinal), Terminating(1) },
        { "E8", false, Terminating(1).Replace(";lr", "", StringComparison.Ordinal), Terminating(1) },
        { "E8", false, Terminating(1).Replace(";lr", ";lrx=1", StringComparison.Ordinal), Terminating(1).Replace(";lr", ";transport=tcp;LR", StringComparison.Ordinal) },
        { "E9", false, Filter("""{"groups":[0],"method":"INVITE"},{"groups":[0],"sessionCase":"TERMINATING_UNREGISTERED"}"""), Filter("""{"groups":[0],"method":"INVITE"},{"groups":[0],"sessionCase":"TERMINATING_UNREGISTERED"}""", part: "UNREGISTERED") },
        { "E9", false, "{\"priority\":1," + Server + "}", "{\"priority\":1,\"profilePartIndicator\":\"REGISTERED\"," + Server + "}" },
        { "E10", false, Filter($"{Invite},{Originating}"), Filter($"{Invite},{Originating}") + ',' + Terminating(2) },
        { "E10", false, Filter($"{Invite},{Originating}") + ',' + Terminating(2).Replace("as.example.com", "other.example.com", StringComparison.Ordinal),
            Filter($"{Invite},{Originating}") + ',' + Terminating(2).Replace("sip:as.example.com", "sip:tas@AS.example.com:5080", StringComparison.Ordinal) },
    };

    [Theory]
    [MemberData(nameof(Filters))]
    public void A_filter_rule_fires_and_its_mended_twin_is_free_of_it(string rule, bool refuses, string broken, string mended)
    {
        var reading = Profile(broken);
        Assert.Equal(refuses, reading.ServiceProfile is null);
        var problem = (refuses ? reading.Problems : reading.Warnings).FirstOrDefault(p => p.Rule == rule);
        Assert.True(problem is not null, string.Join('\n', reading.Problems.Concat(reading.Warnings)));
        Assert.EndsWith($"({rule})", problem.ToString(), StringComparison.Ordinal);
        var twin = Profile(mended);
        Assert.True(twin.ServiceProfile is not null, string.Join('\n', twin.Problems));
        Assert.DoesNotContain(twin.Warnings, p => p.Rule == rule);
        Assert.True(!refuses || LintRule.All.Single(r => r.Name == rule).Level == LintLevel.Error);
    }

    [Fact]
    public void Large_User_Data_is_E11_first_warned_about_and_then_refused()
    {
        string Filters(int count) => string.Join(',', Enumerable.Range(1, count).Select(i => Terminating(i).Replace("}}", $",\"serviceInfo\":\"{new string('x', 900)}\"}}}}", StringComparison.Ordinal).Replace(";lr\",", ";lr\",", StringComparison.Ordinal)));
        Assert.DoesNotContain(Profile(Filters(20)).Warnings, w => w.Rule == "E11");
        Assert.Contains(Profile(Filters(30)).Warnings, w => w.Rule == "E11");
        Assert.Equal("E11", Assert.Single(Profile(Filters(50)).Problems).Rule);
    }

    [Theory]
    [InlineData("tel:12125550001", "tel:+12125550001", true)]
    [InlineData("tel:4711", "tel:4711;phone-context=example.com", true)]
    public void A_tel_identity_without_plus_and_context_is_E12(string broken, string mended, bool refuses)
    {
        string With(string identity) => SampleDocuments.With(d => d["implicitRegistrationSets"]![0]!["publicIdentities"]![2]!["identity"] = identity);
        Assert.Equal(refuses, SampleDocuments.Read(With(broken)).Problems.Any(p => p.Rule == "E12"));
        Assert.Empty(SampleDocuments.Read(With(mended)).Problems);
    }

    [Fact]
    public void A_set_in_which_all_are_barred_is_E12_also_when_it_is_stored()
    {
        void Bar(JsonNode d, int count) { for (var i = 0; i < count; i++) d["implicitRegistrationSets"]![0]!["publicIdentities"]![i]!["barred"] = true; }
        Assert.Contains(SampleDocuments.Read(SampleDocuments.With(d => Bar(d, 3))).Warnings, w => w.Rule == "E12");
        Assert.DoesNotContain(SampleDocuments.Read(SampleDocuments.With(d => Bar(d, 2))).Warnings, w => w.Rule == "E12");
        Assert.Contains(LintRule.Check(SampleDocuments.Subscription(SampleDocuments.With(d => Bar(d, 3)))), w => w is { Rule: "E12", Path: "implicitRegistrationSets[0]" });
    }

    [Fact]
    public void A_stored_subscription_is_told_what_its_document_was_told()
    {
        var reading = SampleDocuments.Read(SampleDocuments.Full);
        var stored = LintRule.Check(reading.Subscription!);
        Assert.NotEmpty(stored);
        Assert.Equal(reading.Warnings.Select(w => w.Rule).Order(StringComparer.Ordinal), stored.Select(w => w.Rule).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_rules_are_E1_to_E12_and_each_has_a_case_here()
    {
        Assert.Equal(Enumerable.Range(1, 12).Select(i => $"E{i}"), LintRule.All.Select(r => r.Name));
        var covered = Filters.Select(row => (string)((object[])row)[0]!).Concat(["E11", "E12"]).ToHashSet(StringComparer.Ordinal);
        Assert.All(LintRule.All, rule => Assert.Contains(rule.Name, covered));
    }

    private static string Filter(string triggers, bool cnf = false, string? part = null) =>
        $"{{\"priority\":1,{(part is null ? "" : $"\"profilePartIndicator\":\"{part}\",")}\"triggerPoint\":{{\"conditionTypeCnf\":{(cnf ? "true" : "false")},\"servicePointTriggers\":[{triggers}]}},{Server}}}";

    private static string Terminating(int priority) =>
        Filter("""{"groups":[0],"method":"INVITE"},{"groups":[0],"sessionCase":"TERMINATING_REGISTERED"}""").Replace("\"priority\":1", $"\"priority\":{priority}", StringComparison.Ordinal);

    private static string Header(string content) => Filter($"{{\"groups\":[0],\"sipHeader\":{{\"header\":\"Recv-Info\",\"content\":\"{content}\"}}}},{Originating}");

    private static ServiceProfileReading Profile(string filters) =>
        ServiceProfileJson.Read(Encoding.UTF8.GetBytes($"{{\"name\":\"p\",\"initialFilterCriteria\":[{filters}]}}"), SampleDocuments.Templates);
}
