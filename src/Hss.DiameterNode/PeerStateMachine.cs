using System.Collections.Immutable;

namespace Hss.DiameterNode;

/// <summary>The new state and what to do on the way, in this order.</summary>
internal readonly record struct PeerTransition(PeerState State, ImmutableArray<PeerAction> Actions);

/// <summary>The peer state machine: a pure function from state and event to state and actions.</summary>
/// Order: the shell carries the actions out first and lets the new state be seen afterwards. Spec: RFC 6733 5.6.
/// <remarks>
/// Where this differs from the table, and why:
/// 0. The table has one machine per peer with up to two transports. Here each connection has a machine of its own, because an accepted
///    transport belongs to nobody before its CER, and because two connections are read by two threads. A peer that is dialled can so
///    have two machines, and where a row of the table acts on both transports there are two rows here; <see cref="Election"/> tells each
///    what happened to the other. The table's states are pairs: Wait-Conn-Ack/Elect is a dialled WaitConnAck beside an accepted
///    WaitConnAckElect, Wait-Returns a dialled WaitICea beside an accepted WaitReturns.
/// 1. RFC 6733 treats transport accept and CER as one event, R-Conn-CER in Closed. A real socket is accepted before its CER
///    arrives and must be bounded in that time, so that part of Closed is a state of its own here (WaitCer) with a timer the
///    table does not have. Closed is final but for Start, which makes a new connection.
/// 2. R-Open, R-Conn-CER: R-Reject. Here the newer connection wins (Replaced) and the older is dropped. A peer whose watchdog
///    failed, or whose machine restarted, comes back while the old socket still looks alive from here (Kamailio 5.6 leaves it
///    open); rejecting would lock the peer out until the watchdog notices, up to three times Tw. Whoever can state a peer's
///    identity can so push that peer out. That is no new power: the identity in a CER proves nothing by itself, and who can
///    state it can ask for vectors too. The protection is the list of known peers, their addresses, and TLS.
///    I-Open does as the table says while the CER may come from the same race of two dials, and after that as R-Open does.
/// 3. A CER on an open connection is not in the table of RFC 6733 (RFC 3588 had it), so it is an error that wants a response
///    (5.6: "a response, if applicable, MUST be returned"): CEA 5012, connection and capabilities stay as they are. Taking it
///    would let an open connection change its name. Capabilities Update (RFC 6737) is the way meant for it.
/// 4. Closing answers what still comes: DWR and DPR with their answers, requests with 3004 so that the sender turns to an
///    alternate at once. The table lists none of them; silence would cost the peer its whole timeout.
/// 5. Anything but a CER as the first message closes the transport without an answer: the sender is nobody yet. So does anything
///    that comes while a CER waits for its CEA: its sender has no capabilities yet to send by.
/// 6. Bytes that cannot be framed end the connection in good order: requests framed before them still get their answers.
/// 7. Wait-Conn-Ack/Elect, Timeout: Error, Closed. Here only the dialled connection is given up, which is I-Rcv-Conn-Nack to the
///    accepted one: the peer is there, its CER was good, and closing that too would help nobody. The same in Wait-Returns.
/// 8. Stop before a connection is open closes it: there is nobody yet to send a DPR to.
/// </remarks>
internal static class PeerStateMachine
{
    /// <summary>The transport was accepted.</summary>
    public static PeerTransition Accept() => To(PeerState.WaitCer, PeerAction.StartTimer);

    /// <summary>The next state and the actions on the way.</summary>
    /// <param name="state">The state the connection is in.</param>
    /// <param name="happened">What happened.</param>
    /// <param name="armedFor">For Timeout: the state the timer was armed for. A timer of another state is stale and ignored.</param>
    public static PeerTransition Next(PeerState state, PeerEvent happened, PeerState armedFor = PeerState.Closed) => state switch
    {
        PeerState.Closed or PeerState.WaitConnAck or PeerState.WaitICea => NextOfDialled(state, happened, armedFor),
        PeerState.WaitCer or PeerState.WaitConnAckElect or PeerState.WaitReturns => NextOfAccepted(state, happened, armedFor),
        _ => NextOfOpen(state, happened, armedFor),
    };

    private static PeerTransition NextOfDialled(PeerState state, PeerEvent happened, PeerState armedFor) => (state, happened) switch
    {
        // Closed    Start    I-Snd-Conn-Req    Wait-Conn-Ack
        (PeerState.Closed, PeerEvent.Start) => To(PeerState.WaitConnAck, PeerAction.Connect, PeerAction.StartTimer),

        // Wait-Conn-Ack    I-Rcv-Conn-Ack    I-Snd-CER    Wait-I-CEA
        // Wait-Conn-Ack/Elect    I-Rcv-Conn-Ack    I-Snd-CER, Elect    Wait-Returns (0)
        (PeerState.WaitConnAck, PeerEvent.IRcvConnAck) => To(PeerState.WaitICea, PeerAction.SendCer, PeerAction.StartTimer),

        // Wait-Conn-Ack    I-Rcv-Conn-Nack    Cleanup    Closed
        // Wait-Conn-Ack/Elect    I-Rcv-Conn-Nack    R-Snd-CEA    R-Open (0)
        (PeerState.WaitConnAck, PeerEvent.IRcvConnNack) => To(PeerState.Closed, PeerAction.Cleanup),

        // Wait-Conn-Ack    Timeout    Error    Closed
        // Wait-Conn-Ack/Elect    Timeout    Error    Closed (7)
        (PeerState.WaitConnAck, PeerEvent.Timeout) when armedFor is PeerState.WaitConnAck => To(PeerState.Closed, PeerAction.Cleanup),

        // Not in the table (8).
        (PeerState.WaitConnAck, PeerEvent.Stop) => To(PeerState.Closed, PeerAction.Cleanup),

        // Wait-I-CEA    I-Rcv-CEA    Process-CEA    I-Open
        // Wait-Returns    I-Rcv-CEA    R-Disc    I-Open (0)
        (PeerState.WaitICea, PeerEvent.RcvCea) => To(PeerState.IOpen, PeerAction.ProcessCea, PeerAction.Open),

        // 5.3: without common ground, or with another peer than the one that was dialled, the transport is closed.
        (PeerState.WaitICea, PeerEvent.RcvCeaRefused) => To(PeerState.Closed, PeerAction.Disconnect),

        // Wait-Returns    Win-Election    I-Disc, R-Snd-CEA    R-Open (0)
        (PeerState.WaitICea, PeerEvent.WinElection) => To(PeerState.Closed, PeerAction.Disconnect),

        // Wait-I-CEA    I-Peer-Disc    I-Disc    Closed
        // Wait-Returns    I-Peer-Disc    I-Disc, R-Snd-CEA    R-Open (0)
        (PeerState.WaitICea, PeerEvent.PeerDisc or PeerEvent.Unreadable) => To(PeerState.Closed, PeerAction.Disconnect),

        // Wait-I-CEA    I-Rcv-Non-CEA    Error    Closed
        (PeerState.WaitICea, PeerEvent.RcvCer or PeerEvent.RcvMessage or PeerEvent.RcvDwr or PeerEvent.RcvDwa or PeerEvent.RcvDpr or PeerEvent.RcvDpa) =>
            To(PeerState.Closed, PeerAction.Disconnect),

        // Wait-I-CEA    Timeout    Error    Closed
        // Wait-Returns    Timeout    Error    Closed (7)
        (PeerState.WaitICea, PeerEvent.Timeout) when armedFor is PeerState.WaitICea => To(PeerState.Closed, PeerAction.Disconnect),

        // Not in the table (8), and a peer that takes nothing.
        (PeerState.WaitICea, PeerEvent.Stop) => To(PeerState.Closed, PeerAction.Disconnect),
        (PeerState.WaitICea, PeerEvent.Replaced or PeerEvent.Lost) => To(PeerState.Closed, PeerAction.Abort),

        // What belongs to an accepted connection, a stale timer, anything after the end: nothing happens.
        _ => new PeerTransition(state, []),
    };

    private static PeerTransition NextOfAccepted(PeerState state, PeerEvent happened, PeerState armedFor) => (state, happened) switch
    {
        // Closed    R-Conn-CER    R-Accept, Process-CER, R-Snd-CEA    R-Open
        // Wait-Returns    Win-Election    I-Disc, R-Snd-CEA    R-Open, where the election was won at once
        (PeerState.WaitCer, PeerEvent.RConnCer) => To(PeerState.ROpen, PeerAction.SendCea, PeerAction.Open),

        // Wait-Conn-Ack    R-Conn-CER    R-Accept, Process-CER    Wait-Conn-Ack/Elect
        (PeerState.WaitCer, PeerEvent.RConnCerBeforeConnAck) => To(PeerState.WaitConnAckElect, PeerAction.HoldCer, PeerAction.StartTimer),

        // Wait-I-CEA    R-Conn-CER    R-Accept, Process-CER, Elect    Wait-Returns
        (PeerState.WaitCer, PeerEvent.RConnCerElectionLost) => To(PeerState.WaitReturns, PeerAction.HoldCer, PeerAction.StartTimer),

        // 5.3: a CER without common ground gets its CEA, then the transport is closed. With 4003 this is also
        // Wait-Conn-Ack/Elect, Wait-Returns, I-Open    R-Conn-CER    R-Reject
        (PeerState.WaitCer, PeerEvent.RConnCerRefused) => To(PeerState.Closed, PeerAction.SendRefusingCea, PeerAction.Disconnect),

        // Not in the table (1): the wait for the CER ends.
        (PeerState.WaitCer, PeerEvent.Timeout) when armedFor is PeerState.WaitCer => To(PeerState.Closed, PeerAction.Disconnect),

        // Wait-Conn-Ack/Elect    I-Rcv-Conn-Ack    I-Snd-CER, Elect    Wait-Returns
        (PeerState.WaitConnAckElect, PeerEvent.LoseElection) => To(PeerState.WaitReturns, PeerAction.StartTimer),

        // Wait-Returns    Win-Election    I-Disc, R-Snd-CEA    R-Open
        (PeerState.WaitConnAckElect or PeerState.WaitReturns, PeerEvent.WinElection) => To(PeerState.ROpen, PeerAction.SendCea, PeerAction.Open),

        // Wait-Conn-Ack/Elect    I-Rcv-Conn-Nack    R-Snd-CEA    R-Open
        // Wait-Returns    I-Peer-Disc    I-Disc, R-Snd-CEA    R-Open
        (PeerState.WaitConnAckElect or PeerState.WaitReturns, PeerEvent.DialledEnded) => To(PeerState.ROpen, PeerAction.SendCea, PeerAction.Open),

        // Wait-Returns    I-Rcv-CEA    R-Disc    I-Open
        (PeerState.WaitConnAckElect or PeerState.WaitReturns, PeerEvent.DialledOpened) => To(PeerState.Closed, PeerAction.Disconnect),

        // Wait-Conn-Ack/Elect    Timeout    Error    Closed
        // Wait-Returns    Timeout    Error    Closed
        (PeerState.WaitConnAckElect or PeerState.WaitReturns, PeerEvent.Timeout) when armedFor == state => To(PeerState.Closed, PeerAction.Disconnect),

        // Wait-Conn-Ack/Elect    R-Peer-Disc    R-Disc    Wait-Conn-Ack
        // Wait-Returns    R-Peer-Disc    R-Disc    Wait-I-CEA
        (_, PeerEvent.PeerDisc or PeerEvent.Unreadable or PeerEvent.Stop) => To(PeerState.Closed, PeerAction.Disconnect),
        (_, PeerEvent.Replaced or PeerEvent.Lost) => To(PeerState.Closed, PeerAction.Abort),

        // Not in the table (5). A first CER is RConnCer, so RcvCer is a second one.
        (_, PeerEvent.RcvMessage or PeerEvent.RcvCea or PeerEvent.RcvDwr or PeerEvent.RcvDwa or PeerEvent.RcvDpr or PeerEvent.RcvDpa) =>
            To(PeerState.Closed, PeerAction.Disconnect),
        (PeerState.WaitConnAckElect or PeerState.WaitReturns, PeerEvent.RcvCer) => To(PeerState.Closed, PeerAction.Disconnect),

        // What belongs to a dialled connection, a stale timer: nothing happens.
        _ => new PeerTransition(state, []),
    };

    private static PeerTransition NextOfOpen(PeerState state, PeerEvent happened, PeerState armedFor) => (state, happened) switch
    {
        // R-Open    R-Rcv-Message    Process    R-Open
        // I-Open    I-Rcv-Message    Process    I-Open
        (PeerState.ROpen or PeerState.IOpen, PeerEvent.RcvMessage) => To(state, PeerAction.Process),

        // R-Open    R-Rcv-DWR    Process-DWR, R-Snd-DWA    R-Open
        // I-Open    I-Rcv-DWR    Process-DWR, I-Snd-DWA    I-Open
        (PeerState.ROpen or PeerState.IOpen, PeerEvent.RcvDwr) => To(state, PeerAction.SendDwa),

        // R-Open    R-Rcv-DWA    Process-DWA    R-Open
        // I-Open    I-Rcv-DWA    Process-DWA    I-Open
        (PeerState.ROpen or PeerState.IOpen, PeerEvent.RcvDwa) => To(state, PeerAction.ProcessDwa),

        // Not in the table (3).
        (PeerState.ROpen or PeerState.IOpen, PeerEvent.RcvCer) => To(state, PeerAction.RefuseCer),

        // R-Open    R-Conn-CER    R-Reject    R-Open
        // I-Open    R-Conn-CER    R-Reject    I-Open: here the newer wins (2).
        (PeerState.ROpen or PeerState.IOpen, PeerEvent.Replaced) => To(PeerState.Closed, PeerAction.Withdraw, PeerAction.Abort),

        // R-Open    Stop    R-Snd-DPR    Closing
        // I-Open    Stop    I-Snd-DPR    Closing
        (PeerState.ROpen or PeerState.IOpen, PeerEvent.Stop) => To(PeerState.Closing, PeerAction.Withdraw, PeerAction.SendDpr, PeerAction.StartTimer),

        // R-Open    R-Rcv-DPR    R-Snd-DPA    Closing
        // I-Open    I-Rcv-DPR    I-Snd-DPA    Closing
        (PeerState.ROpen or PeerState.IOpen, PeerEvent.RcvDpr) => To(PeerState.Closing, PeerAction.Withdraw, PeerAction.SendDpa, PeerAction.StartTimer),

        // R-Open    R-Peer-Disc    R-Disc    Closed
        // I-Open    I-Peer-Disc    I-Disc    Closed
        (PeerState.ROpen or PeerState.IOpen, PeerEvent.PeerDisc or PeerEvent.Unreadable) => To(PeerState.Closed, PeerAction.Withdraw, PeerAction.Disconnect),

        // RFC 3539 3.4.1: CloseConnection. Also a peer that does not take its answers.
        (PeerState.ROpen or PeerState.IOpen, PeerEvent.Lost) => To(PeerState.Closed, PeerAction.Withdraw, PeerAction.Abort),

        // Closing    Timeout    Error    Closed
        (PeerState.Closing, PeerEvent.Timeout) when armedFor is PeerState.Closing => To(PeerState.Closed, PeerAction.Disconnect),

        // Closing    R-Rcv-DPA    R-Disc    Closed
        // Closing    I-Rcv-DPA    I-Disc    Closed
        (PeerState.Closing, PeerEvent.RcvDpa) => To(PeerState.Closed, PeerAction.Disconnect),

        // Closing    R-Peer-Disc    R-Disc    Closed
        // Closing    I-Peer-Disc    I-Disc    Closed
        (PeerState.Closing, PeerEvent.PeerDisc or PeerEvent.Unreadable) => To(PeerState.Closed, PeerAction.Disconnect),
        (PeerState.Closing, PeerEvent.Replaced or PeerEvent.Lost) => To(PeerState.Closed, PeerAction.Abort),

        // Not in the table (4).
        (PeerState.Closing, PeerEvent.RcvDwr) => To(PeerState.Closing, PeerAction.SendDwa),
        (PeerState.Closing, PeerEvent.RcvDpr) => To(PeerState.Closing, PeerAction.SendDpa),
        (PeerState.Closing, PeerEvent.RcvMessage) => To(PeerState.Closing, PeerAction.RefuseMessage),
        (PeerState.Closing, PeerEvent.RcvCer) => To(PeerState.Closing, PeerAction.RefuseCer),

        // A CEA, DPA or DWA nobody asked for, a stale timer: nothing happens.
        _ => new PeerTransition(state, []),
    };

    private static PeerTransition To(PeerState state, params ImmutableArray<PeerAction> actions) => new(state, actions);
}
