using System.Collections.Immutable;
using Hss.Storage.Sqlite;
using Hss.Subscribers;
using Hss.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hss.Storage.Tests;

/// <summary>Jobs are durable with what causes them and with what they cause, on both databases.</summary>
public sealed class CxJobTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly string Host = Sample.Server.DiameterHost;

    public static TheoryData<DatabaseKind> Databases => [DatabaseKind.Memory, DatabaseKind.Sqlite];

    [Theory, MemberData(nameof(Databases))]
    public async Task A_removed_subscription_leaves_its_termination_and_its_sequence_numbers(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        var told = Listen(on.Store);
        await RegisteredAsync(on.Store, 1);
        var issued = await Sample.IssueAsync(on.Store, await Sample.FindAsync(on.Store, 1));
        Assert.Equal(0, told.Count);

        Assert.True(await on.Store.RemoveAsync(Sample.Id(1), None));
        Assert.Equal(1, told.Count);
        Assert.Null(await on.Store.FindByPrivateIdentityAsync(Sample.Impi(1), None));
        Assert.Null(await on.Store.FindByPublicIdentityAsync(Sample.Impu(1), None));
        Assert.Equal(default, await on.Store.CountAsync(None));
        var job = Assert.Single(await JobsAsync(on.Store));
        Assert.Equal((CxJobKind.RegistrationTermination, TerminationReason.PermanentTermination, Sample.Impi(1), Sample.Server, CxJobState.Pending),
            (job.Kind, job.Reason, job.PrivateIdentity, job.Server, job.State));
        Assert.Equal([Sample.Impu(1), Sample.Tel(1)], job.PublicIdentities.AsEnumerable());
        Assert.True(job.Id > 0 && job.Created > DateTimeOffset.UnixEpoch && job.NextAttempt == job.Created);

        Assert.False(await on.Store.RemoveAsync(Sample.Id(1), None));
        Assert.Single(await JobsAsync(on.Store));
        await on.Store.UpsertAsync([Sample.Subscription(1)], None);
        Assert.True(Sample.Reserve(await Sample.FindAsync(on.Store, 1)).FirstSeq > issued);
        Assert.Equal(RegistrationState.Initial, (await Sample.FindAsync(on.Store, 1)).States[0]);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Provisioning_writes_what_follows_from_it_in_the_same_step(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        var told = Listen(on.Store);
        await RegisteredAsync(on.Store, 1);
        await on.Store.UpsertAsync([Sample.Subscription(2)], None);
        var changed = Sample.Subscription(1) with { ServiceProfiles = [new() { Name = "voice", InitialFilterCriteria = [new() { Priority = 1, ApplicationServer = new() { ServerName = "sip:as" } }] }] };
        var counts = await on.Store.UpsertAsync([changed, Sample.Subscription(2)], None);
        Assert.Equal((0, 1, 1, 1), (counts.Created, counts.Updated, counts.Unchanged, counts.Jobs));
        var push = Assert.Single(await JobsAsync(on.Store));
        Assert.Equal((CxJobKind.PushProfile, ProfileParts.UserData, Sample.Impi(1)), (push.Kind, push.Parts, push.PrivateIdentity));
        Assert.Equal(1, told.Count);

        // The same once more changes nothing, so nobody is told anything.
        Assert.Equal(0, (await on.Store.UpsertAsync([changed], None)).Jobs);
        await on.Store.UpsertAsync([changed with { ServerCapabilities = new([3], [], []) }], None);
        Assert.Equal([CxJobKind.PushProfile, CxJobKind.RegistrationTermination], (await JobsAsync(on.Store)).Select(job => job.Kind));
        Assert.Equal(RegistrationState.Initial, (await Sample.FindAsync(on.Store, 1)).States[0]);
        Assert.Equal(2, told.Count);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task A_conflict_undoes_the_jobs_too(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await RegisteredAsync(on.Store, 1);
        await on.Store.UpsertAsync([Sample.Subscription(2)], None);
        var gone = Sample.Subscription(1) with { ImplicitRegistrationSets = [Sample.Set("sip:other@x")] };
        var thief = Sample.Subscription(3) with { ImplicitRegistrationSets = [Sample.Set(Sample.Impu(2))] };
        await Assert.ThrowsAsync<IdentityConflictException>(() => on.Store.UpsertAsync([gone, thief], None));
        Assert.Empty(await JobsAsync(on.Store));
        Assert.Equal(RegistrationStatus.Registered, (await Sample.FindAsync(on.Store, 1)).States[0].Status);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Whoever_ends_a_job_first_has_ended_it(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await RegisteredAsync(on.Store, 1);
        var subscriber = await Sample.FindAsync(on.Store, 1);
        await Sample.CommitAsync(on.Store, subscriber, new([], []) { Jobs = [Job(1)] });
        var job = Assert.Single(await JobsAsync(on.Store));
        var ended = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000);
        await Sample.CommitAsync(on.Store, subscriber, new([(0, RegistrationState.Initial)], [])
        {
            JobUpdates = [new(job with { State = CxJobState.Acknowledged, Attempts = 1, Finished = ended, LastResult = "2001" })],
        });
        await on.Store.WriteJobsAsync([], [new(job with { State = CxJobState.Failed, Finished = ended, LastResult = "late" })], None);

        var after = Assert.Single(await JobsAsync(on.Store));
        Assert.Equal((CxJobState.Acknowledged, 1, ended, "2001"), (after.State, after.Attempts, after.Finished, after.LastResult));
        Assert.Equal(RegistrationState.Initial, subscriber.States[0]);
        Assert.Empty(await on.Store.ReadOpenJobsAsync(None));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Every_member_of_a_job_comes_back(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await RegisteredAsync(on.Store, 1);
        var job = Job(1) with
        {
            Kind = CxJobKind.PushProfile, AssociatedIdentities = [Sample.Impi(7), Sample.Impi(8)], Reason = TerminationReason.RemoveServer, ReasonText = "gone\nfor good",
            Parts = ProfileParts.UserData | ProfileParts.AllowedWebFunctions, ClearsOnAnswer = true, Attempts = 3, LastResult = "no answer",
            Created = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123), NextAttempt = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_060_456),
        };
        await Sample.CommitAsync(on.Store, await Sample.FindAsync(on.Store, 1), new([], []) { Jobs = [job] });
        var read = Assert.Single(await JobsAsync(on.Store));
        Assert.Equal(job.PublicIdentities.AsEnumerable(), read.PublicIdentities.AsEnumerable());
        Assert.Equal(job.AssociatedIdentities.AsEnumerable(), read.AssociatedIdentities.AsEnumerable());
        Assert.Equal(job with { Id = read.Id }, read with { PublicIdentities = job.PublicIdentities, AssociatedIdentities = job.AssociatedIdentities });
        var open = Assert.Single(await on.Store.ReadOpenJobsAsync(None));
        Assert.Equal(new OpenJobs(Host, CxJobKind.PushProfile, 1, job.Created, job.NextAttempt), open);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Due_jobs_are_the_first_of_their_subscription_and_the_longest_due_come_first(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await RegisteredAsync(on.Store, 1);
        var subscriber = await Sample.FindAsync(on.Store, 1);
        var start = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);
        CxJob At(int number, int seconds) => Job(number) with { Created = start, NextAttempt = start.AddSeconds(seconds) };
        await Sample.CommitAsync(on.Store, subscriber, new([], [])
        {
            // 1 waits, so that 2 behind it does too; 5 is for another S-CSCF.
            Jobs = [At(1, 60), At(1, 0), At(2, 10), At(3, 5), At(1, 0) with { Server = new("sip:y", "y", "x") }],
        });
        Assert.Equal([4L, 3], await DueAsync(30));
        Assert.Equal([4L], await DueAsync(5));
        Assert.Equal([4L], await DueAsync(30, most: 1));
        Assert.Equal([4L, 3, 1], await DueAsync(60));
        Assert.Equal([5L], (await on.Store.ReadJobsAsync(new() { DueBy = start, DiameterHost = "y" }, None)).Select(job => job.Id));

        var first = (await on.Store.ReadJobsAsync(new() { Id = 1 }, None))[0];
        await on.Store.WriteJobsAsync([], [new(first with { State = CxJobState.Forced, Finished = start })], None);
        Assert.Equal([2L, 4, 3], await DueAsync(30));
        Assert.Equal([2L, 5], (await on.Store.ReadJobsAsync(new() { SubscriptionId = Sample.Id(1), State = CxJobState.Pending }, None)).Select(job => job.Id));
        Assert.Equal([1L], (await on.Store.ReadJobsAsync(new() { State = CxJobState.Forced }, None)).Select(job => job.Id));
        Assert.Equal([3L], (await on.Store.ReadJobsAsync(new() { Identity = Sample.Tel(2) }, None)).Select(job => job.Id));
        Assert.Equal([4L], (await on.Store.ReadJobsAsync(new() { Identity = Sample.Impi(3), DiameterHost = Host }, None)).Select(job => job.Id));

        async Task<IEnumerable<long>> DueAsync(int seconds, int most = 10) =>
            (await on.Store.ReadJobsAsync(new() { DueBy = start.AddSeconds(seconds), DiameterHost = Host, Most = most }, None)).Select(job => job.Id);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task Finished_jobs_are_forgotten_by_age_and_by_number_and_open_ones_never(DatabaseKind kind)
    {
        await using var on = new StoreOn(kind);
        await RegisteredAsync(on.Store, 1);
        var start = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);
        var jobs = Enumerable.Range(0, 10).Select(i => Job(i) with { Created = start, State = i < 2 ? CxJobState.Pending : CxJobState.Failed, Finished = i < 2 ? null : start.AddMinutes(i) });
        await Sample.CommitAsync(on.Store, await Sample.FindAsync(on.Store, 1), new([], []) { Jobs = [.. jobs] });
        Assert.Equal(3, await on.Store.PruneJobsAsync(start.AddMinutes(5), keep: 100, None));
        Assert.Equal(2, await on.Store.PruneJobsAsync(start, keep: 3, None));
        Assert.Equal(0, await on.Store.PruneJobsAsync(start, keep: 3, None));
        Assert.Equal([1L, 2, 8, 9, 10], (await JobsAsync(on.Store)).Select(job => job.Id));
    }

    [Theory]
    [InlineData(CommitFault.Refused)]
    [InlineData(CommitFault.AcknowledgementLost)]
    public async Task State_and_job_are_both_on_the_disk_or_neither(CommitFault fault)
    {
        using var database = new MemoryDatabase();
        await using var store = StoreFolder.OverDatabase(database);
        var told = Listen(store);
        await RegisteredAsync(store, 1);
        database.CommitFaults = _ => fault;
        var subscriber = await Sample.FindAsync(store, 1);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Sample.CommitAsync(store, subscriber, new([(0, RegistrationState.Initial)], []) { Jobs = [Job(1)] }));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.RemoveAsync(Sample.Id(1), None));
        Assert.Equal(0, told.Count);

        using var image = database.PowerOff();
        var (stored, jobs) = (image.Read(Sample.Id(1)), image.Jobs(new()));
        if (fault == CommitFault.Refused)
        {
            Assert.Equal(RegistrationStatus.Registered, stored!.States[0].Status);
            Assert.Empty(jobs);
        }
        else
        {
            Assert.Null(stored);
            Assert.Single(jobs); // the second one found nothing registered any more
        }
    }

    [Fact]
    public async Task Kill_nine_loses_no_job_and_the_next_start_finds_it()
    {
        using var folder = new StoreFolder();
        var database = folder.OpenDatabase();
        await using var store = StoreFolder.OverDatabase(database);
        for (var number = 1; number <= 5; number++) await RegisteredAsync(store, number);
        for (var number = 1; number <= 5; number++)
        {
            Assert.True(await store.RemoveAsync(Sample.Id(number), None));
            using var image = folder.Image(database);
            await using var after = image.Open();
            Assert.Equal(Enumerable.Range(1, number).Select(Sample.Impi), (await JobsAsync(after)).Select(job => job.PrivateIdentity));
            Assert.Equal(5 - number, (await after.CountAsync(None)).Subscriptions);
        }
    }

    [Fact]
    public async Task A_store_of_the_version_before_gets_the_table_and_keeps_the_rest()
    {
        using var folder = new StoreFolder();
        await using (var first = folder.Open()) await RegisteredAsync(first, 1);
        Execute(folder.Database, "DROP TABLE cx_job; DELETE FROM \"__EFMigrationsHistory\" WHERE \"MigrationId\" = '0003_cx_jobs'");
        await using var store = folder.Open();
        Assert.Equal(RegistrationStatus.Registered, (await Sample.FindAsync(store, 1)).States[0].Status);
        Assert.True(await store.RemoveAsync(Sample.Id(1), None));
        Assert.Single(await JobsAsync(store));
    }

    [Fact]
    public async Task A_subscription_whose_document_is_damaged_can_be_removed_and_its_server_is_told()
    {
        using var folder = new StoreFolder();
        await using (var first = folder.Open()) await RegisteredAsync(first, 1);
        Execute(folder.Database, "UPDATE subscription SET document = x'7B7D'");
        await using var store = folder.Open();
        Assert.True(await store.RemoveAsync(Sample.Id(1), None));
        var job = Assert.Single(await JobsAsync(store));
        Assert.Equal(Sample.Impi(1), job.PrivateIdentity);
        Assert.Equal([Sample.Impu(1), Sample.Tel(1)], job.PublicIdentities.Order(StringComparer.Ordinal));
    }

    /// <summary>The two questions that are asked again and again must not walk the finished jobs.</summary>
    [Fact]
    public void Questions_about_open_jobs_use_their_indexes()
    {
        using var folder = new StoreFolder();
        SqliteDatabase.Open(folder.Options, TimeProvider.System, NullLogger.Instance).Dispose();
        var due = Plan(folder.Database, """
            SELECT j.id FROM cx_job j WHERE j.state = 0 AND j.diameter_host = 'x' AND j.next_attempt <= 5 AND NOT EXISTS (
                SELECT 1 FROM cx_job e WHERE e.state = 0 AND e.subscription_id = j.subscription_id AND e.diameter_host = j.diameter_host AND e.id < j.id)
            ORDER BY j.next_attempt, j.id LIMIT 8
            """);
        Assert.Contains(due, line => line.Contains("SEARCH j USING INDEX IX_cx_job_diameter_host_next_attempt", StringComparison.Ordinal));
        Assert.DoesNotContain(due, line => line.Contains("TEMP B-TREE", StringComparison.Ordinal)); // no sorting of all that is due
        Assert.Contains(due, line => line.Contains("SEARCH e USING INDEX IX_cx_job_subscription_id", StringComparison.Ordinal));
        var open = Plan(folder.Database, "SELECT diameter_host, kind, count(*), min(created), min(next_attempt) FROM cx_job WHERE state = 0 GROUP BY diameter_host, kind");
        Assert.Contains(open, line => line.Contains("USING COVERING INDEX", StringComparison.Ordinal));
    }

    private static CxJob Job(int number) => new()
    {
        Kind = CxJobKind.RegistrationTermination, SubscriptionId = Sample.Id(number), Server = Sample.Server,
        PrivateIdentity = Sample.Impi(number), PublicIdentities = [Sample.Impu(number), Sample.Tel(number)],
    };

    private static async Task RegisteredAsync(SubscriberStore store, int number)
    {
        await store.UpsertAsync([Sample.Subscription(number)], None);
        await Sample.CommitAsync(store, await Sample.FindAsync(store, number), Sample.Register(0, Sample.Registered(Sample.Impi(number))));
    }

    private static Task<IReadOnlyList<CxJob>> JobsAsync(SubscriberStore store) => store.ReadJobsAsync(new(), None);

    private static Counter Listen(SubscriberStore store)
    {
        var counter = new Counter();
        store.JobsWritten += counter.Add;
        return counter;
    }

    private static void Execute(string path, string sql) => Plan(path, sql, "");

    private static List<string> Plan(string path, string sql, string how = "EXPLAIN QUERY PLAN ")
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = how + sql;
        using var rows = command.ExecuteReader();
        var lines = new List<string>();
        while (rows.Read()) lines.Add(rows.GetString(3));
        return lines;
    }

    private sealed class Counter
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public void Add() => Interlocked.Increment(ref _count);
    }
}
