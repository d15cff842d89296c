using BenchmarkDotNet.Attributes;

namespace Hss.Benchmarks;

/// <summary>Unary calls from a client over HTTP/2 on loopback to the store and back; client and server share the processors.</summary>
[MemoryDiagnoser]
public class ProvisioningBenchmarks
{
    private const int Calls = 1024;
    private const int Subscribers = 10_000;

    private readonly DemoDocuments _documents = new();
    private ProvisioningServer _server = null!;
    private ProvisioningCalls _calls = null!;

    [Params(1, 32)]
    public int InFlight { get; set; }

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _server = await ProvisioningServer.StartAsync(_documents);
        _calls = new(_server.Channel, _documents, Subscribers);
        await _calls.ImportAsync(_calls.Lines());
    }

    [GlobalCleanup]
    public async Task CleanupAsync() => await _server.DisposeAsync();

    [Benchmark(Baseline = true, OperationsPerInvoke = Calls)]
    public Task HealthCheck() => ProvisioningCalls.RepeatAsync(_calls.CheckAsync, Calls, InFlight);

    [Benchmark(OperationsPerInvoke = Calls)]
    public Task Get() => ProvisioningCalls.RepeatAsync(_calls.GetAsync, Calls, InFlight);

    [Benchmark(OperationsPerInvoke = Calls)]
    public Task Upsert() => ProvisioningCalls.RepeatAsync(_calls.UpsertAsync, Calls, InFlight);
}
