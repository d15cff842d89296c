using System.CommandLine;
using Hss.Provisioning.V1;
using static Hss.Cli.CommandOptions;

namespace Hss.Cli;

/// <summary>hss peer list|disconnect.</summary>
internal static class PeerCommands
{
    public static Command Create(Surroundings around) => Command("peer", "Diameter peers of the server.", List(around), Disconnect(around));

    private static Command List(Surroundings around)
    {
        var command = Command("list", "Lists configured peers and those that are connected.");
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var response = await new NodeService.NodeServiceClient(invocation.Server).ListPeersAsync(new(), invocation.Call(stop)).ConfigureAwait(false);
            invocation.Output.List(response.Peers, ["IDENTITY", "REALM", "ADDRESS", "STATE", "SINCE", "IN FLIGHT", "REMARKS"], Row, "no peer");
            return ExitCodes.Done;
        });
        return command;
    }

    private static Command Disconnect(Surroundings around)
    {
        var identity = Argument("IDENTITY", "Diameter identity of the peer");
        var command = Command("disconnect", "Sends DPR and closes the connection (RFC 6733 5.4).", identity, Yes);
        Invocation.Handle(command, around, async (invocation, stop) =>
        {
            var name = invocation.Value(identity);
            invocation.Confirm($"Disconnect {name}?");
            var response = await new NodeService.NodeServiceClient(invocation.Server).DisconnectPeerAsync(new() { Identity = name }, invocation.Call(stop)).ConfigureAwait(false);
            invocation.Output.Object(response, _ => invocation.Output.Say($"disconnected: {name}"));
            return ExitCodes.Done;
        });
        return command;
    }

    private static string?[] Row(Peer peer) =>
    [
        peer.Identity, peer.Realm, peer.RemoteAddress, peer.IsOpen ? "open" : "closed", Output.Time(peer.OpenSince), Output.Number(peer.RequestsInFlight),
        string.Join(", ", new[]
        {
            peer.IsConfigured ? "configured" : "not configured", peer.IsTls ? "TLS" : null, peer.IsDialled ? "dialled" : null, peer.IsRelay ? "relay" : null,
        }.Where(remark => remark is not null)),
    ];
}
