using Hss.Authentication;
using Hss.Subscribers;
using Hss.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hss.Storage.Tests;

/// <summary>Reading subscribers into memory at start, with SEQ values promised for them.</summary>
public sealed class WarmUpTests
{
    private const int Count = 40;
    private const int Ahead = 64;

    [Fact]
    public async Task All_are_in_memory_and_their_next_vectors_need_no_commit()
    {
        var database = new MemoryDatabase();
        await using var store = await FilledAsync(database, cacheEntries: 1_000);
        Assert.Equal(Count, await store.WarmUpAsync(Ahead, CancellationToken.None));

        var (reads, commits) = (database.Reads, database.Commits);
        for (var i = 1; i <= Count; i++)
        {
            var subscriber = await Sample.FindAsync(store, i);
            Assert.True(SequenceAllocator.TryReserve(subscriber.SequenceOf(0), Ahead, Sample.Ind, Ahead, out var reservation));
            Assert.False(reservation.MustCommit);
        }
        Assert.Equal((reads, commits), (database.Reads, database.Commits));
    }

    [Fact]
    public async Task A_promise_that_reaches_further_stands()
    {
        var database = new MemoryDatabase();
        await using var store = await FilledAsync(database, cacheEntries: 1_000);
        var subscriber = await Sample.FindAsync(store, 1);
        await Sample.IssueAsync(store, subscriber, ahead: Ahead + 100);
        var promised = subscriber.SequenceOf(0);
        await store.WarmUpAsync(Ahead, CancellationToken.None);
        Assert.Equal(promised, subscriber.SequenceOf(0));
        Assert.Equal(promised.ToDurable(Sample.Ind), database.Read(Sample.Id(1))!.SqnCeilings[0]);
    }

    [Fact]
    public async Task What_was_promised_is_durable()
    {
        var database = new MemoryDatabase();
        await using var store = await FilledAsync(database, cacheEntries: 1_000);
        await store.WarmUpAsync(Ahead, CancellationToken.None);
        var last = (await Sample.FindAsync(store, 1)).SequenceOf(0).CeilingSeq;

        await using var afterCrash = new SubscriberStore(database.PowerOff(), new() { IndRange = Sample.Ind }, TimeProvider.System, NullLogger<SubscriberStore>.Instance);
        Assert.Equal(last, (await Sample.FindAsync(afterCrash, 1)).SequenceOf(0).Seq);
    }

    [Fact]
    public async Task It_stops_at_what_the_cache_holds_and_when_cancelled()
    {
        await using var store = await FilledAsync(new MemoryDatabase(), cacheEntries: 10);
        Assert.InRange(await store.WarmUpAsync(Ahead, CancellationToken.None), 1, 10);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        Assert.InRange(await store.WarmUpAsync(Ahead, cancelled.Token), 1, 10);
    }

    [Fact]
    public async Task A_store_that_refuses_writes_still_serves_what_it_read()
    {
        var database = new MemoryDatabase();
        await using var store = await FilledAsync(database, cacheEntries: 1_000);
        database.RefusesWrites = true;
        await store.WarmUpAsync(Ahead, CancellationToken.None);
        Assert.Equal(RegistrationState.Initial, (await Sample.FindAsync(store, 1)).States[0]);
        Assert.Equal(0UL, (await Sample.FindAsync(store, 1)).SequenceOf(0).CeilingSeq);
    }

    private static async Task<SubscriberStore> FilledAsync(MemoryDatabase database, int cacheEntries)
    {
        var store = new SubscriberStore(database, new() { IndRange = Sample.Ind, CacheEntries = cacheEntries }, TimeProvider.System, NullLogger<SubscriberStore>.Instance);
        await store.UpsertAsync([.. Enumerable.Range(1, Count).Select(number => Sample.Subscription(number))], CancellationToken.None);
        return store;
    }
}
