using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Hss.DiameterNode;

/// <summary>Connects to a peer over TCP, and over TLS where it is configured, and makes of it what an accepted socket is.</summary>
internal sealed class SocketDial(Func<ConnectionContext, PeerOptions, CancellationToken, ValueTask<ConnectionContext>>? secure)
{
    /// Errors: SocketException, OperationCanceledException, whatever the handshake throws.
    public async ValueTask<ConnectionContext> ConnectAsync(PeerOptions peer, CancellationToken cancellationToken)
    {
        IPEndPoint endPoint = Dialler.EndPointOf(peer);
        Socket socket = new(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        ConnectionContext plain;
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken);
            plain = new SocketConnection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

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
}
