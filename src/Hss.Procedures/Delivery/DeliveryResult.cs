using Hss.Diameter;
using Hss.DiameterNode;

namespace Hss.Procedures;

/// <summary>What one attempt says about the server it went to, for those that wait behind it.</summary>
internal enum DeliveryContact
{
    /// <summary>Nothing was sent.</summary>
    None,

    /// <summary>It answers.</summary>
    Answered,

    /// <summary>It was sent something and is silent.</summary>
    Silent,

    /// <summary>No path leads there.</summary>
    NoPath,

    /// <summary>This node sends nothing more.</summary>
    Stopping,
}

/// <summary>An answer as those read it who sent the request.</summary>
internal static class DeliveryResult
{
    public static DeliveryContact ContactOf(OutgoingAnswer answer) => answer.Outcome switch
    {
        OutgoingOutcome.Answered or OutgoingOutcome.Unusable => DeliveryContact.Answered,
        OutgoingOutcome.TimedOut => DeliveryContact.Silent,
        OutgoingOutcome.Undeliverable => DeliveryContact.NoPath,
        OutgoingOutcome.TooLong => DeliveryContact.None,
        _ => DeliveryContact.Stopping,
    };

    /// <summary>One line for people.</summary>
    public static string Describe(OutgoingAnswer answer)
    {
        var text = answer.Outcome switch
        {
            OutgoingOutcome.Answered when answer.ExperimentalCode != ExperimentalResultCode.None => $"answered E:{(uint)answer.ExperimentalCode} {answer.ExperimentalCode}",
            OutgoingOutcome.Answered => $"answered R:{(uint)answer.Code} {answer.Code}",
            OutgoingOutcome.TimedOut => "no answer",
            OutgoingOutcome.Undeliverable => "no path to this server",
            OutgoingOutcome.TooLong => "longer than a Diameter message may be",
            OutgoingOutcome.Unusable => "an answer that cannot be used",
            _ => "the server stops",
        };
        return answer.Via.Length == 0 ? text : $"{text}, via {answer.Via}";
    }

    /// <summary>Whether another attempt may end differently: nobody answered, or a code that speaks of the moment (3002, 3004, 4xxx) or of
    /// trouble (5012).</summary>
    public static bool MayPass(OutgoingAnswer answer) => answer.Outcome is not (OutgoingOutcome.Answered or OutgoingOutcome.TooLong)
        || answer.Code is ResultCode.UnableToDeliver or ResultCode.TooBusy or ResultCode.UnableToComply
        || (uint)answer.Code is >= 4000 and < 5000 || (uint)answer.ExperimentalCode is >= 4000 and < 5000;
}
