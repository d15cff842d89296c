using Hss.Diameter;
using Hss.Diameter.Commands.Base;

namespace Hss.DiameterNode;

/// <summary>The peer protocol of one connection: the mailbox around the two machines, their timers, and what their actions do.</summary>
/// Order: everything but <see cref="Post"/>, <see cref="IsOpen"/> and <see cref="NoteTraffic"/> runs inside the mailbox, one letter
/// at a time. Application messages pass here only before the connection is open, where they end it, and after it.
internal sealed partial class PeerSession : IDisposable
{
    private readonly DiameterNode _node;
    private readonly PeerConnection _connection;
    private readonly AnswerQueue _queue;
    private readonly InFlight _inFlight;
    private readonly Dialler? _dialler;
    private readonly Mailbox<Letter> _mailbox;
    private readonly StateTimer<PeerState> _peerTimer;
    private readonly StateTimer<WatchdogState> _watchdogTimer;
    private volatile PeerState _state;
    private Watchdog _watchdog = Watchdog.Initial;
    private TimeSpan _watchdogInterval;
    private long _lastTraffic;
    private bool _isGivenUp;
    private bool _isAcknowledged;
    private uint _cerHopByHopId;
    private PeerMessage? _heldCer;
    private Election? _election;
    private DisconnectCause? _cause;
    private DisconnectCause _farewell = DisconnectCause.Rebooting;
    private DateTimeOffset _openSince;

    /// <param name="node">The node.</param>
    /// <param name="connection">The transport.</param>
    /// <param name="queue">Its way out.</param>
    /// <param name="inFlight">The requests of the peer that are worked on.</param>
    /// <param name="dialler">Who dialled the connection; null for an accepted one.</param>
    public PeerSession(DiameterNode node, PeerConnection connection, AnswerQueue queue, InFlight inFlight, Dialler? dialler)
    {
        _node = node;
        _connection = connection;
        _queue = queue;
        _inFlight = inFlight;
        _dialler = dialler;
        _state = dialler is null ? PeerState.WaitCer : PeerState.WaitConnAck;
        _mailbox = new Mailbox<Letter>(Read);
        _peerTimer = new StateTimer<PeerState>(node.Time, () => PostAndFlush(LetterKind.PeerTimer));
        _watchdogTimer = new StateTimer<WatchdogState>(node.Time, () => PostAndFlush(LetterKind.WatchdogTimer));
        _lastTraffic = node.Time.GetTimestamp();
        Pending = new PendingRequests(node.Options.MaxRequestsAwaitingAnswersPerPeer);
    }

    internal enum LetterKind
    {
        Start,
        Message,
        Traffic,
        PeerTimer,
        WatchdogTimer,
        Unreadable,
        PeerDisc,
        WinElection,
        LoseElection,
        DialledOpened,
        DialledEnded,
        Stop,
        Dismissed,
        Replaced,
        Stalled,
    }

    /// <summary>The requests of this node that wait for answers on this connection.</summary>
    public PendingRequests Pending { get; }

    /// <summary>The peer, once its CER was accepted.</summary>
    public Peer? Peer { get; private set; }

    /// <summary>Who this is, for the log.</summary>
    public string Name => Peer?.Identity ?? _dialler?.Peer.Identity ?? _connection.RemoteEndPoint;

    /// <summary>What carries it.</summary>
    public PeerConnection Connection => _connection;

    /// <summary>Whether application messages may go straight to where they belong.</summary>
    public bool IsOpen => _state is PeerState.ROpen or PeerState.IOpen;

    /// <summary>Posts a message; the session owns the frame. What it answers leaves with the reader's next flush.</summary>
    public void Post(RentedFrame frame) => _mailbox.Post(new Letter(LetterKind.Message, frame));

    /// <summary>Posts anything else; what it answers leaves with the next flush.</summary>
    public void Post(LetterKind kind) => _mailbox.Post(new Letter(kind, default));

    /// <summary>Posts from outside the reader, which therefore does not flush behind it.</summary>
    public void PostAndFlush(LetterKind kind)
    {
        Post(kind);
        _queue.Flush();
    }

    /// <summary>An operator sends the peer away: DPR with this cause.</summary>
    public void Dismiss(DisconnectCause cause)
    {
        _mailbox.Post(new Letter(LetterKind.Dismissed, default) { Cause = cause });
        _queue.Flush();
    }

    /// <summary>An application request came: proof of life. Only in SUSPECT does the watchdog have to hear of it at once.</summary>
    public void NoteTraffic(long received)
    {
        Volatile.Write(ref _lastTraffic, received);
        if (Peer!.WatchdogState == WatchdogState.Suspect) Post(LetterKind.Traffic);
    }

    /// <summary>An answer came on the open connection; the frame ends here.</summary>
    public void ReceiveAnswer(in DiameterHeader header, in RentedFrame frame)
    {
        ReadAnswer(header, frame);
        _node.Frames.Return(frame);
    }

    /// <summary>Sends a request of this node, behind what waits.</summary>
    public void Send(MessageWriter request)
    {
        Peer!.CountSent();
        _queue.Enqueue(request);
        _queue.FlushSoon();
    }

    public PeerSnapshot Snapshot() => Peer!.Snapshot() with
    {
        AwaitingAnswers = Pending.Count,
        OpenSince = _openSince,
        IsDialled = _dialler is not null,
        IsTls = _connection.IsTls,
    };

    public void Dispose()
    {
        _peerTimer.Dispose();
        _watchdogTimer.Dispose();
    }

    private void Read(Letter letter)
    {
        try
        {
            switch (letter.Kind)
            {
                case LetterKind.Start: Begin(); break;
                case LetterKind.Message: ReadMessage(letter.Frame); break;
                case LetterKind.Traffic: Watch(WatchdogEvent.ReceiveNonDwa); break;
                case LetterKind.PeerTimer: ReadPeerTimer(); break;
                case LetterKind.WatchdogTimer: ReadWatchdogTimer(); break;
                case LetterKind.Unreadable: Happen(PeerEvent.Unreadable, "bytes that are no Diameter message"); break;
                case LetterKind.PeerDisc: Happen(PeerEvent.PeerDisc, Peer is null && _dialler is null ? null : "the peer closed the connection"); break;
                case LetterKind.WinElection: Happen(PeerEvent.WinElection, "the connection that the peer opened remains"); break;
                case LetterKind.LoseElection: Happen(PeerEvent.LoseElection, null); break;
                case LetterKind.DialledOpened: Happen(PeerEvent.DialledOpened, "the connection that this node opened remains"); break;
                case LetterKind.DialledEnded: Happen(PeerEvent.DialledEnded, null); break;
                case LetterKind.Stop: Happen(PeerEvent.Stop, Peer is null ? null : "this node stops"); break;
                case LetterKind.Dismissed:
                    _farewell = letter.Cause;
                    Happen(PeerEvent.Stop, "an operator disconnected it");
                    break;
                case LetterKind.Replaced: Happen(PeerEvent.Replaced, "a newer connection took its place"); break;
                case LetterKind.Stalled: Stall(); break;
            }
        }
        catch (Exception e)
        {
            // Our bug, and it must not leave the mailbox without a reader.
            _node.Log.SessionFault(Name, e);
            _connection.Abort();
        }
    }

    private void Begin()
    {
        switch (_state)
        {
            case PeerState.WaitCer:
                Follow(PeerStateMachine.Accept(), null);
                break;
            case PeerState.WaitConnAck:
                Happen(PeerEvent.IRcvConnAck, null);
                _isAcknowledged = true;
                _dialler!.Election.Acknowledge(this);
                break;
        }
    }

    private void ReadPeerTimer()
    {
        if (_peerTimer.IsDue()) Follow(PeerStateMachine.Next(_state, PeerEvent.Timeout, _peerTimer.ArmedFor), "waited too long for the peer");
    }

    private void ReadWatchdogTimer()
    {
        // OKAY, Receive non-DWA: SetWatchdog(). Application traffic does not touch the timer each time; it is made up for here.
        if (_watchdog.State == WatchdogState.Okay) _watchdogTimer.Postpone(Volatile.Read(ref _lastTraffic), _watchdogInterval);
        if (_watchdogTimer.IsDue()) Watch(WatchdogEvent.TimerExpires, _watchdogTimer.ArmedFor);
    }

    private void Stall()
    {
        _node.Log.PeerStalled(Name, _node.Options.SendTimeout);
        Happen(PeerEvent.Lost, "the peer does not take its answers");

        // In Closed the machine is at its end while the connection still drains, which has no point any more.
        if (_state == PeerState.Closed) _connection.Abort();
    }

    private void Happen(PeerEvent happened, string? reason, PeerMessage? message = null) => Follow(PeerStateMachine.Next(_state, happened), reason, message);

    private void Follow(in PeerTransition transition, string? reason, PeerMessage? message = null)
    {
        PeerState before = _state;
        bool ends = transition.State == PeerState.Closed && before != PeerState.Closed;

        // Before the actions: when the connection ends its dialler goes on, and asks why.
        if (ends && _dialler is not null && Peer is null) _dialler.Failure ??= reason;
        foreach (PeerAction action in transition.Actions) Do(action, transition.State, reason, message);

        // Seen by the reader only now: an answer must not overtake the CEA.
        _state = transition.State;

        if (ends) End();
    }

    private void End()
    {
        // Not before: a peer that is closing may still answer what it had, and that is better than asking another one.
        Pending.Close();
        if (_heldCer is not null) _inFlight.Leave(1);
        _heldCer = null;
        _election?.Leave(this, _cause);
        _dialler?.Election.EndDial(_isAcknowledged ? this : null, _cause);
    }

    internal readonly record struct Letter(LetterKind Kind, RentedFrame Frame)
    {
        /// <summary>Of Dismissed.</summary>
        public DisconnectCause Cause { get; init; }
    }
}
