using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using Hss.Diameter;
using Hss.DiameterNode;
using Hss.Procedures.Sh;
using Hss.Procedures.Tests;
using Hss.Storage;
using Hss.Storage.Sqlite;
using Hss.Subscribers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hss.Benchmarks;

/// <summary>Sh through dispatcher, procedure and the real SQLite store, without a socket: what one UDR costs, and one PUR when many come together.</summary>
[MemoryDiagnoser]
public class ShBenchmarks
{
    /// <summary>PURs under way at one time, each of a subscriber of its own: they share their commits, as those of a busy node do.</summary>
    private const int Together = 64;

    private readonly byte[] _repository = ShRequests.Udr(Identity(0), [0], more: avps => avps.WriteText(Avp.ServiceIndication, "s"));
    private readonly byte[] _userState = ShRequests.Udr(Identity(0), [11]);
    private readonly Task<byte[]>[] _running = new Task<byte[]>[Together];
    private string _folder = "";
    private SubscriberStore _store = null!;
    private Hss.DiameterNode.DiameterNode _node = null!;
    private int _number;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _folder = Directory.CreateTempSubdirectory("hss-benchmark-").FullName;
        var options = new StoreOptions { ConnectionString = $"Data Source={_folder}/hss.db", MasterKeyFile = $"{_folder}/master.key" };
        var database = SqliteDatabase.Open(options, TimeProvider.System, NullLogger.Instance);
        _store = new(database, options, TimeProvider.System, NullLogger<SubscriberStore>.Instance);
        var alice = TestSubscriptions.AliceSubscription();
        await _store.UpsertAsync([.. Enumerable.Range(0, Together).Select(number => alice with
        {
            SubscriptionId = $"s{number}",
            PrivateIdentities = [alice.PrivateIdentities[0] with { Identity = $"{number}@x" }],
            ImplicitRegistrationSets = [alice.ImplicitRegistrationSets[0] with
            {
                PrivateIdentities = [], PublicIdentities = [alice.ImplicitRegistrationSets[0].PublicIdentities[0] with { Identity = Identity(number) }],
            }],
        })], CancellationToken.None);
        var permissions = DataReferenceTable.Rows.ToImmutableSortedDictionary(row => row.Reference, row => row.Operations);
        await _store.PutApplicationServerAsync(new(ShRequests.As, [], permissions), expected: null, new("benchmark", "PutApplicationServer"), CancellationToken.None);
        _node = new(new NodeOptions { AllowUnknownPeers = true }, [ShApplication.Create(_store, new ShOptions(), NullLoggerFactory.Instance)], TimeProvider.System, NullLoggerFactory.Instance);
        await PurDurable();
        foreach (var answer in await Task.WhenAll(_running.Append(_node.AnswerAsync(_repository)).Append(_node.AnswerAsync(_userState))))
            if (AvpOccurrences.Find(answer, Avp.ResultCode).First is not { IsPresent: true } result || result.ToUnsigned32() != 2001)
                throw new InvalidOperationException(MessageText.Of(answer));
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _node.DisposeAsync();
        await _store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark(Baseline = true)]
    public Task<byte[]> UdrUserState() => _node.AnswerAsync(_userState);

    [Benchmark]
    public Task<byte[]> UdrRepositoryData() => _node.AnswerAsync(_repository);

    /// <summary>The figure is per PUR.</summary>
    [Benchmark(OperationsPerInvoke = Together)]
    public async Task PurDurable()
    {
        for (var i = 0; i < Together; i++)
            _running[i] = _node.AnswerAsync(ShRequests.Pur(Identity(i), [0], ShRequests.Document(ShRequests.Repository("s", _number, "<a>a piece of data as application servers keep it</a>"))));
        await Task.WhenAll(_running);
        _number = RepositoryData.Next((ushort)_number);
    }

    private static string Identity(int number) => $"sip:{number}@x";
}
