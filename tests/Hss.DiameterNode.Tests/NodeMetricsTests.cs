using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Reflection;
using Hss.Diameter;
using Hss.DiameterNode.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Hss.DiameterNode.Tests;

/// <summary>What an operator sees: instruments and log lines.</summary>
public sealed class NodeMetricsTests
{
    [Fact]
    public async Task Requests_are_counted_and_timed_by_application_command_and_result()
    {
        await using TestNode node = new((request, answer, _) =>
        {
            if (request.SessionId.ToText() == "unknown") answer.ExperimentalResult(ExperimentalResultCode.ErrorUserUnknown);
            else answer.Result(ResultCode.Success);
            return default;
        },
        options => options with { Peers = [new PeerOptions { Identity = Requests.Scscf }, new PeerOptions { Identity = Requests.Icscf }] });
        using MeterListener listener = new();
        ConcurrentQueue<string> seen = new();
        listener.InstrumentPublished = (instrument, self) =>
        {
            // What is in flight leaves a moment after its answer was read, so that figure may be one or another here.
            bool isSettled = instrument.Name != "hss_diameter_requests_in_flight";
            if (isSettled && instrument.Meter == node.Node.Metrics.Meter) self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => seen.Enqueue($"{instrument.Name} {Text(tags)} {value}"));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => seen.Enqueue($"{instrument.Name} {Text(tags)}"));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => seen.Enqueue($"{instrument.Name} {Text(tags)} {value}"));
        listener.Start();

        FakePeer peer = await node.ConnectOpenAsync();
        await peer.AskAsync(Requests.Mar());
        await peer.AskAsync(Requests.Mar("unknown"));
        await peer.AskAsync(Requests.Mar(command: 999));
        await peer.AskAsync(Requests.Mar(application: 7));
        listener.RecordObservableInstruments();

        Assert.Equal(
            [
                "hss_diameter_requests_total application=Cx command=MAR result=2001 1",
                "hss_diameter_request_duration_seconds application=Cx command=MAR result=2001",
                "hss_diameter_requests_total application=Cx command=MAR result=10415/5001 1",
                "hss_diameter_request_duration_seconds application=Cx command=MAR result=10415/5001",
                "hss_diameter_requests_total application=Cx command=unknown result=3001 1",
                "hss_diameter_request_duration_seconds application=Cx command=unknown result=3001",
                "hss_diameter_requests_total application=unknown command=unknown result=3007 1",
                "hss_diameter_request_duration_seconds application=unknown command=unknown result=3007",
                $"hss_diameter_pending_requests peer={Requests.Scscf} 0",
                "hss_diameter_overload_reduction_percent  0",
                $"hss_diameter_peer_state peer={Requests.Scscf} state=Okay 1",
                $"hss_diameter_peer_state peer={Requests.Icscf} state=Down 1",
            ],
            seen);
    }

    [Fact]
    public async Task Every_request_is_one_debug_line_and_a_slow_one_is_told_of()
    {
        TestNode slow = null!;
        slow = new TestNode((request, answer, _) =>
        {
            if (request.SessionId.ToText() == "slow") slow.Time.Advance(1);
            answer.Result(ResultCode.Success);
            return default;
        });
        await using (slow)
        {
            FakePeer peer = await slow.ConnectOpenAsync();
            await peer.AskAsync(Requests.Mar("quick"));
            await peer.AskAsync(Requests.Mar("slow"));
            Assert.Equal(2, slow.Log.Of(2200).Count());
            Assert.All(slow.Log.Of(2200), line => Assert.Equal(LogLevel.Debug, line.Level));
            RecordingLog.Line wide = Assert.Single(slow.Log.Of(2201));
            foreach (string part in new[] { "Slow", "Cx", "MAR", "slow", Requests.Scscf, "2001", "1000 ms" }) Assert.Contains(part, wide.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Event_ids_are_unique_and_in_the_nodes_range()
    {
        int[] ids = [.. typeof(NodeLog).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()!.EventId)];
        Assert.NotEmpty(ids);
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(ids, id => Assert.InRange(id, 2000, 2999));
    }

    private static string Text(ReadOnlySpan<KeyValuePair<string, object?>> tags) => string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
}
