using System.Net;
using Hss.Authentication;
using Hss.Grpc;
using Hss.Procedures.Cx;
using Hss.Provisioning;
using Hss.Storage;
using Hss.Storage.Sqlite;
using Hss.Subscribers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hss.Cli.Tests.Documentation;

/// <summary>The real provisioning services over a real store with the demo subscribers, on loopback.</summary>
internal sealed class DemoServer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hss-demo-").FullName;
    private readonly SubscriberStore _store;
    private readonly GrpcServer _server;

    private DemoServer(DocumentContext documents)
    {
        var options = new StoreOptions { ConnectionString = $"Data Source={Path.Combine(_folder, "hss.db")}", MasterKeyFile = Path.Combine(_folder, "master.key") };
        var database = SqliteDatabase.Open(options, TimeProvider.System, NullLogger.Instance);
        _store = new(database, options, TimeProvider.System, NullLogger<SubscriberStore>.Instance);
        var server = new GrpcServerOptions
        {
            Authorize = context =>
            {
                new Caller("local", AccessRole.Operator, "127.0.26.1").PutInto(context);
                return ValueTask.CompletedTask;
            },
        };
        server.Listen(new IPEndPoint(IPAddress.Parse("127.0.26.1"), 0));
        _server = new(server, NullLoggerFactory.Instance);
        _server.Add(new AuthenticationService(_store, new CxOptions(), () => documents, SystemRandomSource.Instance, NullLogger<AuthenticationService>.Instance));
    }

    public string Address => _server.EndPoints[0].ToString();

    public static async Task<DemoServer> StartAsync(string repository)
    {
        var loaded = IfcTemplates.Load(Path.Combine(repository, "ifc-templates"));
        Assert.True(loaded.Templates is not null, string.Join('\n', loaded.Problems));
        var documents = new DocumentContext { Templates = loaded.Templates! };
        var demo = new DemoServer(documents);
        List<Subscription> subscriptions = [];
        foreach (var line in await File.ReadAllLinesAsync(Path.Combine(repository, "db", "demo.jsonl")))
            if (line.Length > 0) subscriptions.Add(SubscriptionJson.Read(System.Text.Encoding.UTF8.GetBytes(line), documents).Subscription!);
        Assert.Equal(3, subscriptions.Count);
        await demo._store.UpsertAsync(subscriptions, CancellationToken.None);
        await demo._server.StartAsync();
        return demo;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
