using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Hss.Grpc;
using Hss.Procedures.Cx;
using Hss.Storage;
using Hss.Storage.Sqlite;
using Hss.Subscribers;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using static Hss.Provisioning.Tests.Support.SampleSubscriptions;

namespace Hss.Provisioning.Tests.Support;

/// <summary>The services over a real store in a folder of its own. What they say is kept, and in the end searched for every key of the samples.</summary>
internal sealed class ServiceRig : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hss-services-").FullName;
    private readonly ConcurrentQueue<string> _said = new();
    private readonly List<IAsyncDisposable> _hosts = [];

    public ServiceRig(TimeProvider? time = null, IfcTemplates? templates = null)
    {
        var options = new StoreOptions
        {
            ConnectionString = $"Data Source={Path.Combine(_folder, "hss.db")}",
            MasterKeyFile = Path.Combine(_folder, "master.key"),
        };
        Store = new(SqliteDatabase.Open(options, TimeProvider.System, NullLogger.Instance), options, TimeProvider.System, NullLogger<SubscriberStore>.Instance);
        Documents = new() { Templates = templates ?? IfcTemplates.None };
        Subscriptions = new(Store, () => Documents, new CxOptions(), time ?? TimeProvider.System, new SayingLogger<Subscriptions>(_said));
        Audit = new(Store);
    }

    public SubscriberStore Store { get; }

    /// <summary>The database file under the store.</summary>
    public string Database => Path.Combine(_folder, "hss.db");

    public DocumentContext Documents { get; set; }

    public Subscriptions Subscriptions { get; }

    public AuditRecords Audit { get; }

    public static TestCall Call(string method, CancellationToken cancellation = default) =>
        new($"/hss.provisioning.v1.Test/{method}", new Caller("tester", AccessRole.Operator, "127.0.23.9"), cancellation: cancellation);

    public async Task<T> SaysAsync<T>(Task<T> call)
    {
        var answer = await call;
        if (answer is IMessage message) Say(message);
        return answer;
    }

    /// <summary>The call is refused with this status, and says what is to be mended.</summary>
    public async Task<RpcException> RefusesAsync(StatusCode status, Func<Task> call)
    {
        var refusal = await Assert.ThrowsAsync<RpcException>(call);
        _said.Enqueue(refusal + Encoding.UTF8.GetString(refusal.Trailers.GetValueBytes("grpc-status-details-bin") ?? []));
        Assert.True(status == refusal.StatusCode, refusal.Status.ToString());
        Assert.NotEqual("", refusal.Status.Detail);
        return refusal;
    }

    public void Say(IMessage message) => _said.Enqueue(message.ToString()! + Convert.ToHexString(message.ToByteArray()) + Encoding.Latin1.GetString(message.ToByteArray()));

    public Task<V1.Subscription> CreateAsync(V1.Subscription subscription) =>
        SaysAsync(Subscriptions.CreateSubscription(new() { Subscription = subscription }, Call("CreateSubscription")));

    public Task<V1.Subscription> GetAsync(string subscriptionId) =>
        SaysAsync(Subscriptions.GetSubscription(new() { Name = "subscriptions/" + subscriptionId }, Call("GetSubscription")));

    public Task<V1.UpsertSubscriptionResponse> UpsertAsync(V1.Subscription subscription, string requestId = "", bool validateOnly = false) =>
        SaysAsync(Subscriptions.UpsertSubscription(
            new() { Subscription = subscription, RequestId = requestId, ValidateOnly = validateOnly }, Call("UpsertSubscription")));

    public Task<V1.Subscription> UpdateAsync(V1.Subscription subscription, params string[] mask) =>
        SaysAsync(Subscriptions.UpdateSubscription(
            new() { Subscription = subscription, UpdateMask = new() { Paths = { mask } } }, Call("UpdateSubscription")));

    public Task DeleteAsync(string subscriptionId, string etag = "", bool allowMissing = false) =>
        Subscriptions.DeleteSubscription(new() { Name = "subscriptions/" + subscriptionId, Etag = etag, AllowMissing = allowMissing }, Call("DeleteSubscription"));

    public async Task<long> RevisionOfAsync(string subscriptionId) => (await Store.ReadAsync(subscriptionId, CancellationToken.None))!.Revision;

    /// <summary>Somebody else's hand on the database file.</summary>
    public void Meddle(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(_folder, "hss.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.NotEqual(0, command.ExecuteNonQuery());
    }

    /// <summary>A client over a connection on loopback.</summary>
    public async Task<CallInvoker> ConnectAsync()
    {
        var options = new GrpcServerOptions { DrainTimeout = TimeSpan.FromSeconds(1), Authorize = context =>
        {
            new Caller("wire", AccessRole.Operator, "127.0.23.1").PutInto(context);
            return ValueTask.CompletedTask;
        } };
        options.Listen(new IPEndPoint(IPAddress.Parse("127.0.23.1"), 0));
        var server = new GrpcServer(options, NullLoggerFactory.Instance);
        server.Add(Subscriptions);
        server.Add(Audit);
        await server.StartAsync();
        var channel = new GrpcChannel($"http://{server.EndPoints[0]}");
        _hosts.Add(new Host(server, channel));
        return channel.CreateCallInvoker();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts) await host.DisposeAsync();
        await Store.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        foreach (var text in _said)
            foreach (var secret in SecretTexts)
                Assert.False(text.Contains(secret, StringComparison.Ordinal), "a secret was said: " + text);
    }

    private sealed record Host(GrpcServer Server, GrpcChannel Channel) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            Channel.Dispose();
            await Server.DisposeAsync();
        }
    }

    private sealed class SayingLogger<T>(ConcurrentQueue<string> said) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            said.Enqueue(formatter(state, exception) + exception);
    }
}
