using Hss.Diameter;

namespace Hss.Simulation.Tests;

/// <summary>One connection of a CSCF to one machine. It reads all the time, and answers what the node asks.</summary>
/// Order: the tables belong to the gate of the storm.
internal sealed class CscfConnection : SimulatedPeer
{
    private readonly Action<CscfConnection, byte[]> _received;
    private readonly Action<CscfConnection> _ended;
    private readonly Func<CscfConnection, byte[], Task> _asked;

    /// <param name="machine">Whom it connects to.</param>
    /// <param name="cscf">Who connects.</param>
    /// <param name="isRelay">Whether it brings requests of others.</param>
    /// <param name="number">Tells connections apart.</param>
    /// <param name="received">An answer came.</param>
    /// <param name="ended">The node let go of it.</param>
    /// <param name="asked">A request of the node came.</param>
    public CscfConnection(
        Machine machine, string cscf, bool isRelay, int number, Action<CscfConnection, byte[]> received, Action<CscfConnection> ended,
        Func<CscfConnection, byte[], Task> asked)
        : base(machine.Node, cscf, isRelay ? ApplicationIds.Relay : ApplicationIds.Cx, number)
    {
        (Machine, _received, _ended, _asked) = (machine, received, ended, asked);
    }

    public Machine Machine { get; }

    public string Cscf => Identity;

    /// <summary>Requests whose answers have not been seen, by hop-by-hop identifier.</summary>
    public Dictionary<uint, Operation> Owed { get; } = [];

    /// <summary>Requests that were given up when the connection was cut; their answers may still leave the node.</summary>
    public Dictionary<uint, Operation> Lost { get; } = [];

    /// <summary>Whether the node may close it: it was replaced, or the node stops.</summary>
    public bool MayClose { get; set; }

    public bool HasEnded { get; set; }

    protected override void Received(byte[] answer) => _received(this, answer);

    protected override void Ended() => _ended(this);

    protected override Task AskedAsync(byte[] request) => _asked(this, request);
}
