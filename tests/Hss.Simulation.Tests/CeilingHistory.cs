using Hss.Storage;

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
