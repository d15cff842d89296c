namespace Hss.Authentication;

/// <summary>The 48-bit SQN as a number: SEQ in the high bits, IND in the low ones.</summary>
/// Shape: SQN = SEQ || IND, big-endian on the wire. Spec: TS 33.102 C.1.1.1.
public static class SequenceNumber
{
    public const int Bits = 48;

    public const ulong Max = (1UL << Bits) - 1;

    /// <summary>Most bits IND may take. SEQ then still has 32 bits, so that the jump limit Delta (2^28) keeps its meaning.</summary>
    public const int MaxIndBits = 16;

    public static ulong Compose(ulong seq, int ind, int indBits)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)indBits, (uint)MaxIndBits, nameof(indBits));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seq, Max >> indBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)ind, (1U << indBits) - 1, nameof(ind));
        return (seq << indBits) | (uint)ind;
    }

    public static (ulong Seq, int Ind) Split(ulong sqn, int indBits)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)indBits, (uint)MaxIndBits, nameof(indBits));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sqn, Max);
        return (sqn >> indBits, (int)(sqn & ((1UL << indBits) - 1)));
    }
}
