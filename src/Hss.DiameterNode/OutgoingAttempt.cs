namespace Hss.DiameterNode;

/// <summary>One try to deliver a request of this node over one connection.</summary>
/// Order: the members below the identifiers belong to the exchange and are touched under its lock.
internal sealed class OutgoingAttempt(OutgoingExchange exchange, PeerSession session, uint hopByHopId, long due)
{
    /// <summary>The request this is a try of.</summary>
    public OutgoingExchange Exchange { get; } = exchange;

    /// <summary>The connection it went over.</summary>
    public PeerSession Session { get; } = session;

    /// <summary>What its answer will carry.</summary>
    public uint HopByHopId { get; } = hopByHopId;

    /// <summary>Until when its answer is waited for before another path is tried; later ones still count while the exchange lasts.</summary>
    public long Due { get; } = due;

    /// <summary>Whether its peer answered that it cannot deliver (3002) or will not (3004): it did not reach the destination.</summary>
    public bool IsRefused { get; set; }

    /// <summary>Whether its connection is gone, and with it every hope for an answer.</summary>
    public bool IsLost { get; set; }

    /// <summary>Whether an answer may still come.</summary>
    public bool IsOpen => !IsRefused && !IsLost;
}
