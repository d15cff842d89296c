using Hss.Diameter;
using Hss.Diameter.Commands.Base;

namespace Hss.DiameterNode;

/// <summary>The peer protocol of one connection: the mailbox around the two machines, their timers, and what their actions do.</summary>
/// Order: everything but <see cref="Post"/>, <see cref="IsOpen"/> and <see cref="NoteTraffic"/> runs inside the mailbox, one letter
/// at a time. Application requests pass here only before R-Open, where they end the connection, and after it.
internal sealed partial class PeerSession : IDisposable
{
    private readonly DiameterNode _node;
    private readonly PeerConnection _connection;
    private readonly AnswerQueue _queue;
    private readonly InFlight _inFlight;
    private readonly Mailbox<Letter> _mailbox;
    private readonly StateTimer<PeerState> _peerTimer;
    private readonly StateTimer<WatchdogState> _watchdogTimer;
    private volatile PeerState _state;
    private Watchdog _watchdog = Watchdog.Initial;
    private TimeSpan _watchdogInterval;
    private long _lastTraffic;
    private bool _isGivenUp;

    public PeerSession(DiameterNode node, PeerConnection connection, AnswerQueue queue, InFlight inFlight)
    {
        _node = node;
        _connection = connection;
        _queue = queue;
        _inFlight = inFlight;
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
        Stop,
        Replaced,
        Stalled,
    }

    /// <summary>The requests of this node that wait for answers on this connection.</summary>
    public PendingRequests Pending { get; }

    /// <summary>The peer, once its CER was accepted.</summary>
    public Peer? Peer { get; private set; }

    /// <summary>Who this is, for the log.</summary>
    public string Name => Peer?.Identity ?? _connection.RemoteEndPoint;

    /// <summary>Whether application requests may go straight to the dispatcher.</summary>
    public bool IsOpen => _state == PeerState.ROpen;

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
        _queue.EnqueueRequest(request);
        _queue.FlushSoon();
    }

    public PeerSnapshot Snapshot() => Peer!.Snapshot() with { AwaitingAnswers = Pending.Count };

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
                case LetterKind.Start when _state == PeerState.WaitCer: Follow(PeerStateMachine.Start(), null); break;
                case LetterKind.Message: ReadMessage(letter.Frame); break;
                case LetterKind.Traffic: Watch(WatchdogEvent.ReceiveNonDwa); break;
                case LetterKind.PeerTimer: ReadPeerTimer(); break;
                case LetterKind.WatchdogTimer: ReadWatchdogTimer(); break;
                case LetterKind.Unreadable: Happen(PeerEvent.RUnreadable, "bytes that are no Diameter message"); break;
                case LetterKind.PeerDisc: Happen(PeerEvent.RPeerDisc, Peer is null ? null : "the peer closed the connection"); break;
                case LetterKind.Stop: Happen(PeerEvent.Stop, Peer is null ? null : "this node stops"); break;
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

    private void ReadMessage(RentedFrame frame)
    {
        PeerMessage message = new(frame);
        try
        {
            switch (_state)
            {
                case PeerState.Closed:
                    break;
                case PeerState.WaitCer:
                    ReadFirst(message);
                    break;
                default:
                    if (_state == PeerState.ROpen) Watch(message.Event is PeerEvent.RRcvDwa ? WatchdogEvent.ReceiveDwa : WatchdogEvent.ReceiveNonDwa);
                    if (IsWellFormed(message)) Happen(message.Event, Reason(message.Event), message);
                    break;
            }
        }
        finally
        {
            // Whoever answers a request ends it; one that nobody answered ends here.
            if (!message.IsTaken) _node.Frames.Return(frame);
            if (message.Header.IsRequest && !message.IsAnswered) _inFlight.Leave(1);
        }
    }

    private void ReadFirst(PeerMessage message)
    {
        if (message.Event is PeerEvent.RRcvCer)
        {
            message.Verdict = _node.Capabilities.Judge(message.Frame.Memory, _connection.Source);
            Happen(message.Verdict.Peer is null ? PeerEvent.RConnCerRefused : PeerEvent.RConnCer, null, message);
            return;
        }

        // A CER of another version, or of a length no message has, cannot be judged further, but its sender can be told.
        ResultCode fault = Dispatcher.JudgeHeader(message.Header);
        if (fault != ResultCode.None && message.Header.IsRequest)
        {
            bool isCer = message.Header is { CommandCode: BaseCommands.CapabilitiesExchange, ApplicationId: ApplicationIds.Base };
            Answer(message, isCer ? Cea(message, fault, default, "") : _node.BaseMessages.Refusal(message.Header, fault, default), isUrgent: true);
        }

        Happen(message.Event, $"the first message was no CER but command {message.Header.CommandCode}", message);
    }

    /// <summary>Answers a DWR or DPR that breaks its grammar, and brings answers to the requests they belong to.</summary>
    private bool IsWellFormed(PeerMessage message)
    {
        GrammarFault fault = default;
        bool isWellFormed = message.Event switch
        {
            PeerEvent.RRcvDwr => DeviceWatchdogRequest.TryParse(message.Frame.Memory, out _, out fault),
            PeerEvent.RRcvDpr => DisconnectPeerRequest.TryParse(message.Frame.Memory, out _, out fault),
            _ => true,
        };
        if (!isWellFormed)
        {
            _node.Log.BaseRequestRefused(message.Event is PeerEvent.RRcvDwr ? "DWR" : "DPR", Name, fault.Code);
            Answer(message, _node.BaseMessages.Refusal(message.Header, fault.Code, fault.FailedAvp.Span), isUrgent: true);
            return false;
        }

        if (message.Event is not PeerEvent.RRcvMessage || message.Header.IsRequest) return true;
        ReadAnswer(message.Header, message.Frame);
        return false;
    }

    private void ReadAnswer(in DiameterHeader header, in RentedFrame frame)
    {
        if (Pending.Take(header) is { } attempt)
        {
            Peer!.CountAnswerReceived();
            attempt.Exchange.OnAnswer(attempt, frame.Span);
        }
        else
        {
            _node.Log.AnswerIgnored(Name, header.CommandCode, header.HopByHopId);
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
        foreach (PeerAction action in transition.Actions) Do(action, transition.State, reason, message);

        // Seen by the reader only now: an answer must not overtake the CEA.
        _state = transition.State;

        // Not before: a peer that is closing may still answer what it had, and that is better than asking another one.
        if (_state == PeerState.Closed) Pending.Close();
    }

    internal readonly record struct Letter(LetterKind Kind, RentedFrame Frame);
}
