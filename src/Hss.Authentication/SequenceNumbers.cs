namespace Hss.Authentication;

/// <summary>How 48-bit sequence numbers split into SEQ and IND, and which IND values this front end may use for one requesting domain.</summary>
/// Shape: SQN = SEQ || IND, IND the low <paramref name="IndBits"/> bits. Spec: TS 33.102 C.1.1.1, C.1.2; TS 33.203 Annex G.
public readonly record struct IndRange(int IndBits, int First, int Last)
{
    public ulong SeqLimit => (1UL << (48 - IndBits)) - 1;
}

/// <summary>The generator state of one key: the last SEQ handed out, the SEQ up to which the store has promised, and the IND of the next batch.</summary>
/// Order: Seq never exceeds CeilingSeq. Spec: TS 33.102 C.1.1.2 (not time-based), C.1.2.
public readonly record struct SequenceState(ulong Seq, ulong CeilingSeq, int NextInd);

/// <summary>A block of fresh sequence numbers. When <see cref="MustCommit"/>, no vector may leave before <see cref="After"/> is durable.</summary>
/// Order: FirstSeq, FirstSeq+1, ... ; all share one IND.
public readonly record struct SequenceReservation(ulong FirstSeq, int Count, int Ind, SequenceState After, bool MustCommit);
