using Microsoft.Data.Sqlite;

namespace Hss.Storage.Sqlite;

/// <summary>Opens connections to one store file, each with the settings that its work needs.</summary>
/// Why no pool of the driver's own: writer and readers live as long as the store, and a broken one must really be gone.
internal sealed class SqliteConnections(string path)
{
    /// <summary>How long a statement waits for a lock that only a foreign tool can hold; half of a request's deadline.</summary>
    private const int BusyTimeoutSeconds = 1;

    /// <summary>Keeps the inner pages of the indexes of some million subscribers in memory.</summary>
    private const int CacheKilobytes = 65_536;

    /// <summary>After a burst the write-ahead log is cut back to this when it starts over.</summary>
    private const int LogLimitBytes = 128 << 20;

    public string Path { get; } = path;

    /// <summary>For Entity Framework, which sets nothing itself.</summary>
    public string ConnectionString { get; } = new SqliteConnectionStringBuilder
    {
        DataSource = path,
        Pooling = false,
        ForeignKeys = true,
        DefaultTimeout = BusyTimeoutSeconds,
    }.ToString();

    /// <summary>synchronous=FULL: a commit has reached the disk when it returns. Checkpoints are somebody else's work
    /// (<see cref="WalCheckpoint"/>).</summary>
    public SqliteConnection OpenWriter() =>
        Open($"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; " +
             $"PRAGMA journal_size_limit={LogLimitBytes}; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-{CacheKilobytes}");

    public SqliteConnection OpenReader() => Open("PRAGMA query_only=ON; PRAGMA wal_autocheckpoint=0");

    public SqliteConnection OpenForCheckpoint() => Open("PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0");

    private SqliteConnection Open(string pragmas)
    {
        var connection = new SqliteConnection(ConnectionString);
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of this class
            command.CommandText = $"PRAGMA busy_timeout={1_000 * BusyTimeoutSeconds}; {pragmas}";
#pragma warning restore CA2100
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
