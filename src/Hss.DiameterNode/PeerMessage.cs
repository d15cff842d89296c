using Hss.Diameter;

namespace Hss.DiameterNode;

/// <summary>A message on its way through a session: what it is, and who ends it.</summary>
internal sealed class PeerMessage
{
    private const int FlagsOffset = 4;

    public PeerMessage(RentedFrame frame)
    {
        Frame = frame;
        Header = DiameterHeader.Read(frame.Span);
        Event = ToEvent(Header);
        if (Event is not (PeerEvent.RRcvCer or PeerEvent.RRcvDwr or PeerEvent.RRcvDpr)) return;

        // These three are never proxied, so their P bit is clear by grammar (RFC 6733 5.3.1, 5.4.1, 5.5.1). Some stacks set it in
        // every request; no peer is turned away over a bit that nobody on this hop reads.
        frame.Buffer[FlagsOffset] &= unchecked((byte)~CommandFlags.Proxiable);
        Header = DiameterHeader.Read(frame.Span);
    }

    public RentedFrame Frame { get; }

    public DiameterHeader Header { get; }

    /// <summary>What it is to the peer machine; a first CER becomes RConnCer when it was judged.</summary>
    public PeerEvent Event { get; }

    /// <summary>What Process-CER found.</summary>
    public CapabilitiesVerdict? Verdict { get; set; }

    /// <summary>Whether somebody else gives the frame back.</summary>
    public bool IsTaken { get; private set; }

    /// <summary>Whether an answer was enqueued, or will be.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>Whether the message belongs to the peer protocol and not to an application.</summary>
    /// Shape: a header that cannot be trusted belongs nowhere and is answered where requests are.
    public static bool IsOfPeerProtocol(in DiameterHeader header) => ToEvent(header) is not PeerEvent.RRcvMessage;

    /// <summary>Hands the frame over to whoever answers it.</summary>
    public void Take()
    {
        IsTaken = true;
        IsAnswered = true;
    }

    private static PeerEvent ToEvent(in DiameterHeader header)
    {
        if (header.ApplicationId != ApplicationIds.Base || header.Version != DiameterHeader.CurrentVersion || header.LengthBytes % 4 != 0)
        {
            return PeerEvent.RRcvMessage;
        }

        return (header.CommandCode, header.IsRequest) switch
        {
            (BaseCommands.CapabilitiesExchange, true) => PeerEvent.RRcvCer,
            (BaseCommands.DeviceWatchdog, true) => PeerEvent.RRcvDwr,
            (BaseCommands.DeviceWatchdog, false) => PeerEvent.RRcvDwa,
            (BaseCommands.DisconnectPeer, true) => PeerEvent.RRcvDpr,
            (BaseCommands.DisconnectPeer, false) => PeerEvent.RRcvDpa,
            _ => PeerEvent.RRcvMessage,
        };
    }
}
