using Hss.Authentication;

namespace Hss.Cli;

/// <summary>What is likely wrong, in the words of this command line.</summary>
internal static class AkaMistake
{
    /// <param name="other">Number of the challenge that fits, counted from 1, for <see cref="MacFailureCause.OtherChallenge"/>.</param>
    public static string Of(MacFailureCause cause, int other = 0) => cause switch
    {
        MacFailureCause.OpGivenAsOpc => "what was given as --opc is OP: give it as --op",
        MacFailureCause.OpcGivenAsOp => "what was given as --op is OPc already: give it as --opc",
        MacFailureCause.OpcNotOfOp => "K and OP are right, but OPc is not theirs: leave --opc out",
        MacFailureCause.KAndOpcExchanged => "K and OPc were given in each other's place",
        MacFailureCause.KAndOpExchanged => "K and OP were given in each other's place",
        MacFailureCause.OtherChallenge => $"the key is right, but it belongs to challenge number {other} of those given",
        MacFailureCause.WrongKeyOrRand => "nothing that could be tried fits: K or OPc is another card's, the RAND is that of a challenge not given here, or an octet is wrong",
        _ => MacFailureDiagnosis.Explain(cause),
    };
}
