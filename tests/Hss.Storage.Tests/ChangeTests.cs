using System.Security.Cryptography;
using System.Text;
using Hss.Authentication;
using Hss.Subscribers;
using Hss.Testing;

namespace Hss.Storage.Tests;

/// <summary>What <see cref="SubscriberStore.ChangeAsync"/> promises, on each database.</summary>
public sealed class ChangeTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly ChangeAuthor Alice = new("alice", "UpsertSubscription") { RemoteAddress = "192.0.2.1" };

    public static TheoryData<DatabaseKind> Databases => [DatabaseKind.Memory, DatabaseKind.Sqlite];

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task A_subscription_is_created_changed_and_removed_with_a_record_each(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        var first = await OneAsync(on.Store, Sample.Subscription(1));
        Assert.Equal(new(Sample.Id(1), ChangeKind.Created, first.Revision, 0, false), first);
        Assert.True(first.Revision > 1, "1 is what is older than the records");
        var created = (await on.Store.ReadAsync(Sample.Id(1), None))!;
        Assert.Equal((first.Revision, created.Created), (created.Revision, created.Updated));

        var second = await OneAsync(on.Store, Barred(1));
        Assert.Equal((ChangeKind.Updated, true), (second.Kind, second.Revision > first.Revision));
        var updated = (await on.Store.ReadAsync(Sample.Id(1), None))!;
        Assert.Equal((second.Revision, created.Created, false), (updated.Revision, updated.Created, updated.Subscription.RegistrationAllowed));

        var third = (await on.Store.ChangeAsync([new(Sample.Id(1), stored => stored!.Revision == second.Revision ? null : stored.Subscription)], Alice, None))[0];
        Assert.Equal((ChangeKind.Deleted, true), (third.Kind, third.Revision > second.Revision));
        Assert.Null(await on.Store.ReadAsync(Sample.Id(1), None));
        Assert.True((await OneAsync(on.Store, Sample.Subscription(1))).Revision > third.Revision);

        var records = await on.Store.ReadChangesAsync(new() { SubscriptionId = Sample.Id(1), After = 0 }, None);
        Assert.Equal([ChangeKind.Created, ChangeKind.Updated, ChangeKind.Deleted, ChangeKind.Created], records.Select(record => record.Kind));
        Assert.Equal([first.Revision, second.Revision, third.Revision], records.Take(3).Select(record => record.Id));
        Assert.Equal([null, true, false, null], records.Select(record => record.Before?.RegistrationAllowed));
        Assert.Equal([true, false, null, true], records.Select(record => record.After?.RegistrationAllowed));
        Assert.All(records.Take(3), record => Assert.Equal(Alice, record.Author));
        Assert.All(records, record => Assert.Null(record.Trouble));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task What_stands_as_asked_for_is_not_written(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        var both = Sample.Subscription(1) with { PrivateIdentities = [Sample.Aka(1), Sample.FixedLine(2, "secret")] };
        var created = await OneAsync(on.Store, both);
        var cached = await Sample.FindAsync(on.Store, 1);
        await Sample.CommitAsync(on.Store, cached, Sample.Register(0, Sample.Registered(Sample.Impi(1))));
        var newest = await on.Store.NewestChangeAsync(None);
        var changed = 0;
        on.Store.SubscriptionsChanged += () => changed++;

        Assert.Equal(new(Sample.Id(1), ChangeKind.None, created.Revision, 0, false), await OneAsync(on.Store, both));
        Assert.Equal(ChangeKind.None, (await on.Store.ChangeAsync([new(Sample.Id(1), stored => stored!.Subscription)], Alice, None))[0].Kind);
        Assert.Equal(new UpsertCounts(0, 0) { Unchanged = 1 }, await on.Store.UpsertAsync([both], None));
        Assert.Equal(new(Sample.Id(7), ChangeKind.None, 0, 0, false), (await on.Store.ChangeAsync([new(Sample.Id(7), _ => null)], Alice, None))[0]);
        Assert.Equal((newest, 0), (await on.Store.NewestChangeAsync(None), changed));
        Assert.Same(cached, await Sample.FindAsync(on.Store, 1));

        // A key, a password, and nothing but the order of two identities are changes.
        var other = both with { PrivateIdentities = [Sample.Aka(1, k: Sample.K(9)), Sample.FixedLine(2, "secret")] };
        Assert.Equal(ChangeKind.Updated, (await OneAsync(on.Store, other)).Kind);
        other = other with { PrivateIdentities = [other.PrivateIdentities[0], Sample.FixedLine(2, "other")] };
        Assert.Equal(ChangeKind.Updated, (await OneAsync(on.Store, other)).Kind);
        other = other with { PrivateIdentities = [other.PrivateIdentities[1], other.PrivateIdentities[0]] };
        Assert.Equal(ChangeKind.Updated, (await OneAsync(on.Store, other)).Kind);
        Assert.Equal(3, changed);
        var after = await Sample.FindAsync(on.Store, 1);
        Assert.Equal([Sample.Impi(2), Sample.Impi(1)], after.Subscription.PrivateIdentities.Select(identity => identity.Identity));
        Assert.Equal(Sample.Registered(Sample.Impi(1)), after.States[0]);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task An_edit_sees_what_stands_alone_and_what_it_throws_ends_the_change(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await OneAsync(on.Store, Sample.Subscription(1));
        var newest = await on.Store.NewestChangeAsync(None);
        var thrown = await Assert.ThrowsAsync<FormatException>(() => on.Store.ChangeAsync(
            [SubscriptionEdit.Replace(Barred(1)), SubscriptionEdit.Replace(Sample.Subscription(2)), new(Sample.Id(3), _ => throw new FormatException("no"))], Alice, None));
        Assert.Equal("no", thrown.Message);
        Assert.Equal(newest, await on.Store.NewestChangeAsync(None));
        Assert.Equal(1, (await on.Store.CountAsync(None)).Subscriptions);

        // Many writers that each add one line to what they read: none is lost.
        await Task.WhenAll(Enumerable.Range(0, 20).Select(writer => Task.Run(() => on.Store.ChangeAsync(
            [new(Sample.Id(1), stored => stored!.Subscription with { AllowedVisitedNetworks = [.. stored.Subscription.AllowedVisitedNetworks ?? [], $"n{writer}"] })], Alice, None))));
        Assert.Equal(20, (await on.Store.ReadAsync(Sample.Id(1), None))!.Subscription.AllowedVisitedNetworks!.Value.Length);
        await Assert.ThrowsAsync<ArgumentException>(() => on.Store.ChangeAsync([new(Sample.Id(1), _ => Sample.Subscription(1)), SubscriptionEdit.Replace(Sample.Subscription(1))], Alice, None));
        await Assert.ThrowsAsync<ArgumentException>(() => on.Store.ChangeAsync(
            [.. Enumerable.Range(0, SubscriberStore.MaxEditsPerChange + 1).Select(number => SubscriptionEdit.Replace(Sample.Subscription(number)))], Alice, None));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task A_conflict_in_the_middle_leaves_nothing_of_a_change(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await OneAsync(on.Store, Sample.Subscription(5));
        await OneAsync(on.Store, Sample.Subscription(9));
        var newest = await on.Store.NewestChangeAsync(None);
        var thief = Sample.Subscription(7) with { ImplicitRegistrationSets = [Sample.Set(Sample.Impu(9))] };
        var conflict = await Assert.ThrowsAsync<IdentityConflictException>(() => on.Store.ChangeAsync(
            [SubscriptionEdit.Replace(Sample.Subscription(6)), new(Sample.Id(5), _ => null), SubscriptionEdit.Replace(thief), SubscriptionEdit.Replace(Sample.Subscription(8))],
            Alice with { RequestId = "r", RequestHash = Hash("r") }, None));
        Assert.Equal((Sample.Impu(9), Sample.Id(7), Sample.Id(9)), (conflict.Identity, conflict.SubscriptionId, conflict.OwnerSubscriptionId));
        Assert.Equal(newest, await on.Store.NewestChangeAsync(None));
        Assert.Equal([Sample.Id(5), Sample.Id(9)], (await on.Store.ListAsync(new(), None)).Select(one => one.Subscription.SubscriptionId));

        // The request was not served, so its id is free; and numbers have no gap.
        var after = await OneAsync(on.Store, Sample.Subscription(6), Alice with { RequestId = "r", RequestHash = Hash("r") });
        Assert.Equal((newest + 1, false), (after.Revision, after.IsRepeated));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Identities_move_between_subscriptions_of_one_change_also_out_of_one_that_goes(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await OneAsync(on.Store, Sample.Subscription(1));
        var issued = await Sample.IssueAsync(on.Store, await Sample.FindAsync(on.Store, 1), ahead: 10);
        var heir = Sample.Subscription(1) with { SubscriptionId = "heir" };
        var outcomes = await on.Store.ChangeAsync([new(Sample.Id(1), _ => null, ReadsStored: false), SubscriptionEdit.Replace(heir)], Alice, None);
        Assert.Equal([(Sample.Id(1), ChangeKind.Deleted), ("heir", ChangeKind.Created)], outcomes.Select(outcome => (outcome.SubscriptionId, outcome.Kind)));
        var found = await Sample.FindAsync(on.Store, 1);
        Assert.Equal("heir", found.Subscription.SubscriptionId);
        Assert.True(await Sample.IssueAsync(on.Store, found) > issued);
        Assert.Equal(new StoreCounts(1, 1, 2, 0), await on.Store.CountAsync(None));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task The_same_request_again_changes_nothing_and_another_one_with_its_id_is_refused(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        var author = Alice with { RequestId = "request 1", RequestHash = Hash("create") };
        SubscriptionEdit create = new(Sample.Id(1), stored => stored is null ? Sample.Subscription(1) : throw new InvalidOperationException("exists"));
        var first = (await on.Store.ChangeAsync([create], author, None))[0];
        Assert.Equal(ChangeKind.Created, first.Kind);
        await OneAsync(on.Store, Barred(1));
        var newest = await on.Store.NewestChangeAsync(None);

        // Its edit would throw now; it is not run.
        Assert.Equal(first with { IsRepeated = true }, (await on.Store.ChangeAsync([create], author, None))[0]);
        var reused = await Assert.ThrowsAsync<RequestIdReusedException>(() => OneAsync(on.Store, Sample.Subscription(2), author with { RequestHash = Hash("other") }));
        Assert.Equal("request 1", reused.RequestId);
        await Assert.ThrowsAsync<RequestIdReusedException>(() => on.Store.RecordActionAsync(Sample.Id(1), "x", author with { RequestHash = Hash("other") }, None));
        Assert.Equal((newest, 1), (await on.Store.NewestChangeAsync(None), (await on.Store.CountAsync(None)).Subscriptions));
        Assert.Equal("request 1", (await on.Store.ReadChangesAsync(new() { Id = first.Revision }, None))[0].Author.RequestId);

        // One that found nothing to do is remembered too: what others wrote since is not its to take back.
        var nothing = Alice with { RequestId = "request 2", RequestHash = Hash("barred") };
        Assert.Equal(ChangeKind.None, (await OneAsync(on.Store, Barred(1), nothing)).Kind);
        await OneAsync(on.Store, Sample.Subscription(1));
        Assert.True((await OneAsync(on.Store, Barred(1), nothing)).IsRepeated);
        Assert.True((await on.Store.ReadAsync(Sample.Id(1), None))!.Subscription.RegistrationAllowed);

        // Several edits, given in another order than their names'.
        var many = Alice with { RequestId = "request 3", RequestHash = Hash("many") };
        SubscriptionEdit[] edits = [SubscriptionEdit.Replace(Sample.Subscription(9)), SubscriptionEdit.Replace(Sample.Subscription(8)), new(Sample.Id(1), _ => null)];
        var outcomes = await on.Store.ChangeAsync(edits, many, None);
        Assert.Equal([Sample.Id(9), Sample.Id(8), Sample.Id(1)], outcomes.Select(outcome => outcome.SubscriptionId));
        Assert.Equal(outcomes.Select(outcome => outcome with { IsRepeated = true }), await on.Store.ChangeAsync(edits, many, None));
    }

    [Theory]
    [InlineData(DatabaseKind.Memory, true)]
    [InlineData(DatabaseKind.Memory, false)]
    [InlineData(DatabaseKind.Sqlite, true)]
    [InlineData(DatabaseKind.Sqlite, false)]
    public async Task Copies_of_one_request_that_race_are_served_once(DatabaseKind kind, bool isSameSubscription)
    {
        await using var on = new StoreOn(kind);
        for (var round = 0; round < 20; round++)
        {
            var author = Alice with { RequestId = $"request {round}", RequestHash = Hash("same") };
            var races = await Task.WhenAll(Enumerable.Range(0, 6).Select(copy => Task.Run(async () =>
            {
                var number = round * 10 + (isSameSubscription ? 0 : copy);
                try
                {
                    return (await OneAsync(on.Store, Sample.Subscription(number), isSameSubscription ? author : author with { RequestHash = Hash($"{copy}") })).IsRepeated ? 'r' : 'w';
                }
                catch (RequestIdReusedException)
                {
                    return 'x';
                }
            })));
            Assert.Equal(isSameSubscription ? "rrrrrw" : "wxxxxx", string.Concat(races.Order()));
        }
        Assert.Equal(20, (await on.Store.CountAsync(None)).Subscriptions);
        Assert.Equal(20, (await on.Store.ReadChangesAsync(new() { After = 0, Most = 1_000, WithSubscriptions = false }, None)).Count);
    }

    [Theory]
    [InlineData(CommitFault.Refused)]
    [InlineData(CommitFault.AcknowledgementLost)]
    public async Task A_failed_commit_leaves_all_of_a_change_or_nothing_and_the_same_request_finds_out_which(CommitFault fault)
    {
        var database = new MemoryDatabase();
        await using var store = StoreFolder.OverDatabase(database);
        await OneAsync(store, Sample.Subscription(1));
        var newest = await store.NewestChangeAsync(None);
        var author = Alice with { RequestId = "r", RequestHash = Hash("r") };
        SubscriptionEdit[] edits = [SubscriptionEdit.Replace(Barred(1)), SubscriptionEdit.Replace(Sample.Subscription(2))];
        database.CommitFaults = _ => fault;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.ChangeAsync(edits, author, None));
        database.CommitFaults = null;

        await using var after = StoreFolder.OverDatabase(database.PowerOff());
        var isDurable = fault == CommitFault.AcknowledgementLost;
        Assert.Equal(isDurable ? newest + 2 : newest, await after.NewestChangeAsync(None));
        Assert.Equal(isDurable ? 2 : 1, (await after.CountAsync(None)).Subscriptions);
        Assert.All(await store.ChangeAsync(edits, author, None), outcome => Assert.Equal(isDurable, outcome.IsRepeated));
        Assert.Equal(newest + 2, await store.NewestChangeAsync(None));
        Assert.False((await store.ReadAsync(Sample.Id(1), None))!.Subscription.RegistrationAllowed);
    }

    [Fact]
    public async Task Killed_at_any_moment_records_and_subscriptions_agree()
    {
        using var folder = new StoreFolder();
        var database = folder.OpenDatabase();
        await using var store = StoreFolder.OverDatabase(database);
        using var stop = new CancellationTokenSource();
        var told = 0L;
        var writer = Task.Run(async () =>
        {
            var random = new Random(11);
            while (!stop.IsCancellationRequested)
            {
                var numbers = Enumerable.Range(0, 5).Select(_ => random.Next(30)).Distinct();
                var outcomes = await store.ChangeAsync([.. numbers.Select(number => random.Next(3) == 0
                    ? new(Sample.Id(number), _ => null, ReadsStored: false)
                    : SubscriptionEdit.Replace(Sample.Subscription(number, k: Sample.K(random.Next(1_000)))))], Alice, None);
                Volatile.Write(ref told, outcomes.Max(outcome => outcome.Revision));
            }
        });
        for (var crash = 0; crash < 4; crash++)
        {
            var from = Volatile.Read(ref told);
            while (Volatile.Read(ref told) < from + 30 && !writer.IsCompleted) await Task.Yield();
            var before = Volatile.Read(ref told);
            using var image = folder.Image(database);
            await using var after = image.Open();
            Assert.True(await after.NewestChangeAsync(None) >= before);
            var stored = (await after.ListAsync(new() { Most = 1_000 }, None)).ToDictionary(one => one.Subscription.SubscriptionId);
            var records = await after.ReadChangesAsync(new() { Most = 1_000, WithSubscriptions = false }, None);
            foreach (var last in records.GroupBy(record => record.SubscriptionId).Select(group => group.MaxBy(record => record.Id)!))
                Assert.Equal(last.Kind == ChangeKind.Deleted ? null : last.Id, stored.GetValueOrDefault(last.SubscriptionId)?.Revision);
        }
        await stop.CancelAsync();
        await writer;
    }

    private static async Task<ChangeOutcome> OneAsync(SubscriberStore store, Subscription subscription, ChangeAuthor? author = null) =>
        (await store.ChangeAsync([SubscriptionEdit.Replace(subscription)], author ?? Alice, None))[0];

    private static Subscription Barred(int number) => Sample.Subscription(number) with { RegistrationAllowed = false };

    private static byte[] Hash(string request) => SHA256.HashData(Encoding.UTF8.GetBytes(request));
}
