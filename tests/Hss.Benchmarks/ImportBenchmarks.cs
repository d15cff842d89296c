using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Google.Protobuf;

namespace Hss.Benchmarks;

/// <summary>100,000 subscriptions in one ImportSubscriptions call into an empty store, and the same again; the figures are per subscription.</summary>
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 1, iterationCount: 3)]
[MemoryDiagnoser]
public class ImportBenchmarks
{
    private const int Subscribers = 100_000;

    private readonly DemoDocuments _documents = new();
    private IReadOnlyList<ByteString> _lines = [];
    private ProvisioningServer _server = null!;
    private ProvisioningCalls _calls = null!;

    [IterationSetup(Target = nameof(New))]
    public void Empty() => StartAsync().GetAwaiter().GetResult();

    [IterationSetup(Target = nameof(Unchanged))]
    public void Full() => FillAsync().GetAwaiter().GetResult();

    [IterationCleanup]
    public void Cleanup() => _server.DisposeAsync().AsTask().GetAwaiter().GetResult();

    [Benchmark(Baseline = true, OperationsPerInvoke = Subscribers)]
    public Task New() => _calls.ImportAsync(_lines);

    [Benchmark(OperationsPerInvoke = Subscribers)]
    public Task Unchanged() => _calls.ImportAsync(_lines);

    private async Task StartAsync()
    {
        _server = await ProvisioningServer.StartAsync(_documents);
        _calls = new(_server.Channel, _documents, Subscribers);
        if (_lines.Count == 0) _lines = _calls.Lines();
    }

    private async Task FillAsync()
    {
        await StartAsync();
        await _calls.ImportAsync(_lines);
    }
}
