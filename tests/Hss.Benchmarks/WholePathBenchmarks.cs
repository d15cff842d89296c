using BenchmarkDotNet.Attributes;
using Hss.Authentication;
using Hss.DiameterNode;
using Hss.Procedures.Cx;
using Hss.Procedures.Tests;
using Hss.Storage;
using Hss.Storage.Sqlite;
using Hss.Subscribers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hss.Benchmarks;

/// <summary>A request through dispatcher, procedure and the real SQLite store, without a socket: what one request costs in all.</summary>
[MemoryDiagnoser]
public class WholePathBenchmarks
{
    private readonly byte[] _uar = CxRequests.Uar(TestSubscriptions.Alice, TestSubscriptions.AliceSip);
    private readonly byte[] _lir = CxRequests.Lir(TestSubscriptions.AliceSip);
    private readonly byte[] _mar = CxRequests.Mar(TestSubscriptions.Alice, TestSubscriptions.AliceSip);
    private readonly byte[] _sar = CxRequests.Sar(1, TestSubscriptions.Alice, [TestSubscriptions.AliceSip]);
    private string _folder = "";
    private SubscriberStore _store = null!;
    private Hss.DiameterNode.DiameterNode _node = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _folder = Directory.CreateTempSubdirectory("hss-benchmark-").FullName;
        var options = new StoreOptions { ConnectionString = $"Data Source={_folder}/hss.db", MasterKeyFile = $"{_folder}/master.key" };
        var database = SqliteDatabase.Open(options, TimeProvider.System, NullLogger.Instance);
        _store = new(database, options, TimeProvider.System, NullLogger<SubscriberStore>.Instance);
        await _store.UpsertAsync([TestSubscriptions.AliceSubscription()], CancellationToken.None);
        var application = CxApplication.Create(_store, new CxOptions(), new CxInstruments(), SystemRandomSource.Instance, NullLoggerFactory.Instance);
        _node = new(new NodeOptions { AllowUnknownPeers = true }, [application], TimeProvider.System, NullLoggerFactory.Instance);
        await _node.AnswerAsync(_sar);
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _node.DisposeAsync();
        await _store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark(Baseline = true)]
    public Task<byte[]> Uar() => _node.AnswerAsync(_uar);

    [Benchmark]
    public Task<byte[]> Lir() => _node.AnswerAsync(_lir);

    /// <summary>Registered already, so that only every 64th needs a commit (SEQ promised ahead).</summary>
    [Benchmark]
    public Task<byte[]> Mar() => _node.AnswerAsync(_mar);

    /// <summary>Nothing changes: the answer is mostly a copy of the cached User-Data.</summary>
    [Benchmark]
    public Task<byte[]> SarRepeated() => _node.AnswerAsync(_sar);
}
