using Hss.Authentication;
using Hss.DiameterNode;
using Hss.DiameterNode.Tests.Support;
using Hss.Procedures;
using Hss.Procedures.Cx;
using Hss.Procedures.Tests;
using Hss.Storage;
using Hss.Subscribers;
using Hss.Testing;
using Microsoft.Extensions.Logging;

namespace Hss.Simulation.Tests;

/// <summary>One life of the HSS, from a start to a crash or a stop: a whole node over a store over what the last life left.</summary>
internal sealed class Machine
{
    public const string Identity = "hss." + CxRequests.Realm;

    /// <summary>Only a hang takes so long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CountingPool _frames = new();
    private readonly CriticalLog _log = new();
    private readonly CxJobRunner _runner;
    private readonly SemaphoreSlim _news = new(0);
    private readonly VirtualTime _time;
    private IDisposable? _heldCommits;

    public Machine(MemoryDatabase database, Ledger ledger, VirtualTime time)
    {
        (Database, _time) = (database, time);
        database.Time = time;
        ObservedDatabase observed = new(database, (keep, steps, writesJobs) => ledger.Commit(this, keep, steps, writesJobs));

        // Fewer places than subscribers, so that they are read again and again.
        Store = new SubscriberStore(observed, new StoreOptions { CacheEntries = 12 }, time, new Logger<SubscriberStore>(_log));

        // Only the deadlines run on the clock of the storm; the watchdog has tests of its own. Few requests in flight, so that reading stops at times.
        TimeSpan never = TimeSpan.FromDays(1);
        NodeOptions options = new()
        {
            Identity = Identity, Realm = CxRequests.Realm, AllowUnknownPeers = true, MaxRequestsInFlightPerPeer = 12,
            WatchdogInterval = never, CapabilitiesTimeout = never, SendTimeout = never, AnswerTimeout = TimeSpan.FromSeconds(1),

            // Longer than the storm is between two rests, so that only a crash makes it forget.
            DuplicateMemoryAge = TimeSpan.FromHours(6), DuplicateMemoryBytes = 8 * 1024 * 1024,

            // The UAR and LIR of the storm bear the name of an S-CSCF, so who brings them has to be one that may.
            Peers =
            [
                new PeerOptions { Identity = "icscf." + CxRequests.Realm, Role = PeerRole.Relay },
                new PeerOptions { Identity = RequestMaker.Kamailio, Quirks = PeerQuirks.Kamailio },
            ],
        };
        CxInstruments instruments = new();
        CxOptions cx = new() { SequenceReserve = 8 };
        var application = CxApplication.Create(Store, cx, instruments, SystemRandomSource.Instance, _log, time);
        Node = new Hss.DiameterNode.DiameterNode(options, [application], time, _log, static () => 0.5, _frames);
        Control = new RegistrationControl(Store, instruments, time, _log);

        // Less patient than a server is, so that a storm sees all ends.
        _runner = new CxJobRunner(Store, Node.SendAsync, Node.QuirksOf, cx, instruments, time, _log, new DeliveryOptions
        {
            MaxInFlight = 6, MaxInFlightPerServer = 3, FirstRetry = TimeSpan.FromSeconds(1), LongestRetry = TimeSpan.FromSeconds(10),
            LongestPause = TimeSpan.FromSeconds(5), MaxAttempts = 3, MaxAge = TimeSpan.FromMinutes(3),
        });
        _runner.RestBegan += () => _news.Release();
        _runner.Start();
    }

    public MemoryDatabase Database { get; }

    public SubscriberStore Store { get; }

    public Hss.DiameterNode.DiameterNode Node { get; }

    public RegistrationControl Control { get; }

    /// <summary>Crashed: what its process still says does not leave it.</summary>
    public bool IsDead { get; private set; }

    public bool HoldsCommits => _heldCommits is not null;

    public IEnumerable<string> Faults => _log.Lines;

    public void HoldCommits() => _heldCommits ??= Database.HoldCommits();

    public void ReleaseCommits()
    {
        _heldCommits?.Dispose();
        _heldCommits = null;
    }

    /// <summary>The disk works from now on.</summary>
    public void Mend()
    {
        Database.CommitFaults = null;
        Database.RefusesReads = Database.RefusesWrites = false;
        ReleaseCommits();
    }

    /// <summary>What is durable of one subscription.</summary>
    public StoredSubscriber? Durable(string subscriptionId)
    {
        using MemoryDatabase image = Database.PowerOff();
        return image.Read(subscriptionId);
    }

    /// <summary>The power fails. Gives what is on the disk.</summary>
    public MemoryDatabase Crash()
    {
        IsDead = true;
        return Database.PowerOff();
    }

    /// <summary>Ends when no request is worked on.</summary>
    public Task WhenIdleAsync() => _frames.WhenAllReturnedAsync().WaitAsync(Patience);

    /// <summary>Lets time pass until no job is pending: true, or false when that takes longer than <paramref name="longest"/>.</summary>
    public async Task<bool> WhenJobsEndedAsync(Ledger ledger, TimeSpan longest)
    {
        DateTimeOffset until = _time.GetUtcNow() + longest;
        while (true)
        {
            while (!_runner.IsResting) await _news.WaitAsync(Patience);
            if (ledger.PendingJobs.Count == 0) return true;
            if (!_runner.IsResting) continue;
            if (_time.GetUtcNow() > until) return false;
            _time.Advance(_runner.RestTime);
        }
    }

    /// <summary>Does something to a subscription that the disk may refuse. Ends when it is durable, or was refused.</summary>
    public static async Task TryAsync(Func<Task> change)
    {
        try
        {
            await change();
        }
        catch (StoreUnavailableException)
        {
            // As planned: nothing was written, or nobody can tell.
        }
    }

    /// <summary>A stop in good order.</summary>
    public async Task StopAsync()
    {
        Mend();
        await _runner.DisposeAsync().AsTask().WaitAsync(Patience);
        await Node.StopAsync(CancellationToken.None).WaitAsync(Patience);
    }

    /// <summary>Frees everything, and sees that nothing was leaked or said that must not be.</summary>
    public async Task DiscardAsync()
    {
        Mend();
        await _runner.DisposeAsync().AsTask().WaitAsync(Patience);
        await Node.DisposeAsync().AsTask().WaitAsync(Patience);
        await Store.DisposeAsync().AsTask().WaitAsync(Patience);
        await WhenIdleAsync();
        Assert.Equal(0, _frames.WrongReturns);
        Assert.Empty(_log.Lines);
    }
}
