using System.Diagnostics.Metrics;

namespace Hss.Storage;

/// <summary>What the store tells about itself. The names are part of the contract with dashboards.</summary>
internal sealed class StorageMetrics : IDisposable
{
    public const string MeterName = "Hss.Storage";

    private readonly Meter _meter;
    private readonly bool _isOwnMeter;
    private readonly Histogram<double> _commitDuration;
    private readonly Histogram<int> _batchSize;
    private readonly Counter<long> _failures;

    public StorageMetrics(IMeterFactory? meterFactory, Func<int> cacheEntries)
    {
        // A meter of a factory belongs to the factory.
        _isOwnMeter = meterFactory is null;
        _meter = meterFactory?.Create(MeterName) ?? new Meter(MeterName);
        _commitDuration = _meter.CreateHistogram<double>(
            "hss_storage_commit_duration_seconds", "s", "Time of one commit, without the writes before it");
        _batchSize = _meter.CreateHistogram<int>("hss_storage_commit_batch_size", null, "Changes made durable by one commit");
        _failures = _meter.CreateCounter<long>("hss_storage_commit_failures_total", null, "Commits that failed and were rolled back");
        _failures.Add(0); // Shown from the start: the first failure must be a step, not a new series.
        _meter.CreateObservableGauge("hss_cache_entries", cacheEntries, null, "Subscriptions in memory");
    }

    public void Committed(TimeSpan duration, int batchSize)
    {
        _commitDuration.Record(duration.TotalSeconds);
        _batchSize.Record(batchSize);
    }

    public void Failed() => _failures.Add(1);

    public void Dispose()
    {
        if (_isOwnMeter) _meter.Dispose();
    }
}
