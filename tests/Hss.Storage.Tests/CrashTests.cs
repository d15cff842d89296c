using System.Globalization;
using Hss.Subscribers;
using Hss.Testing;

namespace Hss.Storage.Tests;

/// <summary>kill -9 at any moment: what was told before is there afterwards, and no SEQ comes twice.</summary>
public sealed class CrashTests
{
    private const int Subscribers = 40;
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(101)]
    [InlineData(102)]
    [InlineData(103)]
    public async Task An_image_of_the_files_at_any_moment_holds_everything_that_was_told_before(int seed)
    {
        using var folder = new StoreFolder();
        var database = folder.OpenDatabase();
        await using var store = StoreFolder.OverDatabase(database, cacheEntries: 20);
        await store.UpsertAsync([.. Enumerable.Range(0, Subscribers).Select(number => Sample.Subscription(number))], None);
        var told = new Told();
        using var stop = new CancellationTokenSource();
        var workers = Enumerable.Range(0, 8).Select(worker => Task.Run(() => WorkAsync(store, told, new Random(seed * 100 + worker), stop.Token))).ToArray();

        var moments = new Random(seed);
        for (var crash = 0; crash < 4; crash++)
        {
            await told.WaitForAsync(told.Count + moments.Next(20, 400), workers);
            // First what was told, then the image: what is told later may or may not be in it.
            var before = told.Copy();
            using var image = folder.Image(database);
            if (moments.Next(2) == 0) AppendUnfinishedFrame(image.Database + "-wal", moments);
            await using var after = image.Open();
            await CheckAsync(after, before, $"crash {crash}, seed {seed}");
        }
        await stop.CancelAsync();
        await Task.WhenAll(workers);
    }

    [Theory]
    [InlineData(201)]
    [InlineData(202)]
    public async Task A_row_of_crashes_on_a_failing_disk_issues_no_sequence_number_twice(int seed)
    {
        var database = new MemoryDatabase();
        var told = new Told();
        var random = new Random(seed);
        await using (var first = StoreFolder.OverDatabase(database))
            await first.UpsertAsync([.. Enumerable.Range(0, Subscribers).Select(number => Sample.Subscription(number))], None);
        for (var life = 0; life < 10; life++)
        {
            database = database.PowerOff();
            var good = random.Next(1, 30);
            var faults = new Random(seed * 31 + life);
            // After some commits the disk fails, one way or the other; the process lives on for a while, then it dies.
            database.CommitFaults = number => number <= good ? CommitFault.None : faults.Next(2) == 0 ? CommitFault.Refused : CommitFault.AcknowledgementLost;
            await using var store = StoreFolder.OverDatabase(database, cacheEntries: 10);
            await CheckAsync(store, told.Copy(), $"life {life}, seed {seed}");
            await Task.WhenAll(Enumerable.Range(0, 6).Select(worker => Task.Run(async () =>
            {
                var own = new Random(seed * 1_000 + life * 10 + worker);
                for (var i = 0; i < 60; i++) await OneRequestAsync(store, told, own);
            })));
        }
        Assert.True(told.Count > 200, $"only {told.Count} answers, seed {seed}");
        await using var last = StoreFolder.OverDatabase(database.PowerOff());
        await CheckAsync(last, told.Copy(), $"the end, seed {seed}");
    }

    private static async Task WorkAsync(SubscriberStore store, Told told, Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested) await OneRequestAsync(store, told, random);
    }

    private static async Task OneRequestAsync(SubscriberStore store, Told told, Random random)
    {
        var number = random.Next(Subscribers);
        try
        {
            if (random.Next(4) != 0)
            {
                told.Issue(number, await Sample.IssueAsync(store, await Sample.FindAsync(store, number), ahead: random.Next(6)));
                return;
            }
            using var turn = await store.EnterAsync(await Sample.FindAsync(store, number), None);
            var version = told.NextVersion(number);
            var state = Sample.Registered(Sample.Impi(number)) with { Server = Sample.Server with { Name = $"sip:scscf@{version}" } };
            await store.CommitAsync(turn, Sample.Register(0, state), None);
            told.Register(number, version);
        }
        catch (StoreUnavailableException)
        {
            // Nothing was told; what is durable of it is open.
        }
    }

    private static async Task CheckAsync(SubscriberStore store, Told before, string when)
    {
        for (var number = 0; number < Subscribers; number++)
        {
            var subscriber = await Sample.FindAsync(store, number);
            Assert.True(VersionOf(subscriber) >= before.Version(number), $"registration of {number} is lost, {when}");
            var next = Sample.Reserve(subscriber).FirstSeq;
            Assert.True(next > before.LastIssued(number), $"SEQ {next} of {number} comes again, {when}");
        }
    }

    private static int VersionOf(Subscriber subscriber) =>
        subscriber.States[0].Server is { } server ? int.Parse(server.Name.AsSpan("sip:scscf@".Length), CultureInfo.InvariantCulture) : 0;

    // The write that was under way when the process died.
    private static void AppendUnfinishedFrame(string log, Random random)
    {
        var octets = new byte[random.Next(1, 5_000)];
        random.NextBytes(octets);
        using var file = new FileStream(log, FileMode.Append);
        file.Write(octets);
    }

    /// <summary>What left the store towards the network: every SEQ, and the last registration of each subscriber.</summary>
    private sealed class Told
    {
        private readonly Dictionary<int, HashSet<ulong>> _issued = [];
        private readonly Dictionary<int, int> _versions = [];
        private readonly Dictionary<int, int> _tried = [];
        private int _count;

        public int Count
        {
            get { lock (_issued) return _count; }
        }

        public ulong LastIssued(int number) => _issued.TryGetValue(number, out var issued) ? issued.Max() : 0;

        public int Version(int number) => _versions.GetValueOrDefault(number);

        public void Issue(int number, ulong seq)
        {
            lock (_issued)
            {
                if (!_issued.TryGetValue(number, out var issued)) _issued[number] = issued = [];
                Assert.True(issued.Add(seq), $"SEQ {seq} of {number} issued twice");
                _count++;
            }
        }

        /// <summary>Called inside a turn, so versions of one subscriber are committed in their order.</summary>
        public int NextVersion(int number)
        {
            lock (_issued) return _tried[number] = _tried.GetValueOrDefault(number) + 1;
        }

        public void Register(int number, int version)
        {
            lock (_issued)
            {
                _versions[number] = version;
                _count++;
            }
        }

        public Told Copy()
        {
            lock (_issued)
            {
                var copy = new Told();
                foreach (var (number, issued) in _issued) copy._issued[number] = [.. issued];
                foreach (var (number, version) in _versions) copy._versions[number] = version;
                return copy;
            }
        }

        public async Task WaitForAsync(int count, Task[] workers)
        {
            while (Count < count)
            {
                await Task.Yield();
                foreach (var worker in workers)
                    if (worker.IsFaulted) await worker;
            }
        }
    }
}
