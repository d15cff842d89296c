using BenchmarkDotNet.Attributes;
using Hss.Procedures.Tests;
using Hss.Storage;
using Hss.Storage.Sqlite;
using Hss.Subscribers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hss.Benchmarks;

/// <summary>What a PUR makes durable beside what a SAR does: as many subscribers at once, each in its turn, on SQLite; the figures are per commit.</summary>
[MemoryDiagnoser]
public class RepositoryDataBenchmarks
{
    private const int AtOnce = 512;

    private static readonly AssignedServer s_server = new("sip:scscf.example.org:6060", "scscf.example.org", "example.org");
    private string _folder = "";
    private SubscriberStore _store = null!;
    private Subscriber[] _subscribers = [];
    private int _round;

    /// <summary>Octets of one piece.</summary>
    [Params(300, 8_000)]
    public int Size { get; set; }

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _folder = Directory.CreateTempSubdirectory("hss-benchmark-").FullName;
        var options = new StoreOptions { ConnectionString = $"Data Source={_folder}/hss.db", MasterKeyFile = $"{_folder}/master.key" };
        var database = SqliteDatabase.Open(options, TimeProvider.System, NullLogger.Instance);
        _store = new(database, options, TimeProvider.System, NullLogger<SubscriberStore>.Instance);
        var alice = TestSubscriptions.AliceSubscription();
        await _store.UpsertAsync([.. Enumerable.Range(0, AtOnce).Select(number => alice with
        {
            SubscriptionId = $"s{number}",
            PrivateIdentities = [alice.PrivateIdentities[0] with { Identity = $"{number}@x" }],
            ImplicitRegistrationSets = [alice.ImplicitRegistrationSets[0] with
            {
                PrivateIdentities = [],
                PublicIdentities = [alice.ImplicitRegistrationSets[0].PublicIdentities[0] with { Identity = $"sip:{number}@x" }],
            }],
        })], CancellationToken.None);
        var subscribers = new Subscriber[AtOnce];
        for (var i = 0; i < AtOnce; i++)
            subscribers[i] = await _store.FindByPrivateIdentityAsync($"{i}@x", CancellationToken.None)
                ?? throw new InvalidOperationException($"subscriber {i} is not in the store");
        _subscribers = subscribers;
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = AtOnce)]
    public Task Registration() => AllAsync((subscriber, number) => new([(0, new RegistrationState
    {
        Status = RegistrationStatus.Registered,
        Server = s_server with { Name = $"sip:{_round}@x" },
        RegisteredPrivateIdentities = [$"{number}@x"],
    })], []));

    [Benchmark(OperationsPerInvoke = AtOnce)]
    public Task RepositoryPut() => AllAsync((subscriber, number) => Put(subscriber, number, []));

    /// <summary>The same while another application server is to be told.</summary>
    [Benchmark(OperationsPerInvoke = AtOnce)]
    public Task RepositoryPutWithSubscriber() => AllAsync((subscriber, number) => Put(subscriber, number,
        [new() { Key = new("as.example.org", new(ShUserIdentityKind.PublicIdentity, $"sip:{number}@x"), ShDataReference.RepositoryData, "s", null), ApplicationServerRealm = "x" }]));

    private SubscriberChange Put(Subscriber subscriber, int number, NotificationSubscription[] subscriptions)
    {
        var data = subscriber.ApplicationData;
        var current = data.Repository.IsEmpty ? (ushort)0 : RepositoryData.Next(data.Repository[0].SequenceNumber);
        var octets = new byte[Size];
        octets.AsSpan().Fill((byte)('a' + (_round % 26)));
        return new([], [])
        {
            ApplicationData = data with
            {
                Repository = [new($"sip:{number}@x", "s", current, octets)],
                Subscriptions = data.Subscriptions.Length == subscriptions.Length ? data.Subscriptions : [.. subscriptions],
            },
        };
    }

    private Task AllAsync(Func<Subscriber, int, SubscriberChange> change)
    {
        _round++;
        return Task.WhenAll(_subscribers.Select(async (subscriber, number) =>
        {
            using var turn = await _store.EnterAsync(subscriber, CancellationToken.None);
            await _store.CommitAsync(turn, change(turn.Subscriber!, number), CancellationToken.None);
        }));
    }
}
