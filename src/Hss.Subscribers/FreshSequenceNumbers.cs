using Hss.Authentication;

namespace Hss.Subscribers;

/// <summary>The one door to sequence numbers for vectors of a stored key: a MAR comes through it, and so does whoever asks for vectors by provisioning.</summary>
/// Order: when it returns, the numbers are durable and the vectors may leave; no two callers ever get the same SEQ of one key, because both
/// hold the subscriber's turn. Errors: <see cref="StoreUnavailableException"/>; nothing was taken then that anybody got to see.
/// Spec: TS 33.102 C.1.1.2, C.1.2, C.3.2.
public static class FreshSequenceNumbers
{
    /// <summary>Takes numbers, and makes a change that belongs to them durable with them. Null: the numbers of this key are used up, nothing has changed.</summary>
    /// <param name="from">The counter as it stands, or as an AUTS has just set it.</param>
    /// <param name="beside">What else the procedure changes; its Sequences are not looked at.</param>
    /// Why no await where no commit is needed: that is almost every MAR, and it then costs no more than two comparisons.
    public static ValueTask<SequenceReservation?> TakeAsync(
        ISubscriberStore store, SubscriberTurn turn, int privateIdentityIndex, in SequenceState from, int count, in IndRange range, int reserveAhead,
        SubscriberChange beside, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(beside);
        var subscriber = turn.Subscriber ?? throw new ArgumentException("a turn without a subscriber has no key", nameof(turn));
        if (!SequenceAllocator.TryReserve(from, count, range, reserveAhead, out var reservation)) return new((SequenceReservation?)null);
        if (reservation.MustCommit || !beside.IsEmpty)
            return CommitAsync(store, turn, reservation, beside with { Sequences = [(privateIdentityIndex, reservation.After)] }, cancellationToken);
        subscriber.Take(privateIdentityIndex, reservation);
        return new(reservation);
    }

    private static async ValueTask<SequenceReservation?> CommitAsync(
        ISubscriberStore store, SubscriberTurn turn, SequenceReservation reservation, SubscriberChange change, CancellationToken cancellationToken)
    {
        await store.CommitAsync(turn, change, cancellationToken).ConfigureAwait(false);
        return reservation;
    }
}
