using Hss.Diameter.Commands.Base;

namespace Hss.DiameterNode;

/// <summary>The connections of one peer that this node dials: sees to it that one remains, whoever opened it.</summary>
/// Shape: at most one dialled connection and one accepted one that counts. Order: any thread; what one connection has to know about the
/// other is posted outside the lock. Spec: RFC 6733 5.6, 5.6.4.
internal sealed class Election
{
    private readonly Lock _gate = new();
    private readonly bool _isWon;
    private readonly TimeProvider _time;
    private readonly TimeSpan _raceTime;
    private Dial _dial;
    private PeerSession? _dialled;
    private PeerSession? _accepted;
    private bool _isAcceptedWaiting;
    private long _opened;
    private TaskCompletionSource? _vacant;

    /// <param name="ownIdentity">This node's Origin-Host.</param>
    /// <param name="peerIdentity">The peer's.</param>
    /// <param name="time">The clock.</param>
    /// <param name="raceTime">How long after an opening a CER may still come from a dial of the peer that began before it.</param>
    public Election(string ownIdentity, string peerIdentity, TimeProvider time, TimeSpan raceTime)
    {
        // 5.6.4: octets compared without regard to case; the node whose identity is the higher one keeps the connection it accepted.
        _isWon = string.Compare(ownIdentity, peerIdentity, StringComparison.OrdinalIgnoreCase) > 0;
        _time = time;
        _raceTime = raceTime;
    }

    private enum Dial
    {
        None,
        Connecting,
        AwaitingCea,
        Open,
    }

    /// <summary>The cause of the last DPR that ended a connection of the peer; null when the last one ended otherwise.</summary>
    public DisconnectCause? LastCause { get; private set; }

    /// <summary>Dialling begins (Closed, Start), unless the peer is here already: then the task to wait for.</summary>
    public Task? TryBegin()
    {
        lock (_gate)
        {
            if (_accepted is null)
            {
                _dial = Dial.Connecting;
                LastCause = null; // It had its effect: a peer that is dialled again begins anew.
                return null;
            }

            _vacant ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _vacant.Task;
        }
    }

    /// <summary>I-Rcv-Conn-Ack: the CER is on its way. A CER of the peer that waits is decided on now (Elect).</summary>
    public void Acknowledge(PeerSession dialled)
    {
        PeerSession? accepted;
        lock (_gate)
        {
            _dial = Dial.AwaitingCea;
            _dialled = dialled;
            accepted = _isAcceptedWaiting ? _accepted : null;
            if (accepted is null) return;
            if (_isWon) Yield();
        }

        accepted.PostAndFlush(_isWon ? PeerSession.LetterKind.WinElection : PeerSession.LetterKind.LoseElection);
        if (_isWon) dialled.PostAndFlush(PeerSession.LetterKind.WinElection);
    }

    /// <summary>I-Rcv-CEA: false when the accepted connection has won meanwhile.</summary>
    public bool TryOpen(PeerSession dialled)
    {
        PeerSession? loser = null;
        lock (_gate)
        {
            if (_dial != Dial.AwaitingCea || _dialled != dialled) return false;
            _dial = Dial.Open;
            _opened = _time.GetTimestamp();
            if (_isAcceptedWaiting) loser = _accepted;
            _accepted = null;
            _isAcceptedWaiting = false;
        }

        loser?.PostAndFlush(PeerSession.LetterKind.DialledOpened);
        return true;
    }

    /// <summary>The dialled connection is gone, or there never was one. A CER of the peer that waits gets its CEA.</summary>
    public void EndDial(PeerSession? dialled, DisconnectCause? cause)
    {
        PeerSession? accepted = null;
        lock (_gate)
        {
            if (_dialled != dialled) return; // It yielded, and another dial may be under way.
            if (_dial == Dial.Open) LastCause = cause;
            _dial = Dial.None;
            _dialled = null;
            if (_isAcceptedWaiting) accepted = _accepted;
            _isAcceptedWaiting = false;
        }

        accepted?.PostAndFlush(PeerSession.LetterKind.DialledEnded);
    }

    /// <summary>R-Conn-CER: a good CER came over an accepted connection. What that is depends on how far the dial is.</summary>
    public PeerEvent Enter(PeerSession accepted)
    {
        PeerSession yielding;
        lock (_gate)
        {
            switch (_dial)
            {
                // Wait-Conn-Ack/Elect and Wait-Returns    R-Conn-CER    R-Reject
                case Dial.Connecting or Dial.AwaitingCea when _isAcceptedWaiting:
                    return PeerEvent.RConnCerRefused;
                case Dial.Connecting:
                    Take(accepted, isWaiting: true);
                    return PeerEvent.RConnCerBeforeConnAck;
                case Dial.AwaitingCea when !_isWon:
                    Take(accepted, isWaiting: true);
                    return PeerEvent.RConnCerElectionLost;

                // The peer dialled before it had our CER, so its own may come when everything is decided. Later than a dial can last, a
                // CER says that the peer knows nothing of the open connection any more.
                case Dial.Open when _time.GetElapsedTime(_opened) < _raceTime:
                    return PeerEvent.RConnCerRefused;
                case Dial.AwaitingCea:
                    Take(accepted, isWaiting: false);
                    yielding = _dialled!;
                    Yield();
                    break;
                default:
                    Take(accepted, isWaiting: false);
                    return PeerEvent.RConnCer;
            }
        }

        yielding.PostAndFlush(PeerSession.LetterKind.WinElection);
        return PeerEvent.RConnCer;
    }

    /// <summary>An accepted connection of the peer is gone.</summary>
    public void Leave(PeerSession accepted, DisconnectCause? cause)
    {
        TaskCompletionSource? vacant;
        lock (_gate)
        {
            if (_accepted != accepted) return;
            if (!_isAcceptedWaiting) LastCause = cause;
            _accepted = null;
            _isAcceptedWaiting = false;
            vacant = _vacant;
            _vacant = null;
        }

        vacant?.TrySetResult();
    }

    private void Take(PeerSession accepted, bool isWaiting)
    {
        _accepted = accepted;
        _isAcceptedWaiting = isWaiting;
    }

    private void Yield()
    {
        _dial = Dial.None;
        _dialled = null;
        _isAcceptedWaiting = false;
    }
}
