using Hss.Authentication;
using Hss.Subscribers;
using Hss.Testing;

namespace Hss.Storage.Tests;

public sealed class SubscriberStoreTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    public static TheoryData<DatabaseKind> Databases => [DatabaseKind.Memory, DatabaseKind.Sqlite];

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Finds_one_subscriber_by_each_of_its_identities(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        Assert.True(await on.Store.IsEmptyAsync(None));
        Assert.Equal(new UpsertCounts(2, 0), await on.Store.UpsertAsync([Sample.Subscription(1), Sample.Subscription(2)], None));
        Assert.False(await on.Store.IsEmptyAsync(None));
        Assert.Equal(new StoreCounts(2, 2, 4, 0), await on.Store.CountAsync(None));

        var subscriber = await on.Store.FindByPrivateIdentityAsync(Sample.Impi(1), None);
        Assert.NotNull(subscriber);
        Assert.Same(subscriber, await on.Store.FindByPublicIdentityAsync(Sample.Impu(1), None));
        Assert.Same(subscriber, await on.Store.FindByPublicIdentityAsync(Sample.Tel(1), None));
        Assert.Equal(Sample.Id(1), subscriber.Subscription.SubscriptionId);
        Assert.True(subscriber.Subscription.PrivateIdentities[0].Credentials.Aka!.K.Equals(new Secret(Sample.K(1))));
        Assert.Equal(RegistrationState.Initial, subscriber.States[0]);

        Assert.Null(await on.Store.FindByPrivateIdentityAsync(Sample.Impu(1), None));
        Assert.Null(await on.Store.FindByPublicIdentityAsync(Sample.Impi(1), None));
        Assert.Null(await on.Store.FindByPublicIdentityAsync(Sample.Impu(3), None));
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task What_was_committed_is_there_after_the_subscriber_left_memory(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind, cacheEntries: 1);
        await on.Store.UpsertAsync([TwoSets(), Sample.Subscription(9)], None);
        var subscriber = await Sample.FindAsync(on.Store, 1);
        var registered = Sample.Registered(Sample.Impi(1), Sample.Impi(2)) with { ReassignmentPending = true };
        var pending = new RegistrationState { Server = Sample.Server, AuthenticationPendingPrivateIdentities = [Sample.Impi(2)] };
        await Sample.CommitAsync(on.Store, subscriber, new([(0, registered), (1, pending)], []));
        Assert.Equal(registered, subscriber.States[0]);
        Assert.Equal(pending, subscriber.States[1]);
        var last = await Sample.IssueAsync(on.Store, subscriber, index: 1, ahead: 10);

        await Sample.FindAsync(on.Store, 9);
        var again = await Sample.FindAsync(on.Store, 1);
        Assert.NotSame(subscriber, again);
        Assert.Equal(registered, again.States[0]);
        Assert.Equal(pending, again.States[1]);
        Assert.Equal(last + 10, again.SequenceOf(1).Seq);
        Assert.Equal(0UL, again.SequenceOf(0).Seq);
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task A_thousand_parallel_reservations_for_one_key_give_a_thousand_sequence_numbers(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await on.Store.UpsertAsync([Sample.Subscription(1, sqn: 100 << 5)], None);
        var subscriber = await Sample.FindAsync(on.Store, 1);
        var issued = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => Task.Run(() => Sample.IssueAsync(on.Store, subscriber))));
        Assert.Equal(Enumerable.Range(101, 1_000).Select(seq => (ulong)seq), issued.Order());
    }

    [Theory]
    [MemberData(nameof(Databases))]
    public async Task Two_misses_at_once_give_one_object(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await on.Store.UpsertAsync([.. Enumerable.Range(0, 50).Select(number => Sample.Subscription(number))], None);
        for (var number = 0; number < 50; number++)
        {
            var looks = new[] { 0, 1, 2, 0, 1, 2 }.Select(way => Task.Run(async () => way switch
            {
                0 => await on.Store.FindByPrivateIdentityAsync(Sample.Impi(number), None),
                1 => await on.Store.FindByPublicIdentityAsync(Sample.Impu(number), None),
                _ => await on.Store.FindByPublicIdentityAsync(Sample.Tel(number), None),
            }));
            Assert.Single((await Task.WhenAll(looks)).Distinct());
        }
    }

    [Fact]
    public async Task A_cached_subscriber_costs_no_read_and_no_allocation()
    {
        var database = new MemoryDatabase();
        await using var store = StoreFolder.OverDatabase(database);
        await store.UpsertAsync([Sample.Subscription(1)], None);
        var subscriber = await Sample.FindAsync(store, 1);
        var (impi, reads) = (Sample.Impi(1), database.Reads);
        Often();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Often();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(reads, database.Reads);

        void Often()
        {
            for (var i = 0; i < 1_000; i++)
            {
                var found = store.FindByPrivateIdentityAsync(impi, None);
                if (!found.IsCompletedSuccessfully) throw new InvalidOperationException("not from memory");
                var entering = store.EnterAsync(subscriber, None);
                if (!entering.IsCompletedSuccessfully) throw new InvalidOperationException("the gate is not free");
                entering.Result.Dispose();
            }
        }
    }

    [Fact]
    public async Task A_reservation_only_raises_the_ceiling_and_a_resynchronisation_sets_it()
    {
        var database = new MemoryDatabase();
        await using var store = StoreFolder.OverDatabase(database);
        await store.UpsertAsync([Sample.Subscription(1, sqn: 1_000 << 5)], None);
        var subscriber = await Sample.FindAsync(store, 1);
        await Sample.IssueAsync(store, subscriber, ahead: 8);
        Assert.Equal(new SequenceState(1_009, 1_009, 0).ToDurable(Sample.Ind), Ceiling());

        await Sample.CommitAsync(store, subscriber, new([], [(0, new SequenceState(40, 50, 24))]));
        Assert.Equal(new SequenceState(50, 50, 0).ToDurable(Sample.Ind), Ceiling());
        Assert.Equal(41UL, await Sample.IssueAsync(store, subscriber));

        ulong Ceiling() => database.Read(Sample.Id(1))!.SqnCeilings[0];
    }

    [Fact]
    public async Task A_sequence_above_its_own_ceiling_is_refused_as_our_bug()
    {
        await using var on = new StoreOn(DatabaseKind.Memory);
        await on.Store.UpsertAsync([Sample.Subscription(1)], None);
        var subscriber = await Sample.FindAsync(on.Store, 1);
        using var turn = await on.Store.EnterAsync(subscriber, None);
        await Assert.ThrowsAsync<ArgumentException>(async () => await on.Store.CommitAsync(turn, new([], [(0, new SequenceState(9, 8, 24))]), None));
    }

    [Fact]
    public async Task A_change_that_needs_no_commit_is_published_without_one()
    {
        var database = new MemoryDatabase();
        await using var store = StoreFolder.OverDatabase(database);
        await store.UpsertAsync([Sample.Subscription(1)], None);
        var subscriber = await Sample.FindAsync(store, 1);
        await Sample.IssueAsync(store, subscriber, ahead: 8);
        var commits = database.Commits;
        using var turn = await store.EnterAsync(subscriber, None);
        await store.CommitAsync(turn, new([], [(0, Sample.Reserve(subscriber).After)]), None);
        await store.CommitAsync(turn, SubscriberChange.None, None);
        Assert.Equal(2UL, subscriber.SequenceOf(0).Seq);
        Assert.Equal(commits, database.Commits);
    }

    [Fact]
    public async Task Turns_come_in_order_and_a_cancelled_wait_loses_nothing()
    {
        await using var on = new StoreOn(DatabaseKind.Memory);
        await on.Store.UpsertAsync([Sample.Subscription(1)], None);
        var subscriber = await Sample.FindAsync(on.Store, 1);
        var turn = await on.Store.EnterAsync(subscriber, None);
        using var cancellation = new CancellationTokenSource();
        var impatient = on.Store.EnterAsync(subscriber, cancellation.Token).AsTask();
        var patient = on.Store.EnterAsync(subscriber, None).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        Assert.False(patient.IsCompleted);
        turn.Dispose();
        using var next = await patient;
        Assert.Same(subscriber, next.Subscriber);
    }

    [Fact]
    public async Task A_flood_of_unknown_identities_is_answered_or_refused_and_hurts_nobody_in_memory()
    {
        await using var on = new StoreOn(DatabaseKind.Sqlite);
        await on.Store.UpsertAsync([Sample.Subscription(1)], None);
        var known = await Sample.FindAsync(on.Store, 1);
        var flood = Enumerable.Range(1_000, 20_000).Select(number => on.Store.FindByPrivateIdentityAsync(Sample.Impi(number), None).AsTask()).ToArray();
        Assert.Same(known, await on.Store.FindByPrivateIdentityAsync(Sample.Impi(1), None));
        var refused = 0;
        foreach (var look in flood)
        {
            try
            {
                Assert.Null(await look);
            }
            catch (StoreUnavailableException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 0, 20_000 - ReadLimiter.MaxWaiting);
        Assert.Equal(1, on.Store.CachedCount);
        Assert.Null(await on.Store.FindByPrivateIdentityAsync(Sample.Impi(2_000), None));
    }

    [Fact]
    public async Task After_it_is_closed_the_store_refuses()
    {
        var on = new StoreOn(DatabaseKind.Sqlite);
        await on.Store.UpsertAsync([Sample.Subscription(1)], None);
        var subscriber = await Sample.FindAsync(on.Store, 1);
        var turn = await on.Store.EnterAsync(subscriber, None);
        await on.DisposeAsync();
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await on.Store.CommitAsync(turn, Sample.Register(0, Sample.Registered(Sample.Impi(1))), None));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await on.Store.FindByPrivateIdentityAsync(Sample.Impi(7), None));
    }

    private static Subscription TwoSets() => Sample.Subscription(1) with
    {
        PrivateIdentities = [Sample.Aka(1), Sample.Aka(2)],
        ImplicitRegistrationSets = [Sample.Set(Sample.Impu(1), Sample.Tel(1)), Sample.Set(Sample.Impu(2))],
    };
}
