using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Hss.Subscribers;
using Hss.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hss.Storage.Tests;

public sealed class CommitQueueTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task What_queues_up_behind_a_commit_shares_the_next_one()
    {
        var database = new MemoryDatabase();
        await using var store = await WithSubscribersAsync(database, 301, new ManualTime());
        var before = database.Commits;
        var committing = new SemaphoreSlim(0);
        database.OnCommit = () => committing.Release();
        Task first, others;
        using (database.HoldCommits())
        {
            first = RegisterAsync(store, 0);
            await committing.WaitAsync(None);
            others = Task.WhenAll(Enumerable.Range(1, 300).Select(number => RegisterAsync(store, number)));
            Assert.False(first.IsCompleted);
        }
        await first;
        await others;
        Assert.Equal(before + 2, database.Commits);
    }

    [Fact]
    public async Task A_batch_is_closed_when_it_has_been_open_longer_than_the_last_commit_took()
    {
        var time = new ManualTime();
        var database = new MemoryDatabase();
        await using var store = await WithSubscribersAsync(database, 101, time);
        var before = database.Commits;
        var committing = new SemaphoreSlim(0);
        Task all;
        using (database.HoldCommits())
        {
            database.OnWrite = () => time.Advance(TimeSpan.FromMilliseconds(1));
            database.OnCommit = () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(10));
                committing.Release();
            };
            var first = RegisterAsync(store, 0);
            await committing.WaitAsync(None);
            all = Task.WhenAll(Enumerable.Range(1, 100).Select(number => RegisterAsync(store, number)).Append(first));
        }
        await all;
        // The first alone, as nothing was queued behind it. Then 10 ms of commit plus the minimum let 11 writes of 1 ms in: nine such
        // batches, and one rest.
        Assert.Equal(before + 1 + 9 + 1, database.Commits);
    }

    [Fact]
    public async Task All_completions_of_a_batch_run_in_one_thread_pool_job_one_after_the_other()
    {
        var database = new MemoryDatabase();
        await using var store = await WithSubscribersAsync(database, 201, new ManualTime());
        var committing = new SemaphoreSlim(0);
        database.OnCommit = () => committing.Release();
        var jobs = new ConcurrentQueue<(int Thread, bool IsInline)>();
        Task all;
        using (database.HoldCommits())
        {
            var first = RegisterAsync(store, 0);
            await committing.WaitAsync(None);
            all = Task.WhenAll(Enumerable.Range(1, 200).Select(Note).Append(first));
        }
        await all;
        Assert.Equal(200, jobs.Count);
        Assert.True(Assert.Single(jobs.Distinct()).IsInline);

        async Task Note(int number)
        {
            await RegisterAsync(store, number).ConfigureAwait(false);
            // Inline is what lets the answers share a flush; on one thread they might be by chance.
            jobs.Enqueue((Environment.CurrentManagedThreadId, Environment.StackTrace.Contains(nameof(CommitBatch), StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task When_the_queue_is_full_the_caller_is_told_at_once()
    {
        var database = new MemoryDatabase();
        await using var store = await WithSubscribersAsync(database, CommitQueue.Capacity + 100);
        var committing = new SemaphoreSlim(0);
        database.OnCommit = () => committing.Release();
        var waiting = new List<Task>();
        using (database.HoldCommits())
        {
            waiting.Add(RegisterAsync(store, 0));
            await committing.WaitAsync(None);
            for (var number = 1; number <= CommitQueue.Capacity; number++) waiting.Add(RegisterAsync(store, number));
            Assert.All(waiting, task => Assert.False(task.IsCompleted));
            for (var number = CommitQueue.Capacity + 1; number < CommitQueue.Capacity + 100; number++)
                await Assert.ThrowsAsync<StoreUnavailableException>(() => RegisterAsync(store, number));
        }
        await Task.WhenAll(waiting);
        // Who was refused may try again: nothing changed, and its gate is free.
        var refused = await Sample.FindAsync(store, CommitQueue.Capacity + 1);
        Assert.Equal(RegistrationState.Initial, refused.States[0]);
        await RegisterAsync(store, CommitQueue.Capacity + 1);
        Assert.Equal(RegistrationStatus.Registered, refused.States[0].Status);
    }

    [Fact]
    public async Task A_failed_commit_tells_every_waiter_changes_nothing_and_heals_by_itself()
    {
        var database = new MemoryDatabase();
        await using var store = await WithSubscribersAsync(database, 51);
        var subscribers = await Task.WhenAll(Enumerable.Range(0, 51).Select(number => Sample.FindAsync(store, number)));
        var committing = new SemaphoreSlim(0);
        database.OnCommit = () => committing.Release();
        database.CommitFaults = _ => CommitFault.Refused;
        Task[] tasks;
        using (database.HoldCommits())
        {
            var first = RegisterAsync(store, 0);
            await committing.WaitAsync(None);
            tasks = [first, .. Enumerable.Range(1, 50).Select(number => RegisterAsync(store, number))];
        }
        foreach (var task in tasks) await Assert.ThrowsAsync<StoreUnavailableException>(() => task);
        Assert.All(subscribers, subscriber => Assert.Equal(RegistrationState.Initial, subscriber.States[0]));
        Assert.Equal(0, store.CachedCount);

        database.CommitFaults = null;
        for (var number = 0; number <= 50; number++)
        {
            await RegisterAsync(store, number);
            var again = await Sample.FindAsync(store, number);
            Assert.NotSame(subscribers[number], again);
            Assert.Equal(RegistrationStatus.Registered, again.States[0].Status);
        }
    }

    [Fact]
    public async Task After_a_lost_acknowledgement_memory_says_what_the_disk_says()
    {
        var database = new MemoryDatabase();
        await using var store = await WithSubscribersAsync(database, 1);
        database.CommitFaults = _ => CommitFault.AcknowledgementLost;
        var subscriber = await Sample.FindAsync(store, 0);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => RegisterAsync(store, 0));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Sample.IssueAsync(store, subscriber, ahead: 4));
        database.CommitFaults = null;
        var again = await Sample.FindAsync(store, 0);
        Assert.Equal(RegistrationStatus.Registered, again.States[0].Status);
        Assert.Equal(5UL, again.SequenceOf(0).Seq);
    }

    [Fact]
    public async Task A_turn_whose_change_failed_changes_nothing_more()
    {
        var database = new MemoryDatabase();
        await using var store = await WithSubscribersAsync(database, 1);
        database.CommitFaults = _ => CommitFault.Refused;
        var subscriber = await Sample.FindAsync(store, 0);
        using (var turn = await store.EnterAsync(subscriber, None))
        {
            var change = Sample.Register(0, Sample.Registered(Sample.Impi(0)));
            await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.CommitAsync(turn, change, None));
            database.CommitFaults = null;
            await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.CommitAsync(turn, change, None));
        }
        using var next = await store.EnterAsync(subscriber, None);
        Assert.NotSame(subscriber, next.Subscriber);
    }

    [Fact]
    public async Task A_database_that_cannot_even_begin_is_no_end_of_the_commit_thread()
    {
        var database = new MemoryDatabase();
        await using var store = await WithSubscribersAsync(database, 1);
        database.RefusesWrites = true;
        for (var i = 0; i < 10; i++) await Assert.ThrowsAsync<StoreUnavailableException>(() => RegisterAsync(store, 0));
        database.RefusesWrites = false;
        await RegisterAsync(store, 0);
        database.OnWrite = () => throw new InvalidOperationException("planned: our own bug");
        await Assert.ThrowsAsync<StoreUnavailableException>(() => RegisterAsync(store, 0, RegistrationState.Initial));
        database.OnWrite = null;
        await RegisterAsync(store, 0, RegistrationState.Initial);
    }

    [Fact]
    public async Task Closing_commits_what_is_queued()
    {
        var database = new MemoryDatabase();
        var store = await WithSubscribersAsync(database, 100);
        Task[] tasks;
        ValueTask closing;
        using (database.HoldCommits())
        {
            tasks = [.. Enumerable.Range(0, 100).Select(number => RegisterAsync(store, number))];
            closing = store.DisposeAsync();
        }
        await closing;
        await Task.WhenAll(tasks);
        Assert.Equal(100, database.PowerOff().Count().RegisteredSets);
    }

    [Fact]
    public async Task Commits_and_cache_are_measured()
    {
        var measured = new ConcurrentDictionary<string, double>();
        using var meters = new OwnMeters();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (meters.Created.Contains(instrument.Meter)) l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => measured.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => measured.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        listener.Start();
        var database = new MemoryDatabase();
        var time = new ManualTime();
        database.OnCommit = () => time.Advance(TimeSpan.FromSeconds(3));
        await using var store = new SubscriberStore(database, new() { IndRange = Sample.Ind }, time, NullLogger<SubscriberStore>.Instance, meters);
        await store.UpsertAsync([Sample.Subscription(0), Sample.Subscription(1)], None);
        await RegisterAsync(store, 0);
        await RegisterAsync(store, 1);
        listener.RecordObservableInstruments();
        Assert.Equal(3, measured["hss_storage_commit_batch_size"]);
        Assert.Equal(9.0, measured["hss_storage_commit_duration_seconds"]);
        Assert.Equal(2, measured["hss_cache_entries"]);
    }

    private static async Task<SubscriberStore> WithSubscribersAsync(MemoryDatabase database, int count, TimeProvider? time = null)
    {
        var store = StoreFolder.OverDatabase(database, 2 * count, time);
        await store.UpsertAsync([.. Enumerable.Range(0, count).Select(number => Sample.Subscription(number))], None);
        for (var number = 0; number < count; number++) await Sample.FindAsync(store, number);
        return store;
    }

    private static async Task RegisterAsync(SubscriberStore store, int number, RegistrationState? state = null)
    {
        var subscriber = await store.FindByPrivateIdentityAsync(Sample.Impi(number), None).ConfigureAwait(false);
        await Sample.CommitAsync(store, subscriber!, Sample.Register(0, state ?? Sample.Registered(Sample.Impi(number)))).ConfigureAwait(false);
    }

    private sealed class OwnMeters : IMeterFactory
    {
        public ConcurrentBag<Meter> Created { get; } = [];

        public Meter Create(MeterOptions options)
        {
            var meter = new Meter(options.Name);
            Created.Add(meter);
            return meter;
        }

        public void Dispose()
        {
            foreach (var meter in Created) meter.Dispose();
        }
    }
}
