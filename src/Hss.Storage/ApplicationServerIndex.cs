using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using Hss.Subscribers;

namespace Hss.Storage;

/// <summary>The AS permission list in memory: a few entries, asked for by every Sh request.</summary>
/// Order: reads from any thread without a lock; changes one at a time.
internal sealed class ApplicationServerIndex
{
    /// <summary>Of a DiameterIdentity: what is longer is no host name. Spec: RFC 1035 2.3.4.</summary>
    private const int MaxHostBytes = 255;

    private volatile FrozenDictionary<string, ApplicationServerPermissions> _byHost;

    public ApplicationServerIndex(IReadOnlyList<ApplicationServerPermissions> stored) => _byHost = Frozen(stored);

    public ApplicationServerPermissions? Find(ReadOnlySpan<byte> diameterHost)
    {
        if (diameterHost.Length > MaxHostBytes) return null;
        Span<char> host = stackalloc char[diameterHost.Length];
        // Host names are ASCII; octets beyond it are those of no application server.
        if (Ascii.ToLower(diameterHost, host, out _) != OperationStatus.Done) return null;
        return _byHost.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(host, out var found) ? found : null;
    }

    public bool MayWatch(WatchedData what) => _byHost.TryGetValue(what.ApplicationServer, out var entry)
        && (what.Detail is { } detail ? entry.MayWatch(what.Reference, detail) : entry.Allows(what.Reference, ShOperations.Notify));

    public void Set(string diameterHost, ApplicationServerPermissions? now) => _byHost = Frozen(
        [.. _byHost.Values.Where(entry => !string.Equals(entry.DiameterHost, diameterHost, StringComparison.Ordinal)), .. now is null ? ImmutableArray<ApplicationServerPermissions>.Empty : [now]]);

    public void Replace(IReadOnlyList<ApplicationServerPermissions> stored) => _byHost = Frozen(stored);

    private static FrozenDictionary<string, ApplicationServerPermissions> Frozen(IReadOnlyList<ApplicationServerPermissions> entries) =>
        entries.ToFrozenDictionary(entry => entry.DiameterHost, StringComparer.Ordinal);
}
