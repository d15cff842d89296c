using System.Net;
using Hss.Grpc;
using Hss.Procedures.Cx;
using Hss.Provisioning;
using Hss.Storage;
using Hss.Storage.Sqlite;
using Hss.Subscribers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hss.Benchmarks;

/// <summary>The gRPC server with the subscription service over a store of its own (SQLite, synchronous=FULL), and a client on a socket of the loopback.</summary>
internal sealed class ProvisioningServer : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hss-benchmark-").FullName;
    private readonly SubscriberStore _store;
    private readonly GrpcServer _server;
    private GrpcChannel? _channel;

    private ProvisioningServer(DemoDocuments documents)
    {
        var options = new StoreOptions { ConnectionString = $"Data Source={_folder}/hss.db", MasterKeyFile = $"{_folder}/master.key" };
        _store = new(SqliteDatabase.Open(options, TimeProvider.System, NullLogger.Instance), options, TimeProvider.System, NullLogger<SubscriberStore>.Instance);
        var server = new GrpcServerOptions
        {
            Authorize = context =>
            {
                new Caller("local", AccessRole.Operator, "127.0.0.1").PutInto(context);
                return ValueTask.CompletedTask;
            },
        };
        server.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        _server = new(server, NullLoggerFactory.Instance);
        var context = new DocumentContext { Templates = documents.Templates };
        _server.Add(new Subscriptions(_store, () => context, new CxOptions(), TimeProvider.System, NullLogger<Subscriptions>.Instance));
    }

    public GrpcChannel Channel => _channel ??= GrpcChannel.ForAddress($"http://{_server.EndPoints[0]}");

    public static async Task<ProvisioningServer> StartAsync(DemoDocuments documents)
    {
        var server = new ProvisioningServer(documents);
        await server._server.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        _channel?.Dispose();
        await _server.DisposeAsync();
        await _store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
