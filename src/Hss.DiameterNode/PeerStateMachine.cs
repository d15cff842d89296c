using System.Collections.Immutable;

namespace Hss.DiameterNode;

/// <summary>Where one connection stands in the peer protocol.</summary>
/// Spec: RFC 6733 5.6; WaitCer is the Closed of its table while an accepted transport waits for the CER.
internal enum PeerState
{
    WaitCer,
    ROpen,
    Closing,
    Closed,
}

/// <summary>What can happen to a connection, in the words of RFC 6733 5.6.1 where it has one.</summary>
internal enum PeerEvent
{
    /// <summary>A CER came as first message and Process-CER found it good.</summary>
    RConnCer,

    /// <summary>A CER came as first message and Process-CER refuses it.</summary>
    RConnCerRefused,

    /// <summary>A further CER on a connection that has had one.</summary>
    RRcvCer,

    /// <summary>Any message that has no event of its own.</summary>
    RRcvMessage,

    RRcvDwr,
    RRcvDwa,
    RRcvDpr,
    RRcvDpa,

    /// <summary>The peer closed the transport.</summary>
    RPeerDisc,

    /// <summary>Bytes arrived that cannot be cut into messages.</summary>
    RUnreadable,

    /// <summary>This node is to end the connection in good order.</summary>
    Stop,

    /// <summary>The timer of the state it was armed for ran out.</summary>
    Timeout,

    /// <summary>The same peer opened a newer connection.</summary>
    Replaced,

    /// <summary>The watchdog gave the peer up, or it no longer takes its answers.</summary>
    Lost,
}

/// <summary>What the shell does for the machine.</summary>
internal enum PeerAction
{
    SendCea,
    SendRefusingCea,

    /// <summary>A CEA 5012 to a CER that may not come now.</summary>
    RefuseCer,

    /// <summary>The peer becomes usable: peer table, watchdog Connection up.</summary>
    Open,

    /// <summary>The peer stops being usable: peer table, watchdog Connection down.</summary>
    Withdraw,

    Process,

    /// <summary>3004 to a request that came too late to be served here.</summary>
    RefuseMessage,

    SendDwa,
    ProcessDwa,
    SendDpr,
    SendDpa,

    /// <summary>Arm the timer of the new state.</summary>
    StartTimer,

    /// <summary>R-Disc after what is owed was answered and flushed (bounded).</summary>
    Disconnect,

    /// <summary>R-Disc at once; queued answers are dropped.</summary>
    Abort,
}

/// <summary>The new state and what to do on the way, in this order.</summary>
internal readonly record struct PeerTransition(PeerState State, ImmutableArray<PeerAction> Actions);

/// <summary>The responder's part of the peer state machine: a pure function from state and event to state and actions.</summary>
/// Order: the shell carries the actions out first and lets the new state be seen afterwards. Spec: RFC 6733 5.6.
/// <remarks>
/// Where this differs from the table, and why:
/// 1. RFC 6733 treats transport accept and CER as one event, R-Conn-CER in Closed. A real socket is accepted before its CER
///    arrives and must be bounded in that time, so that part of Closed is a state of its own here (WaitCer) with a timer the
///    table does not have. Closed is final: every connection has a machine of its own.
/// 2. R-Open, R-Conn-CER: R-Reject. Here the newer connection wins (Replaced) and the older is dropped. A peer whose watchdog
///    failed, or whose machine restarted, comes back while the old socket still looks alive from here (Kamailio 5.6 leaves it
///    open); rejecting would lock the peer out until the watchdog notices, up to three times Tw. Whoever can state a peer's
///    identity can so push that peer out. That is no new power: the identity in a CER proves nothing by itself, and who can
///    state it can ask for vectors too. The protection is the list of known peers, their addresses, and TLS.
/// 3. A CER on an open connection is not in the table of RFC 6733 (RFC 3588 had it), so it is an error that wants a response
///    (5.6: "a response, if applicable, MUST be returned"): CEA 5012, connection and capabilities stay as they are. Taking it
///    would let an open connection change its name. Capabilities Update (RFC 6737) is the way meant for it.
/// 4. Closing answers what still comes: DWR and DPR with their answers, requests with 3004 so that the sender turns to an
///    alternate at once. The table lists none of them; silence would cost the peer its whole timeout.
/// 5. Anything but a CER as the first message closes the transport without an answer: the sender is nobody yet.
/// 6. Bytes that cannot be framed end the connection in good order: requests framed before them still get their answers.
/// </remarks>
internal static class PeerStateMachine
{
    /// <summary>The transport was accepted.</summary>
    public static PeerTransition Start() => To(PeerState.WaitCer, PeerAction.StartTimer);

    /// <summary>The next state and the actions on the way.</summary>
    /// <param name="state">The state the connection is in.</param>
    /// <param name="happened">What happened.</param>
    /// <param name="armedFor">For Timeout: the state the timer was armed for. A timer of another state is stale and ignored.</param>
    public static PeerTransition Next(PeerState state, PeerEvent happened, PeerState armedFor = PeerState.Closed) => (state, happened) switch
    {
        // Closed    R-Conn-CER    R-Accept, Process-CER, R-Snd-CEA    R-Open
        (PeerState.WaitCer, PeerEvent.RConnCer) => To(PeerState.ROpen, PeerAction.SendCea, PeerAction.Open),

        // 5.3: a CER without common ground gets its CEA, then the transport is closed.
        (PeerState.WaitCer, PeerEvent.RConnCerRefused) => To(PeerState.Closed, PeerAction.SendRefusingCea, PeerAction.Disconnect),

        // Not in the table (1): the wait for the CER ends.
        (PeerState.WaitCer, PeerEvent.Timeout) when armedFor is PeerState.WaitCer => To(PeerState.Closed, PeerAction.Disconnect),
        (PeerState.WaitCer, PeerEvent.Stop or PeerEvent.RPeerDisc or PeerEvent.RUnreadable) => To(PeerState.Closed, PeerAction.Disconnect),
        (PeerState.WaitCer, PeerEvent.Lost) => To(PeerState.Closed, PeerAction.Abort),

        // Not in the table (5): a first message that is no CER.
        (PeerState.WaitCer, PeerEvent.RRcvMessage or PeerEvent.RRcvDwr or PeerEvent.RRcvDwa or PeerEvent.RRcvDpr or PeerEvent.RRcvDpa) =>
            To(PeerState.Closed, PeerAction.Disconnect),

        // R-Open    R-Rcv-Message    Process    R-Open
        (PeerState.ROpen, PeerEvent.RRcvMessage) => To(PeerState.ROpen, PeerAction.Process),

        // R-Open    R-Rcv-DWR    Process-DWR, R-Snd-DWA    R-Open
        (PeerState.ROpen, PeerEvent.RRcvDwr) => To(PeerState.ROpen, PeerAction.SendDwa),

        // R-Open    R-Rcv-DWA    Process-DWA    R-Open
        (PeerState.ROpen, PeerEvent.RRcvDwa) => To(PeerState.ROpen, PeerAction.ProcessDwa),

        // Not in the table (3).
        (PeerState.ROpen, PeerEvent.RRcvCer) => To(PeerState.ROpen, PeerAction.RefuseCer),

        // R-Open    R-Conn-CER    R-Reject    R-Open: here the newer wins (2).
        (PeerState.ROpen, PeerEvent.Replaced) => To(PeerState.Closed, PeerAction.Withdraw, PeerAction.Abort),

        // R-Open    Stop    R-Snd-DPR    Closing
        (PeerState.ROpen, PeerEvent.Stop) => To(PeerState.Closing, PeerAction.Withdraw, PeerAction.SendDpr, PeerAction.StartTimer),

        // R-Open    R-Rcv-DPR    R-Snd-DPA    Closing
        (PeerState.ROpen, PeerEvent.RRcvDpr) => To(PeerState.Closing, PeerAction.Withdraw, PeerAction.SendDpa, PeerAction.StartTimer),

        // R-Open    R-Peer-Disc    R-Disc    Closed
        (PeerState.ROpen, PeerEvent.RPeerDisc or PeerEvent.RUnreadable) => To(PeerState.Closed, PeerAction.Withdraw, PeerAction.Disconnect),

        // RFC 3539 3.4.1: CloseConnection. Also a peer that does not take its answers.
        (PeerState.ROpen, PeerEvent.Lost) => To(PeerState.Closed, PeerAction.Withdraw, PeerAction.Abort),

        // Closing    Timeout    Error    Closed
        (PeerState.Closing, PeerEvent.Timeout) when armedFor is PeerState.Closing => To(PeerState.Closed, PeerAction.Disconnect),

        // Closing    R-Rcv-DPA    R-Disc    Closed
        (PeerState.Closing, PeerEvent.RRcvDpa) => To(PeerState.Closed, PeerAction.Disconnect),

        // Closing    R-Peer-Disc    R-Disc    Closed
        (PeerState.Closing, PeerEvent.RPeerDisc or PeerEvent.RUnreadable) => To(PeerState.Closed, PeerAction.Disconnect),
        (PeerState.Closing, PeerEvent.Replaced or PeerEvent.Lost) => To(PeerState.Closed, PeerAction.Abort),

        // Not in the table (4).
        (PeerState.Closing, PeerEvent.RRcvDwr) => To(PeerState.Closing, PeerAction.SendDwa),
        (PeerState.Closing, PeerEvent.RRcvDpr) => To(PeerState.Closing, PeerAction.SendDpa),
        (PeerState.Closing, PeerEvent.RRcvMessage) => To(PeerState.Closing, PeerAction.RefuseMessage),
        (PeerState.Closing, PeerEvent.RRcvCer) => To(PeerState.Closing, PeerAction.RefuseCer),

        // A DPA or DWA nobody asked for, a stale timer, anything after the end: nothing happens.
        _ => new PeerTransition(state, []),
    };

    private static PeerTransition To(PeerState state, params ImmutableArray<PeerAction> actions) => new(state, actions);
}
