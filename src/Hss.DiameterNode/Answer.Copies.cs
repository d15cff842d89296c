using Hss.Diameter;

namespace Hss.DiameterNode;

// The answer as one of several to copies of the same request; see Duplicates.
public sealed partial class Answer
{
    private uint _keyHash;

    /// <summary>The next and the previous request in work whose copies would be looked for in the same place.</summary>
    internal Answer? NextInWork { get; set; }

    internal Answer? PreviousInWork { get; set; }

    /// <summary>Whether copies of the request find it.</summary>
    internal bool IsInWork { get; set; }

    /// <summary>The copies that wait for this answer, linked by <see cref="NextCopy"/>.</summary>
    internal Answer? FirstCopy { get; set; }

    internal Answer? NextCopy { get; set; }

    /// <summary>What makes another request a copy of this one. First asked for before the procedure has the writer.</summary>
    internal RequestKey Key
    {
        get
        {
            if (_keyHash == 0) _keyHash = RequestKey.HashOf(_header, Opening);
            return RequestKey.Of(_header, _frame.Span, _avps, _keyHash);
        }
    }

    /// <summary>What was written before the procedure began: Session-Id, preamble, origin, and what is repeated of the request.</summary>
    internal ReadOnlySpan<byte> Opening => Writer.Written.Span[DiameterHeader.SizeBytes.._begunBytes];

    /// <summary>The request is a copy of one in work and waits for that answer; it may go on waiting for it when it has got its own.</summary>
    /// Its frame is held by the answer alone from now on: nobody reads it once the deadline has answered.
    internal void WaitForOriginal() => ReleaseFrame();

    /// <summary>Writes the AVPs of the answer that the original got.</summary>
    internal void Restore(ReadOnlySpan<byte> avps, ResultCode code, ExperimentalResultCode experimentalCode)
    {
        MessageWriter writer = Writer;
        writer.Begin(_header.ToAnswer());
        AnswerForm.CopyAll(writer, avps);
        _code = code;
        _experimentalCode = experimentalCode;
    }

    /// <summary>Lets the request go: its answer is remembered if it is final, and the copies that waited get the same.</summary>
    private void Settle(ReadOnlySpan<byte> avps, ResultCode refusal, ReadOnlySpan<byte> failedAvp, Outcome outcome)
    {
        if (!IsInWork) return;
        Answer? copy = _dispatcher.Duplicates.Leave(this, IsFinal ? avps : default);
        while (copy is not null)
        {
            Answer? next = copy.NextCopy;
            copy.NextCopy = null;
            copy.Follow(this, avps, refusal, failedAvp, outcome);
            copy = next;
        }
    }

    /// <summary>The original of this copy has ended.</summary>
    private void Follow(Answer original, ReadOnlySpan<byte> avps, ResultCode refusal, ReadOnlySpan<byte> failedAvp, Outcome outcome)
    {
        bool isFirst = TryClaim();
        _dispatcher.StopWatching(this);
        if (isFirst && refusal == ResultCode.None)
        {
            Restore(avps, original.Code, original.ExperimentalCode);

            // Only Proxy-Info differs, and may be too long this time.
            if (!TryComplete(Writer)) (refusal, outcome) = (ResultCode.UnableToComply, Outcome.Failed);
        }

        MessageWriter writer = TakeWriter();
        if (isFirst && refusal == ResultCode.None)
        {
            Send(writer, _code, _experimentalCode, Outcome.Served);
        }
        else
        {
            writer.Return();
            if (isFirst) SendRefusal(refusal, failedAvp, outcome);
        }

        if (isFirst) _queue.FlushSoon();
    }

    /// <summary>Whether a copy of the request must get this answer, see <see cref="Duplicates"/>.</summary>
    private bool IsFinal => (uint)_code / 1000 is 0 or 2 or 5 && (uint)_experimentalCode / 1000 != 4 && _code != ResultCode.UnableToComply;
}
