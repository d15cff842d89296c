using Microsoft.AspNetCore.Connections;

namespace Hss.DiameterNode;

/// <summary>The connections that are not yet somebody's, as many as there may be; one more pushes the oldest out.</summary>
/// Shape: one for the TLS handshakes, one for the connections that have shown no CER. Why the oldest: a good handshake takes milliseconds, so the oldest of many is the one that leads nowhere. Refusing the newest would let
/// whoever opens a few idle connections lock every peer out. Order: any thread.
internal sealed class Handshakes(int bound)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Handshake> _underway = new();

    public int Count
    {
        get
        {
            lock (_gate) return _underway.Count;
        }
    }

    public Handshake Enter(ConnectionContext connection)
    {
        Handshake entered = new(this, connection);
        Handshake? pushedOut = null;
        lock (_gate)
        {
            if (_underway.Count >= bound && _underway.First is { } oldest)
            {
                _underway.RemoveFirst();
                pushedOut = oldest.Value;
            }

            _underway.AddLast(entered);
        }

        pushedOut?.PushOut();
        return entered;
    }

    private void Leave(Handshake handshake)
    {
        lock (_gate) _underway.Remove(handshake);
    }

    /// <summary>One handshake; dispose it when it is over. More than once does no harm.</summary>
    internal sealed class Handshake(Handshakes all, ConnectionContext connection) : IDisposable
    {
        private volatile bool _isPushedOut;

        /// <summary>Whether newer ones took its place.</summary>
        public bool IsPushedOut => _isPushedOut;

        public void PushOut()
        {
            _isPushedOut = true;
            connection.Abort();
        }

        public void Dispose() => all.Leave(this);
    }
}
