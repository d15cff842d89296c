using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Hss.DiameterNode;
using Hss.Server.Operations;
using Hss.Storage;
using Hss.Subscribers;
using Hss.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hss.Server.Tests.Operations;

/// <summary>The three pages over a real socket.</summary>
public sealed class OperationsListenerTests : IAsyncLifetime
{
    private static readonly IPEndPoint EndPoint = new(IPAddress.Parse("127.0.11.3"), 18080);

    private readonly Readiness _readiness = new(TimeProvider.System);
    private readonly StoreFigures _figures = new(TimeProvider.System);
    private readonly MetricsCollector _metrics = new(NullLogger.Instance);
    private readonly HttpClient _client = new() { BaseAddress = new Uri($"http://{EndPoint}") };
    private ServerInstruments? _instruments;
    private OperationsListener? _listener;

    public async Task InitializeAsync()
    {
        _instruments = new(_figures);
        _listener = await OperationsListener.OpenAsync(EndPoint, _metrics, _figures, _readiness, NullLoggerFactory.Instance);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _listener!.DisposeAsync();
        _instruments!.Dispose();
        _metrics.Dispose();
    }

    [Fact]
    public async Task Healthz_is_ok() => Assert.Equal("ok\n", await _client.GetStringAsync(new Uri("/healthz", UriKind.Relative)));

    [Theory]
    [InlineData("GET", "/", 404)]
    [InlineData("GET", "/metrics/", 404)]
    [InlineData("POST", "/metrics", 405)]
    [InlineData("DELETE", "/healthz", 405)]
    [InlineData("HEAD", "/healthz", 200)]
    [InlineData("POST", "/other", 404)]
    public async Task Everything_else_is_refused(string method, string path, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        using var answer = await _client.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(status == 405, answer.Content.Headers.Allow.Contains("GET"));
    }

    [Theory]
    [InlineData("GET /healthz HTTP/1.1\r\nX: ", 10_000, 431)]
    [InlineData("GET /", 3_000, 414)]
    public async Task A_request_that_is_too_long_is_cut_off(string beginning, int length, int status)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(EndPoint);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(beginning + new string('x', length)));
        using var reader = new StreamReader(stream, Encoding.ASCII);
        Assert.Contains($" {status} ", await reader.ReadLineAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_are_the_text_format_and_the_store_is_counted()
    {
        _figures.Count = _ => Task.FromResult(new StoreCounts(5, 6, 7, 3));
        using var answer = await _client.GetAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        var text = await answer.Content.ReadAsStringAsync();
        foreach (var line in (string[])["hss_registrations 3", "hss_subscriptions 5", "# TYPE process_cpu_seconds_total counter", "# TYPE dotnet_gc_collections_total counter"])
            Assert.Contains($"{line}\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_cannot_be_counted_has_no_figures()
    {
        _figures.Count = _ => throw new StoreUnavailableException("no");
        var text = await _client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Contains("# TYPE hss_registrations gauge\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\nhss_registrations ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Readyz_follows_the_server_from_start_to_stop()
    {
        Assert.Contains("the store is not open yet", await ReadyAsync(503), StringComparison.Ordinal);
        var database = new MemoryDatabase();
        await using var store = new SubscriberStore(database, new StoreOptions { CacheEntries = 16 }, TimeProvider.System, NullLogger<SubscriberStore>.Instance);
        _readiness.StoreOpened(store);
        Assert.Contains("starting", await ReadyAsync(503), StringComparison.Ordinal);

        var options = new NodeOptions { Peers = [new PeerOptions { Identity = "scscf.example.org" }] };
        await using var node = new DiameterNode.DiameterNode(options, [new DiameterApplication { Name = "Cx", Id = 16777216, VendorId = 10415, AnswerPreamble = _ => { }, Procedures = [] }], TimeProvider.System, NullLoggerFactory.Instance);
        _readiness.ListenersOpened(node, options.Peers, ["127.0.0.1:3868"]);
        Assert.Contains("peer scscf.example.org is not open", await ReadyAsync(200), StringComparison.Ordinal);

        database.RefusesReads = true;
        Assert.Contains("ready\": false", await ReadyAsync(503), StringComparison.Ordinal);
        database.RefusesReads = false;
        database.RefusesWrites = true;
        var subscription = new Subscription { SubscriptionId = "one", PrivateIdentities = [], ImplicitRegistrationSets = [], ServiceProfiles = [] };
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.UpsertAsync([subscription], default));
        Assert.Contains("cannot be written", await ReadyAsync(503), StringComparison.Ordinal);
        database.RefusesWrites = false;
        await store.UpsertAsync([subscription], default);
        await ReadyAsync(200);

        _readiness.Stopping();
        Assert.Contains("stopping", await ReadyAsync(503), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_one_clear_line()
    {
        var problem = await Assert.ThrowsAsync<ListenException>(() => OperationsListener.OpenAsync(EndPoint, _metrics, _figures, _readiness, NullLoggerFactory.Instance));
        Assert.Contains("Operations:Listen", problem.Message, StringComparison.Ordinal);
        Assert.Contains(EndPoint.ToString(), problem.Message, StringComparison.Ordinal);
    }

    private async Task<string> ReadyAsync(int status)
    {
        using var answer = await _client.GetAsync(new Uri("/readyz", UriKind.Relative));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, text);
        using var json = JsonDocument.Parse(text);
        Assert.Equal(status == 200, json.RootElement.GetProperty("ready").GetBoolean());
        return text;
    }
}
