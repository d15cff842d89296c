using System.Collections.Concurrent;
using System.Net;
using Hss.Grpc.Tests.V1;
using Microsoft.Extensions.Logging;

namespace Hss.Grpc.Tests;

/// <summary>A server with the probe on a port the system chose, and a client of it.</summary>
public sealed class ProbeHost : IAsyncDisposable
{
    private static readonly IPAddress Address = IPAddress.Parse("127.0.20.1");

    private ProbeHost(GrpcServer server, ProbeService service, CollectedLog log, GrpcChannel channel) =>
        (Server, Service, Log, Channel, Client) = (server, service, log, channel, new(channel));

    public GrpcServer Server { get; }

    public ProbeService Service { get; }

    public CollectedLog Log { get; }

    public GrpcChannel Channel { get; }

    public Probe.ProbeClient Client { get; }

    public IPEndPoint EndPoint => Server.EndPoints[0];

    public string Url => $"http://{EndPoint}";

    public static async Task<ProbeHost> StartAsync(Action<GrpcServerOptions>? configure = null, GrpcChannelOptions? channel = null)
    {
        var options = new GrpcServerOptions { DrainTimeout = TimeSpan.FromSeconds(1) };
        options.Listen(new IPEndPoint(Address, 0));
        configure?.Invoke(options);
        var log = new CollectedLog();
        var service = new ProbeService();
        var server = new GrpcServer(options, log);
        server.Add(service);
        await server.StartAsync();
        return new(server, service, log, new GrpcChannel($"http://{server.EndPoints[0]}", channel));
    }

    public async ValueTask DisposeAsync()
    {
        Service.Release.TrySetResult();
        Channel.Dispose();
        await Server.DisposeAsync();
    }
}

/// <summary>What was logged, as lines.</summary>
public sealed class CollectedLog : ILoggerFactory, ILogger
{
    public ConcurrentQueue<(LogLevel Level, int Id, string Text)> Lines { get; } = new();

    public IEnumerable<string> Of(int id) => Lines.Where(line => line.Id == id).Select(line => line.Text);

    public void AddProvider(ILoggerProvider provider) { }

    public ILogger CreateLogger(string categoryName) => categoryName.StartsWith("Hss.", StringComparison.Ordinal) ? this : new Silent();

    public void Dispose() { }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue((logLevel, eventId.Id, formatter(state, exception) + exception));

    // Kestrel's own.
    private sealed class Silent : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => false;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) { }
    }
}
