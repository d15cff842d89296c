using System.Runtime.CompilerServices;

namespace Hss.Diameter.Tests;

/// <summary>Finds the files beside the tests and the sources, from where this file was compiled.</summary>
internal static class VectorFiles
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", ".."));

    public static string Vectors { get; } = Path.Combine(Root, "tests", "vectors");

    public static string DiameterProject { get; } = Path.Combine(Root, "src", "Hss.Diameter");

    /// <summary>The rows of a tab separated file, without its comments.</summary>
    public static IEnumerable<string[]> Rows(string folder, string file) =>
        File.ReadLines(Path.Combine(Vectors, folder, file)).Where(line => !line.StartsWith('#')).Select(line => line.Split('\t'));

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
