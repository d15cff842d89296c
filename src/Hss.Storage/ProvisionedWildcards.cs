using System.Collections.Immutable;
using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Storage;

/// <summary>The wildcarded identities of all subscriptions, for searches without a lock.</summary>
/// Shape: may hold more than the store does, never less than what the store has acknowledged. Whoever finds a wildcard here looks its owner up in
/// the store as for every other identity, and takes the next best wildcard when it has none; so only what is durable is ever answered.
/// Order: <see cref="Written"/> is called while the gates of the subscriptions are held, by every change of what is provisioned.
internal sealed class ProvisionedWildcards
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _ownerOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImmutableArray<string>> _ownedBy = new(StringComparer.Ordinal);
    private volatile WildcardIndex _index = WildcardIndex.Empty;

    /// <summary>What an older version stored and this one would refuse (an expression too costly to match) is reported and never found.</summary>
    public ProvisionedWildcards(IEnumerable<(string SubscriptionId, string Identity)> stored, ILogger logger)
    {
        var index = _index;
        foreach (var (subscriptionId, identity) in stored)
        {
            var larger = index.With(identity);
            if (ReferenceEquals(larger, index)) StorageLog.WildcardNotMatched(logger, identity, subscriptionId);
            index = larger;
            _ownerOf[identity] = subscriptionId;
            _ownedBy[subscriptionId] = _ownedBy.GetValueOrDefault(subscriptionId, []).Add(identity);
        }
        _index = index;
    }

    public WildcardIndex Index => _index;

    /// <summary>Refuses subscriptions whose wildcards overlap too many others.</summary>
    /// Errors: <see cref="WildcardOverlapException"/>. Two batches that are checked at the same time may pass the bound together; that
    /// costs searches a little time and nothing else. An older store that is beyond it already is not made worse.
    public void Check(IEnumerable<Subscription> subscriptions)
    {
        WildcardIndex index;
        int bound;
        var added = new List<(string Identity, string SubscriptionId)>();
        lock (_lock)
        {
            index = _index;
            bound = Math.Max(WildcardIndex.MaxCandidates, index.CandidatesAtMost);
            foreach (var subscription in subscriptions)
            {
                foreach (var old in _ownedBy.GetValueOrDefault(subscription.SubscriptionId, [])) index = index.Without(old);
                foreach (var identity in In(subscription)) added.Add((identity, subscription.SubscriptionId));
            }
        }
        foreach (var (identity, subscriptionId) in added)
        {
            index = index.With(identity);
            if (index.CandidatesAtMost > bound) throw new WildcardOverlapException(identity, subscriptionId);
        }
    }

    /// <summary>These subscriptions are durable now as given; null: deleted.</summary>
    /// An identity may move between two of them: what comes is taken in before what goes, and nobody takes away what has another owner.
    public void Written(IReadOnlyCollection<(string SubscriptionId, Subscription? Now)> subscriptions)
    {
        lock (_lock)
        {
            var index = _index;
            var before = new List<(string SubscriptionId, ImmutableArray<string> Identities)>();
            foreach (var (subscriptionId, now) in subscriptions)
            {
                if (_ownedBy.Remove(subscriptionId, out var old)) before.Add((subscriptionId, old));
                if (now is not null) index = TakeIn(index, subscriptionId, In(now));
            }
            foreach (var (subscriptionId, identities) in before)
                foreach (var identity in identities)
                    if (_ownerOf.GetValueOrDefault(identity) == subscriptionId
                        && !_ownedBy.GetValueOrDefault(subscriptionId, []).Contains(identity, StringComparer.Ordinal))
                    {
                        _ownerOf.Remove(identity);
                        index = index.Without(identity);
                    }
            _index = index;
        }
    }

    /// <summary>These may be durable or not, nobody knows: what they bring is taken in, what they would drop stays.</summary>
    public void MayBeWritten(IEnumerable<Subscription> subscriptions)
    {
        lock (_lock)
        {
            var index = _index;
            foreach (var subscription in subscriptions)
                index = TakeIn(index, subscription.SubscriptionId, In(subscription));
            _index = index;
        }
    }

    private WildcardIndex TakeIn(WildcardIndex index, string subscriptionId, ImmutableArray<string> identities)
    {
        if (identities.IsEmpty) return index;
        _ownedBy[subscriptionId] = [.. _ownedBy.GetValueOrDefault(subscriptionId, []).Union(identities, StringComparer.Ordinal)];
        foreach (var identity in identities)
        {
            _ownerOf[identity] = subscriptionId;
            index = index.With(identity);
        }
        return index;
    }

    private static ImmutableArray<string> In(Subscription subscription)
    {
        ImmutableArray<string>.Builder? found = null;
        foreach (var set in subscription.ImplicitRegistrationSets)
            foreach (var identity in set.PublicIdentities)
                if (identity.IsWildcarded) (found ??= ImmutableArray.CreateBuilder<string>()).Add(identity.Identity);
        return found?.DrainToImmutable() ?? [];
    }
}
