using System.Net;
using System.Runtime.InteropServices;
using Hss.Authentication;
using Hss.DiameterNode;
using Hss.Procedures.Cx;
using Hss.Server.Configuration;
using Hss.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Serilog.Extensions.Logging;

namespace Hss.Server;

/// <summary>A listener could not be opened.</summary>
public sealed class ListenException(string message, Exception inner) : Exception(message, inner);

/// <summary>The running HSS: store, procedures, node and listeners, opened in this order and closed in the reverse one.</summary>
internal static class Daemon
{
    /// <summary>The longest that stopping may take before connections are cut: longer than a request may live.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    /// <summary>How long the listeners wait for subscribers to be read into memory; the rest is read beside the first requests.</summary>
    private static readonly TimeSpan WarmUpPatience = TimeSpan.FromSeconds(10);

    public static async Task<int> RunAsync(ServerSettings settings, bool demo)
    {
        using var stop = new StopSignal();
        using var loggers = new SerilogLoggerFactory(Serilog.Log.Logger);
        await using var store = StoreOpening.Open(settings, loggers);
        if (demo && await DemoSubscribers.ImportIntoEmptyAsync(settings, store).ConfigureAwait(false) is { } exitCode and not 0) return exitCode;

        using var stopWarmUp = new CancellationTokenSource();
        var warmUp = WarmUpAsync(store, settings.Cx.SequenceReserve, loggers.CreateLogger("Hss.Server"), stopWarmUp.Token);
        await Task.WhenAny(warmUp, stop.Received, Task.Delay(WarmUpPatience, TimeProvider.System)).ConfigureAwait(false);

        using var instruments = new CxInstruments();
        var application = CxApplication.Create(store, settings.Cx, instruments, SystemRandomSource.Instance, loggers);
        await using var node = Node(settings, application, loggers);
        using var listeners = Listeners(node, settings.Diameter.Listen, loggers);
        await StartAsync(listeners, settings.Diameter.Listen).ConfigureAwait(false);

        node.Start();

        // The one line that scripts and supervisors wait for.
        Console.WriteLine($"ready: {string.Join(", ", settings.Diameter.Listen.Select(endPoint => $"diameter {endPoint}"))}");
        await stop.Received.ConfigureAwait(false);

        using var patience = new CancellationTokenSource(StopPatience);
        await node.StopAsync(patience.Token).ConfigureAwait(false); // DPR, then the answers still owed
        await listeners.StopAsync(patience.Token).ConfigureAwait(false);
        await stopWarmUp.CancelAsync().ConfigureAwait(false);
        await warmUp.ConfigureAwait(false);
        return 0;
    }

    private static async Task WarmUpAsync(SubscriberStore store, int reserveAhead, ILogger logger, CancellationToken stop)
    {
        var started = TimeProvider.System.GetTimestamp();
        var count = await store.WarmUpAsync(reserveAhead, stop).ConfigureAwait(false);
        logger.WarmedUp(count, TimeProvider.System.GetElapsedTime(started).TotalMilliseconds);
    }

    /// Errors: <see cref="ConfigurationException"/> when a peer is configured for an application that is not served.
    private static DiameterNode.DiameterNode Node(ServerSettings settings, DiameterApplication application, ILoggerFactory loggers)
    {
        try
        {
            return new(settings.Diameter.Node, [application], TimeProvider.System, loggers);
        }
        catch (ArgumentException problem)
        {
            throw new ConfigurationException("Diameter", problem.Message);
        }
    }

    private static KestrelServer Listeners(DiameterNode.DiameterNode node, IReadOnlyList<IPEndPoint> endPoints, ILoggerFactory loggers)
    {
        var options = new KestrelServerOptions { ApplicationServices = new NoServices() };
        options.Limits.MaxConcurrentConnections = null; // the node has a limit of its own
        foreach (var endPoint in endPoints)
            options.Listen(endPoint, listener => listener.Run(node.HandleAsync));
        var transport = new Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets.SocketTransportFactory(
            Options.Create(new Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets.SocketTransportOptions()), loggers);
        return new KestrelServer(Options.Create(options), transport, loggers);
    }

    private static async Task StartAsync(KestrelServer listeners, IReadOnlyList<IPEndPoint> endPoints)
    {
        try
        {
            await listeners.StartAsync(new NoHttp(), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is IOException or System.Net.Sockets.SocketException or AddressInUseException)
        {
            var addresses = string.Join(", ", endPoints.Select(endPoint => endPoint.ToString()));
            throw new ListenException($"cannot listen on {addresses}: {problem.Message} Stop what uses the port, or change Diameter:Listen.", problem);
        }
    }

    /// <summary>SIGTERM and Ctrl-C, taken over for the time of the run.</summary>
    private sealed class StopSignal : IDisposable
    {
        private readonly TaskCompletionSource _received = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly PosixSignalRegistration _terminate;
        private readonly PosixSignalRegistration _interrupt;

        public StopSignal()
        {
            _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Take);
            _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Take);
        }

        public Task Received => _received.Task;

        public void Dispose()
        {
            _terminate.Dispose();
            _interrupt.Dispose();
        }

        private void Take(PosixSignalContext context)
        {
            context.Cancel = true; // we end in good order ourselves
            _received.TrySetResult();
        }
    }

    // Kestrel wants an HTTP application even when every listener is a raw connection; nothing ever reaches this one.
    private sealed class NoHttp : Microsoft.AspNetCore.Hosting.Server.IHttpApplication<object>
    {
        public object CreateContext(Microsoft.AspNetCore.Http.Features.IFeatureCollection contextFeatures) => this;

        public void DisposeContext(object context, Exception? exception) { }

        public Task ProcessRequestAsync(object context) => Task.CompletedTask;
    }

    private sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}
