using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Hss.Diameter;

namespace Hss.Interop.Tests.Peers;

/// <summary>Stands between two Diameter nodes, hands every message on and keeps a copy; a test may have it swallow some.</summary>
/// Order: per direction as they came. Errors: when one side closes, the other is closed too.
internal sealed class WireTap : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly IPEndPoint _target;
    private readonly ConcurrentBag<TcpClient> _sockets = [];
    private readonly ConcurrentBag<Task> _work = [];
    private readonly ConcurrentQueue<TappedMessage> _messages = new();

    private readonly IPAddress _source;
    private int _open;

    private WireTap(IPEndPoint endpoint, IPEndPoint target, IPAddress source)
    {
        Endpoint = endpoint;
        _target = target;
        _source = source;
        _listener = new TcpListener(endpoint);
    }

    /// <summary>Where to connect instead of the target.</summary>
    public IPEndPoint Endpoint { get; }

    /// <summary>Everything that came so far, swallowed or not.</summary>
    public IReadOnlyCollection<TappedMessage> Messages => _messages;

    /// <summary>Connections that are open on both sides.</summary>
    public int OpenConnections => _open;

    /// <summary>Asked for every message in its turn, which waits for the answer; false: it is not handed on.</summary>
    public Func<TappedMessage, ValueTask<bool>> Forwards { get; set; } = _ => ValueTask.FromResult(true);

    /// <summary>Listens on an address; each connection accepted there becomes one to the target, from the source address.</summary>
    public static WireTap Start(IPEndPoint endpoint, IPEndPoint target, IPAddress? source = null)
    {
        LoopbackPorts.DemandFree([("tcp", endpoint)]);
        var tap = new WireTap(endpoint, target, source ?? IPAddress.Any);
        tap._listener.Start();
        tap._work.Add(tap.AcceptAsync());
        return tap;
    }

    public IEnumerable<TappedMessage> Requests(uint command) => _messages.Where(m => m.Header.IsRequest && m.Header.CommandCode == command);

    public IEnumerable<TappedMessage> Answers(uint command) => _messages.Where(m => !m.Header.IsRequest && m.Header.CommandCode == command);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        foreach (var socket in _sockets) socket.Dispose();
        await Task.WhenAll(_work);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var opener = await _listener.AcceptTcpClientAsync();
                var target = new TcpClient(new IPEndPoint(_source, 0));
                _sockets.Add(opener);
                _sockets.Add(target);
                _work.Add(JoinAsync(opener, target));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task JoinAsync(TcpClient opener, TcpClient target)
    {
        using (opener)
        using (target)
        {
            try
            {
                opener.NoDelay = target.NoDelay = true;
                await target.ConnectAsync(_target);
                NetworkStream near = opener.GetStream(), far = target.GetStream();
                Interlocked.Increment(ref _open);
                await Task.WhenAny(CopyAsync(near, far, true), CopyAsync(far, near, false));
                Interlocked.Decrement(ref _open);
            }
            catch (SocketException)
            {
                // The target does not listen: whoever opened sees its connection close.
            }
        }
    }

    private async Task CopyAsync(NetworkStream from, NetworkStream to, bool fromOpener)
    {
        try
        {
            while (await from.ReadFrameAsync() is { } frame)
            {
                var message = new TappedMessage(fromOpener, frame);
                _messages.Enqueue(message);
                if (await Forwards(message)) await to.WriteAsync(frame);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or SocketException)
        {
            // Closed by either side.
        }
    }
}

/// <summary>A message as it passed: from the side that opened the connection or from the other.</summary>
internal sealed record TappedMessage(bool FromOpener, ReadOnlyMemory<byte> Frame)
{
    public DiameterHeader Header { get; } = DiameterHeader.Read(Frame.Span);

    public AvpOccurrences All(AvpDefinition definition) => AvpOccurrences.Find(Frame, definition);

    public IEnumerable<string> Texts(AvpDefinition definition) => All(definition).Select(avp => avp.ToText());

    public override string ToString() => MessageText.Of(Frame.Span);
}
