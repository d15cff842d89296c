using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Hss.Server.Operations;

/// <summary>Listens to every instrument of this program (meters named Hss...) and keeps what /metrics shows.</summary>
/// Order: recording from any thread, without a lock and without allocating once a series exists; one collection at a time.
/// Make it before the parts it is to hear of: what is counted before it listens is not seen.
internal sealed class MetricsCollector : IDisposable
{
    private const string MeterPrefix = "Hss.";

    /// <summary>From an answer out of memory (tens of microseconds) over a commit (milliseconds) to the deadline of a request and beyond.</summary>
    private static readonly double[] SecondsBounds =
        [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private static readonly double[] SizeBounds = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096];

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly Lock _collecting = new();
    private readonly ILogger _logger;
    private bool _hasFailed;

    public MetricsCollector(ILogger logger)
    {
        _logger = logger;
        _listener.InstrumentPublished = Listen;
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => ((MetricFamily)family!).Record((long)value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>All metrics in the Prometheus text format, families by name and series by labels.</summary>
    public string Collect()
    {
        lock (_collecting)
        {
            foreach (var family in _families.Values) family.Forget();
            try
            {
                _listener.RecordObservableInstruments();
                _hasFailed = false;
            }
            catch (AggregateException problem)
            {
                // What could be asked is shown; what failed is missing, and says so once.
                if (!_hasFailed) _logger.MetricsIncomplete(problem.GetBaseException());
                _hasFailed = true;
            }
            return PrometheusText.Write(_families.Values.OrderBy(family => family.Name, StringComparer.Ordinal));
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Listen(Instrument instrument, MeterListener listener)
    {
        if (!instrument.Meter.Name.StartsWith(MeterPrefix, StringComparison.Ordinal) || KindOf(instrument) is not { } kind) return;
        var family = _families.GetOrAdd(instrument.Name, static (name, made) => new MetricFamily(
            name, made.instrument.Description ?? "", made.kind, made.kind == MetricKind.Histogram ? BoundsOf(made.instrument) : [],
            made.instrument.IsObservable || IsGauge(made.instrument), made.instrument.IsObservable), (instrument, kind));
        if (family.Kind == kind) listener.EnableMeasurementEvents(instrument, family);
    }

    private static MetricKind? KindOf(Instrument instrument)
    {
        var type = instrument.GetType();
        if (!type.IsGenericType) return null;
        var definition = type.GetGenericTypeDefinition();
        if (definition == typeof(Counter<>) || definition == typeof(ObservableCounter<>)) return MetricKind.Counter;
        if (definition == typeof(Histogram<>)) return MetricKind.Histogram;
        if (definition == typeof(UpDownCounter<>) || definition == typeof(ObservableUpDownCounter<>) || definition == typeof(ObservableGauge<>) || IsGauge(instrument))
            return MetricKind.Gauge;
        return null;
    }

    /// <summary>Whether a measurement replaces the one before.</summary>
    private static bool IsGauge(Instrument instrument) => instrument.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(Gauge<>);

    private static double[] BoundsOf(Instrument instrument)
    {
        var advised = instrument switch
        {
            Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => bounds,
            Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => bounds.Select(bound => (double)bound),
            Histogram<int> { Advice.HistogramBucketBoundaries: { } bounds } => bounds.Select(bound => (double)bound),
            _ => null,
        };
        return advised is not null ? [.. advised] : instrument.Unit == "s" ? SecondsBounds : SizeBounds;
    }
}
