using System.Diagnostics.Metrics;
using Hss.Server.Operations;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hss.Server.Tests.Operations;

/// <summary>From instruments to the Prometheus text format.</summary>
public sealed class MetricsCollectorTests : IDisposable
{
    private readonly MetricsCollector _collector = new(NullLogger.Instance);
    private readonly string _prefix = $"t{Guid.NewGuid():N}_";
    private readonly Meter _meter = new("Hss.Test");

    [Fact]
    public void A_counter_and_its_labels()
    {
        var counter = _meter.CreateCounter<long>(Name("requests_total"), null, "Requests, \\ and\nmore.");
        counter.Add(2, Tag("command", "MAR"), Tag("application", "Cx"));
        counter.Add(3, Tag("command", "MAR"), Tag("application", "Cx"));
        counter.Add(1, Tag("command", "a\"b\\c\nd"), Tag("application", null));
        Assert.Equal(
            """
            # HELP requests_total Requests, \\ and\nmore.
            # TYPE requests_total counter
            requests_total{application="",command="a\"b\\c\nd"} 1
            requests_total{application="Cx",command="MAR"} 5
            """, Collect("requests_total"));
    }

    [Fact]
    public void A_histogram_is_cumulative_and_a_bound_belongs_to_its_bucket()
    {
        var advice = new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] };
        var histogram = _meter.CreateHistogram(Name("time_seconds"), "s", "Time.", null, advice);
        foreach (var value in (double[])[0.05, 0.1, 0.5, 7]) histogram.Record(value, Tag("command", "MAR"));
        Assert.Equal(
            """
            # HELP time_seconds Time.
            # TYPE time_seconds histogram
            time_seconds_bucket{command="MAR",le="0.1"} 2
            time_seconds_bucket{command="MAR",le="1"} 3
            time_seconds_bucket{command="MAR",le="+Inf"} 4
            time_seconds_sum{command="MAR"} 7.65
            time_seconds_count{command="MAR"} 4
            """, Collect("time_seconds"));
    }

    [Theory]
    [InlineData("s", "le=\"0.00005\"")]
    [InlineData(null, "le=\"64\"")]
    public void Without_advice_the_bounds_follow_the_unit(string? unit, string bound)
    {
        _meter.CreateHistogram<int>(Name("size"), unit, "Size.").Record(3);
        Assert.Contains(bound, Collect("size"), StringComparison.Ordinal);
    }

    [Fact]
    public void Up_and_down_counters_and_gauges()
    {
        var upDown = _meter.CreateUpDownCounter<int>(Name("open"), null, "Open.");
        upDown.Add(5);
        upDown.Add(-2);
        var gauge = _meter.CreateGauge<double>(Name("level"), null, "Level.");
        gauge.Record(4);
        gauge.Record(1.5);
        Assert.EndsWith("gauge\nopen 3", Collect("open"), StringComparison.Ordinal);
        Assert.EndsWith("gauge\nlevel 1.5", Collect("level"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_an_observed_instrument_no_longer_tells_is_no_longer_shown()
    {
        string[] peers = ["a", "b"];
        _meter.CreateObservableGauge(Name("peers"), () => peers.Select(peer => new Measurement<int>(1, Tag("peer", peer))), null, "Peers.");
        Assert.EndsWith("peers{peer=\"a\"} 1\npeers{peer=\"b\"} 1", Collect("peers"), StringComparison.Ordinal);
        peers = ["c", "b"];
        Assert.EndsWith("gauge\npeers{peer=\"b\"} 1\npeers{peer=\"c\"} 1", Collect("peers"), StringComparison.Ordinal);
    }

    [Fact]
    public void One_instrument_that_fails_takes_no_other_with_it()
    {
        _meter.CreateObservableGauge(Name("broken"), Broken, null, "Broken.");
        _meter.CreateObservableGauge(Name("sound"), () => 1, null, "Sound.");
        Assert.EndsWith("sound 1", Collect("sound"), StringComparison.Ordinal);

        static int Broken() => throw new InvalidOperationException("no");
    }

    [Fact]
    public void More_series_than_there_may_be_are_counted_as_other()
    {
        var counter = _meter.CreateCounter<long>(Name("names_total"), null, "Names.");
        for (var i = 0; i < MetricFamily.MaxSeries + 100; i++) counter.Add(1, Tag("name", $"n{i}"));
        counter.Add(1, Tag("name", "n0"));
        var text = Collect("names_total");
        Assert.Equal(2 + MetricFamily.MaxSeries + 1, text.Split('\n').Length);
        Assert.Contains("names_total{name=\"other\"} 100", text, StringComparison.Ordinal);
        Assert.Contains("names_total{name=\"n0\"} 2", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_lost_when_many_threads_count()
    {
        const int Threads = 8, Each = 20_000;
        var counter = _meter.CreateCounter<long>(Name("many_total"), null, "Many.");
        var histogram = _meter.CreateHistogram<double>(Name("many_seconds"), "s", "Many.");
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                counter.Add(1, Tag("n", (i % 50).ToString(System.Globalization.CultureInfo.InvariantCulture)));
                histogram.Record(0.5);
            }
        })));
        var counted = Collect("many_total").Split('\n').Skip(2).Sum(line => long.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(Threads * Each, counted);
        Assert.Contains($"many_seconds_sum {Threads * Each / 2}", Collect("many_seconds"), StringComparison.Ordinal);
        Assert.EndsWith($"many_seconds_count {Threads * Each}", Collect("many_seconds"), StringComparison.Ordinal);
    }

    [Fact]
    public void Counting_allocates_nothing_once_the_series_is_there()
    {
        var counter = _meter.CreateCounter<long>(Name("hot_total"), null, "Hot.");
        var histogram = _meter.CreateHistogram<double>(Name("hot_seconds"), "s", "Hot.");
        KeyValuePair<string, object?> application = Tag("application", "Cx"), command = Tag("command", "MAR"), result = Tag("result", "2001");
        Count(100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Count(1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Count(int times)
        {
            for (var i = 0; i < times; i++)
            {
                counter.Add(1, application, command, result);
                histogram.Record(0.0001, application, command, result);
            }
        }
    }

    [Fact]
    public void Meters_of_others_are_not_shown()
    {
        using var other = new Meter("System.Net.Other");
        other.CreateCounter<long>(Name("foreign_total"), null, "Foreign.").Add(1);
        Assert.DoesNotContain(Name("foreign_total"), _collector.Collect(), StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _meter.Dispose();
        _collector.Dispose();
    }

    // Listeners hear every meter of the process, so each test has names of its own.
    private string Name(string name) => _prefix + name;

    private string Collect(string name) => string.Join('\n', _collector.Collect().Split('\n')
        .Where(line => line.Contains(Name(name), StringComparison.Ordinal)).Select(line => line.Replace(_prefix, "", StringComparison.Ordinal)));

    private static KeyValuePair<string, object?> Tag(string key, object? value) => new(key, value);
}
