using Hss.Storage.Model;
using Hss.Storage.Sqlite;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hss.Storage.Tests;

public sealed class OpeningTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_new_store_makes_its_directory_its_key_and_its_tables()
    {
        using var folder = new StoreFolder();
        var options = folder.Options with
        {
            ConnectionString = $"Data Source={folder.Path}/a/b/hss.db",
            MasterKeyFile = $"{folder.Path}/c/master.key",
        };
        await using (var store = Open(options)) Assert.True(await store.IsEmptyAsync(None));
        Assert.Equal(MasterKey.LengthBytes, new FileInfo(options.MasterKeyFile).Length);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(options.MasterKeyFile));
        await using var again = Open(options);
        Assert.True(await again.IsEmptyAsync(None));
    }

    [Fact]
    public async Task Closing_leaves_one_file_and_an_empty_log()
    {
        using var folder = new StoreFolder();
        await using (var store = folder.Open())
        {
            await store.UpsertAsync([Sample.Subscription(1)], None);
            Assert.True(new FileInfo(folder.Database + "-wal").Length > 0);
        }
        Assert.False(File.Exists(folder.Database + "-wal") && new FileInfo(folder.Database + "-wal").Length > 0);
        await using var again = folder.Open();
        Assert.Equal(Sample.Id(1), (await Sample.FindAsync(again, 1)).Subscription.SubscriptionId);
    }

    [Fact]
    public void The_migrations_make_exactly_the_tables_of_the_model()
    {
        using var folder = new StoreFolder();
        folder.OpenDatabase().Dispose();
        var plain = Path.Combine(folder.Path, "model.db");
        using (var context = HssDbContext.OnSqlite($"Data Source={plain};Pooling=False")) context.Database.EnsureCreated();
        var expected = Schema(plain);
        Assert.Equal(19, expected.Select(line => line.Split(' ')[0]).Distinct().Count());
        Assert.Equal(expected, Schema(folder.Database));
    }

    [Fact]
    public void A_store_of_a_newer_version_is_refused_untouched()
    {
        using var folder = new StoreFolder();
        folder.OpenDatabase().Dispose();
        Execute(folder.Database, "INSERT INTO \"__EFMigrationsHistory\" VALUES ('0099_future', '11.0.0')");
        var message = Refused(folder.Options);
        Assert.Contains("0099_future", message, StringComparison.Ordinal);
        Assert.Contains(folder.Database, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upgrade_that_died_does_not_hold_up_the_next_one()
    {
        using var folder = new StoreFolder();
        Execute(folder.Database, """CREATE TABLE "__EFMigrationsLock" ("Id" INTEGER PRIMARY KEY, "Timestamp" TEXT); INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-01-01')""");
        await using var store = folder.Open();
        Assert.True(await store.IsEmptyAsync(None));
    }

    [Fact]
    public void A_database_of_another_program_is_refused()
    {
        using var folder = new StoreFolder();
        Execute(folder.Database, "CREATE TABLE customer (id INTEGER)");
        var before = File.ReadAllBytes(folder.Database);
        Assert.Contains("another program", Refused(folder.Options), StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(folder.Database)); // not even its journal mode
        Assert.False(File.Exists(folder.KeyFile));
    }

    [Fact]
    public void What_is_no_database_is_refused()
    {
        using var folder = new StoreFolder();
        File.WriteAllText(folder.Database, new string('x', 5_000));
        Assert.Contains("is not an SQLite database", Refused(folder.Options), StringComparison.Ordinal);
        Assert.Contains("is a directory", Refused(folder.Options with { ConnectionString = $"Data Source={folder.Path}" }), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder.Path, "file"), "");
        Assert.Contains("directory", Refused(folder.Options with { ConnectionString = $"Data Source={folder.Path}/file/hss.db" }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Data Source=:memory:")]
    [InlineData("Data Source=file:x?mode=memory")]
    [InlineData("Nonsense=1")]
    public void A_connection_string_without_a_file_is_refused(string connectionString)
    {
        using var folder = new StoreFolder();
        Assert.Contains("Data Source=FILE", Refused(folder.Options with { ConnectionString = connectionString }), StringComparison.Ordinal);
    }

    /// <summary>Another name for the store is another lock file beside it, unless the link is followed: two processes would issue one SEQ.</summary>
    [Fact]
    public async Task A_second_opener_is_refused_that_comes_through_a_symbolic_link()
    {
        using var folder = new StoreFolder();
        using var elsewhere = new StoreFolder();
        await using var store = folder.Open();
        File.CreateSymbolicLink(elsewhere.Database, folder.Database);
        Assert.Contains("in use by another process", Refused(elsewhere.Options), StringComparison.Ordinal);
        Directory.CreateSymbolicLink(Path.Combine(elsewhere.Path, "linked"), Path.Combine("..", Path.GetFileName(folder.Path)));
        Assert.Contains("in use by another process",
            Refused(elsewhere.Options with { ConnectionString = $"Data Source={elsewhere.Path}/linked/hss.db" }), StringComparison.Ordinal);
        File.CreateSymbolicLink(Path.Combine(elsewhere.Path, "round.db"), "round.db");
        Assert.Contains("symbolic links",
            Refused(elsewhere.Options with { ConnectionString = $"Data Source={elsewhere.Path}/round.db" }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_opener_is_refused()
    {
        using var folder = new StoreFolder();
        await using (var store = folder.Open())
        {
            var message = Refused(folder.Options);
            Assert.Contains("in use by another process", message, StringComparison.Ordinal);
            Assert.Contains(folder.Database + ".lock", message, StringComparison.Ordinal);
        }
        Assert.Equal($"{Environment.ProcessId}", File.ReadAllText(folder.Database + ".lock"));
        await using var next = folder.Open();
    }

    [Fact]
    public async Task A_missing_key_is_made_only_for_a_store_that_sealed_nothing()
    {
        using var folder = new StoreFolder();
        folder.OpenDatabase().Dispose();
        File.Delete(folder.KeyFile);
        await using (var store = folder.Open()) await store.UpsertAsync([Sample.Subscription(1)], None);
        File.Delete(folder.KeyFile);
        var message = Refused(folder.Options);
        Assert.Contains(folder.KeyFile, message, StringComparison.Ordinal);
        Assert.Contains("missing", message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.KeyFile));
    }

    /// <summary>The records hold what an undo opens: a new key beside them would look like a good start and undo nothing.</summary>
    [Fact]
    public async Task A_key_is_needed_also_when_every_subscription_is_gone()
    {
        using var folder = new StoreFolder();
        await using (var store = folder.Open())
        {
            await store.UpsertAsync([Sample.Subscription(1)], None);
            await store.RemoveAsync(Sample.Id(1), None);
        }
        File.Delete(folder.KeyFile);
        Assert.Contains("missing", Refused(folder.Options), StringComparison.Ordinal);
        Assert.False(File.Exists(folder.KeyFile));
    }

    [Fact]
    public async Task A_wrong_key_is_found_out_at_the_start()
    {
        using var folder = new StoreFolder();
        await using (var store = folder.Open()) await store.UpsertAsync([Sample.Subscription(1)], None);
        var octets = File.ReadAllBytes(folder.KeyFile);
        octets[7] ^= 1;
        File.WriteAllBytes(folder.KeyFile, octets);
        var message = Refused(folder.Options);
        Assert.Contains(folder.KeyFile, message, StringComparison.Ordinal);
        Assert.Contains("is not the key", message, StringComparison.Ordinal);
        // A store whose check value was removed has not become a store for any key.
        Execute(folder.Database, "DELETE FROM store_meta");
        Assert.Contains("is not the key", Refused(folder.Options), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(4096)]
    public void A_key_file_of_another_length_is_refused(int length)
    {
        using var folder = new StoreFolder();
        WriteKey(folder, new byte[length]);
        Assert.Contains("32 octets", Refused(folder.Options), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead, true)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead, true)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, false)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.OtherRead, false)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.OtherWrite, false)]
    public void A_key_that_everybody_may_read_is_refused(UnixFileMode mode, bool isAccepted)
    {
        if (OperatingSystem.IsWindows()) return;
        using var folder = new StoreFolder();
        WriteKey(folder, new byte[32]);
        File.SetUnixFileMode(folder.KeyFile, mode);
        if (isAccepted) folder.OpenDatabase().Dispose();
        else Assert.Contains("chmod 600", Refused(folder.Options), StringComparison.Ordinal);
    }

    private static SubscriberStore Open(StoreOptions options) => StoreFolder.OverDatabase(SqliteDatabase.Open(options, TimeProvider.System, NullLogger.Instance));

    /// <summary>One line, and the lock is free again.</summary>
    private static string Refused(StoreOptions options)
    {
        var message = Assert.Throws<StoreOpenException>(() => SqliteDatabase.Open(options, TimeProvider.System, NullLogger.Instance)).Message;
        Assert.DoesNotContain('\n', message);
        Assert.Contains("mend: ", message, StringComparison.Ordinal);
        Assert.Equal(message, Assert.Throws<StoreOpenException>(() => SqliteDatabase.Open(options, TimeProvider.System, NullLogger.Instance)).Message);
        return message;
    }

    private static void WriteKey(StoreFolder folder, byte[] octets)
    {
        File.WriteAllBytes(folder.KeyFile, octets);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder.KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    // Every column, key, index and foreign key of the six tables, as SQLite itself describes them.
    private static List<string> Schema(string path) => Query(path, """
        SELECT t.name || ' column ' || c.name || ' ' || c.type || ' notnull ' || c."notnull" || ' key ' || c.pk
        FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE '\_\_EF%' ESCAPE '\' AND t.name NOT LIKE 'sqlite%'
        UNION ALL
        SELECT t.name || ' index ' || i.name || ' unique ' || i."unique" || ' on ' || c.name
        FROM sqlite_master t, pragma_index_list(t.name) i, pragma_index_info(i.name) c WHERE t.type = 'table' AND t.name NOT LIKE '\_\_EF%' ESCAPE '\' AND i.origin = 'c'
        UNION ALL
        SELECT t.name || ' refers ' || f."from" || ' to ' || f."table" || ' ' || f."to" || ' ' || f.on_delete
        FROM sqlite_master t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table'
        ORDER BY 1
        """);

    private static void Execute(string path, string sql) => Query(path, sql);

    private static List<string> Query(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var rows = command.ExecuteReader();
        var lines = new List<string>();
        while (rows.Read()) lines.Add(rows.GetString(0));
        return lines;
    }
}
