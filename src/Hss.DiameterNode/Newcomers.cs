using Microsoft.AspNetCore.Connections;

namespace Hss.DiameterNode;

/// <summary>The connections that are not yet somebody's, as many as there may be; one more pushes the oldest out.</summary>
/// Shape: one for those in their TLS handshake, one for those that have shown no CER. Order: any thread.
/// Why the oldest: an honest peer is through in milliseconds, so the oldest of many is the one that leads nowhere. Refusing the newest
/// would let whoever opens a few idle connections lock every peer out.
internal sealed class Newcomers(int bound)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Newcomer> _underway = new();

    public int Count
    {
        get
        {
            lock (_gate) return _underway.Count;
        }
    }

    public Newcomer Enter(ConnectionContext connection)
    {
        Newcomer entered = new(this, connection);
        Newcomer? pushedOut = null;
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

    private void Leave(Newcomer newcomer)
    {
        lock (_gate) _underway.Remove(newcomer);
    }

    /// <summary>One connection on its way in; dispose it when it has arrived. More than once does no harm.</summary>
    internal sealed class Newcomer(Newcomers all, ConnectionContext connection) : IDisposable
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
