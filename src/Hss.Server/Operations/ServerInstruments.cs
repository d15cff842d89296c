using System.Diagnostics;
using System.Diagnostics.Metrics;
using Hss.Storage;

namespace Hss.Server.Operations;

/// <summary>What the server itself tells: its process, and how much the store holds.</summary>
internal sealed class ServerInstruments : IDisposable
{
    private readonly Meter _meter = new("Hss.Server");

    public ServerInstruments(StoreFigures figures)
    {
        using var process = Process.GetCurrentProcess();
        var started = new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0;
        _meter.CreateObservableCounter("process_cpu_seconds_total", static () => Environment.CpuUsage.TotalTime.TotalSeconds, "s", "CPU time of the process, user and system.");
        _meter.CreateObservableGauge("process_resident_memory_bytes", static () => Environment.WorkingSet, "By", "Memory of the process in RAM.");
        _meter.CreateObservableGauge("process_start_time_seconds", () => started, "s", "When the process was started, in seconds since 1970.");
        _meter.CreateObservableCounter("dotnet_gc_collections_total", Collections, null, "Garbage collections of a generation, those of older ones included.");
        _meter.CreateObservableCounter("dotnet_gc_pause_seconds_total", static () => GC.GetTotalPauseDuration().TotalSeconds, "s", "Time in which garbage collection stopped all threads.");
        _meter.CreateObservableCounter("dotnet_gc_allocated_bytes_total", static () => GC.GetTotalAllocatedBytes(), "By", "Memory allocated since the start.");
        _meter.CreateObservableGauge("dotnet_gc_heap_bytes", static () => GC.GetTotalMemory(forceFullCollection: false), "By", "Memory of managed objects, garbage not yet collected included.");
        _meter.CreateObservableGauge("dotnet_thread_pool_queue_length", static () => ThreadPool.PendingWorkItemCount, null, "Work that waits for a thread.");
        _meter.CreateObservableGauge("hss_registrations", () => Figure(figures, counts => counts.RegisteredSets), null, "Implicit registration sets in state REGISTERED in the store.");
        _meter.CreateObservableGauge("hss_subscriptions", () => Figure(figures, counts => counts.Subscriptions), null, "Subscriptions in the store.");
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<int>> Collections()
    {
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
            yield return new(GC.CollectionCount(generation), new KeyValuePair<string, object?>("generation", generation));
    }

    /// <summary>No series rather than a wrong number when the store could not be counted.</summary>
    private static Measurement<int>[] Figure(StoreFigures figures, Func<StoreCounts, int> pick) =>
        figures.Latest is { } counts ? [new(pick(counts))] : [];
}
