using Microsoft.Data.Sqlite;

namespace Hss.Storage.Sqlite;

/// <summary>The file that a connection string means.</summary>
/// Errors: <see cref="StoreOpenException"/> when it names none.
internal static class StorePath
{
    /// <summary>As many as Linux follows in one path.</summary>
    private const int MaxLinks = 40;

    public static string Of(string connectionString)
    {
        string source;
        try
        {
            source = new SqliteConnectionStringBuilder(connectionString).DataSource;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new StoreOpenException($"Storage:ConnectionString is not an SQLite connection string ({e.Message}); mend: write Data Source=FILE", e);
        }
        if (source.Length == 0 || source.StartsWith(':') || source.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
            throw new StoreOpenException($"Storage:ConnectionString names no file ({connectionString}); mend: write Data Source=FILE");
        return Physical(Path.GetFullPath(source), MaxLinks);
    }

    /// <summary>The file's own name: through a symbolic link the store would have a second lock file, and a second process.</summary>
    /// Why by hand: .NET resolves a link at the end of a path only, not one among its directories.
    private static string Physical(string path, int links)
    {
        if (Path.GetDirectoryName(path) is not { } directory) return path;
        var here = Path.Combine(Physical(directory, links), Path.GetFileName(path));
        if (new FileInfo(here).LinkTarget is not { } target) return here;
        if (links == 0) throw new StoreOpenException($"store {path} lies behind too many symbolic links; mend: name the file itself in Storage:ConnectionString");
        return Physical(Path.GetFullPath(target, Path.GetDirectoryName(here)!), links - 1);
    }
}
