namespace Hss.DiameterNode;

/// <summary>What can happen to a connection, in the words of RFC 6733 5.6.1 where it has one.</summary>
/// Shape: what the table calls I-Rcv-X on a dialled connection and R-Rcv-X on an accepted one is RcvX here; which, the state says.
internal enum PeerEvent
{
    /// <summary>A configured peer is to be dialled.</summary>
    Start,

    /// <summary>The transport is connected.</summary>
    IRcvConnAck,

    /// <summary>The transport cannot be connected.</summary>
    IRcvConnNack,

    /// <summary>A CEA came; where one is waited for, Process-CEA found it good.</summary>
    RcvCea,

    /// <summary>The CEA that was waited for came, and Process-CEA does not take it.</summary>
    RcvCeaRefused,

    /// <summary>A CER came as first message and Process-CER found it good; nothing else is under way with its peer, or the election was won.</summary>
    RConnCer,

    /// <summary>The same while the transport to the peer is being connected.</summary>
    RConnCerBeforeConnAck,

    /// <summary>The same while the CEA of the peer is waited for, and the election was lost.</summary>
    RConnCerElectionLost,

    /// <summary>A CER came as first message and Process-CER refuses it, or the table does (R-Reject).</summary>
    RConnCerRefused,

    /// <summary>This node's identity is the higher one: the connection it accepted remains, the one it dialled goes.</summary>
    WinElection,

    /// <summary>The dialled connection got its transport, and this node's identity is the lower one.</summary>
    LoseElection,

    /// <summary>I-Rcv-CEA, as the accepted connection sees it: the dialled one is open.</summary>
    DialledOpened,

    /// <summary>I-Rcv-Conn-Nack or I-Peer-Disc, as the accepted connection sees it: the dialled one is gone.</summary>
    DialledEnded,

    /// <summary>A further CER on a connection that has had one.</summary>
    RcvCer,

    /// <summary>Any message that has no event of its own.</summary>
    RcvMessage,

    RcvDwr,
    RcvDwa,
    RcvDpr,
    RcvDpa,

    /// <summary>The peer closed the transport.</summary>
    PeerDisc,

    /// <summary>Bytes arrived that cannot be cut into messages.</summary>
    Unreadable,

    /// <summary>This node is to end the connection in good order.</summary>
    Stop,

    /// <summary>The timer of the state it was armed for ran out.</summary>
    Timeout,

    /// <summary>The same peer opened a newer connection.</summary>
    Replaced,

    /// <summary>The watchdog gave the peer up, or it no longer takes its answers.</summary>
    Lost,
}
