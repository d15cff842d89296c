using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Hss.Conformance.Tests.Support;

/// <summary>The tests of all projects as their sources have them: which project has which class, and which class which tests.</summary>
/// Sources and not assemblies, so that a document may name the tests of projects that this one must not depend on.
internal static partial class TestSources
{
    public static string Root { get; } = FindRoot();

    /// <summary>Tests by "Project.Class".</summary>
    public static IReadOnlyDictionary<string, IReadOnlySet<string>> ByClass { get; } = Read();

    /// <summary>Whether "Project.Class" has a test, or "Project.Class.Method" is one.</summary>
    public static bool Has(string name)
    {
        if (ByClass.TryGetValue(name, out IReadOnlySet<string>? tests)) return tests.Count > 0;
        int dot = name.LastIndexOf('.');
        return dot > 0 && ByClass.TryGetValue(name[..dot], out tests) && tests.Contains(name[(dot + 1)..]);
    }

    private static Dictionary<string, IReadOnlySet<string>> Read()
    {
        Dictionary<string, IReadOnlySet<string>> all = new(StringComparer.Ordinal);
        foreach (string project in Directory.EnumerateDirectories(Path.Combine(Root, "tests"), "*.Tests"))
        {
            foreach (string path in Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories))
            {
                if (path.Contains("/obj/", StringComparison.Ordinal) || path.Contains("/bin/", StringComparison.Ordinal)) continue;
                string text = File.ReadAllText(path);
                if (ClassName().Match(text) is not { Success: true } name) continue;
                string key = $"{Path.GetFileName(project)}.{name.Groups[1].Value}";
                HashSet<string> tests = [.. Test().Matches(text).Select(match => match.Groups[1].Value)];

                // A class may be spread over several files.
                if (all.TryGetValue(key, out IReadOnlySet<string>? others)) tests.UnionWith(others);
                all[key] = tests;
            }
        }

        return all;
    }

    private static string FindRoot([CallerFilePath] string here = "")
    {
        // The path of this file as compiled, or upwards from the test's folder when the tree was moved after the build.
        foreach (string start in new[] { Path.GetDirectoryName(here)!, AppContext.BaseDirectory })
        {
            for (string? folder = start; folder is not null; folder = Path.GetDirectoryName(folder))
            {
                if (File.Exists(Path.Combine(folder, "Hss.sln"))) return folder;
            }
        }

        throw new DirectoryNotFoundException("Hss.sln is in no folder above this test");
    }

    /// <summary>The first type of a file: one main type per file, named after it.</summary>
    [GeneratedRegex(@"^(?:public|internal)(?: sealed| static| abstract| partial)* class (\w+)", RegexOptions.Multiline)]
    private static partial Regex ClassName();

    /// <summary>A method behind Fact or Theory, with any attributes and comments between.</summary>
    [GeneratedRegex(@"\[(?:Skippable)?(?:Fact|Theory)\b.*?\bpublic\s+(?:static\s+)?(?:async\s+)?(?:Task|void)\s+(\w+)\s*\(", RegexOptions.Singleline)]
    private static partial Regex Test();
}
