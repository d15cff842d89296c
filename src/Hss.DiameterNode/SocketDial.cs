using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Hss.DiameterNode;

/// <summary>Connects to a peer over TCP, and over TLS where it is configured, and makes of it what Kestrel makes of an accepted socket.</summary>
internal sealed class SocketDial(
    ILoggerFactory logs, Func<ConnectionContext, PeerOptions, CancellationToken, ValueTask<ConnectionContext>>? secure) : IDisposable
{
    private readonly SocketConnectionContextFactory _contexts = new(new SocketConnectionFactoryOptions(), logs.CreateLogger<SocketDial>());

    /// Errors: SocketException, OperationCanceledException, whatever the handshake throws.
    public async ValueTask<ConnectionContext> ConnectAsync(PeerOptions peer, CancellationToken cancellationToken)
    {
        IPEndPoint endPoint = Dialler.EndPointOf(peer);
        Socket socket = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        ConnectionContext plain = _contexts.Create(socket);
        if (!peer.Tls) return plain;
        try
        {
            return await secure!(plain, peer, cancellationToken);
        }
        catch
        {
            await plain.DisposeAsync();
            throw;
        }
    }

    public void Dispose() => _contexts.Dispose();
}
