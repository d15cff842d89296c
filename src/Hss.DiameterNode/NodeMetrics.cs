using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using Hss.Diameter;

namespace Hss.DiameterNode;

/// <summary>The node's instruments, in the meter <see cref="DiameterNode.MeterName"/>.</summary>
/// Shape: labels application, command (short names; "unknown" for what the node does not serve) and result: the Result-Code as a
/// number, or vendor/number for an Experimental-Result. Units: seconds.
internal sealed class NodeMetrics : IDisposable
{
    public const string Unknown = "unknown";

    private const int MaxLabels = 1000;

    private readonly Meter _meter;
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _unauthorized;
    private readonly Counter<long> _restarts;
    private readonly ConcurrentDictionary<(ResultCode, ExperimentalResultCode), string> _labels = new();

    public NodeMetrics(PeerTable peers, NodeOptions options, Func<int> reductionPercent)
    {
        _meter = new Meter(DiameterNode.MeterName);
        _requests = _meter.CreateCounter<long>("hss_diameter_requests_total", description: "Application requests answered.");
        _duration = _meter.CreateHistogram<double>(
            "hss_diameter_request_duration_seconds", unit: "s", description: "From reading a request to its answer being ready to send.");
        _sent = _meter.CreateCounter<long>("hss_diameter_sent_requests_total", description: "Requests of this node that came to an outcome.");
        _meter.CreateObservableGauge(
            "hss_diameter_pending_requests", () => Pending(peers.Snapshot()), description: "Requests of this node that wait for an answer of the peer.");
        _duplicates = _meter.CreateCounter<long>(
            "hss_diameter_duplicate_requests_total", description: "Copies of requests, answered as their originals were.");
        _unauthorized = _meter.CreateCounter<long>(
            "hss_diameter_unauthorized_requests_total", description: "Requests refused because their peer may not send them.");
        _restarts = _meter.CreateCounter<long>(
            "hss_diameter_peer_restarts_total", description: "Restarts of peers, told by their Origin-State-Id.");
        _meter.CreateObservableGauge(
            "hss_diameter_overload_reduction_percent", reductionPercent, description: "By how much the node asks its senders to reduce; 0 without overload.");
        _meter.CreateObservableGauge(
            "hss_diameter_peer_state", () => Measure(peers.Snapshot(), options.Peers), description: "1 for the watchdog state each peer is in.");
        _meter.CreateObservableGauge(
            "hss_diameter_requests_in_flight", () => peers.Snapshot().Select(MeasureInFlight),
            description: "Requests of each open peer whose answers the transport has not taken yet.");
    }

    /// <summary>The meter, for tests that listen to one node only.</summary>
    public Meter Meter => _meter;

    /// <summary>Counts one answered request.</summary>
    public void Count(string application, string command, string result, TimeSpan duration)
    {
        KeyValuePair<string, object?> applicationLabel = new("application", application);
        KeyValuePair<string, object?> commandLabel = new("command", command);
        KeyValuePair<string, object?> resultLabel = new("result", result);
        _requests.Add(1, applicationLabel, commandLabel, resultLabel);
        _duration.Record(duration.TotalSeconds, applicationLabel, commandLabel, resultLabel);
    }

    /// <summary>Counts the outcome of one request of this node.</summary>
    public void CountSent(string application, string command, string result) =>
        _sent.Add(1, new("application", application), new("command", command), new("result", result));

    /// <summary>Counts one copy of a request.</summary>
    public void CountDuplicate(string command, DuplicateVerdict original) => _duplicates.Add(
        1, new KeyValuePair<string, object?>("command", command),
        new KeyValuePair<string, object?>("original", original == DuplicateVerdict.InWork ? "in_work" : "answered"));

    /// <summary>Counts one request that its peer may not send.</summary>
    public void CountUnauthorized(string peer, RightsFault fault) => _unauthorized.Add(
        1, new KeyValuePair<string, object?>("peer", peer),
        new KeyValuePair<string, object?>("reason", fault switch { RightsFault.Command => "command", RightsFault.OriginHost => "origin_host", _ => "origin_realm" }));

    /// <summary>Counts one restart of a peer.</summary>
    public void CountRestart(string peer) => _restarts.Add(1, new KeyValuePair<string, object?>("peer", peer));

    /// <summary>The label of a result. There are few results, so each label is made once; what peers answer may be any number, so they are bounded.</summary>
    public string Label(ResultCode code, ExperimentalResultCode experimentalCode)
    {
        if (_labels.TryGetValue((code, experimentalCode), out string? known)) return known;
        string label = experimentalCode == ExperimentalResultCode.None
            ? ((uint)code).ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{Vendors.ThreeGpp}/{(uint)experimentalCode}");
        if (_labels.Count < MaxLabels) _labels.TryAdd((code, experimentalCode), label);
        return label;
    }

    public void Dispose() => _meter.Dispose();

    // A listed peer that is not open is shown too: nobody can set an alarm on a series that is not there.
    private static IEnumerable<Measurement<int>> Measure(IReadOnlyList<PeerSnapshot> open, IReadOnlyList<PeerOptions> listed)
    {
        foreach (PeerSnapshot peer in open) yield return Measure(peer.Identity, peer.State);
        foreach (PeerOptions peer in listed)
        {
            if (open.Any(one => string.Equals(one.Identity, peer.Identity, StringComparison.OrdinalIgnoreCase))) continue;
            yield return Measure(peer.Identity, WatchdogState.Down);
        }
    }

    private static Measurement<int> MeasureInFlight(PeerSnapshot peer) => new(peer.InFlight, new KeyValuePair<string, object?>("peer", peer.Identity));

    private static IEnumerable<Measurement<int>> Pending(IReadOnlyList<PeerSnapshot> open)
    {
        foreach (PeerSnapshot peer in open) yield return new(peer.AwaitingAnswers, new KeyValuePair<string, object?>("peer", peer.Identity));
    }

    private static Measurement<int> Measure(string peer, WatchdogState state) => new(
        1, new KeyValuePair<string, object?>("peer", peer), new KeyValuePair<string, object?>("state", state.ToString()));
}
