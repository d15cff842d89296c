using Hss.Storage.Model;
using Hss.Subscribers;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;

namespace Hss.Storage.Tests;

public sealed class UpgradeTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    public static TheoryData<string> EarlierSchemas()
    {
        using var context = HssDbContext.OnSqlite("Data Source=unused.db");
        return [.. context.Database.GetMigrations().SkipLast(1).Where(schema => string.CompareOrdinal(schema, "0002") > 0)];
    }

    [Fact]
    public void Migrations_are_applied_in_the_order_of_their_numbers()
    {
        using var context = HssDbContext.OnSqlite("Data Source=unused.db");
        var migrations = context.Database.GetMigrations().ToList();
        Assert.Equal(migrations.Order(StringComparer.Ordinal), migrations);
        Assert.All(migrations, migration => Assert.Matches("^[0-9]{4}_[a-z_]+$", migration));
        Assert.Equal(migrations.Count, migrations.Select(migration => migration[..4]).Distinct().Count());
    }

    /// <summary>A store of every earlier schema, with a registered subscriber and a wildcard in it, opens and goes on.</summary>
    [Theory]
    [MemberData(nameof(EarlierSchemas))]
    public async Task An_older_store_opens_with_what_is_in_it(string schema)
    {
        using var now = new StoreFolder();
        using var older = new StoreFolder();
        var rooms = Sample.Subscription(2) with
        {
            ImplicitRegistrationSets = [new() { PublicIdentities = [new() { Identity = "sip:room!.*!@x", ServiceProfile = "voice", Type = PublicIdentityType.WildcardedPsi }] }],
        };
        ulong issued;
        await using (var store = now.Open())
        {
            await store.UpsertAsync([Sample.Subscription(1), rooms], None);
            var subscriber = await Sample.FindAsync(store, 1);
            await Sample.CommitAsync(store, subscriber, Sample.Register(0, Sample.Registered(Sample.Impi(1))));
            issued = await Sample.IssueAsync(store, subscriber);
        }
        MakeOlder(now, older, schema);
        await using var upgraded = older.Open();
        var found = await Sample.FindAsync(upgraded, 1);
        Assert.Equal(Sample.Registered(Sample.Impi(1)), found.States[0]);
        Assert.InRange(await Sample.IssueAsync(upgraded, found), issued + 1, ulong.MaxValue);
        Assert.Equal("sip:room!.*!@x", (await upgraded.MatchPublicIdentityAsync("sip:room-1@x", None))!.Value.Provisioned);
        var restorable = found.States[0] with { UserDataOutdated = true, RestorationData = [new(Sample.Impi(1), new byte[] { 1 })] };
        await Sample.CommitAsync(upgraded, found, Sample.Register(0, restorable));
        Assert.Equal(restorable, found.States[0]);

        // What is older than the records has a revision too, and its first change shows what it was.
        var (revision, span) = string.CompareOrdinal(schema, "0005") < 0 ? (1L, default) : (2L, new ChangeSpan(2, 3));
        Assert.Equal(revision, (await upgraded.ReadAsync(Sample.Id(1), None))!.Revision);
        Assert.Equal(span, await upgraded.ChangeSpanAsync(None));
        Assert.Equal(new(Sample.Id(1), ChangeKind.None, revision, 0, false),
            (await upgraded.ChangeAsync([SubscriptionEdit.Replace(Sample.Subscription(1))], ChangeAuthor.Offline("test"), None))[0]);
        var change = (await upgraded.ChangeAsync([SubscriptionEdit.Replace(Sample.Subscription(1, k: Sample.K(9)))], ChangeAuthor.Offline("test"), None))[0];
        Assert.Equal((ChangeKind.Updated, Math.Max(span.Newest, 1) + 1), (change.Kind, change.Revision));
        Assert.Equal(Sample.Registered(Sample.Impi(1)), (await Sample.FindAsync(upgraded, 1)).States[0] with { RestorationData = [], UserDataOutdated = false });
        var record = (await upgraded.ReadChangesAsync(new() { Id = change.Revision }, None)).Single();
        Assert.Equal((true, true), (record.Before!.PrivateIdentities[0].Credentials.Aka!.K.Equals(new Hss.Authentication.Secret(Sample.K(1))),
            record.After!.PrivateIdentities[0].Credentials.Aka!.K.Equals(new Hss.Authentication.Secret(Sample.K(9)))));
    }

    // The tables as that schema made them, with the rows of today: sealed values stay readable, because the key file comes along.
    private static void MakeOlder(StoreFolder now, StoreFolder older, string schema)
    {
        File.Copy(now.KeyFile, older.KeyFile);
        using var connection = new SqliteConnection($"Data Source={older.Database};Pooling=False");
        connection.Open();
        Execute(connection, "CREATE TABLE \"__EFMigrationsHistory\" (\"MigrationId\" TEXT NOT NULL PRIMARY KEY, \"ProductVersion\" TEXT NOT NULL)");
        using (var context = HssDbContext.OnSqlite(connection.ConnectionString))
            foreach (var (id, type) in context.GetService<IMigrationsAssembly>().Migrations.TakeWhile(m => string.CompareOrdinal(m.Key, schema) <= 0))
            {
                foreach (var step in ((Migration)Activator.CreateInstance(type)!).UpOperations.Cast<SqlOperation>()) Execute(connection, step.Sql);
                Execute(connection, $"INSERT INTO \"__EFMigrationsHistory\" VALUES ('{id}', '10.0.0')");
            }
        Execute(connection, $"ATTACH '{now.Database}' AS now");
        foreach (var table in new[] { "subscription", "private_identity", "sequence_number", "public_identity", "registration_set", "store_meta", "subscription_change" })
        {
            var columns = string.Join(", ", Query(connection, $"SELECT name FROM pragma_table_info('{table}', 'main')"));
            if (columns.Length == 0) continue;
            Execute(connection, $"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM now.{table}");
        }
    }

    private static void Execute(SqliteConnection connection, string sql) => Query(connection, sql);

    private static List<string> Query(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var rows = command.ExecuteReader();
        var lines = new List<string>();
        while (rows.Read()) lines.Add(rows.GetString(0));
        return lines;
    }
}
