using System.Xml.Linq;

namespace Hss.Architecture.Tests;

/// <summary>An arrow between projects may only point to a lower number (docs/decisions/0001-the-house.md).</summary>
public sealed class ProjectOrderTests
{
    private static readonly Dictionary<string, int> Order = new(StringComparer.Ordinal)
    {
        ["Hss.DictionaryCompiler"] = 0,
        ["Hss.Diameter"] = 1,
        ["Hss.Authentication"] = 2,
        ["Hss.Subscribers"] = 3,
        ["Hss.Storage"] = 4,
        ["Hss.DiameterNode"] = 5,
        ["Hss.Procedures"] = 6,
        ["Hss.Grpc"] = 6,
        ["Hss.Provisioning.Contract"] = 7,
        ["Hss.Provisioning"] = 8,
        ["Hss.Cli"] = 9,
        ["Hss.Server"] = 9,
    };

    // Stricter than the numbers: neither knows of the other's world.
    private static readonly (string From, string To)[] Forbidden =
    [
        ("Hss.Storage", "Hss.Diameter"), ("Hss.Subscribers", "Hss.Diameter"), ("Hss.Authentication", "Hss.Diameter"),
        ("Hss.DiameterNode", "Hss.Subscribers"), ("Hss.DiameterNode", "Hss.Storage"), ("Hss.DiameterNode", "Hss.Authentication"),
        ("Hss.Procedures", "Hss.Storage"), ("Hss.Cli", "Hss.Storage"), ("Hss.Cli", "Hss.Provisioning"),
    ];

    [Fact]
    public void Every_project_has_a_number() =>
        Assert.Equal(Order.Keys.Order(StringComparer.Ordinal), Projects().Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));

    [Fact]
    public void References_point_downward()
    {
        foreach (var project in Projects())
        {
            var name = Path.GetFileNameWithoutExtension(project);
            foreach (var reference in References(project))
            {
                Assert.True(Order[reference] < Order[name], $"{name} ({Order[name]}) refers to {reference} ({Order[reference]})");
                Assert.DoesNotContain((name, reference), Forbidden);
            }
        }
    }

    [Fact]
    public void Pure_projects_have_no_packages_and_no_frameworks()
    {
        foreach (var name in (string[])["Hss.Diameter", "Hss.Authentication"])
        {
            var document = XDocument.Load(Path.Combine(Repository.Root, "src", name, name + ".csproj"));
            Assert.Empty(document.Descendants("PackageReference"));
            Assert.Empty(document.Descendants("FrameworkReference"));
        }
    }

    [Fact]
    public void Every_project_and_test_is_in_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "Hss.sln"));
        var all = Projects().Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.csproj", SearchOption.AllDirectories));
        Assert.DoesNotContain(all.Select(Path.GetFileName), file => !solution.Contains("\\" + file, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Projects() =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories);

    private static IEnumerable<string> References(string project) => XDocument.Load(project).Descendants("ProjectReference")
        .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));
}
