using Hss.Diameter;

namespace Hss.DiameterNode;

/// <summary>How a request of this node ended.</summary>
public enum OutgoingOutcome
{
    /// <summary>An answer of the destination came; its result says the rest.</summary>
    Answered,

    /// <summary>No path to the destination: no peer is open that could take it, or every path said 3002 or 3004 (RFC 6733 7.1.3), or brought the
    /// answer of another host.</summary>
    Undeliverable,

    /// <summary>It was sent and nobody answered in time. The destination may have acted on it.</summary>
    TimedOut,

    /// <summary>An answer came that breaks its grammar, or carries an AVP with the M bit that nobody here knows (RFC 6733 4.1).</summary>
    Unusable,

    /// <summary>The node stops.</summary>
    Stopped,

    /// <summary>It is longer than a message may be: it was not sent, and trying again changes nothing.</summary>
    TooLong,
}

/// <summary>What came back for a request of this node.</summary>
/// Shape: Frame is a copy of the whole answer, empty without one; Code and ExperimentalCode are None where the answer has none.
public sealed record OutgoingAnswer(OutgoingOutcome Outcome, ReadOnlyMemory<byte> Frame, ResultCode Code, ExperimentalResultCode ExperimentalCode)
{
    /// <summary>The peer that the last attempt went over, for the log; empty when there was none.</summary>
    public string Via { get; init; } = "";

    /// <summary>Whether the destination did what it was asked: Result-Code 2xxx, or an Experimental-Result-Code 2xxx.</summary>
    public bool IsSuccess => Outcome == OutgoingOutcome.Answered && ((uint)Code is >= 2000 and < 3000 || (uint)ExperimentalCode is >= 2000 and < 3000);
}
