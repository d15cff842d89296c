using System.Runtime.CompilerServices;

namespace Hss.Architecture.Tests;

/// <summary>The source tree as files.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Hand-written C# below src, without what the build and the dictionary compiler make.</summary>
    public static IEnumerable<string> Sources => Directory
        .EnumerateFiles(Path.Combine(Root, "src"), "*.cs", SearchOption.AllDirectories)
        .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
        .Where(path => !path.EndsWith(".g.cs", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    public static string Relative(string path) => Path.GetRelativePath(Root, path);

    private static string FindRoot([CallerFilePath] string here = "")
    {
        // The path of this file as compiled, or upwards from the test's folder when the tree was moved after the build.
        foreach (var start in (string[])[Path.GetDirectoryName(here)!, AppContext.BaseDirectory])
            for (var folder = start; folder is not null; folder = Path.GetDirectoryName(folder))
                if (File.Exists(Path.Combine(folder, "Hss.sln"))) return folder;
        throw new DirectoryNotFoundException("Hss.sln is in no folder above this test");
    }
}
