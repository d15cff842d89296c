using Hss.Diameter;
using Hss.Diameter.Commands.Base;

namespace Hss.DiameterNode;

// What the actions of the two machines do. All of it runs inside the mailbox.
internal sealed partial class PeerSession
{
    private void Do(PeerAction action, PeerState next, string? reason, PeerMessage? message)
    {
        switch (action)
        {
            case PeerAction.SendCer:
                MessageWriter cer = _node.BaseMessages.CapabilitiesExchangeRequest(_connection.LocalAddress, out _cerHopByHopId);
                _queue.EnqueueUrgent(cer);
                break;
            case PeerAction.ProcessCea:
                Peer = message!.Verdict!.Peer;
                break;
            case PeerAction.HoldCer:
                message!.IsAnswered = true; // It will be.
                _heldCer = message;
                break;
            case PeerAction.SendCea:
                PeerMessage accepted = message ?? _heldCer!;
                _heldCer = null;
                Peer = accepted.Verdict!.Peer;
                Answer(accepted, Cea(accepted, ResultCode.Success, default, ""), isUrgent: true);
                break;
            case PeerAction.SendRefusingCea:
                CapabilitiesVerdict verdict = message!.Verdict!;
                _node.Log.CapabilitiesRefused(verdict.Identity, _connection.RemoteEndPoint, verdict.Code, verdict.Reason);
                Answer(message, Cea(message, verdict.Code, verdict.FailedAvp.Span, verdict.ErrorMessage), isUrgent: true);
                break;
            case PeerAction.RefuseCer:
                Answer(message!, Cea(message!, ResultCode.UnableToComply, default, "this connection has had its CER"), isUrgent: true);
                break;
            case PeerAction.SendDwa:
                Answer(message!, _node.BaseMessages.DeviceWatchdogAnswer(message!.Header), isUrgent: true);
                break;
            case PeerAction.SendDpa:
                // Not urgent: the peer closes when it has the DPA, and would lose the answers behind it.
                if (DisconnectPeerRequest.TryParse(message!.Frame.Memory, out DisconnectPeerRequest dpr, out _)) _cause ??= dpr.DisconnectCause;
                _node.Log.DisconnectRequested(Name, _cause?.ToString() ?? "");
                Answer(message, _node.BaseMessages.DisconnectPeerAnswer(message.Header), isUrgent: false);
                break;
            case PeerAction.SendDpr:
                // What this node said when it sent the peer away holds for its own dialling too; REBOOTING means nothing to the node that goes.
                if (_farewell != DisconnectCause.Rebooting) _cause = _farewell;
                _queue.EnqueueUrgent(_node.BaseMessages.DisconnectPeerRequest(_farewell));
                break;
            case PeerAction.Process:
                message!.Take();
                _node.Dispatcher.Dispatch(Peer!, _queue, message.Frame, _node.Time.GetTimestamp());
                break;
            case PeerAction.RefuseMessage:
                message!.Take();
                _node.Dispatcher.Refuse(Peer!, _queue, message.Frame, ResultCode.TooBusy, "this connection is closing", _node.Time.GetTimestamp());
                break;
            case PeerAction.ProcessDwa:
                break; // The watchdog heard of it when it was read.
            case PeerAction.Open:
                Open();
                break;
            case PeerAction.Withdraw:
                Watch(WatchdogEvent.ConnectionDown);
                _node.Peers.Withdraw(this, Peer!, _isGivenUp);
                _node.Log.PeerClosed(Name, reason ?? "");
                break;
            case PeerAction.StartTimer:
                _peerTimer.Set(next, next switch
                {
                    PeerState.Closing => _node.Options.DisconnectTimeout,

                    // Longer than the dialled connection may take, whose end is the better news.
                    PeerState.WaitConnAckElect or PeerState.WaitReturns => 2 * _node.Options.CapabilitiesTimeout,
                    _ => _node.Options.CapabilitiesTimeout,
                });
                break;
            case PeerAction.Disconnect:
                if (Peer is null && reason is not null && _dialler is null) _node.Log.ConnectionEndedUnidentified(_connection.RemoteEndPoint, reason);
                _connection.Disconnect();
                break;
            case PeerAction.Cleanup:
                _connection.Disconnect();
                break;
            case PeerAction.Abort:
                _connection.Abort();
                break;
        }
    }

    private void Open()
    {
        Peer peer = Peer!;
        _openSince = _node.Time.GetUtcNow();
        PeerSession? older = _node.Peers.Open(this, peer, out bool wasGivenUp);
        if (older is not null) _node.Log.PeerReplaced(Name, _connection.RemoteEndPoint);
        older?.PostAndFlush(LetterKind.Replaced);
        _node.OriginStates.Note(peer, peer.OriginStateId);
        _connection.Identify();
        if (_dialler is not null) _dialler.HasOpened = true;
        _watchdog = wasGivenUp ? Watchdog.Down : Watchdog.Initial;
        Watch(WatchdogEvent.ConnectionUp);

        // Last: whoever reads it may send a request at once, and requests go to peers whose watchdog is up.
        _node.Log.PeerOpen(
            Name, peer.ProductName, peer.RemoteEndPoint, string.Join(' ', peer.Applications.Select(application => application.Name)), peer.IsRelay);
    }

    private void Watch(WatchdogEvent happened, WatchdogState armedFor = WatchdogState.Initial)
    {
        WatchdogState before = _watchdog.State;
        WatchdogTransition transition = WatchdogStateMachine.Next(_watchdog, happened, armedFor);
        _watchdog = transition.Watchdog;
        Peer!.WatchdogState = _watchdog.State;
        if (before != _watchdog.State && happened is not (WatchdogEvent.ConnectionUp or WatchdogEvent.ConnectionDown)) _node.Log.WatchdogChanged(Name, before, _watchdog.State);
        foreach (WatchdogAction action in transition.Actions) Do(action);
        if (_watchdog.State == WatchdogState.Okay && before != WatchdogState.Okay) _node.TellPathOpened();
    }

    private void Do(WatchdogAction action)
    {
        switch (action)
        {
            case WatchdogAction.SendWatchdog:
                _queue.EnqueueUrgent(_node.BaseMessages.DeviceWatchdogRequest());
                break;
            case WatchdogAction.SetWatchdog:
                _watchdogInterval = _node.NextWatchdogInterval();
                _watchdogTimer.Set(_watchdog.State, _watchdogInterval);
                break;
            case WatchdogAction.Failover when _watchdog.State == WatchdogState.Suspect:
                Pending.FailOver();
                break;
            case WatchdogAction.Failover or WatchdogAction.Failback:
                break; // New requests follow the peer table's state; those on a connection that ends are told by its end.
            case WatchdogAction.CloseConnection:
                _isGivenUp = true;
                Happen(PeerEvent.Lost, "the watchdog gave the peer up");
                break;
        }
    }

    private void Answer(PeerMessage message, MessageWriter answer, bool isUrgent)
    {
        message.IsAnswered = true;
        if (isUrgent) _queue.EnqueueUrgent(answer);
        else _queue.Enqueue(answer);
    }

    private MessageWriter Cea(PeerMessage message, ResultCode code, ReadOnlySpan<byte> failedAvp, string errorMessage) =>
        _node.BaseMessages.CapabilitiesExchangeAnswer(message.Header, _connection.LocalAddress, code, failedAvp, errorMessage);

    private static string? Reason(PeerEvent happened) => happened is PeerEvent.RcvDpr ? "the peer disconnects" : null;
}
