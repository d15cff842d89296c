using System.Collections.Immutable;
using Hss.DiameterNode;
using Hss.DiameterNode.Tests.Support;
using Hss.Procedures;
using Hss.Procedures.Sh;
using Hss.Procedures.Tests;
using Hss.Storage;
using Hss.Subscribers;
using Hss.Testing;
using Microsoft.Extensions.Logging;

namespace Hss.Simulation.Tests.Sh;

/// <summary>One life of an HSS that serves Sh, from a start to a crash or a stop: a whole node over a store over what the last life left.</summary>
internal sealed class ShMachine
{
    public const string Relay = "relay." + CxRequests.Realm;
    public const string HostA = "as-a." + CxRequests.Realm;
    public const string HostB = "as-b." + CxRequests.Realm;

    private readonly CountingPool _frames = new();
    private readonly CriticalLog _log = new();
    private readonly ShInstruments _instruments = new();
    private readonly NotificationRunner _runner;
    private readonly SemaphoreSlim _news = new(0);
    private readonly VirtualTime _time;
    private IDisposable? _heldCommits;

    public ShMachine(MemoryDatabase database, ItemLedger ledger, VirtualTime time)
    {
        (Database, _time) = (database, time);
        database.Time = time;
        database.OnDurable = keep => ledger.Commit(this, keep);
        Store = new SubscriberStore(database, new StoreOptions { CacheEntries = 2 }, time, new Logger<SubscriberStore>(_log));

        // Only the deadlines run on the clock of the storm; the watchdog has tests of its own.
        TimeSpan never = TimeSpan.FromDays(1);
        NodeOptions options = new()
        {
            Identity = Machine.Identity, Realm = CxRequests.Realm, AllowUnknownPeers = true, MaxRequestsInFlightPerPeer = 12,
            WatchdogInterval = never, CapabilitiesTimeout = never, SendTimeout = never, AnswerTimeout = TimeSpan.FromSeconds(1),
            Peers = [new PeerOptions { Identity = Relay, Role = PeerRole.Relay }],
        };
        ShOptions sh = new() { UpdatePatience = TimeSpan.FromSeconds(1) };
        Node = new Hss.DiameterNode.DiameterNode(options, [ShApplication.Create(Store, sh, _log, time)], time, _log, static () => 0.5, _frames);

        // So patient that nothing is ever given up: what is owed has to arrive.
        _runner = new NotificationRunner(Store, SendAsync, sh, _instruments, time, _log, new DeliveryOptions
        {
            MaxInFlight = 6, MaxInFlightPerServer = 3, FirstRetry = TimeSpan.FromSeconds(1), LongestRetry = TimeSpan.FromSeconds(10),
            LongestPause = TimeSpan.FromSeconds(5), MaxAttempts = int.MaxValue, MaxAge = TimeSpan.FromDays(10_000),
        });
        _runner.RestBegan += () => _news.Release();
        _runner.Start();

        Task<OutgoingAnswer> SendAsync(OutgoingRequest request, CancellationToken cancellationToken)
        {
            ledger.Sending(this, request.DestinationHost, ShMessages.Content(request));
            return Node.SendAsync(request, cancellationToken);
        }
    }

    public MemoryDatabase Database { get; }

    public SubscriberStore Store { get; }

    public Hss.DiameterNode.DiameterNode Node { get; }

    /// <summary>Crashed: what its process still does, nobody sees.</summary>
    public bool IsDead { get; set; }

    public bool HoldsCommits => _heldCommits is not null;

    public IEnumerable<string> Faults => _log.Lines;

    /// <summary>Both application servers may do everything.</summary>
    public async Task PermitAsync()
    {
        foreach (string host in (string[])[HostA, HostB])
            await Store.PutApplicationServerAsync(
                new ApplicationServerPermissions(host, [], DataReferenceTable.Rows.ToImmutableSortedDictionary(row => row.Reference, row => row.Operations)),
                expected: null, ChangeAuthor.Offline("simulation"), CancellationToken.None);
    }

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

    /// <summary>Lets time pass until nothing is pending: true, or false when that takes longer than <paramref name="longest"/>.</summary>
    public async Task<bool> WhenToldAsync(TimeSpan longest)
    {
        DateTimeOffset until = _time.GetUtcNow() + longest;
        while (true)
        {
            while (!_runner.IsResting) await _news.WaitAsync(Machine.Patience);
            if ((await Store.ReadOpenNotificationsAsync(CancellationToken.None)).Count == 0) return true;
            if (!_runner.IsResting) continue;
            if (_time.GetUtcNow() > until) return false;
            _time.Advance(_runner.RestTime);
        }
    }

    /// <summary>A stop in good order.</summary>
    public async Task StopAsync()
    {
        Mend();
        await _runner.DisposeAsync().AsTask().WaitAsync(Machine.Patience);
        await Node.StopAsync(CancellationToken.None).WaitAsync(Machine.Patience);
    }

    /// <summary>Frees everything, and sees that nothing was leaked or said that must not be.</summary>
    public async Task DiscardAsync()
    {
        Mend();
        await _runner.DisposeAsync().AsTask().WaitAsync(Machine.Patience);
        await Node.DisposeAsync().AsTask().WaitAsync(Machine.Patience);
        await Store.DisposeAsync().AsTask().WaitAsync(Machine.Patience);
        await _frames.WhenAllReturnedAsync().WaitAsync(Machine.Patience);
        _instruments.Dispose();
        Assert.Equal(0, _frames.WrongReturns);
        Assert.Empty(_log.Lines);
    }
}
