using Hss.Diameter;
using Hss.Diameter.Commands.Base;
using Hss.Diameter.Commands.Cx;

namespace Hss.DiameterNode.Tests.Support;

/// <summary>A node with one application, a scripted procedure for MAR, a clock that stands still, and everything countable.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly List<FakePeer> _peers = [];

    public TestNode(Procedure<MultimediaAuthRequest>? procedure = null, Func<NodeOptions, NodeOptions>? options = null, double jitter = 0.5)
    {
        NodeOptions defaults = new() { Identity = Requests.Hss, Realm = Requests.Realm, AllowUnknownPeers = true };
        Options = options is null ? defaults : options(defaults);
        Node = new DiameterNode(Options, [Cx(procedure ?? Succeed)], Time, Log, () => jitter, Pool, connect: Network.ConnectAsync);
    }

    public NodeOptions Options { get; }

    public VirtualTime Time { get; } = new();

    public CountingPool Pool { get; } = new();

    public RecordingLog Log { get; } = new();

    public FakeNetwork Network { get; } = new();

    public DiameterNode Node { get; }

    public static DiameterApplication Cx(Procedure<MultimediaAuthRequest> procedure) => new()
    {
        Name = "Cx",
        Id = ApplicationIds.Cx,
        VendorId = Vendors.ThreeGpp,
        FurtherVendorIds = [Vendors.Etsi],
        AnswerPreamble = writer =>
        {
            Requests.CxApplication(writer);
            writer.WriteEnumerated(Avp.AuthSessionState, AuthSessionState.NoStateMaintained);
        },
        Procedures = [new ProcedureRegistration<MultimediaAuthRequest>(procedure) { EchoedAvps = [Avp.UserName, Avp.PublicIdentity], RemembersAnswers = true }],
    };

    public static ValueTask Succeed(MultimediaAuthRequest request, Answer answer, CancellationToken cancellationToken)
    {
        answer.Result(ResultCode.Success);
        return default;
    }

    public FakePeer Connect(int sendBufferBytes = 64 * 1024)
    {
        FakePeer peer = new(Node, new MemoryConnection(_peers.Count, sendBufferBytes));
        _peers.Add(peer);
        return peer;
    }

    /// <summary>A peer that forwards.</summary>
    public async Task<FakePeer> ConnectRelayAsync(string originHost)
    {
        FakePeer peer = Connect();
        await peer.OpenAsync(originHost, Requests.RelayApplication);
        return peer;
    }

    public async Task<FakePeer> ConnectOpenAsync(
        string originHost = Requests.Scscf, Action<MessageWriter>? applications = null, int sendBufferBytes = 64 * 1024)
    {
        FakePeer peer = Connect(sendBufferBytes);
        await peer.OpenAsync(originHost, applications);
        return peer;
    }

    /// <summary>After every test: all connections end, nothing is owed, no buffer is out.</summary>
    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        foreach (FakePeer peer in _peers) await peer.Served.WaitAsync(TimeSpan.FromSeconds(90));
        Assert.Equal(0, Node.RequestsInProgress);
        Assert.Equal(0, Pool.Rented);
        Assert.Equal(0, Pool.WrongReturns);
        Assert.Empty(Node.OpenPeers);
    }
}
