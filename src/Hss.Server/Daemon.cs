using System.Runtime.InteropServices;
using Hss.Authentication;
using Hss.DiameterNode;
using Hss.Procedures.Cx;
using Hss.Procedures.Sh;
using Hss.Server.Configuration;
using Hss.Server.Operations;
using Hss.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Serilog.Extensions.Logging;

namespace Hss.Server;

/// <summary>The running HSS: operations listener, store, procedures, node and listeners, gRPC, opened in this order and closed in the reverse one.</summary>
/// Why operations first: whoever watches the start sees a living process that is not ready, however long the store takes.
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
        using var certificates = settings.Diameter.Tls is { } files
            ? new CertificateFiles(files.CertificateFile, files.KeyFile, files.CaFile!, TimeProvider.System, loggers)
            : null;
        // CaFile is there for those who show certificates; without it none is asked for, and the field needs some certificate all the same.
        using var provisioningCertificates = settings.Provisioning.Tls is { } shown && settings.Provisioning.Listen.Any(one => one.IsTls)
            ? new CertificateFiles(shown.CertificateFile, shown.KeyFile, shown.CaFile ?? shown.CertificateFile, TimeProvider.System, loggers)
            : null;
        using var documents = settings.Provisioning.Listen.Count == 0 ? null : new DocumentSources(settings.Provisioning, loggers);
        using var reload = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => Reload(signal, certificates, provisioningCertificates, documents));

        using var metrics = new MetricsCollector(loggers.CreateLogger<MetricsCollector>());
        var figures = new StoreFigures(TimeProvider.System);
        using var instruments = new ServerInstruments(figures);
        var readiness = new Readiness(TimeProvider.System);
        await using var operations = settings.Operations.Listen is { } address
            ? await OperationsListener.OpenAsync(address, metrics, figures, readiness, loggers).ConfigureAwait(false)
            : null;

        await using var store = StoreOpening.Open(settings, loggers);
        figures.Count = store.CountAsync;
        readiness.StoreOpened(store);
        if (demo && await DemoSubscribers.ImportIntoEmptyAsync(settings, store).ConfigureAwait(false) is { } exitCode and not 0) return exitCode;

        await using var retention = new ChangeRetention(store, settings.Provisioning.AuditKept, TimeProvider.System, loggers.CreateLogger<ChangeRetention>());

        using var stopWarmUp = new CancellationTokenSource();
        var warmUp = WarmUpAsync(store, settings.Cx.SequenceReserve, loggers.CreateLogger("Hss.Server"), stopWarmUp.Token);
        await Task.WhenAny(warmUp, stop.Received, Task.Delay(WarmUpPatience, TimeProvider.System)).ConfigureAwait(false);

        using var cxInstruments = new CxInstruments();
        using var shInstruments = new ShInstruments();
        DiameterApplication[] applications =
        [
            CxApplication.Create(store, settings.Cx, cxInstruments, SystemRandomSource.Instance, loggers),
            ShApplication.Create(store, settings.Sh, loggers),
        ];
        using var tls = certificates is null ? null : new TlsTransport(() => certificates.Current, TimeProvider.System, loggers);
        await using var node = Node(settings, applications, tls, loggers);
        await using var provisioning =
            await ProvisioningListener.CreateAsync(settings, documents, store, node, cxInstruments, shInstruments, provisioningCertificates, loggers).ConfigureAwait(false);
        var listen = settings.Diameter.Listen;
        using var listeners = Listeners(node, tls, listen, loggers);
        await Listening.StartAsync(listeners, new NoHttp(), listen.Select(one => one.EndPoint), "Diameter:Listen").ConfigureAwait(false);
        if (provisioning is not null) await provisioning.OpenAsync().ConfigureAwait(false);
        readiness.ListenersOpened(node, settings.Diameter.Node.Peers, [.. listen.Concat(settings.Provisioning.Listen).Select(one => one.ToString())]);

        node.Start();
        await using var jobs = new CxJobRunner(store, node.SendAsync, node.QuirksOf, settings.Cx, cxInstruments, TimeProvider.System, loggers);
        node.PathOpened += jobs.PathOpened;
        jobs.Start();
        await using var notifications = new NotificationRunner(store, node.SendAsync, settings.Sh, shInstruments, TimeProvider.System, loggers);
        node.PathOpened += notifications.PathOpened;
        notifications.Start();

        // The one line that scripts and supervisors wait for.
        var open = listen.Select(one => $"diameter {one}").Concat(settings.Provisioning.Listen.Select(one => $"grpc {one}"));
        if (settings.Operations.Listen is not null) open = open.Append($"operations {settings.Operations.Listen}");
        Console.WriteLine($"ready: {string.Join(", ", open)}");
        await stop.Received.ConfigureAwait(false);

        readiness.Stopping();
        using var patience = new CancellationTokenSource(StopPatience);
        var drained = provisioning?.DrainAsync(patience.Token) ?? Task.CompletedTask; // beside the farewells of the node: neither waits for the other
        // What is not acknowledged yet is sent again after the next start.
        await Task.WhenAll(jobs.DisposeAsync().AsTask(), notifications.DisposeAsync().AsTask()).ConfigureAwait(false);
        await node.StopAsync(patience.Token).ConfigureAwait(false); // DPR, then the answers still owed
        await listeners.StopAsync(patience.Token).ConfigureAwait(false);
        await drained.ConfigureAwait(false);
        await stopWarmUp.CancelAsync().ConfigureAwait(false);
        await warmUp.ConfigureAwait(false);
        return 0;
    }

    /// <summary>SIGHUP: the files of certificates and transport keys are looked at now. Without any it means nothing, and must not end the process as it
    /// would by default.</summary>
    private static void Reload(PosixSignalContext signal, CertificateFiles? certificates, CertificateFiles? provisioningCertificates, DocumentSources? documents)
    {
        signal.Cancel = true;
        certificates?.LookNow();
        provisioningCertificates?.LookNow();
        documents?.LookNow();
    }

    private static async Task WarmUpAsync(SubscriberStore store, int reserveAhead, ILogger logger, CancellationToken stop)
    {
        var started = TimeProvider.System.GetTimestamp();
        var count = await store.WarmUpAsync(reserveAhead, stop).ConfigureAwait(false);
        logger.WarmedUp(count, TimeProvider.System.GetElapsedTime(started).TotalMilliseconds);
    }

    /// Errors: <see cref="ConfigurationException"/> when a peer is configured for an application that is not served.
    private static DiameterNode.DiameterNode Node(ServerSettings settings, DiameterApplication[] applications, TlsTransport? tls, ILoggerFactory loggers)
    {
        try
        {
            return new(settings.Diameter.Node, applications, TimeProvider.System, loggers, secureDialled: tls is null ? null : tls.SecureDialledAsync);
        }
        catch (ArgumentException problem)
        {
            throw new ConfigurationException("Diameter", problem.Message);
        }
    }

    private static KestrelServer Listeners(
        DiameterNode.DiameterNode node, TlsTransport? tls, IReadOnlyList<ListenAddress> listeners, ILoggerFactory loggers)
    {
        var options = new KestrelServerOptions { ApplicationServices = new NoServices() };
        options.Limits.MaxConcurrentConnections = null; // the node has a limit of its own, and so have the handshakes before it
        foreach (var (endPoint, isTls) in listeners)
        {
            // The settings saw to it: where a listener is TLS there are files for it.
            Func<ConnectionContext, Task> serve = isTls ? connection => tls!.HandleAsync(connection, node.HandleAsync) : node.HandleAsync;
            options.Listen(endPoint, listener => listener.Run(serve));
        }
        return Listening.DiameterServer(options, loggers);
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
}
