using System.Globalization;

namespace Hss.Cli.Foreign;

/// <summary>The counter of another system as the "sqn" of a document: a number that everything issued so far stays at or below.</summary>
/// Why with all bits of IND set: this HSS issues SQNs above the whole number, with an IND of its own (TS 33.102 C.1.1.1, C.3.2). Systems that count
/// the whole 48 bits, such as PyHSS in steps of 100, have gone through every IND; a SEQ that is greater than theirs is fresh in each of them.
/// A vector that the other system hands out after it was copied costs its user one resynchronisation, nothing else.
internal static class SequenceNumberText
{
    private const ulong Max = (1UL << 48) - 1;

    /// <summary>The usual five bits, which every card with Annex C.3 has.</summary>
    private const ulong IndMask = 0x1F;

    public static string? Of(ulong sqn) => sqn > Max ? null : sqn == 0 ? "000000000000" : (sqn | IndMask).ToString("X12", CultureInfo.InvariantCulture);
}
