using BenchmarkDotNet.Attributes;
using Hss.Procedures.Tests;
using Hss.Storage;
using Hss.Storage.Sqlite;
using Hss.Subscribers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hss.Benchmarks;

/// <summary>Changes of as many subscriptions as one may have, each with its record, durable on SQLite; the figures are per subscription.</summary>
[MemoryDiagnoser]
public class ChangeBenchmarks
{
    private static readonly ChangeAuthor s_author = new("benchmark", "ImportSubscriptions");
    private string _folder = "";
    private SubscriberStore _store = null!;
    private SubscriptionEdit[] _standing = [];
    private int _next;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _folder = Directory.CreateTempSubdirectory("hss-benchmark-").FullName;
        var options = new StoreOptions { ConnectionString = $"Data Source={_folder}/hss.db", MasterKeyFile = $"{_folder}/master.key" };
        var database = SqliteDatabase.Open(options, TimeProvider.System, NullLogger.Instance);
        _store = new(database, options, TimeProvider.System, NullLogger<SubscriberStore>.Instance);
        _standing = Edits();
        await _store.ChangeAsync(_standing, s_author, CancellationToken.None);
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = SubscriberStore.MaxEditsPerChange)]
    public async Task<int> New() => (await _store.ChangeAsync(Edits(), s_author, CancellationToken.None)).Length;

    [Benchmark(OperationsPerInvoke = SubscriberStore.MaxEditsPerChange)]
    public async Task<int> Unchanged() => (await _store.ChangeAsync(_standing, s_author, CancellationToken.None)).Length;

    private SubscriptionEdit[] Edits()
    {
        var alice = TestSubscriptions.AliceSubscription();
        var edits = new SubscriptionEdit[SubscriberStore.MaxEditsPerChange];
        for (var i = 0; i < edits.Length; i++)
        {
            var number = _next++;
            edits[i] = SubscriptionEdit.Replace(alice with
            {
                SubscriptionId = $"s{number}",
                PrivateIdentities = [.. alice.PrivateIdentities.Select(identity => identity with { Identity = $"{number}-{identity.Identity}" })],
                ImplicitRegistrationSets = [.. alice.ImplicitRegistrationSets.Select(set => set with
                {
                    PrivateIdentities = [],
                    PublicIdentities = [.. set.PublicIdentities.Select((identity, ordinal) => identity with { Identity = $"sip:{number}.{ordinal}.{identity.Identity.Length}@x" })],
                })],
            });
        }
        return edits;
    }
}
