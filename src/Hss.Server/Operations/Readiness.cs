using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Hss.DiameterNode;
using Hss.Storage;
using Hss.Subscribers;

namespace Hss.Server.Operations;

/// <summary>Whether this front end should be given traffic, and why not.</summary>
/// Order: the parts appear while the server starts; until all are there it is not ready. Any thread.
/// <remarks>
/// What makes it unready, and what does not:
/// 1. It is starting or stopping: a listener that is not open takes no peer, and a node that says DPR wants none.
/// 2. The store cannot be read: every answer would be 5012, and another front end may do better.
/// 3. The last commit failed, not long ago: vectors and registrations cannot be made durable. Without new commits nothing tells when the disk
///    is well again, so an old failure does not count: the next request that needs the disk shows how it is.
/// 4. Peers that are not connected do not make it unready. Who connects is the peers' business; a front end that is taken out of service
///    because nobody is there could never be reached again, and starting it anew mends nothing. They stand among the notices, and
///    hss_diameter_peer_state is the metric to alert on.
/// </remarks>
internal sealed class Readiness(TimeProvider time)
{
    /// <summary>Nobody has this identity: looking for it reads the store and finds nothing.</summary>
    private const string ProbeIdentity = "readiness@invalid";

    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FailureCounts = TimeSpan.FromSeconds(30);

    private volatile SubscriberStore? _store;
    private volatile DiameterNode.DiameterNode? _node;
    private volatile IReadOnlyList<PeerOptions> _listed = [];
    private volatile IReadOnlyList<string> _listeners = [];
    private volatile bool _isOpen;
    private volatile bool _isStopping;

    public void StoreOpened(SubscriberStore store) => _store = store;

    public void ListenersOpened(DiameterNode.DiameterNode node, IReadOnlyList<PeerOptions> listed, IReadOnlyList<string> listeners)
    {
        (_node, _listed, _listeners) = (node, listed, listeners);
        _isOpen = true;
    }

    public void Stopping() => _isStopping = true;

    /// <summary>The verdict and what it rests on, as JSON.</summary>
    public async Task<(bool IsReady, ReadOnlyMemory<byte> Json)> LookAsync(CancellationToken cancellationToken)
    {
        var reasons = new List<string>();
        if (_isStopping) reasons.Add("the server is stopping");
        else if (!_isOpen) reasons.Add("the server is starting: the Diameter listeners are not open yet");
        if (_store is { } store) await LookAtStoreAsync(store, reasons, cancellationToken).ConfigureAwait(false);
        else reasons.Add("the store is not open yet");

        var open = _node?.OpenPeers ?? [];
        var notices = _listed.Where(peer => !open.Any(one => IsSame(one, peer))).Select(peer => $"peer {peer.Identity} is not open")
            .Concat(open.Where(peer => peer.State != WatchdogState.Okay).Select(peer => $"peer {peer.Identity} is in watchdog state {peer.State}"));
        return (reasons.Count == 0, Write(reasons, notices, open));
    }

    private async Task LookAtStoreAsync(SubscriberStore store, List<string> reasons, CancellationToken cancellationToken)
    {
        try
        {
            await store.FindByPrivateIdentityAsync(ProbeIdentity, cancellationToken).AsTask().WaitAsync(StorePatience, time, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreUnavailableException problem)
        {
            reasons.Add(problem.Message.ReplaceLineEndings(" "));
        }
        catch (TimeoutException)
        {
            reasons.Add(string.Create(CultureInfo.InvariantCulture, $"the store does not answer within {StorePatience.TotalSeconds} s"));
        }
        if (store.SinceCommitFailure is { } since && since < FailureCounts)
            reasons.Add(string.Create(CultureInfo.InvariantCulture, $"the store cannot be written: a commit failed {since.TotalSeconds:F0} s ago and none has succeeded since"));
    }

    private byte[] Write(List<string> reasons, IEnumerable<string> notices, IReadOnlyList<PeerSnapshot> open)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new() { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteBoolean("ready", reasons.Count == 0);
            WriteTexts(json, "reasons", reasons);
            WriteTexts(json, "notices", notices);
            WriteTexts(json, "listeners", _isOpen && !_isStopping ? _listeners : []);
            json.WriteStartArray("peers");
            foreach (var peer in open)
            {
                json.WriteStartObject();
                json.WriteString("identity", peer.Identity);
                json.WriteString("state", peer.State.ToString());
                json.WriteNumber("inFlight", peer.InFlight);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return [.. buffer.WrittenSpan, (byte)'\n'];
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static bool IsSame(PeerSnapshot open, PeerOptions listed) => string.Equals(open.Identity, listed.Identity, StringComparison.OrdinalIgnoreCase);
}
