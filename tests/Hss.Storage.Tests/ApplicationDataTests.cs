using System.Collections.Immutable;
using Hss.Subscribers;
using Hss.Testing;

namespace Hss.Storage.Tests;

/// <summary>What application servers leave is durable before it shows, on both databases.</summary>
public sealed class ApplicationDataTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    public static TheoryData<DatabaseKind> Databases => [DatabaseKind.Memory, DatabaseKind.Sqlite];

    [Theory, MemberData(nameof(Databases))]
    public async Task Every_member_comes_back_from_the_disk(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind, cacheEntries: 1);
        await on.Store.UpsertAsync([Sample.Subscription(1), Sample.Subscription(2)], None);
        var data = ShSample.Everything(1);
        await ShSample.PutAsync(on.Store, 1, _ => data);
        Assert.Same(data, (await Sample.FindAsync(on.Store, 1)).ApplicationData);

        // The other one takes its place in memory; it has nothing of this.
        Assert.Same(ApplicationData.Empty, (await Sample.FindAsync(on.Store, 2)).ApplicationData);
        ShSample.AssertSame(data, (await Sample.FindAsync(on.Store, 1)).ApplicationData);
        ShSample.AssertSame(data, on.Database.Read(Sample.Id(1))!.ApplicationData);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_change_writes_replaces_and_removes_single_elements(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await on.Store.UpsertAsync([Sample.Subscription(1)], None);
        await ShSample.PutAsync(on.Store, 1, _ => ShSample.Everything(1));
        await ShSample.PutAsync(on.Store, 1, data => data with
        {
            Repository = [data.Repository[0] with { SequenceNumber = 1, ServiceData = "<x/>"u8.ToArray() }, ShSample.Repository(1, "third")],
            InactiveServices = [data.InactiveServices[0]],
            SmsRegistrations = [],
            AccessReports = [new(data.AccessReports[0].PrivateIdentity, data.AccessReports[0].Reported, new byte[] { 9 })],
            Subscriptions = [data.Subscriptions[1] with { Expiry = null, OneTime = false }, ShSample.Subscribed(1, "third")],
        });
        var after = (await Sample.FindAsync(on.Store, 1)).ApplicationData;
        Assert.Equal(["first", "third"], after.Repository.Select(one => one.ServiceIndication));
        ShSample.AssertSame(after, on.Database.Read(Sample.Id(1))!.ApplicationData);

        await ShSample.PutAsync(on.Store, 1, _ => ApplicationData.Empty);
        Assert.True(on.Database.Read(Sample.Id(1))!.ApplicationData.IsEmpty);
        await ShSample.PutAsync(on.Store, 1, data => data with { Repository = [ShSample.Repository(1, "again")] });
        Assert.Equal("again", Assert.Single(on.Database.Read(Sample.Id(1))!.ApplicationData.Repository).ServiceIndication);
        Assert.True(await on.Store.RemoveAsync(Sample.Id(1), None));
        await on.Store.UpsertAsync([Sample.Subscription(1)], None);
        Assert.True((await Sample.FindAsync(on.Store, 1)).ApplicationData.IsEmpty);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task What_an_operator_removes_is_recorded_in_the_same_commit(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await on.Store.UpsertAsync([Sample.Subscription(1)], None);
        await ShSample.PutAsync(on.Store, 1, _ => ShSample.Everything(1));
        var changed = 0;
        on.Store.SubscriptionsChanged += () => Interlocked.Increment(ref changed);
        var author = new ChangeAuthor("joan", "DeleteRepositoryData") { RequestId = "r1", RequestHash = new byte[32] };
        for (var i = 0; i < 2; i++)
            await Sample.CommitAsync(on.Store, await Sample.FindAsync(on.Store, 1), SubscriberChange.None with
            {
                ApplicationData = ShSample.Everything(1) with { Repository = [] }, Audit = new("repository data removed", author),
            });
        Assert.Equal(2, changed);
        var record = (await on.Store.ReadChangesAsync(new(), None))[0];
        Assert.Equal(("joan", "DeleteRepositoryData", "repository data removed", Sample.Id(1), ChangeKind.Action),
            (record.Author.Actor, record.Author.Method, record.Summary, record.SubscriptionId, record.Kind));
        Assert.True(await on.Store.IsServedAsync(author, None));
        await Assert.ThrowsAsync<RequestIdReusedException>(() => on.Store.IsServedAsync(author with { RequestHash = new byte[] { 1 } }, None));
    }

    [Theory]
    [InlineData(CommitFault.Refused)]
    [InlineData(CommitFault.AcknowledgementLost)]
    public async Task What_a_failed_commit_left_is_read_again_and_nothing_shows_before(CommitFault fault)
    {
        using var database = new MemoryDatabase();
        await using var store = StoreFolder.OverDatabase(database);
        await store.UpsertAsync([Sample.Subscription(1)], None);
        var before = await Sample.FindAsync(store, 1);
        database.CommitFaults = _ => fault;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => ShSample.PutAsync(store, 1, data => data with { Repository = [ShSample.Repository(1, "first")] }));
        Assert.True(before.ApplicationData.IsEmpty);
        database.CommitFaults = null;
        Assert.Equal(fault == CommitFault.Refused ? 0 : 1, (await Sample.FindAsync(store, 1)).ApplicationData.Repository.Length);
    }

    [Fact]
    public async Task Kill_nine_keeps_what_was_told_and_elements_are_whole()
    {
        using var folder = new StoreFolder();
        var database = folder.OpenDatabase();
        await using var store = StoreFolder.OverDatabase(database);
        await store.UpsertAsync([Sample.Subscription(1)], None);
        for (ushort number = 0; number < 5; number++)
        {
            var data = ShSample.Repository(1, "first") with { SequenceNumber = number, ServiceData = new byte[] { (byte)(number + 1) } };
            await ShSample.PutAsync(store, 1, now => now with { Repository = [data] });
            using var image = folder.Image(database);
            await using var after = image.Open();
            ShSample.AssertSame(new() { Repository = [data] }, (await Sample.FindAsync(after, 1)).ApplicationData);
        }
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Two_writers_of_one_item_take_turns(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await on.Store.UpsertAsync([Sample.Subscription(1)], None);
        await ShSample.PutAsync(on.Store, 1, now => now with { Repository = [ShSample.Repository(1, "first")] });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 25; i++)
                await ShSample.PutAsync(on.Store, 1, now => now with
                {
                    Repository = [now.Repository[0] with { SequenceNumber = RepositoryData.Next(now.Repository[0].SequenceNumber) }],
                });
        })));
        Assert.Equal(200, Assert.Single(on.Database.Read(Sample.Id(1))!.ApplicationData.Repository).SequenceNumber);
    }

    [Fact]
    public void Only_elements_that_are_other_objects_are_written_and_only_keys_that_are_gone_removed()
    {
        var random = new Random(7);
        for (var round = 0; round < 500; round++)
        {
            var before = Enumerable.Range(0, random.Next(8)).Select(i => new InactiveService($"{i}", "s", "t")).OrderBy(_ => random.Next()).ToImmutableArray();
            var after = before.Where(_ => random.Next(3) != 0).Select(one => random.Next(3) == 0 ? one with { Tag = "u" } : one)
                .Concat(Enumerable.Range(10, random.Next(3)).Select(i => new InactiveService($"{i}", "s", "t"))).OrderBy(_ => random.Next()).ToImmutableArray();
            var changes = ElementChanges<InactiveService>.Between(before, after, one => one.PublicIdentity);
            Assert.Equal(after.Where(one => !before.Any(old => ReferenceEquals(old, one))), changes.Written);
            Assert.Equal(before.Where(one => after.All(now => now.PublicIdentity != one.PublicIdentity)), changes.Removed);
        }
    }
}
