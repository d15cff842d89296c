using System.Collections.Immutable;
using Hss.Authentication;
using Hss.DiameterNode;
using Hss.Procedures.Cx;
using Hss.Procedures.Sh;
using Hss.Procedures.Tests;
using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Conformance.Tests.Support;

/// <summary>A whole node with all of Cx and Sh over a store without a disk. Its clock stands still, so that no timer answers or closes anything.</summary>
internal sealed class WholeNode : IAsyncDisposable
{
    private readonly List<FakePeer> _peers = [];

    public WholeNode(Func<NodeOptions, NodeOptions>? options = null)
    {
        NodeOptions defaults = new() { Identity = Requests.Hss, Realm = Requests.Realm, AllowUnknownPeers = true };
        Options = options is null ? defaults : options(defaults);
        Store.Add(TestSubscriptions.AliceSubscription());
        Store.ApplicationServer = new(
            Requests.Scscf, [],
            Enum.GetValues<ShDataReference>().ToImmutableSortedDictionary(reference => reference, _ => ShOperations.Pull | ShOperations.Update | ShOperations.Notify));
        Node = new Hss.DiameterNode.DiameterNode(
            Options,
            [CxApplication.Create(Store, new CxOptions(), new CxInstruments(), SystemRandomSource.Instance, Log), ShApplication.Create(Store, new ShOptions(), Log, Time)],
            Time, Log, static () => 0.5, Pool);
    }

    public NodeOptions Options { get; }

    public InMemorySubscriberStore Store { get; } = new();

    public VirtualTime Time { get; } = new();

    public CountingPool Pool { get; } = new();

    public RecordingLog Log { get; } = new();

    public Hss.DiameterNode.DiameterNode Node { get; }

    /// <summary>A connection that has sent nothing yet.</summary>
    public FakePeer Connect()
    {
        FakePeer peer = new(Node, new MemoryConnection(_peers.Count, sendBufferBytes: 256 * 1024));
        _peers.Add(peer);
        return peer;
    }

    /// <summary>A connection in R-Open.</summary>
    public async Task<FakePeer> ConnectOpenAsync(string originHost = Requests.Scscf, uint application = ApplicationIds.Cx)
    {
        FakePeer peer = Connect();
        await peer.OpenAsync(originHost, writer => Requests.VendorApplication(writer, Vendors.ThreeGpp, application));
        return peer;
    }

    /// <summary>After every test: all connections end, nothing is owed, no buffer is out, and nothing was our own fault.</summary>
    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        foreach (FakePeer peer in _peers) await peer.Served.WaitAsync(TimeSpan.FromSeconds(90));
        Assert.Equal(0, Node.RequestsInProgress);
        Assert.Equal(0, Pool.Rented);
        Assert.Equal(0, Pool.WrongReturns);
        Assert.Empty(Log.Lines.Where(line => line.Level >= LogLevel.Error).Select(line => line.Text));
    }
}
