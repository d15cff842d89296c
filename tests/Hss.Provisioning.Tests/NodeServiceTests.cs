using Grpc.Core;
using Hss.DiameterNode;
using Hss.Provisioning.Tests.Support;
using Hss.Storage;
using Hss.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hss.Provisioning.Tests;

/// <summary>Peers as they are shown, and what cannot be sent away. That a peer that is open goes in good order is shown by the tests of the node.</summary>
public sealed class NodeServiceTests : IAsyncLifetime
{
    private const string Disconnect = "/hss.provisioning.v1.NodeService/DisconnectPeer";

    private readonly SubscriberStore _store = new(new MemoryDatabase(), new() { CacheEntries = 16 }, TimeProvider.System, NullLogger<SubscriberStore>.Instance);
    private readonly DiameterNode.DiameterNode _node = new(
        new NodeOptions
        {
            Peers =
            [
                new() { Identity = "scscf.example.org", Address = "192.0.2.7", Tls = true },
                new() { Identity = "dra.example.org", Address = "192.0.2.8", Connect = true, Role = PeerRole.Relay },
            ],
        }, [new DiameterApplication { Name = "Cx", Id = 16777216, VendorId = 10415, AnswerPreamble = _ => { }, Procedures = [] }], TimeProvider.System, NullLoggerFactory.Instance);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task A_configured_peer_that_is_not_there_is_shown_as_it_is_configured()
    {
        var peers = (await new NodeService(_node, _store).ListPeers(new(), TestCall.Local("/hss.provisioning.v1.NodeService/ListPeers"))).Peers;
        Assert.Equal(["dra.example.org", "scscf.example.org"], peers.Select(peer => peer.Identity));
        Assert.All(peers, peer => Assert.True(peer is { IsOpen: false, IsConfigured: true, OpenSince: null, WatchdogState: "" }));
        Assert.Equal((true, false, true, "192.0.2.8"), (peers[0].IsDialled, peers[0].IsTls, peers[0].IsRelay, peers[0].RemoteAddress));
        Assert.Equal((false, true, false), (peers[1].IsDialled, peers[1].IsTls, peers[1].IsRelay));
    }

    [Theory]
    [InlineData("", 0, StatusCode.InvalidArgument)]
    [InlineData("SCSCF.example.org", 0, StatusCode.FailedPrecondition)]
    [InlineData("nobody.example.org", 1, StatusCode.NotFound)]
    [InlineData("scscf.example.org", 9, StatusCode.InvalidArgument)]
    public async Task What_is_not_open_cannot_be_disconnected_and_leaves_no_record(string identity, int cause, StatusCode code)
    {
        var request = new V1.DisconnectPeerRequest { Identity = identity, Cause = (V1.DisconnectPeerRequest.Types.Cause)cause };
        var problem = await Assert.ThrowsAsync<RpcException>(() => new NodeService(_node, _store).DisconnectPeer(request, TestCall.Local(Disconnect)));
        Assert.Equal(code, problem.StatusCode);
        Assert.Equal(0, await _store.NewestChangeAsync(default));
    }
}
