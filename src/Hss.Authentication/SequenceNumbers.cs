namespace Hss.Authentication;

/// <summary>How 48-bit sequence numbers split into SEQ and IND, and which IND values this front end may use for one requesting domain.</summary>
/// Shape: SQN = SEQ || IND, IND the low <paramref name="IndBits"/> bits; First and Last are both inside the range.
/// Errors: values that cannot be are refused where the range is made. Spec: TS 33.102 C.1.1.1, C.1.2; TS 33.203 Annex G.
public readonly record struct IndRange(int IndBits, int First, int Last)
{
    public int IndBits { get; } = IndBits is >= 0 and <= SequenceNumber.MaxIndBits
        ? IndBits
        : throw new ArgumentOutOfRangeException(nameof(IndBits), IndBits, "IND has 0 to 16 bits");

    public int First { get; } = First >= 0 && First <= Last
        ? First
        : throw new ArgumentOutOfRangeException(nameof(First), First, "the first IND is 0 or more and not above the last");

    public int Last { get; } = Last < 1 << IndBits
        ? Last
        : throw new ArgumentOutOfRangeException(nameof(Last), Last, "the last IND does not fit into the bits of IND");

    public ulong SeqLimit => (1UL << (48 - IndBits)) - 1;

    public int Count => Last - First + 1;

    /// <summary>The IND of this range that a rotating counter points at, whatever range the counter was in before.</summary>
    /// Why not simply First when it is outside: domains that share one key share the counter too, and each must still rotate.
    internal int Pick(int counter) => counter >= First && counter <= Last ? counter : First + (int)((uint)counter % (uint)Count);

    internal int After(int ind) => ind == Last ? First : ind + 1;

    private int Before(int ind) => ind == First ? Last : ind - 1;

    /// <summary>The SQN that the next vector gets; null when there is none left.</summary>
    public ulong? NextSqn(in SequenceState state) =>
        state.Seq >= SeqLimit ? null : SequenceNumber.Compose(state.Seq + 1, Pick(state.NextInd), IndBits);

    /// <summary>The last SQN that counts as issued, with the IND of the batch before the next one; 0 when there was none.</summary>
    /// After a start, and after a resynchronisation, SEQ is where the next one goes on from, whoever used it.
    public ulong LastSqn(in SequenceState state) =>
        state.Seq == 0 ? 0 : SequenceNumber.Compose(Math.Min(state.Seq, (1UL << (SequenceNumber.Bits - IndBits)) - 1), Before(Pick(state.NextInd)), IndBits);
}

/// <summary>The generator state of one key: the last SEQ handed out, the SEQ up to which the store has promised, and the IND of the next batch.</summary>
/// Order: Seq never exceeds CeilingSeq. Spec: TS 33.102 C.1.1.2 (not time-based), C.1.2.
public readonly record struct SequenceState(ulong Seq, ulong CeilingSeq, int NextInd)
{
    /// <summary>The state of a key whose durable ceiling, or provisioned first SQN, is given: everything up to it counts as issued.</summary>
    /// Order: every SQN issued from here on is greater than <paramref name="sqnCeiling"/> as a 48-bit number. The ceiling is a whole SQN and
    /// not a SEQ, so this holds also when the number of IND bits was changed between two runs: (ceiling >> b) + 1, shifted back by b,
    /// is above the ceiling for every b.
    /// Why the IND starts from SEQ: with a fixed start a key that is loaded for each use would never rotate.
    public static SequenceState FromDurable(ulong sqnCeiling, in IndRange range)
    {
        var (seq, _) = SequenceNumber.Split(sqnCeiling, range.IndBits);
        return new(seq, seq, range.First + (int)(seq % (uint)range.Count));
    }

    /// <summary>What the store keeps of this state: the greatest SQN that may be issued before the next commit.</summary>
    /// Shape: CeilingSeq || all-ones IND.
    public ulong ToDurable(in IndRange range) => (CeilingSeq << range.IndBits) | ((1UL << range.IndBits) - 1);
}

/// <summary>A block of fresh sequence numbers. When <see cref="MustCommit"/>, no vector may leave before <see cref="After"/> is durable.</summary>
/// Order: FirstSeq, FirstSeq+1, ... ; all share one IND.
public readonly record struct SequenceReservation(ulong FirstSeq, int Count, int Ind, SequenceState After, bool MustCommit)
{
    /// <summary>The SQN of one vector of the block, counted from 0.</summary>
    public ulong SqnAt(int index, in IndRange range)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return SequenceNumber.Compose(FirstSeq + (uint)index, Ind, range.IndBits);
    }
}
