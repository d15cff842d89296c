using Hss.Storage.Sqlite;
using Hss.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hss.Storage.Tests;

/// <summary>A folder of its own with one SQLite store in it; gone with the test.</summary>
internal sealed class StoreFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("hss-store-").FullName;

    public string Database => System.IO.Path.Combine(Path, "hss.db");

    public string KeyFile => System.IO.Path.Combine(Path, "master.key");

    public StoreOptions Options => new() { ConnectionString = $"Data Source={Database}", MasterKeyFile = KeyFile, IndRange = Sample.Ind };

    public SqliteDatabase OpenDatabase() => SqliteDatabase.Open(Options, TimeProvider.System, NullLogger.Instance);

    public SubscriberStore Open(int cacheEntries = 1_000) => OverDatabase(OpenDatabase(), cacheEntries);

    public static SubscriberStore OverDatabase(ISubscriberDatabase database, int cacheEntries = 1_000, TimeProvider? time = null) =>
        new(database, new() { CacheEntries = cacheEntries, IndRange = Sample.Ind }, time ?? TimeProvider.System, NullLogger<SubscriberStore>.Instance);

    /// <summary>What kill -9 would leave at this moment, in another folder. The store goes on meanwhile.</summary>
    /// Why checkpoints wait: copying is not instant as death is, and only a checkpoint changes what was copied already.
    public StoreFolder Image(SqliteDatabase database)
    {
        var image = new StoreFolder();
        database.Checkpoint.Turn.Wait();
        try
        {
            foreach (var file in new[] { Database, Database + "-wal", KeyFile })
                if (File.Exists(file)) File.Copy(file, System.IO.Path.Combine(image.Path, System.IO.Path.GetFileName(file)));
        }
        finally
        {
            database.Checkpoint.Turn.Release();
        }
        return image;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>Both databases behind one door: what the store promises, it promises on each.</summary>
public enum DatabaseKind
{
    Memory = 0,
    Sqlite = 1,
}

internal sealed class StoreOn : IAsyncDisposable
{
    private readonly StoreFolder? _folder;

    public StoreOn(DatabaseKind kind, int cacheEntries = 1_000)
    {
        _folder = kind == DatabaseKind.Sqlite ? new StoreFolder() : null;
        Database = _folder is null ? new MemoryDatabase() : _folder.OpenDatabase();
        Store = StoreFolder.OverDatabase(Database, cacheEntries);
    }

    public ISubscriberDatabase Database { get; }

    public SubscriberStore Store { get; }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        _folder?.Dispose();
    }
}
