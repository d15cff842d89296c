using Hss.Storage.Sqlite;
using Hss.Subscribers;
using Hss.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hss.Storage.Tests;

public sealed class SqliteDatabaseTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task The_writer_commits_to_the_disk_and_leaves_checkpoints_to_others()
    {
        using var folder = new StoreFolder();
        var database = folder.OpenDatabase();
        await using var store = StoreFolder.OverDatabase(database);
        await store.UpsertAsync([Sample.Subscription(1)], None);
        var writer = database.WriterConnection!;
        Assert.Equal("wal", Value(writer, "PRAGMA journal_mode"));
        Assert.Equal(2L, Value(writer, "PRAGMA synchronous"));
        Assert.Equal(1L, Value(writer, "PRAGMA foreign_keys"));
        Assert.Equal(0L, Value(writer, "PRAGMA wal_autocheckpoint"));
    }

    [Fact]
    public async Task A_full_disk_fails_the_commits_and_they_work_again_when_there_is_space()
    {
        using var folder = new StoreFolder();
        var log = new TextLog();
        var database = SqliteDatabase.Open(folder.Options, TimeProvider.System, log);
        await using var store = StoreFolder.OverDatabase(database);
        await store.UpsertAsync([Sample.Subscription(1)], None);
        var subscriber = await Sample.FindAsync(store, 1);
        await Sample.IssueAsync(store, subscriber, ahead: 1);
        var pages = (long)Value(database.WriterConnection!, "PRAGMA page_count");
        Value(database.WriterConnection!, $"PRAGMA max_page_count={pages}");

        // Needs new pages: refused as a whole, and the connection with its limit is dropped.
        var many = Enumerable.Range(100, 500).Select(number => Sample.Subscription(number)).ToArray();
        var full = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.UpsertAsync(many, None));
        Assert.Contains("full", full.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await store.CountAsync(None)).Subscriptions);
        Assert.DoesNotContain("Rollback failed", log.Text, StringComparison.Ordinal); // SQLite has rolled back by itself

        Assert.Equal(500, (await store.UpsertAsync(many, None)).Created);
        Assert.True(await Sample.IssueAsync(store, subscriber) > 1);
    }

    [Fact]
    public void A_dead_disk_is_told_once_and_not_once_per_read()
    {
        using var folder = new StoreFolder();
        var (log, time) = (new TextLog(), new ManualTime());
        using var database = SqliteDatabase.Open(folder.Options, time, log);
        using (var foreigner = new SqliteConnection($"Data Source={folder.Database};Pooling=False"))
        {
            foreigner.Open();
            Value(foreigner, "DROP TABLE public_identity");
        }
        for (var i = 0; i < 20; i++) Assert.Throws<StoreUnavailableException>(() => database.FindOwner(IdentityKind.Public, Sample.Impu(1)));
        Assert.Equal(2, log.Text.Split("Reading the store failed").Length);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Throws<StoreUnavailableException>(() => database.FindOwner(IdentityKind.Public, Sample.Impu(1)));
        Assert.Equal(3, log.Text.Split("Reading the store failed").Length);
    }

    [Fact]
    public async Task A_foreign_lock_fails_the_commits_until_it_is_gone()
    {
        using var folder = new StoreFolder();
        await using var store = folder.Open();
        await store.UpsertAsync([Sample.Subscription(1)], None);
        var subscriber = await Sample.FindAsync(store, 1);
        using (var foreigner = new SqliteConnection($"Data Source={folder.Database};Pooling=False"))
        {
            foreigner.Open();
            Value(foreigner, "BEGIN IMMEDIATE");
            await Assert.ThrowsAsync<StoreUnavailableException>(() => Sample.IssueAsync(store, subscriber));
            Value(foreigner, "ROLLBACK");
        }
        Assert.Equal(1UL, await Sample.IssueAsync(store, subscriber));
    }

    [Fact]
    public void The_log_stays_bounded_however_fast_it_is_written()
    {
        using var folder = new StoreFolder();
        var connections = new SqliteConnections(folder.Database);
        using var checkpoint = new WalCheckpoint(connections, NullLogger.Instance);
        using var writer = connections.OpenWriter();
        Value(writer, "CREATE TABLE t (id INTEGER PRIMARY KEY, content BLOB)");
        const int pagesPerCommit = 512;
        long longest = 0;
        for (var commit = 0; WalCheckpoint.PagesWritten(writer) < 2 * WalCheckpoint.LimitPages; commit++)
        {
            Value(writer, $"INSERT OR REPLACE INTO t VALUES ({commit % 8}, randomblob({pagesPerCommit * 4_096}))");
            checkpoint.AfterCommit(writer);
            longest = Math.Max(longest, new FileInfo(folder.Database + "-wal").Length);
        }
        // Without the commit thread's help it would hold all that was written. A frame has 24 octets of its own.
        Assert.InRange(longest, WalCheckpoint.CheckpointPages * 4_096L, (WalCheckpoint.LimitPages + 2 * pagesPerCommit) * (4_096L + 24));
        checkpoint.Finish(writer);
        Assert.Equal(0, new FileInfo(folder.Database + "-wal").Length);
        Assert.Equal(8L, Value(writer, "SELECT count(*) FROM t"));
    }

    private static object Value(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() ?? 0L;
    }
}
