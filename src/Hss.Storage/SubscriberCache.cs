using System.Collections.Concurrent;
using Hss.Subscribers;

namespace Hss.Storage;

/// <summary>Subscribers in memory by subscription and by each of their identities, bounded by count and by what application servers keep at them.</summary>
/// Order: an entry is in the clock and in the identity indexes exactly while it is loaded and alive; an entry that is being loaded stands
/// only in the index by subscription, so that there is one loader and one <see cref="Subscriber"/> per subscription.
/// Eviction is a clock with second chance; it takes only entries whose gate is free, so a turn never loses its subscriber.
internal sealed class SubscriberCache(int limit, long dataLimitBytes = long.MaxValue)
{
    /// <summary>How many entries one insertion looks at for a victim that was not used lately; then it takes the next one with a free
    /// gate.</summary>
    /// Why bounded: right after a sweep in which everything was used, an unbounded hand would walk 200,000 entries under the lock.
    private const int MaxClockSteps = 64;

    private readonly ConcurrentDictionary<string, CacheEntry> _bySubscription = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, CacheEntry> _byPrivateIdentity = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Home> _byPublicIdentity = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, CacheEntry> _byMsisdn = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, CacheEntry> _byExternalIdentifier = new(StringComparer.Ordinal);
    private readonly List<CacheEntry> _clock = [];
    private readonly Lock _clockLock = new();
    private int _hand;
    private long _dataBytes;

    public int Count
    {
        get { lock (_clockLock) return _clock.Count; }
    }

    public Subscriber? Find(IdentityKind kind, string identity)
    {
        if (kind == IdentityKind.Public) return TryMatch(identity, out var match) ? match.Subscriber : null;
        if (!IndexOf(kind).TryGetValue(identity, out var entry)) return null;
        if (!entry.WasUsed) entry.WasUsed = true;
        return entry.Subscriber;
    }

    /// <summary>A public identity, and where it stands.</summary>
    public bool TryMatch(string publicIdentity, out PublicIdentityMatch match)
    {
        var isHere = _byPublicIdentity.TryGetValue(publicIdentity, out var home);
        if (isHere && !home.Entry.WasUsed) home.Entry.WasUsed = true;
        match = isHere ? new(home.Subscriber, home.Place, IsWildcard: false) : default;
        return isHere;
    }

    public CacheEntry? Find(string subscriptionId) => _bySubscription.GetValueOrDefault(subscriptionId);

    /// <summary>The entry of a subscription; a new one is not loaded, and whoever enters its gate first loads it.</summary>
    public CacheEntry FindOrAdd(string subscriptionId) => _bySubscription.GetOrAdd(subscriptionId, static id => new CacheEntry(id));

    /// <summary>Makes a freshly loaded entry findable, and evicts others to stay within the limit. The caller holds its gate.</summary>
    public void Publish(CacheEntry entry)
    {
        entry.WasUsed = true;
        lock (_clockLock)
        {
            while (_clock.Count >= limit && EvictOne()) { }
            entry.ClockIndex = _clock.Count;
            _clock.Add(entry);
            SetDataBytes(entry);
        }
        var subscription = entry.Subscriber!.Subscription;
        foreach (var identity in subscription.PrivateIdentities) _byPrivateIdentity[identity.Identity] = entry;
        for (var set = 0; set < subscription.ImplicitRegistrationSets.Length; set++)
            foreach (var identity in subscription.ImplicitRegistrationSets[set].PublicIdentities)
                _byPublicIdentity[identity.Identity] = new(entry, entry.Subscriber, new(identity, set));
        foreach (var (kind, identity) in UserIdentities.In(subscription)) IndexOf(kind)[identity] = entry;
    }

    /// <summary>Notes what its application data weigh now, and evicts others to stay within the limit. The caller holds its gate.</summary>
    public void Weigh(CacheEntry entry)
    {
        lock (_clockLock)
            if (entry.ClockIndex >= 0) SetDataBytes(entry);
    }

    /// <summary>Forgets an entry, loaded or not. The caller holds its gate; whoever waits there will look again. Twice does no
    /// harm.</summary>
    public void Remove(CacheEntry entry)
    {
        lock (_clockLock)
        {
            if (entry.IsDead) return;
            Forget(entry);
        }
    }

    private ConcurrentDictionary<string, CacheEntry> IndexOf(IdentityKind kind) => kind switch
    {
        IdentityKind.Private => _byPrivateIdentity,
        IdentityKind.Msisdn => _byMsisdn,
        _ => _byExternalIdentifier,
    };

    /// <summary>False when every entry it looked at was in use: the cache then grows past its limit until turns end.</summary>
    private bool EvictOne()
    {
        for (var steps = 0; steps < Math.Min(2 * _clock.Count, 2 * MaxClockSteps); steps++)
        {
            if (_hand >= _clock.Count) _hand = 0;
            var candidate = _clock[_hand];
            if (candidate.WasUsed && steps < MaxClockSteps)
            {
                candidate.WasUsed = false;
                _hand++;
            }
            else if (candidate.Gate.TryEnter())
            {
                Forget(candidate);
                candidate.Gate.Exit();
                return true;
            }
            else _hand++;
        }
        return false;
    }

    // A step of its own: one change adds no more than a few of the others hold, and the lock is not kept for a walk through all of them.
    private void SetDataBytes(CacheEntry entry)
    {
        var bytes = ApplicationDataSize.Of(entry.Subscriber!.ApplicationData);
        (_dataBytes, entry.DataBytes) = (_dataBytes + bytes - entry.DataBytes, bytes);
        for (var evicted = 0; _dataBytes > dataLimitBytes && evicted < MaxClockSteps && EvictOne(); evicted++) { }
    }

    private void Forget(CacheEntry entry)
    {
        entry.Die();
        (_dataBytes, entry.DataBytes) = (_dataBytes - entry.DataBytes, 0);
        if (entry.Subscriber is { } subscriber)
        {
            foreach (var identity in subscriber.Subscription.PrivateIdentities)
                _byPrivateIdentity.TryRemove(new(identity.Identity, entry));
            foreach (var set in subscriber.Subscription.ImplicitRegistrationSets)
                foreach (var identity in set.PublicIdentities) _byPublicIdentity.TryRemove(new(identity.Identity, new(entry, subscriber, default)));
            foreach (var (kind, identity) in UserIdentities.In(subscriber.Subscription)) IndexOf(kind).TryRemove(new(identity, entry));
        }
        if (entry.ClockIndex >= 0)
        {
            var last = _clock[^1];
            _clock[entry.ClockIndex] = last;
            last.ClockIndex = entry.ClockIndex;
            _clock.RemoveAt(_clock.Count - 1);
            entry.ClockIndex = -1;
        }
        _bySubscription.TryRemove(new(entry.SubscriptionId, entry));
    }

    /// <summary>All that a request about a public identity goes on with. Two are equal that are of one entry.</summary>
    /// Why here and not behind the entry: each step from object to object waits for memory, and this is the way of every request of Sh.
    private readonly struct Home(CacheEntry entry, Subscriber subscriber, PublicIdentityPlace place) : IEquatable<Home>
    {
        public CacheEntry Entry { get; } = entry;

        public Subscriber Subscriber { get; } = subscriber;

        public PublicIdentityPlace Place { get; } = place;

        public bool Equals(Home other) => ReferenceEquals(Entry, other.Entry);

        public override bool Equals(object? obj) => obj is Home other && Equals(other);

        public override int GetHashCode() => Entry.GetHashCode();
    }
}
