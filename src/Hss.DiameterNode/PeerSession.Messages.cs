using Hss.Diameter;
using Hss.Diameter.Commands.Base;

namespace Hss.DiameterNode;

// What the messages that pass the mailbox are to the two machines. All of it runs inside the mailbox but ReadAnswer, which any thread may call.
internal sealed partial class PeerSession
{
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
                case PeerState.WaitConnAck or PeerState.WaitICea:
                    ReadCea(message);
                    break;
                case PeerState.WaitConnAckElect or PeerState.WaitReturns:
                    Happen(message.Event, $"command {message.Header.CommandCode} came before the CEA was sent", message);
                    break;
                default:
                    if (IsOpen) Watch(message.Event is PeerEvent.RcvDwa ? WatchdogEvent.ReceiveDwa : WatchdogEvent.ReceiveNonDwa);
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
        if (message.Event is PeerEvent.RcvCer)
        {
            message.Verdict = _node.Capabilities.Judge(message.Frame.Memory, _connection.Source);
            Happen(message.Verdict.Peer is null ? PeerEvent.RConnCerRefused : Enter(message), null, message);
            return;
        }

        // A CER of another version, or of a length no message has, cannot be judged further, but its sender can be told.
        ResultCode fault = RequestRules.JudgeHeader(message.Header);
        if (fault != ResultCode.None && message.Header.IsRequest)
        {
            bool isCer = message.Header is { CommandCode: BaseCommands.CapabilitiesExchange, ApplicationId: ApplicationIds.Base };
            Answer(message, isCer ? Cea(message, fault, default, "") : _node.BaseMessages.Refusal(message.Header, fault, default), isUrgent: true);
        }

        Happen(message.Event, $"the first message was no CER but command {message.Header.CommandCode}", message);
    }

    /// <summary>What a good CER is, where this node dials the peer too.</summary>
    private PeerEvent Enter(PeerMessage message)
    {
        CapabilitiesVerdict verdict = message.Verdict!;
        _election = _node.ElectionOf(verdict.Identity);
        PeerEvent happened = _election?.Enter(this) ?? PeerEvent.RConnCer;
        if (happened is not PeerEvent.RConnCerRefused) return happened;
        message.Verdict = new CapabilitiesVerdict(ResultCode.ElectionLost, default, "another connection with this peer remains", verdict.Identity, null);
        return happened;
    }

    private void ReadCea(PeerMessage message)
    {
        if (message.Event is not PeerEvent.RcvCea)
        {
            Happen(message.Event, $"it answered the CER with command {message.Header.CommandCode}", message);
            return;
        }

        message.Verdict = CapabilitiesAnswer.Judge(_node.Capabilities, _dialler!.Peer, _cerHopByHopId, message.Frame.Memory, _connection.Source);
        if (message.Verdict.Peer is null) Happen(PeerEvent.RcvCeaRefused, message.Verdict.Reason, message);
        else if (_dialler.Election.TryOpen(this)) Happen(PeerEvent.RcvCea, null, message);
        else Happen(PeerEvent.WinElection, null, message);
    }

    /// <summary>Answers a DWR or DPR that breaks its grammar, and brings answers to the requests they belong to.</summary>
    private bool IsWellFormed(PeerMessage message)
    {
        GrammarFault fault = default;
        bool isWellFormed = message.Event switch
        {
            PeerEvent.RcvDwr => IsWellFormedDwr(message, out fault),
            PeerEvent.RcvDwa => Note(message),
            PeerEvent.RcvDpr => DisconnectPeerRequest.TryParse(message.Frame.Memory, out _, out fault),
            _ => true,
        };
        if (!isWellFormed)
        {
            _node.Log.BaseRequestRefused(message.Event is PeerEvent.RcvDwr ? "DWR" : "DPR", Name, fault.Code);
            Answer(message, _node.BaseMessages.Refusal(message.Header, fault.Code, fault.FailedAvp.Span), isUrgent: true);
            return false;
        }

        bool isAnswer = message.Event is PeerEvent.RcvCea || (message.Event is PeerEvent.RcvMessage && !message.Header.IsRequest);
        if (!isAnswer) return true;
        ReadAnswer(message.Header, message.Frame);
        return false;
    }

    private bool IsWellFormedDwr(PeerMessage message, out GrammarFault fault)
    {
        if (!DeviceWatchdogRequest.TryParse(message.Frame.Memory, out DeviceWatchdogRequest dwr, out fault)) return false;
        _node.OriginStates.Note(Peer!, dwr.OriginStateId);
        return true;
    }

    /// <summary>A DWA is proof of life however it is written; only what it says of its sender needs to be readable.</summary>
    private bool Note(PeerMessage message)
    {
        if (DeviceWatchdogAnswer.TryParse(message.Frame.Memory, out DeviceWatchdogAnswer dwa, out _)) _node.OriginStates.Note(Peer!, dwa.OriginStateId);
        return true;
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
}
