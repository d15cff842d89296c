using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Reflection;
using Grpc.Core;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Hss.Grpc;

/// <summary>Serves gRPC over HTTP/2 on Kestrel, without a generic host.</summary>
/// Order: Add the services, StartAsync once, StopAsync once. Spec: gRPC over HTTP2 (PROTOCOL-HTTP2).
public sealed class GrpcServer : IAsyncDisposable
{
    private const int MaxRequestHeaders = 100;
    private const int MaxRequestHeadersBytes = 32 * 1024;

    // After the running calls were ended: for their last octets to leave.
    private static readonly TimeSpan LastOctetsTimeout = TimeSpan.FromSeconds(2);

    private readonly GrpcServerOptions _options;
    private readonly ServiceTable _services = new();
    private readonly ConcurrentDictionary<ServerCall, bool> _running = new();
    private readonly ILogger _logger;
    private readonly ServiceProvider _provider;
    private readonly IServer _kestrel;
    private readonly CancellationTokenSource _stopping = new();
    private bool _isStarted;
    private bool _isStopped;

    public GrpcServer(GrpcServerOptions options, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _logger = loggers.CreateLogger<GrpcServer>();
        // Kestrel's TLS asks for services that only its own registration knows.
        var services = new ServiceCollection().AddSingleton(loggers).AddLogging().AddMetrics().AddOptions();
        services.AddSingleton<IHostEnvironment>(new HostingEnvironment { ApplicationName = nameof(GrpcServer), ContentRootFileProvider = new NullFileProvider() });
        services.AddSingleton<DiagnosticSource>(new DiagnosticListener(nameof(GrpcServer)));
        new KestrelServices(services).UseKestrelCore().UseKestrelHttpsConfiguration();
        // After Kestrel's own: listeners ask the options for services.
        services.Configure<KestrelServerOptions>(Configure);
        _provider = services.BuildServiceProvider();
        _kestrel = _provider.GetRequiredService<IServer>();
    }

    /// <summary>Where it listens; known after the start.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints { get; private set; } = [];

    /// <summary>Every service that is added serves; a host may say otherwise.</summary>
    public HealthService Health { get; } = new();

    /// <summary>Fires when the server begins to stop: streams without end should end then, or they hold it up for the whole drain timeout.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Calls under way.</summary>
    public int RunningCalls => _running.Count;

    internal GrpcServerOptions Options => _options;

    internal ILogger Logger => _logger;

    /// <summary>Takes a service class that stands on a generated base, as MapGrpcService of Grpc.AspNetCore does.</summary>
    /// Errors: <see cref="ArgumentException"/> when it does not, or its service is there already.
    public void Add(object service)
    {
        ArgumentNullException.ThrowIfNull(service);
        if (_isStarted) throw new InvalidOperationException("services are added before the start");
        var bind = service.GetType().GetCustomAttribute<BindServiceMethodAttribute>(inherit: true)
            ?? throw new ArgumentException($"{service.GetType().Name} does not stand on a generated service base", nameof(service));
        var method = bind.BindType.GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Single(one => one.Name == bind.BindMethodName && one.GetParameters() is [var binder, _] && binder.ParameterType == typeof(ServiceBinderBase));
        var descriptor = (ServiceDescriptor)bind.BindType.GetProperty("Descriptor")!.GetValue(null)!;
        _services.Add(descriptor, binder => method.Invoke(null, [binder, service]));
        Health.Set(descriptor.FullName, isServing: true);
    }

    /// Errors: <see cref="IOException"/> or <see cref="System.Net.Sockets.SocketException"/> when an address cannot be had.
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        Add(Health);
        if (_options.Reflection)
        {
            var reflection = new ReflectionService(_services);
            Add(reflection);
            _services.AddMethods(reflection.BindOldName);
        }
        _isStarted = true;
        await _kestrel.StartAsync(new GrpcApplication(this, _services), cancellationToken).ConfigureAwait(false);
        EndPoints = [.. _kestrel.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Select(address => IPEndPoint.Parse(new Uri(address).Authority))];
        foreach (var endPoint in EndPoints) _logger.Serving(endPoint.ToString(), _services.Count);
    }

    /// <summary>Takes no new calls, waits for the running ones, ends those that do not end, closes all connections.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (_isStopped) return;
        _isStopped = true;
        if (!_isStarted) return;
        _logger.Draining(_running.Count);
        Health.End();
        await _stopping.CancelAsync().ConfigureAwait(false);
        using var abort = new CancellationTokenSource();
        // Kestrel closes its sockets, sends GOAWAY, and waits until the connections have no streams any more.
        var stop = _kestrel.StopAsync(abort.Token);
        if (!await EndsWithinAsync(stop, _options.DrainTimeout, cancellationToken).ConfigureAwait(false))
        {
            var count = _running.Count;
            if (count > 0) _logger.DrainCutOff(count);
            CutAll(new Status(StatusCode.Unavailable, "the server is shutting down"));
            await EndsWithinAsync(stop, LastOctetsTimeout, cancellationToken).ConfigureAwait(false);
            await abort.CancelAsync().ConfigureAwait(false);
            // Connections are gone soon after; a handler that hears nothing may hold Kestrel up, but not this host.
            await EndsWithinAsync(stop, LastOctetsTimeout, cancellationToken).ConfigureAwait(false);
            if (!stop.IsCompleted) return;
        }
        await stop.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        await _provider.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <summary>Ends all calls that run now, with that status.</summary>
    internal void CutAll(Status status)
    {
        foreach (var call in _running.Keys) call.Cut(status);
    }

    internal void Begin(ServerCall call) => _running.TryAdd(call, true);

    internal void End(ServerCall call) => _running.TryRemove(call, out _);

    private async Task<bool> EndsWithinAsync(Task task, TimeSpan time, CancellationToken cancellationToken)
    {
        await Task.WhenAny(task, Task.Delay(time, _options.Time, cancellationToken)).ConfigureAwait(false);
        return task.IsCompleted;
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.MaxConcurrentConnections = _options.MaxConnections;
        limits.MaxRequestHeaderCount = MaxRequestHeaders;
        limits.MaxRequestHeadersTotalSize = MaxRequestHeadersBytes;
        limits.KeepAliveTimeout = _options.IdleTimeout;
        // Streams live long and may be silent or slow for hours: each message has its own limits instead.
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.Http2.MaxStreamsPerConnection = _options.MaxStreamsPerConnection;
        limits.Http2.KeepAlivePingDelay = _options.KeepAlivePingDelay;
        limits.Http2.KeepAlivePingTimeout = _options.KeepAlivePingTimeout;
        foreach (var (endPoint, configure) in _options.Listeners)
            kestrel.Listen(endPoint, listener =>
            {
                listener.Protocols = HttpProtocols.Http2;
                configure?.Invoke(listener);
            });
    }
}
