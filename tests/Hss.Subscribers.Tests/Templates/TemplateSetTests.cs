using System.Text;
using System.Text.Json.Nodes;

namespace Hss.Subscribers.Tests;

/// <summary>Sets of templates, and templates that make several filters: written, stored and shown again as they were written.</summary>
public sealed class TemplateSetTests
{
    private const string Volte = """{"templateSet":"volte-basic","parameters":{"telephony_uri":"sip:tas.example.org;lr","voicemail_uri":"sip:vm.example.org;lr","register_telephony":"false"}}""";

    [Fact]
    public void A_set_is_a_list_of_filters_and_stays_one_reference_in_the_store()
    {
        var subscription = With(Volte);
        var profile = subscription.FindServiceProfile("plain")!;
        Assert.Equal([400, 410, 700], profile.InitialFilterCriteria.Select(f => f.Priority));
        Assert.All(profile.InitialFilterCriteria, f => Assert.Equal("volte-basic", f.Origin!.TemplateSet));
        Assert.Equal(["mmtel-originating", "mmtel-terminating", "voicemail-unregistered"], profile.InitialFilterCriteria.Select(f => f.Origin!.Template));
        Assert.Equal($"[{Volte}]", Filters(subscription));
        UserDataSchema.Validate(UserDataXml.Write(subscription, 1, subscription.PrivateIdentities[0].Identity));
        var stored = Stored(subscription);
        Assert.Equal($"[{Volte}]", Filters(stored));
        Assert.Equal(SubscriptionJson.Write(subscription).ToArray(), SubscriptionJson.Write(stored).ToArray());
        Assert.Equal(UserDataXml.Write(subscription, 1, "x@y").ToArray(), UserDataXml.Write(stored, 1, "x@y").ToArray());
    }

    [Fact]
    public void A_set_without_filters_is_remembered_too()
    {
        var subscription = Stored(With("""{"templateSet":"data-only"}"""));
        Assert.Empty(subscription.FindServiceProfile("plain")!.InitialFilterCriteria);
        Assert.Equal("""[{"templateSet":"data-only","parameters":{}}]""", Filters(subscription));
    }

    [Fact]
    public void A_template_of_several_filters_is_one_reference()
    {
        const string Fixed = """{"template":"fixed-mmtel","parameters":{"as_uri":"sip:as.example.org;lr","feature_code_uri":"sip:codes.example.org;lr"}}""";
        const string Ussd = """{"template":"ussd","parameters":{"as_uri":"sip:u.example.org;lr","priority":"445"}}""";
        var subscription = Stored(With(Fixed + ',' + Ussd));
        Assert.Equal([440, 445, 450, 460], subscription.FindServiceProfile("plain")!.InitialFilterCriteria.Select(f => f.Priority));
        Assert.Equal($"[{Fixed},{Ussd}]", Filters(subscription));
    }

    [Fact]
    public void Sets_templates_and_written_filters_stand_beside_each_other_with_priorities_of_their_own()
    {
        Assert.Equal([150, 400, 410, 411, 700], With(Volte + ""","""
            + """{"template":"third-party-register","parameters":{"as_uri":"sip:a.example.org;lr"}},{"priority":411,"triggerPoint":{"servicePointTriggers":[{"groups":[0],"method":"PUBLISH"}]},"applicationServer":{"serverName":"sip:b;lr"}}""")
            .FindServiceProfile("plain")!.InitialFilterCriteria.Select(f => f.Priority));
        Refused(Volte + ""","""  + """{"template":"mmtel-originating","parameters":{"as_uri":"sip:a.example.org;lr"}}""", "priority 400 like another filter", "E5");
        Refused(Volte + ',' + """{"templateSet":"data-only"},{"templateSet":"data-only"}""", "names template set data-only twice", null);
        Refused("""{"templateSet":"volte"}""", "is no template set; it is one of business-trunk", null);
        Refused("""{"templateSet":"volte-basic"}""", "telephony_uri: is missing; template set volte-basic needs it", null);
        Refused("""{"templateSet":"volte-basic","parameters":{"telephony_uri":"as","x":1}}""", "begin it with sip:", null);
        Refused("""{"templateSet":"volte-basic","template":"ussd"}""", "the field \"template\" that is not known", null);
        Refused("""{"template":"session-tap","parameters":{"as_uri":"sip:a","priority":"x"}}""", "a whole number", null);
    }

    [Theory]
    [InlineData("""{"name":"s","version":"1","description":"d","initialFilterCriteria":[{"template":"nothing"}]}""", "\"nothing\" is no template")]
    [InlineData("""{"name":"s","version":"1","description":"d","initialFilterCriteria":[{"template":"one","parameters":{"as_uri":"{uri}"}}]}""", "uses {uri}, which is no parameter of this set")]
    [InlineData("""{"name":"s","version":"1","description":"d","parameters":[{"name":"uri","type":"sip-uri","description":"d"}],"initialFilterCriteria":[{"template":"one","parameters":{"as_uri":"{uri}"}},{"template":"one","parameters":{"as_uri":"{uri}"}}]}""", "gives priority 1 to one and one")]
    [InlineData("""{"name":"s","version":"1","description":"d","parameters":[{"name":"uri","type":"sip-uri","description":"d"}],"initialFilterCriteria":[{"when":"{uri}","template":"one","parameters":{"as_uri":"{uri}"}}]}""", "placeholder of a boolean or of an optional parameter")]
    [InlineData("""{"name":"s","version":"1","description":"d","initialFilterCriteria":[{"when":"yes","template":"one","parameters":{"as_uri":"sip:a;lr"}}]}""", "when is no placeholder")]
    [InlineData("""{"name":"s","version":"1","description":"d","initialFilterCriteria":[{"template":"one"}]}""", "as_uri: is missing")]
    [InlineData("""{"name":"t","version":"1","description":"d","initialFilterCriteria":[]}""", "the file is named \"s\"")]
    [InlineData("""{"name":"s","version":"1","description":"d"}""", "initialFilterCriteria: is missing")]
    public void A_bad_set_is_told_and_nothing_is_loaded(string set, string problem)
    {
        using var folder = new TemplateFolder();
        folder.Write("sets", "s", set);
        var reading = IfcTemplates.Load(folder.Path);
        Assert.Null(reading.Templates);
        Assert.Contains(reading.Problems, p => p.ToString().Contains("s.json", StringComparison.Ordinal) && p.ToString().Contains(problem, StringComparison.Ordinal));
    }

    private static Subscription With(string filters) => SampleDocuments.Subscription(Document(filters));

    private static string Document(string filters) => SampleDocuments.With(d => d["serviceProfiles"]![1]!["initialFilterCriteria"] = JsonNode.Parse($"[{filters}]"));

    private static void Refused(string filters, string problem, string? rule)
    {
        var reading = SampleDocuments.Read(Document(filters));
        Assert.True(reading.Problems.Any(p => p.Rule == rule && p.ToString().Contains(problem, StringComparison.Ordinal)), string.Join('\n', reading.Problems));
    }

    private static Subscription Stored(Subscription subscription) =>
        SubscriptionJson.ReadStored(SubscriptionJson.Write(subscription).Span, name => subscription.PrivateIdentities.First(p => p.Identity == name).Credentials);

    private static string Filters(Subscription subscription) =>
        JsonNode.Parse(Encoding.UTF8.GetString(SubscriptionJson.WriteDocument(subscription).Span))!["serviceProfiles"]![1]!["initialFilterCriteria"]!.ToJsonString();
}
