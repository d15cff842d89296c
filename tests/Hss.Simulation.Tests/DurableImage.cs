using System.Collections.Immutable;
using Hss.Storage;
using Hss.Subscribers;
using Hss.Testing;

namespace Hss.Simulation.Tests;

/// <summary>What every key's ceiling was in the durable image, from the first start on and over all crashes.</summary>
/// Order: any thread. Why a history and not just the image: a resynchronisation may lower a ceiling while an older answer is still on its way.
internal sealed class CeilingHistory
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<(int Version, ulong Ceiling)>> _ceilings = new(StringComparer.Ordinal);
    private int _version;

    public int Version
    {
        get { lock (_gate) return _version; }
    }

    public void Observe(StoredSubscriber stored)
    {
        lock (_gate)
        {
            _version++;
            for (int i = 0; i < stored.SqnCeilings.Length; i++)
            {
                string key = stored.Subscription.PrivateIdentities[i].Identity;
                if (!_ceilings.TryGetValue(key, out List<(int, ulong)>? history)) _ceilings[key] = history = [];
                history.Add((_version, stored.SqnCeilings[i]));
            }
        }
    }

    /// <summary>Whether at some moment since the version given a ceiling was durable that covers this SQN.</summary>
    public bool Covers(string privateIdentity, ulong sqn, int since)
    {
        lock (_gate)
        {
            List<(int Version, ulong Ceiling)> history = _ceilings[privateIdentity];
            for (int i = history.Count - 1; i >= 0; i--)
            {
                if (history[i].Ceiling >= sqn) return true;
                if (history[i].Version <= since) return false;
            }

            return false;
        }
    }
}

/// <summary>A database without a disk whose every commit is noted the moment it is durable, before anybody can be told.</summary>
internal sealed class ObservedDatabase(MemoryDatabase inner, CeilingHistory history) : ISubscriberDatabase
{
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);
    private volatile bool _isAbandoned;

    /// <summary>The machine is gone: whatever its process still does is not written down.</summary>
    public void Abandon() => _isAbandoned = true;

    public string? FindOwner(IdentityKind kind, string identity) => inner.FindOwner(kind, identity);

    public StoredSubscriber? Read(string subscriptionId) => inner.Read(subscriptionId);

    public StoreCounts Count() => inner.Count();

    public IReadOnlyList<string> SubscriptionIds(int most) => inner.SubscriptionIds(most);

    public IReadOnlyList<(string SubscriptionId, string Identity)> WildcardedIdentities() => inner.WildcardedIdentities();

    public IReadOnlyList<CxJob> Jobs(CxJobQuery query) => inner.Jobs(query);

    public IReadOnlyList<OpenJobs> OpenJobs() => inner.OpenJobs();

    public void WriteJobs(ImmutableArray<CxJob> jobs, ImmutableArray<CxJobUpdate> updates) => inner.WriteJobs(jobs, updates);

    public int PruneJobs(DateTimeOffset finishedBefore, int keep) => inner.PruneJobs(finishedBefore, keep);

    public int? Remove(string subscriptionId)
    {
        _written.Add(subscriptionId);
        return inner.Remove(subscriptionId);
    }

    public void Write(SubscriberWrite write)
    {
        inner.Write(write);
        _written.Add(write.Subscription.SubscriptionId);
    }

    public Func<UpsertCounts> PrepareUpsert(IReadOnlyList<Subscription> subscriptions) => inner.PrepareUpsert(subscriptions);

    public void Commit()
    {
        try
        {
            inner.Commit();
        }
        finally
        {
            // Also when it reports a failure: it may be durable all the same.
            using MemoryDatabase image = inner.PowerOff();
            foreach (string subscriptionId in _written)
            {
                if (!_isAbandoned && image.Read(subscriptionId) is { } stored) history.Observe(stored);
            }

            _written.Clear();
        }
    }

    public void Rollback()
    {
        _written.Clear();
        inner.Rollback();
    }

    public void Dispose() => inner.Dispose();
}
