using Hss.Storage.Model;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Hss.Storage.Sqlite;

/// <summary>Brings a store file to the schema of this version when it is opened.</summary>
/// Errors: <see cref="StoreOpenException"/> for a file of another program, or of a newer version of this one; nothing is changed then.
internal static class SchemaUpgrade
{
    /// <summary>Whether the file is a store at all. Only reads.</summary>
    public static void Check(SqliteConnection reader, string path) => Applied(reader, path);

    public static void Run(SqliteConnections connections, SqliteConnection writer, ILogger logger)
    {
        using var context = HssDbContext.OnSqlite(connections.ConnectionString);
        var known = context.Database.GetMigrations().ToList();
        var applied = Applied(writer, connections.Path);
        if (applied.Except(known).FirstOrDefault() is { } unknown)
            throw new StoreOpenException($"store {connections.Path} was written by a newer version (schema {unknown}, this version knows " +
                $"up to {known[^1]}); mend: run the newer version");
        if (applied.Count == known.Count) return;

        // A crash during an earlier upgrade leaves Entity Framework's lock row behind, and Migrate would wait for it for ever. Only
        // one process has the store open (StoreLock), so the row is nobody's.
        Execute(writer, "DROP TABLE IF EXISTS \"__EFMigrationsLock\"");
        context.Database.Migrate();
        if (applied.Count > 0) StorageLog.Upgraded(logger, connections.Path, known.Count - applied.Count, known[^1]);
    }

    private static HashSet<string> Applied(SqliteConnection connection, string path)
    {
        var tables = Texts(connection, "SELECT name FROM sqlite_master WHERE type = 'table'");
        if (tables.Count == 0) return [];
        if (tables.Contains("__EFMigrationsHistory")) return Texts(connection, "SELECT \"MigrationId\" FROM \"__EFMigrationsHistory\"");
        // What a crash between the first two steps of the very first upgrade leaves is still an empty store.
        return tables.SetEquals(["__EFMigrationsLock"])
            ? []
            : throw new StoreOpenException($"store {path} is a database of another program (no migration history in it); " +
                "mend: name another file in Storage:ConnectionString");
    }

    private static HashSet<string> Texts(SqliteConnection connection, string sql)
    {
        using var statement = new Statement(connection, sql);
        using var rows = statement.Rows();
        var texts = new HashSet<string>(StringComparer.Ordinal);
        while (rows.Read()) texts.Add(rows.Text(0));
        return texts;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var statement = new Statement(connection, sql);
        statement.Run();
    }
}
