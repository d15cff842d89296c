using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Hss.DiameterNode;

/// <summary>A TCP connection, accepted or dialled, whose reader and writer go straight to the socket.</summary>
/// Shape: a read brings what has arrived; a flush is sent from where it lies. <see cref="SocketStream"/> tells on which thread.
/// Order: one reader, one writer. Errors: reading and flushing throw IOException when the connection broke;
/// <see cref="Abort(ConnectionAbortedException)"/> ends both at once.
internal sealed class SocketConnection : ConnectionContext
{
    /// <summary>What may still have arrived of a peer that is sent away: more than the kernel keeps (6 MB).</summary>
    private const int MostUnread = 8 * 1024 * 1024;

    private static long s_number;

    private readonly Socket _socket;
    private readonly SocketStream _stream;
    private readonly CancellationTokenSource _closed = new();
    private int _isAborted;

    /// <summary>Takes over a connected socket.</summary>
    /// Errors: SocketException when it broke meanwhile; it is the caller's still then.
    public SocketConnection(Socket socket)
    {
        socket.NoDelay = true;
        socket.Blocking = false;
        LocalEndPoint = socket.LocalEndPoint;
        RemoteEndPoint = socket.RemoteEndPoint;
        _socket = socket;
        _stream = new(socket);
        ConnectionClosed = _closed.Token;
        Transport = new Pipes(
            PipeReader.Create(_stream, new StreamPipeReaderOptions(bufferSize: SocketStream.ReadBytes, minimumReadSize: SocketStream.ReadBytes / 2, leaveOpen: true)),
            new QuietPipeWriter(PipeWriter.Create(_stream, new StreamPipeWriterOptions(leaveOpen: true))));
    }

    public override string ConnectionId { get; set; } = $"tcp{Interlocked.Increment(ref s_number)}";

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public override IDuplexPipe Transport { get; set; }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        if (Interlocked.Exchange(ref _isAborted, 1) != 0) return;
        try
        {
            // Wakes whoever waits for octets; closing alone would wait for him.
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // The peer was faster.
        }

        _stream.Stop();
        _socket.Dispose();

        // On a pool thread: what others hung onto the token is none of the caller's business.
        _ = _closed.CancelAsync();
    }

    public override void Abort() => Abort(new ConnectionAbortedException());

    /// <summary>Closes it in good order, unless it was aborted.</summary>
    /// Why what has arrived is read first: a socket that is closed over unread octets resets the connection, and the peer might lose the answers
    /// on their way to it (RFC 1122 4.2.2.13).
    public override async ValueTask DisposeAsync()
    {
        if (Volatile.Read(ref _isAborted) == 0)
        {
            try
            {
                _socket.Shutdown(SocketShutdown.Send);
                byte[] unread = GC.AllocateUninitializedArray<byte>(SocketStream.ReadBytes);
                for (int read = 0; read < MostUnread && _socket.Available > 0;) read += _socket.Receive(unread);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The peer was faster, or an abort.
            }
        }

        Abort();
        await base.DisposeAsync();
    }

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
