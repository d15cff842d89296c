using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Hss.DiameterNode;

/// <summary>Listens for Diameter peers, as a transport of Kestrel.</summary>
/// Why not Kestrel's own: see <see cref="SocketStream"/>. Everything above, TLS too, is the same over either.
/// Errors: of binding, AddressInUseException and SocketException. What is wrong with one connection is no error of the listener.
public sealed class SocketTransport(ILoggerFactory logs) : IConnectionListenerFactory
{
    /// <summary>Connections that the system keeps until they are accepted.</summary>
    private const int Backlog = 512;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        Socket socket = new(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endpoint is IPEndPoint { Address: { } address } && address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
            socket.Bind(endpoint);
            socket.Listen(Backlog);
            return new(new Listener(socket, logs.CreateLogger<SocketTransport>()));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            socket.Dispose();
            throw new AddressInUseException(e.Message, e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class Listener(Socket socket, ILogger log) : IConnectionListener
    {
        /// <summary>When the process has no descriptor left, the next attempt fails as this one did.</summary>
        private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(100);

        private readonly LogThrottle _failures = new();

        public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

        /// <summary>The next connection; null once the listener is closed.</summary>
        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (true)
            {
                Socket? accepted = null;
                try
                {
                    accepted = await socket.AcceptAsync(cancellationToken);
                    return new SocketConnection(accepted);
                }
                catch (Exception) when (accepted is not null)
                {
                    // It broke before it was looked at, which is nobody's trouble.
                    accepted.Dispose();
                }
                catch (ObjectDisposedException)
                {
                    return null;
                }
                catch (SocketException e) when (e.SocketErrorCode == SocketError.OperationAborted)
                {
                    return null;
                }
                catch (SocketException e)
                {
                    if (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted) continue;
                    if (_failures.TryLog(TimeProvider.System, out int suppressed)) log.AcceptFailed(EndPoint.ToString() ?? "", e.Message, suppressed);
                    await Task.Delay(AfterFailure, cancellationToken);
                }
            }
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            socket.Dispose();
            return default;
        }

        public ValueTask DisposeAsync() => UnbindAsync();
    }
}
