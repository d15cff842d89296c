using Hss.Subscribers;
using Hss.Testing;

namespace Hss.Storage.Tests;

public sealed class EvictionTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(DatabaseKind.Memory, 1)]
    [InlineData(DatabaseKind.Memory, 2)]
    [InlineData(DatabaseKind.Sqlite, 3)]
    public async Task A_small_cache_under_load_neither_loses_nor_doubles_anything(DatabaseKind kind, int seed)
    {
        const int subscribers = 200;
        await using var on = new StoreOn(kind, cacheEntries: 10);
        await on.Store.UpsertAsync([.. Enumerable.Range(0, subscribers).Select(number => Sample.Subscription(number))], None);
        var model = Enumerable.Range(0, subscribers).Select(_ => new Expected()).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(worker => Task.Run(async () =>
        {
            var random = new Random(seed * 1_000 + worker);
            for (var i = 0; i < 200; i++)
            {
                // Some subscribers are hot, so that one is entered by several at once while others push it out.
                var number = random.Next(3) == 0 ? random.Next(4) : random.Next(subscribers);
                var subscriber = random.Next(2) == 0
                    ? await on.Store.FindByPrivateIdentityAsync(Sample.Impi(number), None)
                    : await on.Store.FindByPublicIdentityAsync(Sample.Tel(number), None);
                Assert.NotNull(subscriber);
                if (random.Next(4) == 0) await Task.Yield();
                await OneTurnAsync(on.Store, subscriber, number, model[number], random, seed);
            }
        })));
        Assert.InRange(on.Store.CachedCount, 1, 10 + 16);
        for (var number = 0; number < subscribers; number++)
        {
            var subscriber = await Sample.FindAsync(on.Store, number);
            Assert.Equal(model[number].State, subscriber.States[0]);
            Assert.True(subscriber.SequenceOf(0).Seq >= model[number].LastSeq, $"SEQ of {number}, seed {seed}");
        }
        Assert.InRange(on.Store.CachedCount, 1, 10);
    }

    /// <summary>Subscribers without application data are many, and one with a lot of them must not make the memory that of many.</summary>
    [Fact]
    public async Task What_application_servers_keep_is_bounded_in_memory_too()
    {
        const int Bytes = 40_000;
        await using var store = new SubscriberStore(
            new MemoryDatabase(), new() { CacheEntries = 100, IndRange = Sample.Ind, CachedApplicationDataBytes = 10 * Bytes }, TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<SubscriberStore>.Instance);
        await store.UpsertAsync([.. Enumerable.Range(0, 50).Select(number => Sample.Subscription(number))], None);
        for (var number = 0; number < 50; number++) await Sample.FindAsync(store, number);
        Assert.Equal(50, store.CachedCount);
        for (var number = 0; number < 50; number++)
            await ShSample.PutAsync(store, number, data => data with { Repository = [ShSample.Repository(number, "a") with { ServiceData = new byte[Bytes] }] });
        Assert.InRange(store.CachedCount, 1, 10);
        // And when they are read again; what is taken out weighs nothing any more.
        for (var number = 0; number < 50; number++) Assert.Equal(Bytes, (await Sample.FindAsync(store, number)).ApplicationData.Repository[0].ServiceData.Length);
        Assert.InRange(store.CachedCount, 1, 10);
        for (var number = 0; number < 50; number++) await ShSample.PutAsync(store, number, _ => ApplicationData.Empty);
        for (var number = 0; number < 50; number++) await Sample.FindAsync(store, number);
        Assert.Equal(50, store.CachedCount);
    }

    private static async Task OneTurnAsync(SubscriberStore store, Subscriber subscriber, int number, Expected expected, Random random, int seed)
    {
        using var turn = await store.EnterAsync(subscriber, None);
        Assert.Equal(1, Interlocked.Increment(ref expected.Inside));
        var current = turn.Subscriber!;
        Assert.Equal(expected.State, current.States[0]);
        var reservation = Sample.Reserve(current, ahead: 5);
        Assert.True(reservation.FirstSeq > expected.LastSeq, $"SEQ {reservation.FirstSeq} of {number} after {expected.LastSeq}, seed {seed}");
        var next = random.Next(3) switch
        {
            0 => RegistrationState.Initial,
            1 => Sample.Registered(Sample.Impi(number)),
            _ => new RegistrationState { Status = RegistrationStatus.Unregistered, Server = Sample.Server with { Name = $"sip:scscf{random.Next(100)}@x" } },
        };
        if (reservation.MustCommit || random.Next(2) == 0)
        {
            await store.CommitAsync(turn, new([(0, next)], [(0, reservation.After)]), None);
            expected.State = next;
        }
        else
        {
            current.Take(0, reservation);
        }
        expected.LastSeq = reservation.FirstSeq;
        Interlocked.Decrement(ref expected.Inside);
    }

    [Fact]
    public async Task A_subscriber_whose_turn_is_held_stays_and_the_cache_shrinks_again_afterwards()
    {
        await using var on = new StoreOn(DatabaseKind.Memory, cacheEntries: 4);
        await on.Store.UpsertAsync([.. Enumerable.Range(0, 50).Select(number => Sample.Subscription(number))], None);
        var turns = new List<SubscriberTurn>();
        for (var number = 0; number < 20; number++) turns.Add(await on.Store.EnterAsync(await Sample.FindAsync(on.Store, number), None));
        Assert.Equal(20, on.Store.CachedCount);
        for (var number = 0; number < 20; number++)
        {
            Assert.Same(turns[number].Subscriber, await Sample.FindAsync(on.Store, number));
            await on.Store.CommitAsync(turns[number], Sample.Register(0, Sample.Registered(Sample.Impi(number))), None);
            turns[number].Dispose();
        }
        for (var number = 20; number < 40; number++) await Sample.FindAsync(on.Store, number);
        Assert.Equal(4, on.Store.CachedCount);
    }

    [Fact]
    public async Task What_was_used_lately_gets_a_second_chance()
    {
        var database = new MemoryDatabase();
        await using var store = StoreFolder.OverDatabase(database, cacheEntries: 10);
        await store.UpsertAsync([.. Enumerable.Range(0, 200).Select(number => Sample.Subscription(number))], None);
        for (var number = 0; number < 10; number++) await Sample.FindAsync(store, number);
        var favourite = await Sample.FindAsync(store, 3);
        for (var number = 10; number < 200; number++)
        {
            await Sample.FindAsync(store, number);
            Assert.Same(favourite, await Sample.FindAsync(store, 3));
        }
    }

    [Fact]
    public async Task A_read_that_fails_leaves_nothing_behind_and_the_next_one_works()
    {
        var database = new MemoryDatabase();
        await using var store = StoreFolder.OverDatabase(database, cacheEntries: 1);
        await store.UpsertAsync([Sample.Subscription(1), Sample.Subscription(2)], None);
        var subscriber = await Sample.FindAsync(store, 1);
        await Sample.FindAsync(store, 2);
        database.RefusesReads = true;
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.FindByPrivateIdentityAsync(Sample.Impi(1), None));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.EnterAsync(subscriber, None));
        database.RefusesReads = false;
        using var turn = await store.EnterAsync(subscriber, None);
        Assert.Equal(Sample.Id(1), turn.Subscriber!.Subscription.SubscriptionId);
    }

    private sealed class Expected
    {
        public int Inside;
        public RegistrationState State = RegistrationState.Initial;
        public ulong LastSeq;
    }
}
