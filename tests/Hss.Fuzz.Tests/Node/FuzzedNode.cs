using System.Collections.Immutable;
using Hss.Authentication;
using Hss.Diameter;
using Hss.DiameterNode;
using Hss.DiameterNode.Tests.Support;
using Hss.Procedures.Cx;
using Hss.Procedures.Sh;
using Hss.Procedures.Tests;
using Hss.Storage;
using Hss.Subscribers;
using Hss.Testing;
using Microsoft.Extensions.Logging;

namespace Hss.Fuzz.Tests;

/// <summary>A whole node with the Cx and Sh procedures over a store without a disk. Its clock stands still, so that no timer answers or closes anything.</summary>
internal sealed class FuzzedNode
{
    public const string Identity = "hss." + CxRequests.Realm;

    private readonly CountingPool _pool = new();
    private readonly WatchingLog _log = new();
    private readonly SubscriberStore _store;
    private readonly Hss.DiameterNode.DiameterNode _node;
    private int _connections;

    private FuzzedNode(SubscriberStore store)
    {
        VirtualTime time = new();
        NodeOptions options = new()
        {
            Identity = Identity, Realm = CxRequests.Realm, Realms = ["node.example"], AllowUnknownPeers = true,

            // A relay, or most of what is sent, with damaged and with other names, would end at the rights of the peer.
            Peers = [new PeerOptions { Identity = "scscf." + CxRequests.Realm, Role = PeerRole.Relay }],
        };
        DiameterApplication[] applications =
        [
            CxApplication.Create(store, new CxOptions(), new CxInstruments(), SystemRandomSource.Instance, _log),
            ShApplication.Create(store, new ShOptions(), _log, time),
        ];
        _store = store;
        _node = new Hss.DiameterNode.DiameterNode(options, applications, time, _log, static () => 0.5, _pool);
    }

    /// <summary>Lines of the log that must not be.</summary>
    public IEnumerable<string> Faults => _log.Faults;

    public static async Task<FuzzedNode> StartAsync()
    {
        // A cache that holds half of the subscribers: the others are read again and again.
        StoreOptions options = new() { CacheEntries = 3 };
        SubscriberStore store = new(new MemoryDatabase(), options, TimeProvider.System, new Logger<SubscriberStore>(new LoggerFactory()));
        await store.UpsertAsync(FuzzedSubscriptions.All, CancellationToken.None);
        var everything = Enum.GetValues<ShDataReference>().ToImmutableSortedDictionary(reference => reference, _ => ShOperations.Pull | ShOperations.Update | ShOperations.Notify);
        await store.PutApplicationServerAsync(new(ShRequests.As, [], everything), null, ChangeAuthor.Offline("test"), CancellationToken.None);
        return new FuzzedNode(store);
    }

    /// <summary>A connection that has sent nothing yet.</summary>
    public FuzzedConnection Connect()
    {
        MemoryConnection connection = new(Interlocked.Increment(ref _connections) % 20_000, sendBufferBytes: 256 * 1024);
        return new FuzzedConnection(connection, _node.HandleAsync(connection));
    }

    /// <summary>A connection in R-Open.</summary>
    public async Task<FuzzedConnection> ConnectOpenAsync()
    {
        FuzzedConnection connection = Connect();
        byte[] answer = Assert.Single(await connection.ExchangeAsync(GoldenMessages.CapabilitiesExchange, answers: 1));
        Assert.Equal((uint)ResultCode.Success, AvpOccurrences.Find(answer, Avp.ResultCode).First.ToUnsigned32());
        return connection;
    }

    /// <summary>Stops, and sees that nothing is owed, nothing is out and nothing was wrong.</summary>
    /// Not a disposal: after a failure there is no point in it, and what it finds would hide the failure.
    public async Task StopAsync()
    {
        await _node.DisposeAsync();
        await _store.DisposeAsync();
        try
        {
            await _pool.WhenAllReturnedAsync().WaitAsync(FuzzedConnection.Patience);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{_pool.Rented} buffers were not given back");
        }

        Assert.Equal(0, _pool.WrongReturns);
        Assert.Equal(0, _node.RequestsInProgress);
        Assert.Empty(_node.OpenPeers);
        Assert.Empty(_log.Faults);
    }
}
