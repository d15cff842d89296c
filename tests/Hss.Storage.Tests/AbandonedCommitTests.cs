using Hss.Subscribers;
using Hss.Testing;

namespace Hss.Storage.Tests;

/// <summary>A caller whose deadline fires while its change is on the way to the disk: memory follows the disk, and the turn ends no
/// sooner.</summary>
public sealed class AbandonedCommitTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task The_gate_stays_shut_until_the_outcome_is_known_and_published()
    {
        var (database, store, subscriber) = await StartAsync();
        await using var closing = store;
        Task<SubscriberTurn> next;
        using (database.HoldCommits())
        {
            await AbandonAsync(store, subscriber);
            next = store.EnterAsync(subscriber, None).AsTask();
            Assert.False(next.IsCompleted);
            Assert.Equal(RegistrationStatus.NotRegistered, subscriber.States[0].Status);
        }
        using var turn = await Sample.Soon(next);
        Assert.Same(subscriber, turn.Subscriber);
        Assert.Equal(RegistrationStatus.Registered, subscriber.States[0].Status);
        await store.CommitAsync(turn, Sample.Register(0, RegistrationState.Initial), None);
        Assert.Equal(RegistrationStatus.NotRegistered, subscriber.States[0].Status);
    }

    [Fact]
    public async Task When_it_fails_the_next_turn_reads_what_is_durable()
    {
        var (database, store, subscriber) = await StartAsync();
        await using var closing = store;
        database.CommitFaults = _ => CommitFault.AcknowledgementLost;
        Task<SubscriberTurn> next;
        using (database.HoldCommits())
        {
            await AbandonAsync(store, subscriber);
            next = store.EnterAsync(subscriber, None).AsTask();
        }
        using var turn = await Sample.Soon(next);
        Assert.NotSame(subscriber, turn.Subscriber);
        Assert.Equal(RegistrationStatus.Registered, turn.Subscriber!.States[0].Status);
    }

    [Fact]
    public async Task A_caller_that_keeps_its_turn_cannot_change_anything_before_the_outcome()
    {
        var (database, store, subscriber) = await StartAsync();
        await using var closing = store;
        var change = Sample.Register(0, Sample.Registered(Sample.Impi(1)));
        using var cancellation = new CancellationTokenSource();
        var turn = await store.EnterAsync(subscriber, None);
        using (database.HoldCommits())
        {
            var commit = store.CommitAsync(turn, change, cancellation.Token).AsTask();
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => commit);
            Assert.Throws<InvalidOperationException>(() => { _ = store.CommitAsync(turn, change, None).AsTask(); });
        }
        turn.Dispose();
        using var next = await Sample.Soon(store.EnterAsync(subscriber, None).AsTask());
        Assert.Equal(RegistrationStatus.Registered, subscriber.States[0].Status);
    }

    [Fact]
    public async Task A_token_that_was_cancelled_before_queues_nothing()
    {
        var (database, store, subscriber) = await StartAsync();
        await using var closing = store;
        using (var turn = await store.EnterAsync(subscriber, None))
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                async () => await store.CommitAsync(turn, Sample.Register(0, Sample.Registered(Sample.Impi(1))), new CancellationToken(true)));
        Assert.Equal(1, database.Writes);
        Assert.Equal(RegistrationState.Initial, subscriber.States[0]);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public async Task Cancellations_that_race_with_commits_issue_no_sequence_number_twice_and_leave_every_gate_free(int seed)
    {
        var (database, store, subscriber) = await StartAsync();
        await using var closing = store;
        database.CommitFaults = number => (number % 7) switch { 3 => CommitFault.Refused, 5 => CommitFault.AcknowledgementLost, _ => CommitFault.None };
        var issued = new HashSet<ulong>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            var random = new Random(seed * 100 + worker);
            for (var i = 0; i < 300; i++)
            {
                using var cancellation = new CancellationTokenSource();
                var issuing = Sample.IssueAsync(store, subscriber, ahead: random.Next(3), cancellationToken: cancellation.Token);
                if (random.Next(3) == 0) await cancellation.CancelAsync();
                try
                {
                    var seq = await issuing;
                    lock (issued) Assert.True(issued.Add(seq), $"SEQ {seq} issued twice, seed {seed}");
                }
                catch (Exception e) when (e is OperationCanceledException or StoreUnavailableException)
                {
                }
            }
        })));
        database.CommitFaults = null;
        using var turn = await Sample.Soon(store.EnterAsync(subscriber, None).AsTask());
        Assert.True(turn.Subscriber!.SequenceOf(0).Seq >= issued.Max());
        Assert.True(issued.Count > 100, $"only {issued.Count} issued, seed {seed}");
    }

    private static async Task<(MemoryDatabase, SubscriberStore, Subscriber)> StartAsync()
    {
        var database = new MemoryDatabase();
        var store = StoreFolder.OverDatabase(database);
        await store.UpsertAsync([Sample.Subscription(1)], None);
        return (database, store, await Sample.FindAsync(store, 1));
    }

    private static async Task AbandonAsync(SubscriberStore store, Subscriber subscriber)
    {
        using var cancellation = new CancellationTokenSource();
        var committing = Sample.CommitAsync(store, subscriber, Sample.Register(0, Sample.Registered(Sample.Impi(1))), cancellation.Token);
        Assert.False(committing.IsCompleted);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => committing);
    }
}
