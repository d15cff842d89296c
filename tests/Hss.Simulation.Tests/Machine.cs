using Hss.Authentication;
using Hss.DiameterNode;
using Hss.DiameterNode.Tests.Support;
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
    private readonly ObservedDatabase _observed;
    private IDisposable? _heldCommits;

    public Machine(MemoryDatabase database, CeilingHistory history, VirtualTime time)
    {
        Database = database;
        _observed = new ObservedDatabase(database, history);

        // Fewer places than subscribers, so that they are read again and again.
        Store = new SubscriberStore(_observed, new StoreOptions { CacheEntries = 12 }, time, new Logger<SubscriberStore>(_log));

        // Only the deadlines run on the clock of the storm; the watchdog has tests of its own. Few requests in flight, so that reading stops at times.
        TimeSpan never = TimeSpan.FromDays(1);
        NodeOptions options = new()
        {
            Identity = Identity, Realm = CxRequests.Realm, AllowUnknownPeers = true, MaxRequestsInFlightPerPeer = 12,
            WatchdogInterval = never, CapabilitiesTimeout = never, SendTimeout = never,

            // The UAR and LIR of the storm bear the name of an S-CSCF, so who brings them has to be one that may.
            Peers = [new PeerOptions { Identity = "icscf." + CxRequests.Realm, Role = PeerRole.Relay }],
        };
        var application = CxApplication.Create(Store, new CxOptions { SequenceReserve = 8 }, new CxInstruments(), SystemRandomSource.Instance, _log);
        Node = new Hss.DiameterNode.DiameterNode(options, [application], time, _log, static () => 0.5, _frames);
    }

    public MemoryDatabase Database { get; }

    public SubscriberStore Store { get; }

    public Hss.DiameterNode.DiameterNode Node { get; }

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
    public StoredSubscriber Durable(string subscriptionId)
    {
        using MemoryDatabase image = Database.PowerOff();
        return image.Read(subscriptionId)!;
    }

    /// <summary>The power fails. Gives what is on the disk.</summary>
    public MemoryDatabase Crash()
    {
        IsDead = true;
        _observed.Abandon();
        return Database.PowerOff();
    }

    /// <summary>Ends when no request is worked on.</summary>
    public Task WhenIdleAsync() => _frames.WhenAllReturnedAsync().WaitAsync(Patience);

    /// <summary>Waits until every change that is under way is durable or has failed, even one whose request was answered at the deadline.</summary>
    public async Task WhenSettledAsync(IEnumerable<Subscription> subscriptions)
    {
        await WhenIdleAsync();
        foreach (Subscription subscription in subscriptions)
        {
            Subscriber subscriber = (await FindAsync(subscription))!;
            using SubscriberTurn turn = await Store.EnterAsync(subscriber, CancellationToken.None).AsTask().WaitAsync(Patience);
        }
    }

    public ValueTask<Subscriber?> FindAsync(Subscription subscription) =>
        Store.FindByPrivateIdentityAsync(subscription.PrivateIdentities[0].Identity, CancellationToken.None);

    /// <summary>The operator provisions a subscription again, as it is. Ends when that is durable, or was refused.</summary>
    public async Task ProvisionAsync(Subscription subscription)
    {
        try
        {
            await Store.UpsertAsync([subscription], CancellationToken.None);
        }
        catch (StoreUnavailableException)
        {
            // As planned: nothing was written.
        }
    }

    /// <summary>Frees everything, and sees that nothing was leaked or said that must not be.</summary>
    public async Task DiscardAsync()
    {
        Mend();
        await Node.DisposeAsync().AsTask().WaitAsync(Patience);
        await Store.DisposeAsync().AsTask().WaitAsync(Patience);
        await WhenIdleAsync();
        Assert.Equal(0, _frames.WrongReturns);
        Assert.Empty(_log.Lines);
    }
}
