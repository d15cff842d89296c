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
        if (Event is not (PeerEvent.RcvCer or PeerEvent.RcvDwr or PeerEvent.RcvDpr)) return;

        // These three are never proxied, so their P bit is clear by grammar (RFC 6733 5.3.1, 5.4.1, 5.5.1). Some stacks set it in
        // every request; no peer is turned away over a bit that nobody on this hop reads.
        frame.Buffer[FlagsOffset] &= unchecked((byte)~CommandFlags.Proxiable);
        Header = DiameterHeader.Read(frame.Span);
    }

    public RentedFrame Frame { get; }

    public DiameterHeader Header { get; }

    /// <summary>What it is to the peer machine; a first CER or CEA becomes something else when it was judged.</summary>
    public PeerEvent Event { get; }

    /// <summary>What Process-CER or Process-CEA found.</summary>
    public CapabilitiesVerdict? Verdict { get; set; }

    /// <summary>Whether somebody else gives the frame back.</summary>
    public bool IsTaken { get; private set; }

    /// <summary>Whether an answer was enqueued, or will be.</summary>
    public bool IsAnswered { get; set; }

    /// <summary>Whether the message belongs to the peer protocol and not to an application.</summary>
    /// Shape: a header that cannot be trusted belongs nowhere and is answered where requests are.
    public static bool IsOfPeerProtocol(in DiameterHeader header) => ToEvent(header) is not PeerEvent.RcvMessage;

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
            return PeerEvent.RcvMessage;
        }

        return (header.CommandCode, header.IsRequest) switch
        {
            (BaseCommands.CapabilitiesExchange, true) => PeerEvent.RcvCer,
            (BaseCommands.CapabilitiesExchange, false) => PeerEvent.RcvCea,
            (BaseCommands.DeviceWatchdog, true) => PeerEvent.RcvDwr,
            (BaseCommands.DeviceWatchdog, false) => PeerEvent.RcvDwa,
            (BaseCommands.DisconnectPeer, true) => PeerEvent.RcvDpr,
            (BaseCommands.DisconnectPeer, false) => PeerEvent.RcvDpa,
            _ => PeerEvent.RcvMessage,
        };
    }
}
