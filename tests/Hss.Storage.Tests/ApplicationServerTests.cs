using System.Collections.Immutable;
using System.Text;
using Hss.Subscribers;
using Hss.Testing;

namespace Hss.Storage.Tests;

/// <summary>The AS permission list: in force when it is durable, and subscriptions go with the permission (TS 29.328 6.2), on both databases.</summary>
public sealed class ApplicationServerTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly ChangeAuthor Author = ChangeAuthor.Offline("test");

    public static TheoryData<DatabaseKind> Databases => [DatabaseKind.Memory, DatabaseKind.Sqlite];

    [Theory, MemberData(nameof(Databases))]
    public async Task An_entry_is_found_by_its_octets_in_any_case_and_an_unknown_host_is_not(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        Assert.Null(Find(on.Store, ShSample.Host));
        var put = await on.Store.PutApplicationServerAsync(Permissions(ShOperations.Pull | ShOperations.Notify), expected: 0, Author, None);
        Assert.Equal((ChangeKind.Created, false), (put.Kind, put.IsStale));
        Assert.True(Find(on.Store, "AS.Example.ORG")!.Allows(ShDataReference.RepositoryData, ShOperations.Notify));
        Assert.False(Find(on.Store, ShSample.Host)!.Allows(ShDataReference.RepositoryData, ShOperations.Update));
        foreach (var unknown in (string[])["", "as.example.or", "as.example.org.", "ÄS.example.org", new string('a', 300)]) Assert.Null(Find(on.Store, unknown));

        var stored = Assert.Single(await on.Store.ListApplicationServersAsync(None));
        Assert.Equal((ShSample.Host, put.Standing!.Revision, "sip:as.example.org"), (stored.DiameterHost, stored.Revision, Assert.Single(stored.ServerNames)));
        Assert.Equal([(ShDataReference.RepositoryData, ShOperations.Pull | ShOperations.Notify)], stored.Operations.Select(one => (one.Key, one.Value)));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Another_revision_than_the_expected_one_changes_nothing(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        var first = await on.Store.PutApplicationServerAsync(Permissions(ShOperations.Pull), expected: null, Author, None);
        var revision = first.Standing!.Revision;
        foreach (var expected in (long[])[0, revision + 1])
        {
            var stale = await on.Store.PutApplicationServerAsync(Permissions(ShOperations.Update), expected, Author, None);
            Assert.Equal((true, ChangeKind.None, revision), (stale.IsStale, stale.Kind, stale.Standing!.Revision));
            Assert.True((await on.Store.RemoveApplicationServerAsync(ShSample.Host, expected, Author, None)).IsStale);
        }
        Assert.Equal(ChangeKind.None, (await on.Store.PutApplicationServerAsync(Permissions(ShOperations.Pull), revision, Author, None)).Kind);
        var second = await on.Store.PutApplicationServerAsync(Permissions(ShOperations.Update), revision, Author, None);
        Assert.Equal((ChangeKind.Updated, revision), (second.Kind, second.Before!.Revision));
        Assert.True(second.Standing!.Revision > revision);
        Assert.Equal(ChangeKind.Deleted, (await on.Store.RemoveApplicationServerAsync(ShSample.Host, second.Standing.Revision, Author, None)).Kind);
        Assert.Equal(ChangeKind.None, (await on.Store.RemoveApplicationServerAsync(ShSample.Host, null, Author, None)).Kind);
        Assert.Null(Find(on.Store, ShSample.Host));
        Assert.Equal(
            ["application server as.example.org removed", "application server as.example.org changed: 0 Update; sip:as.example.org",
                "application server as.example.org created: 0 Pull; sip:as.example.org"],
            (await on.Store.ReadChangesAsync(new(), None)).Select(record => record.Summary));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task The_same_request_again_changes_nothing_and_another_one_under_its_id_is_refused(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        var author = Author with { RequestId = "r1", RequestHash = new byte[32] };
        await on.Store.PutApplicationServerAsync(Permissions(ShOperations.Pull), 0, author, None);
        var repeated = await on.Store.PutApplicationServerAsync(Permissions(ShOperations.Pull), 0, author, None);
        Assert.Equal((true, ChangeKind.Created, false), (repeated.IsRepeated, repeated.Kind, repeated.IsStale));
        await Assert.ThrowsAsync<RequestIdReusedException>(() =>
            on.Store.RemoveApplicationServerAsync(ShSample.Host, null, author with { RequestHash = new byte[] { 1 } }, None));
        Assert.NotNull(Find(on.Store, ShSample.Host));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task With_the_permission_go_the_subscriptions_of_all_users_and_what_is_pending(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind, cacheEntries: 3);
        const int Users = 2 * SubscriberStore.MaxWithdrawnAtOnce + 7;
        await on.Store.UpsertAsync([.. Enumerable.Range(0, Users).Select(number => Sample.Subscription(number))], None);
        await on.Store.PutApplicationServerAsync(Permissions(ShOperations.Notify), null, Author, None);
        await on.Store.PutApplicationServerAsync(Permissions(ShOperations.Notify) with { DiameterHost = "other" }, null, Author, None);
        await Parallel.ForEachAsync(Enumerable.Range(0, Users), async (number, _) => await ShSample.PutAsync(on.Store, number, data => data with
        {
            Subscriptions = [ShSample.Subscribed(number, "a"), ShSample.Subscribed(number, "b"), ShSample.Subscribed(number, "a", "other")],
        }));
        ShSample.Owe(on.Database, ShSample.Notification(1, "a"), ShSample.Notification(1, "a", "other"));
        var cached = await Sample.FindAsync(on.Store, 5);

        await on.Store.PutApplicationServerAsync(Permissions(ShOperations.Pull), null, Author, None);
        for (var number = 0; number < Users; number += 53) Assert.Equal(["other"], await Subscribers(on.Store, number));
        Assert.Equal(["other"], await Subscribers(on.Store, Users - 1));
        Assert.NotSame(cached, await Sample.FindAsync(on.Store, 5));
        Assert.Empty(on.Database.SubscribersOf(new(ShSample.Host, ShDataReference.RepositoryData), 10));
        Assert.Equal([NotificationState.Withdrawn, NotificationState.Pending], (await on.Store.ReadNotificationsAsync(new(), None)).Select(one => one.State));
        Assert.Equal([("other", ShDataReference.RepositoryData)], on.Database.SubscribedPairs());

        await on.Store.RemoveApplicationServerAsync("other", null, Author, None);
        Assert.Empty(await Subscribers(on.Store, 3));
        Assert.Empty(await on.Store.ReadOpenNotificationsAsync(None));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task What_a_withdrawal_left_behind_is_found_later(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await on.Store.UpsertAsync([Sample.Subscription(1), Sample.Subscription(2)], None);
        await on.Store.PutApplicationServerAsync(Permissions(ShOperations.Notify), null, Author, None);
        // As a SNR that looked at the permission just before it went.
        await ShSample.PutAsync(on.Store, 1, data => data with { Subscriptions = [ShSample.Subscribed(1, "a", "nobody"), ShSample.Subscribed(1, "a")] });
        await ShSample.PutAsync(on.Store, 2, data => data with { Subscriptions = [ShSample.Subscribed(2, "a") with { Key = ShSample.Key(2, "") with { Reference = ShDataReference.ImsUserState } }] });
        Assert.Equal(2, await on.Store.DropForbiddenSubscriptionsAsync(None));
        Assert.Equal(0, await on.Store.DropForbiddenSubscriptionsAsync(None));
        Assert.Equal([ShSample.Host], await Subscribers(on.Store, 1));
        Assert.Empty(await Subscribers(on.Store, 2));
    }

    // Its filters and services are another server's affair from then on, and it could not even unsubscribe (5104).
    [Theory, MemberData(nameof(Databases))]
    public async Task With_a_server_name_go_the_subscriptions_to_its_filters_and_services(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await on.Store.UpsertAsync([Sample.Subscription(1), Sample.Subscription(2)], None);
        var entry = new ApplicationServerPermissions(ShSample.Host, ["sip:telephony@x", "sip:fax@x"],
            ImmutableSortedDictionary<ShDataReference, ShOperations>.Empty.AddRange(s_named.Select(one => KeyValuePair.Create(one, ShOperations.Notify))));
        await on.Store.PutApplicationServerAsync(entry, null, Author, None);
        foreach (var number in (int[])[1, 2])
            await ShSample.PutAsync(on.Store, number, data => data with { Subscriptions = [.. s_keys.Select(key => ShSample.Subscribed(number, "") with { Key = KeyOf(number, key) })] });
        ShSample.Owe(on.Database, [.. s_keys.Select(key => ShSample.Notification(1, "") with { Key = KeyOf(1, key) })]);
        Assert.Equal(0, await on.Store.DropForbiddenSubscriptionsAsync(None));

        await on.Store.PutApplicationServerAsync(entry with { ServerNames = ["sip:fax@x"] }, null, Author, None);
        (ShDataReference, string)[] left =
            [.. s_keys.Where(key => !key.Detail.StartsWith("sip:telephony@x", StringComparison.Ordinal) || key.Reference == ShDataReference.RepositoryData).Order()];
        foreach (var number in (int[])[1, 2])
            Assert.Equal(left, (await Sample.FindAsync(on.Store, number)).ApplicationData.Subscriptions.Select(one => (one.Key.Reference, one.Key.Detail)).Order());
        Assert.Equal(left, (await on.Store.ReadNotificationsAsync(new() { State = NotificationState.Pending }, None)).Select(one => (one.Key.Reference, one.Key.Detail)).Order());
        Assert.Equal(0, await on.Store.DropForbiddenSubscriptionsAsync(None));

        // As a SNR that looked at the names just before: the next look finds it.
        await ShSample.PutAsync(on.Store, 1, data => data with { Subscriptions = data.Subscriptions.Add(ShSample.Subscribed(1, "") with { Key = KeyOf(1, s_keys[0]) }) });
        Assert.Equal(1, await on.Store.DropForbiddenSubscriptionsAsync(None));

        static NotificationKey KeyOf(int number, (ShDataReference Reference, string Detail) key) => ShSample.Key(number, key.Detail) with { Reference = key.Reference };
    }

    [Fact]
    public async Task After_a_commit_with_an_unknown_end_memory_has_what_the_disk_has()
    {
        using var database = new MemoryDatabase();
        await using var store = StoreFolder.OverDatabase(database);
        database.CommitFaults = _ => CommitFault.AcknowledgementLost;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.PutApplicationServerAsync(Permissions(ShOperations.Pull), null, Author, None));
        Assert.NotNull(Find(store, ShSample.Host));
        database.CommitFaults = _ => CommitFault.Refused;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.RemoveApplicationServerAsync(ShSample.Host, null, Author, None));
        Assert.NotNull(Find(store, ShSample.Host));
    }

    [Fact]
    public async Task Finding_an_entry_allocates_nothing()
    {
        await using var on = new StoreOn(DatabaseKind.Memory);
        await on.Store.PutApplicationServerAsync(Permissions(ShOperations.Pull), null, Author, None);
        var host = "As.Example.Org"u8.ToArray();
        for (var i = 0; i < 100; i++) Assert.NotNull(on.Store.FindApplicationServer(host));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) on.Store.FindApplicationServer(host);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static readonly ShDataReference[] s_named = [ShDataReference.InitialFilterCriteria, ShDataReference.Dsai, ShDataReference.RepositoryData];

    // The last one only looks like a name: it is a Service-Indication.
    private static readonly (ShDataReference Reference, string Detail)[] s_keys =
    [
        (ShDataReference.InitialFilterCriteria, "sip:telephony@x"), (ShDataReference.InitialFilterCriteria, "sip:fax@x"),
        (ShDataReference.InitialFilterCriteria, "sip:" + ShSample.Host + ":5090"), (ShDataReference.Dsai, "sip:telephony@x blue"),
        (ShDataReference.Dsai, "sip:telephony@x sip:fax@x"), (ShDataReference.Dsai, "sip:fax@x blue"), (ShDataReference.RepositoryData, "sip:telephony@x"),
    ];

    private static ApplicationServerPermissions Permissions(ShOperations operations) => new(ShSample.Host, ["sip:as.example.org"],
        ImmutableSortedDictionary<ShDataReference, ShOperations>.Empty.Add(ShDataReference.RepositoryData, operations));

    private static ApplicationServerPermissions? Find(SubscriberStore store, string host) => store.FindApplicationServer(Encoding.UTF8.GetBytes(host));

    private static async Task<IEnumerable<string>> Subscribers(SubscriberStore store, int number) =>
        (await Sample.FindAsync(store, number)).ApplicationData.Subscriptions.Select(one => one.Key.ApplicationServer);
}
