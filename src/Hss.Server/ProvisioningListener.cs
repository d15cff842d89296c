using System.Net;
using System.Net.Security;
using Grpc.Core;
using Hss.Authentication;
using Hss.DiameterNode;
using Hss.Grpc;
using Hss.Procedures.Cx;
using Hss.Procedures.Sh;
using Hss.Provisioning;
using Hss.Provisioning.Access;
using Hss.Server.Configuration;
using Hss.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Hss.Server;

/// <summary>gRPC for those who provision: its services, who may call them, and its sockets.</summary>
/// Order: made before the node is open, so that a configuration that cannot be stops the start; opened after it; drained before the store closes.
internal sealed class ProvisioningListener : IAsyncDisposable
{
    /// <summary>How long calls under way may go on when the server stops. A watch ends at once; an import has
    /// no end of its own, and its client goes on where it was.</summary>
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(3);

    private readonly IReadOnlyList<ListenAddress> _listen;
    private readonly AccessTokens _tokens;
    private readonly ProvisioningMetrics _metrics = new();
    private readonly TlsTransport? _tls;
    private readonly RegistrationService _registrations;
    private readonly GrpcServer _server;

    private ProvisioningListener(
        ServerSettings settings, DocumentSources documents, SubscriberStore store, AccessTokens tokens, DiameterNode.DiameterNode node, RegistrationControl control,
        NotificationControl notifications,
        CertificateFiles? certificates, ILoggerFactory loggers)
    {
        var (time, provisioning) = (TimeProvider.System, settings.Provisioning);
        (_listen, _tokens) = (provisioning.Listen, tokens);
        var access = new AccessControl(tokens, provisioning.Access, ServerCallContextExtensions.ClientCertificate, ServerCallContextExtensions.Cut, time, loggers);
        var options = new GrpcServerOptions
        {
            MaxReceiveMessageBytes = provisioning.MaxMessageBytes,
            DrainTimeout = DrainTimeout,
            Authorize = call =>
            {
                access.Authorise(call);
                return ValueTask.CompletedTask;
            },
            Ended = (call, code, elapsed) =>
            {
                AccessControl.Ended(call);
                _metrics.Count(call.Method, code, elapsed);
            },
        };
        if (certificates is not null)
            _tls = new TlsTransport(() => certificates.Current, time, loggers, new TlsTerms
            {
                ClientCertificate = provisioning.Tls!.CaFile is null ? ClientCertificate.NotAsked : ClientCertificate.Welcome,
                ApplicationProtocols = [SslApplicationProtocol.Http2],
                HandshakesMetric = "hss_provisioning_tls_handshakes_total",
                ExpiryMetric = "hss_provisioning_tls_certificate_expiry_timestamp_seconds",
                Dials = false,
            });
        foreach (var (endPoint, isTls) in _listen) options.Listen(endPoint, isTls ? Secure : null);

        _registrations = new RegistrationService(store, control);
        _server = new GrpcServer(options, loggers);
        // Every service there is, but for health and reflection, which the server adds.
        _server.Add(new Subscriptions(store, () => documents.Current, settings.Cx, time, loggers.CreateLogger<Subscriptions>(), _server.Stopping));
        _server.Add(new AuthenticationService(store, settings.Cx, () => documents.Current, SystemRandomSource.Instance, loggers.CreateLogger<AuthenticationService>()));
        _server.Add(_registrations);
        _server.Add(new ApplicationServerService(store, notifications, time));
        _server.Add(new ServiceProfileService(documents.Templates, () => documents.Current,
            async (subscriptionId, cancellationToken) => (await store.ReadAsync(subscriptionId, cancellationToken).ConfigureAwait(false))?.Subscription));
        _server.Add(new NodeService(node, store));
        _server.Add(new AuditRecords(store));
        _server.Add(new AccessTokenService(tokens, provisioning.Access, time, loggers.CreateLogger<AccessTokenService>()));
    }

    /// <summary>Null: it is off.</summary>
    /// Errors: <see cref="ConfigurationException"/>, <see cref="InvalidDataException"/> for certificates that cannot be used, <see cref="StoreOpenException"/>.
    public static async Task<ProvisioningListener?> CreateAsync(
        ServerSettings settings, DocumentSources? documents, SubscriberStore store, DiameterNode.DiameterNode node, CxInstruments instruments, ShInstruments shInstruments, CertificateFiles? certificates,
        ILoggerFactory loggers)
    {
        if (documents is null) return null;
        AccessTokens tokens;
        try
        {
            tokens = await AccessTokens.ReadAsync(store, TimeProvider.System, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Hss.Subscribers.StoreUnavailableException unreadable)
        {
            throw new StoreOpenException($"{unreadable.Message}; mend: check the file and its directory", unreadable);
        }
        var beyond = settings.Provisioning.Listen.FirstOrDefault(one => !IPAddress.IsLoopback(one.EndPoint.Address));
        if (beyond.EndPoint is not null && tokens.Count == 0 && settings.Provisioning.Access.Certificates.Count == 0)
        {
            tokens.Dispose();
            throw new ConfigurationException("Provisioning:Listen",
                $"'{beyond}' is not on loopback, and nobody could say who he is; make a token with 'token create --name N --role operator', or list Provisioning:Certificates, or listen on 127.0.0.1");
        }
        return new(settings, documents, store, tokens, node, new RegistrationControl(store, instruments, TimeProvider.System, loggers),
            new NotificationControl(store, shInstruments, TimeProvider.System, loggers), certificates, loggers);
    }

    /// Errors: <see cref="ListenException"/>, one line, when an address cannot be had.
    public async Task OpenAsync()
    {
        try
        {
            await _server.StartAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is IOException or System.Net.Sockets.SocketException or AddressInUseException)
        {
            throw Listening.CannotListen(problem, _listen.Select(one => one.EndPoint), "Provisioning:Listen");
        }
    }

    /// <summary>Takes no new calls, and waits for those under way.</summary>
    public Task DrainAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync().ConfigureAwait(false);
        _registrations.Dispose();
        _tls?.Dispose();
        _tokens.Dispose();
        _metrics.Dispose();
    }

    private void Secure(ListenOptions listener) => listener.Use(next => connection => _tls!.HandleAsync(connection, next));
}
