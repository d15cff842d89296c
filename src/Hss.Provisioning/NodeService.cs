using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hss.Diameter.Commands.Base;
using Hss.DiameterNode;
using Hss.Storage;
using Hss.Subscribers;

namespace Hss.Provisioning;

/// <summary>The peers of the Diameter node.</summary>
public sealed class NodeService(DiameterNode.DiameterNode node, SubscriberStore store) : V1.NodeService.NodeServiceBase
{
    /// Order: by identity.
    public override Task<V1.ListPeersResponse> ListPeers(V1.ListPeersRequest request, ServerCallContext context)
    {
        var open = node.OpenPeers;
        var peers = open.Select(OpenPeer)
            .Concat(node.ConfiguredPeers.Where(listed => !open.Any(peer => IsSame(peer.Identity, listed.Identity))).Select(ClosedPeer))
            .OrderBy(peer => peer.Identity, StringComparer.OrdinalIgnoreCase);
        var answer = new V1.ListPeersResponse();
        answer.Peers.AddRange(peers);
        return Task.FromResult(answer);
    }

    /// Order: ends when the connection is gone, which the node bounds; a client that does not wait for it changes nothing.
    /// Why it is recorded behind: with a store in trouble a peer can be sent away all the same.
    public override Task<V1.DisconnectPeerResponse> DisconnectPeer(V1.DisconnectPeerRequest request, ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(context);
        return Refusals.GuardAsync(context, async _ =>
        {
            if (request.Identity.Length == 0) throw Refusals.Field("identity", "is missing; give the Origin-Host of an open peer");
            var cause = CauseOf(request.Cause);
            var author = Caller.Of(context).AuthorFor(context, null, request);
            if (!await node.DisconnectAsync(request.Identity, cause, CancellationToken.None).ConfigureAwait(false)) throw NotOpen(request.Identity);
            await ActionRecord.WriteAsync(store, "", $"DPR ({NameOf(cause)}) to {request.Identity}", author, "the peer is disconnected").ConfigureAwait(false);
            return new V1.DisconnectPeerResponse();
        });
    }

    private RpcException NotOpen(string identity)
    {
        var name = identity.Length <= NodeOptions.MaxIdentityLength ? identity : identity[..NodeOptions.MaxIdentityLength] + "...";
        return node.ConfiguredPeers.Any(peer => IsSame(peer.Identity, identity))
            ? new(new Status(StatusCode.FailedPrecondition, $"peer {name} is not open; there is nothing to disconnect"))
            : new(new Status(StatusCode.NotFound, $"there is no peer {name}; ListPeers shows those there are"));
    }

    private V1.Peer OpenPeer(PeerSnapshot peer)
    {
        var message = new V1.Peer
        {
            Identity = peer.Identity,
            Realm = peer.Realm,
            RemoteAddress = peer.RemoteEndPoint,
            IsOpen = true,
            IsConfigured = node.ConfiguredPeers.Any(listed => IsSame(listed.Identity, peer.Identity)),
            IsTls = peer.IsTls,
            IsDialled = peer.IsDialled,
            IsRelay = peer.IsRelay,
            OpenSince = peer.OpenSince.ToTimestamp(),
            RequestsInFlight = peer.InFlight,
            WatchdogState = peer.State.ToString().ToUpperInvariant(),
            ProductName = peer.ProductName,
        };
        message.Applications.AddRange(peer.Applications);
        return message;
    }

    /// <summary>One that is not there: as it is configured.</summary>
    private static V1.Peer ClosedPeer(PeerOptions peer) => new()
    {
        Identity = peer.Identity,
        RemoteAddress = peer.Address,
        IsConfigured = true,
        IsTls = peer.Tls,
        IsDialled = peer.Connect,
        IsRelay = peer.Role == PeerRole.Relay,
    };

    private static DisconnectCause CauseOf(V1.DisconnectPeerRequest.Types.Cause cause) => cause switch
    {
        V1.DisconnectPeerRequest.Types.Cause.Unspecified or V1.DisconnectPeerRequest.Types.Cause.DoNotWantToTalkToYou => DisconnectCause.DoNotWantToTalkToYou,
        V1.DisconnectPeerRequest.Types.Cause.Rebooting => DisconnectCause.Rebooting,
        V1.DisconnectPeerRequest.Types.Cause.Busy => DisconnectCause.Busy,
        _ => throw Refusals.Field("cause", "is not REBOOTING, BUSY or DO_NOT_WANT_TO_TALK_TO_YOU"),
    };

    private static string NameOf(DisconnectCause cause) => cause switch
    {
        DisconnectCause.Rebooting => "REBOOTING",
        DisconnectCause.Busy => "BUSY",
        _ => "DO_NOT_WANT_TO_TALK_TO_YOU",
    };

    private static bool IsSame(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
