using Hss.Diameter;

namespace Hss.Simulation.Tests.Sh;

/// <summary>One connection of an application server, or of the relay before it, to one machine.</summary>
internal sealed class ShConnection(
    ShMachine machine, string identity, int number, Action<ShConnection, byte[]> received, Func<ShConnection, byte[], Task> asked)
    : SimulatedPeer(machine.Node, identity, identity == ShMachine.Relay ? ApplicationIds.Relay : ApplicationIds.Sh, number)
{
    public ShMachine Machine { get; } = machine;

    /// <summary>Requests whose answers have not been seen, by hop-by-hop identifier.</summary>
    public Dictionary<uint, ShOperation> Owed { get; } = [];

    /// <summary>The newest state that came over it, by application server and user.</summary>
    public Dictionary<(string Host, string User), int> Heard { get; } = [];

    protected override void Received(byte[] answer) => received(this, answer);

    protected override Task AskedAsync(byte[] request) => asked(this, request);

    protected override void Ended()
    {
    }
}
