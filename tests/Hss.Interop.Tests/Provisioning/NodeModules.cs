using Hss.Interop.Tests.Peers;

namespace Hss.Interop.Tests.Provisioning;

/// <summary>The scripts for Node.js with the packages they need, in a copy beside the tests: sources stay as they are.</summary>
internal static class NodeModules
{
    private const string Stamp = "installed-lock.json";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "grpc-js");

    /// <summary>Copies the scripts, and installs exactly what the lock file says unless that was done before.</summary>
    /// Errors: what npm said when it could not; null when all is there.
    public static async Task<string?> PrepareAsync()
    {
        var source = Path.Combine(Repository.Root, "tests", "Hss.Interop.Tests", "grpc-js");
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(source, file);
            if (name.StartsWith("node_modules", StringComparison.Ordinal)) continue;
            var target = Path.Combine(Folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
        var (wanted, stamp) = (await File.ReadAllTextAsync(Path.Combine(Folder, "package-lock.json")), Path.Combine(Folder, Stamp));
        if (File.Exists(stamp) && await File.ReadAllTextAsync(stamp) == wanted) return null;
        // No package's own scripts: none of these needs one.
        var outcome = await ChildProcess.RunAsync("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], Folder, Limit);
        if (outcome.ExitCode != 0) return outcome.Output.Trim().ReplaceLineEndings(" | ");
        await File.WriteAllTextAsync(stamp, wanted);
        return null;
    }
}
