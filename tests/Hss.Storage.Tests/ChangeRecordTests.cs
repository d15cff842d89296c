using Hss.Authentication;
using Hss.Storage.Sqlite;
using Hss.Subscribers;
using Hss.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hss.Storage.Tests;

/// <summary>Reading what was changed and what stands, forgetting what is old, and the tokens.</summary>
public sealed class ChangeRecordTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly ChangeAuthor Alice = new("alice", "UpsertSubscription");
    private static readonly ChangeAuthor Bob = new("bob", "DeleteSubscription");

    public static TheoryData<DatabaseKind> Databases => [DatabaseKind.Memory, DatabaseKind.Sqlite];

    /// <summary>An undo has all it needs: the keys as they were, and with them the SQN that was reached.</summary>
    [Theory]
    [MemberData(nameof(Databases))]
    public async Task What_stood_before_comes_back_with_its_keys_and_without_a_sequence_number_twice(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        var before = Sample.Subscription(1) with { PrivateIdentities = [Sample.Aka(1), Sample.FixedLine(2, "secret")] };
        await on.Store.UpsertAsync([before], None);
        // Far beyond Delta, so that another key starts anew and the store forgets how far this one was.
        await Sample.CommitAsync(on.Store, await Sample.FindAsync(on.Store, 1), new([], [(0, new SequenceState(1UL << 35, 1UL << 35, 0))]));
        var change = (await on.Store.ChangeAsync([SubscriptionEdit.Replace(Sample.Subscription(1, k: Sample.K(9)))], Alice, None))[0];
        Assert.True(await Sample.IssueAsync(on.Store, await Sample.FindAsync(on.Store, 1)) < 1_000, "the new key starts anew");
        var removal = (await on.Store.ChangeAsync([new(Sample.Id(1), _ => null)], Bob, None))[0];

        foreach (var (undone, key) in new[] { (removal.Revision, Sample.K(9)), (change.Revision, Sample.K(1)) })
        {
            var record = (await on.Store.ReadChangesAsync(new() { Id = undone }, None)).Single();
            var outcome = await on.Store.ChangeAsync([SubscriptionEdit.Replace(record.Before!)], Alice with { Undoes = undone }, None);
            Assert.Equal(undone, (await on.Store.ReadChangesAsync(new() { Id = outcome[0].Revision, WithSubscriptions = false }, None))[0].Author.Undoes);
            Assert.True((await Sample.FindAsync(on.Store, 1)).Subscription.PrivateIdentities[0].Credentials.Aka!.K.Equals(new Secret(key)));
        }
        var back = (await on.Store.ReadAsync(Sample.Id(1), None))!.Subscription;
        Assert.Equal(SubscriptionJson.Write(before).ToArray(), SubscriptionJson.Write(back).ToArray());
        Assert.Equal(before.PrivateIdentities.Select(identity => identity.Credentials.Digest), back.PrivateIdentities.Select(identity => identity.Credentials.Digest));
        Assert.True(await Sample.IssueAsync(on.Store, await Sample.FindAsync(on.Store, 1)) > 1UL << 35);
    }

    /// <summary>A slip put right by a document and not by an undo, also when the subscription was gone in between. Spec: TS 33.102 C.1.</summary>
    [Theory]
    [MemberData(nameof(Databases))]
    public async Task A_key_that_comes_back_in_a_document_goes_on_where_it_was(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await on.Store.UpsertAsync([Sample.Subscription(1)], None);
        // Far beyond Delta, so that another key starts anew.
        await Sample.CommitAsync(on.Store, await Sample.FindAsync(on.Store, 1), new([], [(0, new SequenceState(1UL << 35, 1UL << 35, 0))]));
        await on.Store.UpsertAsync([Sample.Subscription(1, k: Sample.K(9))], None);
        Assert.True(await IssueAsync() < 1_000, "the new key starts anew");
        await on.Store.UpsertAsync([Sample.Subscription(1)], None);
        Assert.True(await IssueAsync() > 1UL << 35, "the old key goes on");

        await on.Store.UpsertAsync([Sample.Subscription(1, k: Sample.K(9))], None);
        Assert.True(await IssueAsync() is > 8 and < 10_000, "so does the other one");
        await on.Store.RemoveAsync(Sample.Id(1), None);
        await on.Store.UpsertAsync([Sample.Subscription(1)], None);
        Assert.True(await IssueAsync() > (1UL << 35) + 8, "also after the subscription was gone");

        async Task<ulong> IssueAsync() => await Sample.IssueAsync(on.Store, await Sample.FindAsync(on.Store, 1));
    }

    /// <summary>What the card has lowered stays low: a change that does not touch the key, and its undo, bring no older ceiling back.</summary>
    [Theory]
    [MemberData(nameof(Databases))]
    public async Task A_resynchronisation_is_not_undone(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await on.Store.UpsertAsync([Sample.Subscription(1, sqn: 1UL << 40)], None);
        var change = (await on.Store.ChangeAsync([SubscriptionEdit.Replace(Sample.Subscription(1, sqn: 1UL << 40) with { RegistrationAllowed = false })], Alice, None))[0];
        await Sample.CommitAsync(on.Store, await Sample.FindAsync(on.Store, 1), new([], [(0, new SequenceState(100, 100, 0))]));
        var record = (await on.Store.ReadChangesAsync(new() { Id = change.Revision }, None)).Single();
        await on.Store.ChangeAsync([SubscriptionEdit.Replace(record.Before!)], Alice with { Undoes = change.Revision }, None);
        Assert.True(await Sample.IssueAsync(on.Store, await Sample.FindAsync(on.Store, 1)) is > 100 and < 1_000);
    }

    /// <summary>A card is its K: it does not begin anew because the realm of its IMPI changes.</summary>
    [Theory]
    [MemberData(nameof(Databases))]
    public async Task A_private_identity_under_another_name_goes_on_with_its_key(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await on.Store.UpsertAsync([Sample.Subscription(1, sqn: 1UL << 20)], None);
        await on.Store.UpsertAsync([Sample.Subscription(1) with { PrivateIdentities = [Sample.Aka(2, k: Sample.K(1))] }], None);
        Assert.True(await Sample.IssueAsync(on.Store, await Sample.FindAsync(on.Store, 2)) > 1UL << 15);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Records_are_read_from_either_end_and_by_what_they_are_about(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        for (var number = 0; number < 10; number++)
            await on.Store.ChangeAsync([SubscriptionEdit.Replace(Sample.Subscription(number % 5, k: Sample.K(100 + number)))], number % 2 == 0 ? Alice : Bob, None);
        var action = await on.Store.RecordActionAsync(Sample.Id(3), "de-registered", Bob, None);
        Assert.Equal((ChangeKind.Action, false), (action.Kind, action.IsRepeated));
        var span = await on.Store.ChangeSpanAsync(None);
        Assert.Equal((action.Revision, action.Revision - 10), (span.Newest, span.Oldest));

        Assert.Equal([span.Newest, span.Newest - 1, span.Newest - 2], await Ids(new() { Most = 3 }));
        Assert.Equal([span.Newest - 3, span.Newest - 4], await Ids(new() { Before = span.Newest - 2, Most = 2 }));
        Assert.Equal([span.Oldest, span.Oldest + 1], await Ids(new() { After = 0, Most = 2 }));
        Assert.Equal([span.Newest], await Ids(new() { After = span.Newest - 1 }));
        Assert.Empty(await Ids(new() { After = span.Newest }));
        Assert.Equal([span.Oldest + 4], await Ids(new() { Id = span.Oldest + 4 }));
        Assert.Equal([span.Newest, span.Oldest + 8, span.Oldest + 3], await Ids(new() { SubscriptionId = Sample.Id(3) }));
        Assert.Equal([span.Oldest + 3], await Ids(new() { SubscriptionId = Sample.Id(3), Actor = "bob", Before = span.Newest }));
        Assert.Empty(await Ids(new() { Since = DateTimeOffset.UtcNow.AddHours(1) }));
        Assert.Equal(11, (await Ids(new() { Since = DateTimeOffset.UtcNow.AddHours(-1) })).Count);

        var last = (await on.Store.ReadChangesAsync(new() { Id = action.Revision }, None)).Single();
        Assert.Equal(("de-registered", null, null), (last.Summary, last.Before, last.After));
        // The record of an action stands between two changes and hides neither.
        var updated = (await on.Store.ReadChangesAsync(new() { Id = span.Oldest + 8 }, None)).Single();
        Assert.True(updated.Before!.PrivateIdentities[0].Credentials.Aka!.K.Equals(new Secret(Sample.K(103))));
        Assert.True(updated.After!.PrivateIdentities[0].Credentials.Aka!.K.Equals(new Secret(Sample.K(108))));
        var cheap = (await on.Store.ReadChangesAsync(new() { Id = span.Oldest + 8, WithSubscriptions = false }, None)).Single();
        Assert.Equal((null, null), (cheap.Before, cheap.After));

        async Task<List<long>> Ids(ChangeQuery query) => [.. (await on.Store.ReadChangesAsync(query, None)).Select(record => record.Id)];
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task An_action_that_is_asked_for_twice_is_recorded_once(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        var author = Alice with { RequestId = "r", RequestHash = new byte[32] };
        var first = await on.Store.RecordActionAsync(Sample.Id(1), "de-registered", author, None);
        Assert.Equal(first with { IsRepeated = true }, await on.Store.RecordActionAsync(Sample.Id(1), "de-registered", author, None));
        Assert.Equal(first.Revision, await on.Store.NewestChangeAsync(None));

        // A caller that gives no hash says that the id alone makes a request the same.
        var bare = Alice with { RequestId = "s" };
        Assert.False((await on.Store.RecordActionAsync("", "drained", bare, None)).IsRepeated);
        Assert.True((await on.Store.RecordActionAsync("", "drained", bare, None)).IsRepeated);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Subscriptions_are_listed_by_name_a_page_at_a_time_and_not_kept_in_memory(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind, cacheEntries: 3);
        string[] names = ["b", "a-2", "a-10", "a-1", "c", "a", "B"];
        await on.Store.UpsertAsync([.. names.Select((name, number) => Sample.Subscription(number) with { SubscriptionId = name })], None);
        for (var number = 0; number < 3; number++)
        {
            var subscriber = await Sample.FindAsync(on.Store, number);
            var state = Sample.Registered(Sample.Impi(number));
            if (number == 2) state = state with { Server = new("sip:other@x", "other.x", "x") };
            if (number == 1) state = state with { Status = RegistrationStatus.NotRegistered, RegisteredPrivateIdentities = [], AuthenticationPendingPrivateIdentities = [Sample.Impi(1)] };
            await Sample.CommitAsync(on.Store, subscriber, Sample.Register(0, state));
        }
        Assert.Equal(["B", "a", "a-1", "a-10", "a-2", "b", "c"], await Names(new()));
        Assert.Equal(["B", "a", "a-1"], await Names(new() { Most = 3 }));
        Assert.Equal(["a-10", "a-2", "b"], await Names(new() { After = "a-1", Most = 3 }));
        Assert.Equal(["a-1", "a-10", "a-2"], await Names(new() { Prefix = "a-" }));
        Assert.Equal(["a-10", "a-2"], await Names(new() { Prefix = "a-", After = "a-1" }));
        Assert.Empty(await Names(new() { Prefix = "a-", After = "b" }));
        // One that is only authenticating is not served yet.
        Assert.Equal(["a-10", "b"], await Names(new() { IsServed = true }));
        Assert.Equal(["B", "a", "a-1", "a-2", "c"], await Names(new() { IsServed = false }));
        Assert.Equal(["b"], await Names(new() { ServerName = Sample.Server.Name }));
        Assert.Equal(["a-10"], await Names(new() { DiameterHost = "OTHER.x" }));
        Assert.Empty(await Names(new() { DiameterHost = "other.x", ServerName = Sample.Server.Name }));
        Assert.True(on.Store.CachedCount <= 3);
        Assert.All(await on.Store.ListAsync(new(), None), one => Assert.True(one.Revision > 1 && one.Subscription.PrivateIdentities[0].Credentials.Aka is not null));

        async Task<List<string>> Names(SubscriptionQuery query) => [.. (await on.Store.ListAsync(query, None)).Select(one => one.Subscription.SubscriptionId)];
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task A_list_waits_for_no_commit(DatabaseKind kind)
    {
        if (kind == DatabaseKind.Sqlite)
        {
            using var folder = new StoreFolder();
            await using var store = folder.Open();
            await store.UpsertAsync([Sample.Subscription(1)], None);
            using var foreigner = new SqliteConnection($"Data Source={folder.Database};Pooling=False");
            foreigner.Open();
            Execute(foreigner, "BEGIN IMMEDIATE");
            Assert.Single(await Sample.Soon(store.ListAsync(new(), None)));
            Assert.Single(await Sample.Soon(store.ReadChangesAsync(new(), None)));
            Execute(foreigner, "ROLLBACK");
            return;
        }
        var database = new MemoryDatabase();
        await using var on = StoreFolder.OverDatabase(database);
        await on.UpsertAsync([Sample.Subscription(1)], None);
        Task<UpsertCounts> held;
        using (database.HoldCommits())
        {
            held = on.UpsertAsync([Sample.Subscription(2)], None);
            Assert.Single(await Sample.Soon(on.ListAsync(new(), None)));
        }
        Assert.Equal(1, (await Sample.Soon(held)).Created);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Old_records_go_from_the_oldest_on_and_those_that_stay_say_all_they_said(DatabaseKind kind)
    {
        var time = new ManualTime();
        using var folder = new StoreFolder();
        ISubscriberDatabase database = kind == DatabaseKind.Memory ? new MemoryDatabase { Time = time } : SqliteDatabase.Open(folder.Options, time, NullLogger.Instance);
        await using var store = StoreFolder.OverDatabase(database, time: time);
        for (var number = 0; number < 12; number++)
        {
            await store.ChangeAsync([SubscriptionEdit.Replace(Sample.Subscription(number % 3, k: Sample.K(number)))],
                Alice with { RequestId = $"{number}", RequestHash = new byte[32] }, None);
            time.Advance(TimeSpan.FromDays(1));
        }
        var (oldest, all) = ((await store.ChangeSpanAsync(None)).Oldest, await store.ReadChangesAsync(new() { After = 0 }, None));
        var now = time.GetUtcNow();
        Assert.Equal(0, await store.PruneChangesAsync(now.AddDays(-20), 100, None));
        // Four records are from before, and so are the requests that made them.
        Assert.Equal(8, await store.PruneChangesAsync(now.AddDays(-8), 100, None));
        Assert.Equal(oldest + 4, (await store.ChangeSpanAsync(None)).Oldest);
        Assert.Equal(2, await store.PruneChangesAsync(now.AddDays(-8), 6, None));
        Assert.Equal(0, await store.PruneChangesAsync(now.AddDays(-8), 6, None));
        var left = await store.ReadChangesAsync(new() { After = 0 }, None);
        Assert.Equal(all.Skip(6).Select(Said), left.Select(Said));
        Assert.False((await store.ChangeAsync([SubscriptionEdit.Replace(Sample.Subscription(0))], Alice with { RequestId = "0", RequestHash = new byte[32] }, None))[0].IsRepeated);
        Assert.True((await store.ChangeAsync([SubscriptionEdit.Replace(Sample.Subscription(1))], Alice with { RequestId = "10", RequestHash = new byte[32] }, None))[0].IsRepeated);

        // When none is left, numbers go on all the same: a revision never comes twice.
        var newest = await store.NewestChangeAsync(None);
        Assert.True(await store.PruneChangesAsync(now.AddDays(1), 0, None) > 0);
        Assert.Equal(default, await store.ChangeSpanAsync(None));
        Assert.Equal(newest + 1, (await store.ChangeAsync([SubscriptionEdit.Replace(Sample.Subscription(7))], Alice, None))[0].Revision);

        static (long, ChangeKind, Secret?, Secret?) Said(ChangeRecord record) => (record.Id, record.Kind,
            record.Before?.PrivateIdentities[0].Credentials.Aka!.K, record.After?.PrivateIdentities[0].Credentials.Aka!.K);
    }

    [Fact]
    public async Task What_is_too_old_is_forgotten_without_anybody_asking()
    {
        var time = new ManualTime();
        await using var store = StoreFolder.OverDatabase(new MemoryDatabase { Time = time }, time: time);
        for (var number = 0; number < 3; number++)
        {
            await store.UpsertAsync([Sample.Subscription(number)], None);
            time.Advance(TimeSpan.FromDays(1));
        }
        var newest = await store.NewestChangeAsync(None);
        // The real clock, which has timers, and as much longer as the other one is behind it.
        var keepFor = TimeProvider.System.GetUtcNow() - time.GetUtcNow() + TimeSpan.FromDays(1.5);
        await using (new ChangeRetention(store, keepFor, TimeProvider.System, NullLogger<ChangeRetention>.Instance))
            await Sample.Soon(Task.Run(async () =>
            {
                while ((await store.ChangeSpanAsync(None)).Oldest != newest) await Task.Yield();
                return true;
            }));
        Assert.Equal(new ChangeSpan(newest, newest), await store.ChangeSpanAsync(None));
        Assert.Equal(3, (await store.CountAsync(None)).Subscriptions);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Access_tokens_come_and_go_with_a_record(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        var moment = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123);
        var token = new AccessToken("portal", new byte[] { 1, 2, 3 }, AccessRole.Provisioner, moment, moment.AddDays(1), "alice");
        Assert.True(await on.Store.AddAccessTokenAsync(token, Alice, None));
        Assert.False(await on.Store.AddAccessTokenAsync(token with { Hash = new byte[] { 9 } }, Bob, None));
        Assert.True(await on.Store.AddAccessTokenAsync(token with { Name = "other", Expires = null, Role = AccessRole.Operator }, Bob, None));
        var read = await on.Store.ReadAccessTokensAsync(None);
        Assert.Equal([("other", AccessRole.Operator, null), ("portal", AccessRole.Provisioner, (DateTimeOffset?)moment.AddDays(1))], read.Select(one => (one.Name, one.Role, one.Expires)));
        Assert.Equal((moment, "alice", "010203"), (read[1].Created, read[1].CreatedBy, Convert.ToHexString(read[1].Hash.Span)));
        Assert.True(await on.Store.RemoveAccessTokenAsync("portal", Bob, None));
        Assert.False(await on.Store.RemoveAccessTokenAsync("portal", Bob, None));
        Assert.Single(await on.Store.ReadAccessTokensAsync(None));

        var records = await on.Store.ReadChangesAsync(new() { After = 0 }, None);
        Assert.Equal(["alice", "bob", "bob"], records.Select(record => record.Author.Actor));
        Assert.All(records, record => Assert.Equal((ChangeKind.Action, ""), (record.Kind, record.SubscriptionId)));
        Assert.Equal("access token portal removed", records[2].Summary);
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_says_so_and_hides_no_other()
    {
        using var folder = new StoreFolder();
        await using (var store = folder.Open())
            for (var number = 0; number < 3; number++) await store.UpsertAsync([Sample.Subscription(1, k: Sample.K(number))], None);
        using (var connection = new SqliteConnection($"Data Source={folder.Database};Pooling=False"))
        {
            connection.Open();
            Execute(connection, "UPDATE subscription_change SET before_credentials = x'00FF01' WHERE id = (SELECT max(id) FROM subscription_change)");
        }
        await using var again = folder.Open();
        var records = await again.ReadChangesAsync(new() { After = 0 }, None);
        Assert.Equal([false, true, true], records.Select(record => record.Trouble is not null));
        Assert.Equal(Sample.Id(1), (await again.ReadAsync(Sample.Id(1), None))!.Subscription.SubscriptionId);
    }

    /// <summary>Nothing of a secret in the clear, in none of the new columns, also of what is gone.</summary>
    [Fact]
    public async Task Records_hold_no_secret_in_the_clear()
    {
        using var folder = new StoreFolder();
        await using (var store = folder.Open())
        {
            await store.UpsertAsync([Sample.Subscription(1) with { PrivateIdentities = [Sample.Aka(1), Sample.FixedLine(2, "correct horse")] }], None);
            await store.UpsertAsync([Sample.Subscription(1, k: Sample.K(3))], None);
            await store.RemoveAsync(Sample.Id(1), None);
        }
        var octets = await File.ReadAllBytesAsync(folder.Database);
        foreach (var secret in new[] { Sample.K(1), Sample.K(3), Sample.Opc(1), "correct horse"u8.ToArray() })
        {
            Assert.Equal(-1, octets.AsSpan().IndexOf(secret));
            Assert.Equal(-1, octets.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(Convert.ToHexString(secret))));
        }
    }

    /// <summary>Whoever has the database alone must not be able to try passwords on the hash of a request.</summary>
    [Fact]
    public async Task The_hash_of_a_served_request_is_not_stored_as_it_is()
    {
        using var folder = new StoreFolder();
        var hash = System.Security.Cryptography.SHA256.HashData("a request with a password"u8);
        var author = Alice with { RequestId = "r", RequestHash = hash };
        await using (var store = folder.Open())
        {
            await store.ChangeAsync([SubscriptionEdit.Replace(Sample.Subscription(1))], author, None);
            await store.RecordActionAsync("", "x", author with { RequestId = "s" }, None);
        }
        Assert.Equal(-1, (await File.ReadAllBytesAsync(folder.Database)).AsSpan().IndexOf(hash));
        await using var again = folder.Open();
        Assert.True((await again.ChangeAsync([SubscriptionEdit.Replace(Sample.Subscription(1))], author, None))[0].IsRepeated);
        await Assert.ThrowsAsync<RequestIdReusedException>(() => again.RecordActionAsync("", "x", author with { RequestId = "s", RequestHash = new byte[32] }, None));
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
