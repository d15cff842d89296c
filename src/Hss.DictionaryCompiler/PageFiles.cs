namespace Hss.DictionaryCompiler;

/// <summary>Pages and generated code on disk.</summary>
public static class PageFiles
{
    /// <summary>The pages of a folder, by name.</summary>
    public static IEnumerable<(string File, string Text)> In(string folder) =>
        Directory.EnumerateFiles(folder, "*.dia")
            .Order(StringComparer.Ordinal)
            .Select(file => (Path.GetFileName(file), File.ReadAllText(file)));

    /// <summary>Makes the folder hold exactly these files of generated code; returns how many were written or removed.</summary>
    public static int Replace(string folder, IReadOnlyList<GeneratedFile> files)
    {
        int changed = 0;
        Directory.CreateDirectory(folder);
        HashSet<string> wanted = [.. files.Select(file => Path.GetFullPath(Path.Combine(folder, file.Path)))];
        foreach (string old in Directory.EnumerateFiles(folder, "*.g.cs", SearchOption.AllDirectories).Where(old => !wanted.Contains(Path.GetFullPath(old))).ToList())
        {
            File.Delete(old);
            changed++;
        }

        foreach (GeneratedFile file in files)
        {
            string path = Path.Combine(folder, file.Path);
            if (File.Exists(path) && File.ReadAllText(path) == file.Text) continue;
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, file.Text);
            changed++;
        }

        return changed;
    }
}
