using Hss.Diameter;

namespace Hss.DiameterNode;

/// <summary>The one answer to a request. The procedure fills it, the node sends it, exactly once.</summary>
/// Shape: already written: header (R and T cleared, P and both identifiers copied), Session-Id, the application's preamble,
/// Origin-Host, Origin-Realm, the echoed AVPs. The node adds Proxy-Info and the length when the procedure has ended.
/// Order: not for two threads at once, and not after the procedure's end.
/// Errors: InvalidOperationException when a result is set twice or the procedure has ended (our bug).
/// Spec: RFC 6733 6.2.
/// <remarks>
/// Two may want to answer: the procedure at its end and the node at the deadline. Who is first is settled by one exchange
/// (<see cref="TryClaim"/>), so there is exactly one answer. The deadline's answer is written into a writer of its own, because the
/// procedure may just be writing into its one. The frame has two holders, the procedure until it ends and the answer until it is
/// written; the last to let go gives the buffer back. So a procedure that runs on after the deadline never reads another request's
/// octets, and no buffer is given back twice.
/// Answers are not pooled: one that a faulty procedure kept would otherwise be somebody else's.
/// </remarks>
public sealed partial class Answer
{
    private readonly Dispatcher _dispatcher;
    private readonly Command _command;
    private readonly AnswerQueue _queue;
    private readonly RentedFrame _frame;
    private readonly DiameterHeader _header;
    private readonly RequestAvps _avps;
    private readonly int _begunBytes;
    private MessageWriter? _writer;
    private byte[]? _failedAvp;
    private ResultCode _code;
    private ExperimentalResultCode _experimentalCode;
    private int _claimed;
    private int _frameHolders = 2;

    internal Answer(
        Dispatcher dispatcher, Command command, Peer peer, AnswerQueue queue, RentedFrame frame, in DiameterHeader header, in RequestAvps avps,
        long received)
    {
        _dispatcher = dispatcher;
        _command = command;
        Peer = peer;
        _queue = queue;
        _frame = frame;
        _header = header;
        _avps = avps;
        Received = received;
        _writer = MessageWriter.Rent();
        dispatcher.Form.Begin(_writer, header, frame.Span, avps, command);
        _begunBytes = _writer.LengthBytes;
    }

    /// <summary>Where the procedure writes its AVPs.</summary>
    public MessageWriter Writer => _writer ?? throw new InvalidOperationException("The procedure of this answer has ended.");

    /// <summary>Whether a result was set.</summary>
    public bool HasResult => _code != ResultCode.None || _experimentalCode != ExperimentalResultCode.None;

    /// <summary>How many octets of AVPs, headers and padding included, may still be written before the answer is longer than a message may be.</summary>
    /// Why a procedure would ask: what it has to say may have no bound of its own, and an answer that cannot be sent becomes 5012.
    public int RoomBytes => _dispatcher.MaxFrameLengthBytes - Writer.LengthBytes - _dispatcher.Form.EndBytes(_frame.Span, _avps);

    /// <summary>The known habits of the node the request came from, found by its Origin-Host.</summary>
    public PeerQuirks Quirks => _dispatcher.QuirksOf(_avps.OriginHost(_frame.Span));

    /// <summary>Sets the result.</summary>
    public void Result(ResultCode code) => Result(code, default);

    /// <summary>Sets the result and shows the AVP that caused it: header and data of one AVP, without padding.</summary>
    /// A 3xxx result makes the answer an answer-message (RFC 6733 7.2): all else that was written is left out.
    public void Result(ResultCode code, ReadOnlySpan<byte> failedAvp)
    {
        if (code == ResultCode.None) throw new ArgumentOutOfRangeException(nameof(code));
        ThrowIfHasResult();
        if (AnswerForm.IsProtocolError(code)) _failedAvp = failedAvp.ToArray();
        else AnswerForm.WriteResult(Writer, code, failedAvp);
        _code = code;
    }

    /// <summary>Sets a result of 3GPP. Spec: RFC 6733 7.6, TS 29.229 6.2.</summary>
    public void ExperimentalResult(ExperimentalResultCode code)
    {
        if (code == ExperimentalResultCode.None) throw new ArgumentOutOfRangeException(nameof(code));
        ThrowIfHasResult();
        Writer.BeginGroup(Avp.ExperimentalResult);
        Writer.WriteUnsigned32(Avp.VendorId, Vendors.ThreeGpp);
        Writer.WriteUnsigned32(Avp.ExperimentalResultCode, (uint)code);
        Writer.EndGroup();
        _experimentalCode = code;
    }

    internal Peer Peer { get; }

    /// <summary>When the request was read, by the time provider's timestamp.</summary>
    internal long Received { get; }

    internal Answer? Earlier { get; set; }

    internal Answer? Later { get; set; }

    internal bool IsWatched { get; set; }

    internal ResultCode Code => _code;

    internal ExperimentalResultCode ExperimentalCode => _experimentalCode;

    /// <summary>Whether somebody has answered, or is about to.</summary>
    internal bool IsClaimed => Volatile.Read(ref _claimed) != 0;

    /// <summary>Cancelled at the deadline.</summary>
    internal CancellationTokenSource? Cancellation { get; set; }

    internal Command Command => _command;

    internal ref readonly DiameterHeader Header => ref _header;

    internal ref readonly RequestAvps Avps => ref _avps;

    internal ReadOnlySpan<byte> Frame => _frame.Span;

    internal ReadOnlyMemory<byte> RequestMemory => _frame.Memory;

    /// <summary>The request is refused before its procedure has started.</summary>
    internal void Refuse(ResultCode code, ReadOnlySpan<byte> failedAvp)
    {
        TryClaim();
        TakeWriter().Return();
        Settle(default, code, failedAvp, Outcome.Refused);
        SendRefusal(code, failedAvp, Outcome.Refused);
        ReleaseFrame();
    }

    /// <summary>The procedure ended, in good order or with an exception.</summary>
    internal void End(Exception? exception)
    {
        MessageWriter writer = TakeWriter();
        bool isFirst = TryClaim();
        bool isFault = exception is not null || !HasResult;

        // Behind the deadline giving up is what the procedure was asked for; any other exception is a bug still.
        bool gaveUp = !isFirst && exception is null or OperationCanceledException;
        if (isFault && !gaveUp) _dispatcher.ReportFault(this, exception);

        // Our trouble has no result of its own; a protocol error has, in another form.
        ResultCode refusal = isFault ? ResultCode.UnableToComply : AnswerForm.IsProtocolError(_code) ? _code : ResultCode.None;
        Outcome outcome = isFault ? Outcome.Failed : Outcome.Served;
        int lengthBytes = writer.LengthBytes;
        if (refusal == ResultCode.None && !TryComplete(writer)) (refusal, outcome) = (ResultCode.UnableToComply, Outcome.Failed);

        Settle(refusal == ResultCode.None ? writer.Written.Span[DiameterHeader.SizeBytes..lengthBytes] : default, refusal, _failedAvp, outcome);
        if (isFirst && refusal == ResultCode.None)
        {
            Send(writer, _code, _experimentalCode, Outcome.Served);
        }
        else
        {
            writer.Return();
            if (isFirst) SendRefusal(refusal, isFault ? default : _failedAvp, outcome);
        }

        ReleaseFrame();
    }

    /// <summary>The deadline passed: the node answers, and the procedure is asked to give up.</summary>
    internal void Expire()
    {
        if (!TryClaim()) return;
        SendRefusal(ResultCode.UnableToComply, default, Outcome.Late);
        _queue.FlushSoon();

        // On a pool thread: what the procedure hung onto its token is none of the timer's business.
        _ = Cancellation?.CancelAsync();
    }

    internal void FlushSoon() => _queue.FlushSoon();

    private bool TryClaim() => Interlocked.Exchange(ref _claimed, 1) == 0;

    private MessageWriter TakeWriter()
    {
        MessageWriter writer = Writer;
        _writer = null;
        return writer;
    }

    /// <summary>Adds what comes behind the procedure's AVPs; false for an answer that cannot be sent.</summary>
    private bool TryComplete(MessageWriter writer)
    {
        try
        {
            int procedureBytes = writer.LengthBytes - _begunBytes;
            _dispatcher.Form.End(writer, _frame.Span, _avps);
            if (writer.LengthBytes <= _dispatcher.MaxFrameLengthBytes) return true;

            // A Session-Id, an identity or Proxy-Info that fills half a frame is the sender's doing and no bug of ours.
            bool isOurs = writer.LengthBytes - procedureBytes <= _dispatcher.MaxFrameLengthBytes / 2;
            if (isOurs) _dispatcher.ReportTooLong(this, writer.LengthBytes);
        }
        catch (InvalidOperationException e)
        {
            // A group was left open.
            _dispatcher.ReportFault(this, e);
        }

        return false;
    }

    private void SendRefusal(ResultCode code, ReadOnlySpan<byte> failedAvp, Outcome outcome)
    {
        string text = outcome == Outcome.Late ? "the request was not decided in time" : ErrorText.Of(code, _header, _frame.Span, _avps, failedAvp);
        MessageWriter writer = _dispatcher.Form.Refusal(_header, _frame.Span, _avps, _command, code, failedAvp, text);
        Send(writer, code, ExperimentalResultCode.None, outcome);
    }

    private void Send(MessageWriter writer, ResultCode code, ExperimentalResultCode experimentalCode, Outcome outcome)
    {
        _dispatcher.Report(this, code, experimentalCode, outcome);
        _queue.Enqueue(writer);
        ReleaseFrame();
    }

    private void ReleaseFrame()
    {
        if (Interlocked.Decrement(ref _frameHolders) == 0) _dispatcher.Frames.Return(_frame);
    }

    private void ThrowIfHasResult()
    {
        if (HasResult) throw new InvalidOperationException("The answer has a result already.");
    }
}
