using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hss.Subscribers.Tests;

/// <summary>The cases of ifc-templates/tests: each template and each set is rendered, validates, and fires for what it should and for nothing else.</summary>
public sealed class TemplateCasesTests
{
    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "ifc-templates", "tests");

    private static readonly string[] s_names = [.. Directory.EnumerateFiles(s_folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Files => [.. s_names];

    [Theory]
    [MemberData(nameof(Files))]
    public void Fires_as_the_file_says(string name)
    {
        var file = Read(name);
        var profile = Profile(file);
        UserDataSchema.Validate(ServiceProfileJson.WriteUserData(profile));
        foreach (var @case in file["cases"]!.AsArray())
        {
            var message = SipRequest.Read(File.ReadAllText(Path.Combine(s_folder, "messages", $"{@case!["message"]}.sip")), out var problem);
            Assert.True(message is not null, $"{@case["message"]}: {problem}");
            var request = SimulatedRequest.Create(message, Choice(@case["sessionCase"], FilterReader.SessionCases), null, Choice(@case["registrationType"], FilterReader.RegistrationTypes), out problem);
            Assert.True(request is not null, $"{@case}: {problem}");
            var verdicts = FilterSimulation.Run(profile, request, out problem);
            Assert.True(verdicts is not null, problem);
            var told = $"{name}: {@case["message"]} {@case["sessionCase"]}\n{string.Join('\n', verdicts.Value.Select(v => $"{v.Filter.Priority}: {string.Join("; ", v.Reasons)}"))}";
            Check(@case["fires"]!, [.. verdicts.Value.Where(v => v.Fires).Select(v => v.Filter.Priority)], told);
            Check(@case["kamailio"] ?? @case["fires"]!, [.. verdicts.Value.Where(v => v.FiresInKamailio).Select(v => v.Filter.Priority)], "Kamailio, " + told);
            foreach (var verdict in verdicts.Value.Where(v => !v.Fires)) Assert.True(verdict.Reasons.Any(r => r.StartsWith("fails: ", StringComparison.Ordinal)), told);
        }
    }

    [Fact]
    public void Every_template_and_every_set_has_a_request_that_fires_it_and_one_that_does_not()
    {
        foreach (var (kind, names) in (ReadOnlySpan<(string, IEnumerable<string>)>)[("template", SampleDocuments.Templates.Names), ("templateSet", SampleDocuments.Templates.SetNames)])
            foreach (var name in names)
            {
                var files = s_names.Select(Read).Where(file => (string?)file[kind] == name).ToList();
                var cases = files.SelectMany(file => file["cases"]!.AsArray()).ToList();
                Assert.True(cases.Any(c => c!["fires"]!.AsArray().Count == 0), $"{kind} {name} has no case that must not fire");
                // Every filter of it, whichever its switches are.
                var filters = files.SelectMany(file => Profile(file).AllFilters).Select(f => f.Priority).ToHashSet();
                var fired = cases.SelectMany(c => c!["fires"]!.AsArray().Select(p => (int)p!)).ToHashSet();
                Assert.Equal(filters.Order(), fired.Order());
                Assert.True(filters.Count > 0 || name == "data-only", $"{kind} {name} is never rendered");
            }
    }

    [Fact]
    public void What_Kamailio_cannot_use_is_marked_and_nothing_else()
    {
        foreach (var description in SampleDocuments.Templates.Descriptions)
        {
            var cases = s_names.Select(Read).Where(file => (string?)file["template"] == description.Name).SelectMany(file => file["cases"]!.AsArray()).ToList();
            var fires = cases.Any(c => ((c!["kamailio"] ?? c["fires"])!).AsArray().Count > 0);
            Assert.True(description.WorksWithKamailio == fires, description.Name);
            Assert.True(description.WorksWithKamailio || description.Requires is not null, description.Name);
        }
        Assert.All(SampleDocuments.Templates.SetDescriptions, set => Assert.True(set.WorksWithKamailio, set.Name));
    }

    private static JsonObject Read(string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(s_folder, name + ".json")))!.AsObject();

    private static ServiceProfile Profile(JsonObject file)
    {
        var kind = file.ContainsKey("template") ? "template" : "templateSet";
        var document = new JsonObject
        {
            ["name"] = "case",
            ["initialFilterCriteria"] = new JsonArray(new JsonObject { [kind] = (string?)file[kind], ["parameters"] = file["parameters"]!.DeepClone() }),
        };
        var reading = ServiceProfileJson.Read(Encoding.UTF8.GetBytes(document.ToJsonString()), SampleDocuments.Templates);
        Assert.True(reading.ServiceProfile is not null, string.Join('\n', reading.Problems));
        // One template alone may lack what its set has.
        var warnings = reading.Warnings.Where(w => w.Rule != "E7" && (kind == "templateSet" || w.Rule != "E10")).ToList();
        Assert.True(warnings.Count == 0, string.Join('\n', warnings));
        return reading.ServiceProfile!;
    }

    private static void Check(JsonNode expected, int[] actual, string told) =>
        Assert.True(expected.AsArray().Select(p => (int)p!).SequenceEqual(actual), $"expected {expected.ToJsonString()}, got [{string.Join(", ", actual)}]\n{told}");

    private static T? Choice<T>(JsonNode? name, (string Name, T Value)[] choices) where T : struct => name is null ? null : choices.Single(c => c.Name == (string?)name).Value;
}
