using System.Collections.Immutable;
using Hss.Authentication;
using Hss.Subscribers;

namespace Hss.Storage;

// What fills the memory before the first requests come.
public sealed partial class SubscriberStore
{
    /// <summary>Warm-ups at once: many, so that their promises share commits; the reads among them are bounded like all others.</summary>
    private const int ConcurrentWarmUps = 256;

    /// <summary>
    /// Reads subscriptions into memory ahead of the first requests, as many as stay there, and promises each key
    /// <paramref name="reserveAhead"/> SEQ values. Returns how many subscriptions are in memory now.
    /// </summary>
    /// Why: after a restart every S-CSCF comes back at once. A miss costs ten times what a hit does, and without a promise the first vector
    /// of every key waits for a commit. Together here they cost a few microseconds each.
    /// Errors: none for a subscription that cannot be read, whoever asks for it is told; stops early and quietly when cancelled.
    public async Task<int> WarmUpAsync(int reserveAhead, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = ConcurrentWarmUps, CancellationToken = cancellationToken };
        try
        {
            var names = await _reads.ReadAsync(static look => look._database.SubscriptionIds(look._capacity), this, cancellationToken)
                .ConfigureAwait(false);
            await Parallel.ForEachAsync(names, options, (name, token) => WarmUpAsync(name, reserveAhead, token)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) { }
        return _cache.Count;
    }

    private async ValueTask WarmUpAsync(string subscriptionId, int reserveAhead, CancellationToken cancellationToken)
    {
        try
        {
            using var turn = await EnterSlowlyAsync(subscriptionId, cancellationToken).ConfigureAwait(false);
            if (turn.Subscriber is not { } subscriber) return;
            var promises = ImmutableArray.CreateBuilder<(int, SequenceState)>();
            for (var i = 0; i < subscriber.Subscription.PrivateIdentities.Length; i++)
            {
                if (subscriber.Subscription.PrivateIdentities[i].Credentials.Aka is null) continue;
                var state = subscriber.SequenceOf(i);
                var ceiling = Math.Min(state.Seq + (uint)reserveAhead, _indRange.SeqLimit);
                // A request may have been quicker; its promise stands.
                if (ceiling > state.CeilingSeq) promises.Add((i, state with { CeilingSeq = ceiling }));
            }
            await CommitAsync(turn, new([], promises.DrainToImmutable()), cancellationToken).ConfigureAwait(false);
        }
        catch (StoreUnavailableException) { }
    }
}
