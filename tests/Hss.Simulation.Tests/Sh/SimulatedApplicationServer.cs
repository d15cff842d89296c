namespace Hss.Simulation.Tests.Sh;

/// <summary>One application server: what it takes for true of the item, and what it does about it.</summary>
/// Order: of the storm's gate.
internal sealed class SimulatedApplicationServer(string host, Random random)
{
    private int _written;

    public string Host => host;

    /// <summary>What it heard last.</summary>
    public ItemState Belief { get; set; } = ItemState.Absent;

    /// <summary>The next request; what it writes is built on what it believes, as an application server does, and now and then on what it guesses.</summary>
    public ShOperation Next(string user, int since)
    {
        int number = Belief.IsThere ? Subscribers.RepositoryData.Next((ushort)Belief.Number) : 0;
        if (random.Next(12) == 0) number = random.Next(0, 5);
        return random.Next(20) switch
        {
            < 9 => new(host, ShCommand.Write, user, number, $"{host[3]}{++_written}", since),
            < 11 => new(host, ShCommand.Delete, user, number, null, since),
            < 14 => new(host, ShCommand.Read, user, 0, null, since),
            < 18 => new(host, ShCommand.Subscribe, user, 0, null, since),
            _ => new(host, ShCommand.Unsubscribe, user, 0, null, since),
        };
    }

    /// <summary>What an answer teaches it.</summary>
    public void Learn(ShOperation operation, ItemState? state)
    {
        if (state is { } said) Belief = said;
        else if (operation is { Command: ShCommand.Write, Code: 2001 }) Belief = new(operation.SequenceNumber, operation.Text);
        else if (operation is { Command: ShCommand.Delete, Code: 2001 } or { Command: ShCommand.Read, Code: 2001 } || operation.Code is 5101 or 5105 or 5106) Belief = ItemState.Absent;
    }
}
