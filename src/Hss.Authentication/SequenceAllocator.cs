namespace Hss.Authentication;

/// <summary>Hands out blocks of fresh sequence numbers. Pure: the caller keeps the state and makes it durable.</summary>
/// Order: SEQ rises by one per vector and never wraps; IND rotates per block inside the range; a block shares one IND, so that vectors
/// held by different nodes live in different elements of the USIM's array and do not outdate each other.
/// Spec: TS 33.102 C.1.1.2, C.1.2, C.3.2 (profile 2: a counter, no clock).
public static class SequenceAllocator
{
    /// <summary>Most vectors in one block. A MAR asks for a handful; the store's promise must not be spent by one request.</summary>
    public const int MaxCount = 256;

    /// <summary>Furthest the store may promise ahead. A crash skips at most this much, which stays far below the USIM's jump limit 2^28.</summary>
    public const int MaxReserveAhead = 1 << 20;

    /// <summary>Takes the next <paramref name="count"/> sequence numbers.</summary>
    /// Errors: false when SEQ would pass its limit, because a SQN that wraps is never accepted again; nothing is taken then.
    /// Why a commit is needed only now and then: the durable ceiling runs ahead of SEQ. After a crash the generator goes on from the ceiling, which
    /// skips values but repeats none.
    public static bool TryReserve(in SequenceState state, int count, in IndRange range, int reserveAhead, out SequenceReservation reservation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaxCount);
        ArgumentOutOfRangeException.ThrowIfNegative(reserveAhead);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(reserveAhead, MaxReserveAhead);
        var limit = range.SeqLimit;
        if (state.Seq >= limit || limit - state.Seq < (uint)count)
        {
            reservation = default;
            return false;
        }
        var ind = range.Pick(state.NextInd);
        var lastSeq = state.Seq + (uint)count;
        var mustCommit = lastSeq > state.CeilingSeq;
        var ceiling = mustCommit ? Math.Min(lastSeq + (uint)reserveAhead, limit) : state.CeilingSeq;
        reservation = new(state.Seq + 1, count, ind, new(lastSeq, ceiling, range.After(ind)), mustCommit);
        return true;
    }
}
