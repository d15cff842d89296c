using System.Text;
using System.Text.RegularExpressions;

namespace Hss.Subscribers.Tests;

/// <summary>docs/ifc.md and ifc-templates/README.md say what is there.</summary>
public sealed class IfcDocumentationTests
{
    private static readonly string s_page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "ifc.md"));

    [Fact]
    public void Every_template_set_and_rule_is_listed()
    {
        Assert.All(SampleDocuments.Templates.Descriptions, t => Assert.Matches($@"\| `{t.Name}`{(t.WorksWithKamailio ? "" : @" \(not in Kamailio\)")} \|", s_page));
        Assert.All(SampleDocuments.Templates.SetNames, name => Assert.Contains($"| `{name}` |", s_page, StringComparison.Ordinal));
        Assert.All(LintRule.All, rule => Assert.Contains($"| {rule.Name} |", s_page, StringComparison.Ordinal));
    }

    [Fact]
    public void The_example_profile_is_one_without_a_warning()
    {
        var json = Regex.Match(s_page, "```json\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
        var reading = ServiceProfileJson.Read(Encoding.UTF8.GetBytes(json), SampleDocuments.Templates);
        Assert.True(reading.ServiceProfile is not null, string.Join('\n', reading.Problems));
        Assert.Empty(reading.Warnings);
        Assert.Equal([150, 400, 410, 600, 700, 850], reading.ServiceProfile!.InitialFilterCriteria.Select(f => f.Priority));
    }

    [Fact]
    public void The_example_set_loads()
    {
        using var folder = new TemplateFolder();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "ifc-templates", "services")))
            folder.Write("services", Path.GetFileNameWithoutExtension(file), File.ReadAllText(file));
        var readme = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "ifc-templates", "README.md"));
        var json = Regex.Match(readme, "```json\n(\\{\"name\": \"voice\".*?)```", RegexOptions.Singleline).Groups[1].Value;
        folder.Write("sets", "voice", json);
        var loaded = IfcTemplates.Load(folder.Path);
        Assert.True(loaded.Templates is not null, string.Join('\n', loaded.Problems));
        Assert.NotNull(loaded.Templates!.FindSet("voice"));
    }
}
