namespace Hss.DiameterNode;

/// <summary>The open peers by Origin-Host, one connection each.</summary>
/// Order: any thread. Limits: as many as there are connections; of peers given up only the names are kept, up to a bound.
internal sealed class PeerTable
{
    /// <summary>How many given up peers are remembered. One that is forgotten comes back as if it were new.</summary>
    private const int MaxGivenUp = 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, PeerSession> _open = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _givenUp = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Puts a connection in the place of its peer and hands out the one that was there.</summary>
    /// <param name="session">The connection.</param>
    /// <param name="peer">Its peer.</param>
    /// <param name="wasGivenUp">Whether the watchdog gave the peer up last time.</param>
    public PeerSession? Open(PeerSession session, Peer peer, out bool wasGivenUp)
    {
        lock (_gate)
        {
            wasGivenUp = _givenUp.Remove(peer.Identity);
            _open.Remove(peer.Identity, out PeerSession? older);
            _open.Add(peer.Identity, session);
            return older;
        }
    }

    /// <summary>Takes a connection out, unless a newer one has its place.</summary>
    public void Withdraw(PeerSession session, Peer peer, bool isGivenUp)
    {
        lock (_gate)
        {
            if (!_open.TryGetValue(peer.Identity, out PeerSession? current) || current != session) return;
            _open.Remove(peer.Identity);
            if (isGivenUp && _givenUp.Count < MaxGivenUp) _givenUp.Add(peer.Identity);
        }
    }

    /// <summary>The connection of an open peer, or null.</summary>
    public PeerSession? Find(string identity)
    {
        lock (_gate) return _open.GetValueOrDefault(identity);
    }

    /// <summary>The best connection for a request that has not been tried yet, or null when there is none.</summary>
    /// <param name="request">Where it is to go.</param>
    /// <param name="tried">The connections that had their turn.</param>
    /// <param name="turn">Which of several equal relays comes first.</param>
    public PeerSession? NextPath(OutgoingRequest request, IReadOnlySet<PeerSession> tried, uint turn)
    {
        lock (_gate)
        {
            return _open.TryGetValue(request.DestinationHost, out PeerSession? direct) && !tried.Contains(direct) && Route.IsUsable(direct.Peer!, request)
                ? direct
                : Route.BestRelay(_open.Values, request, tried, turn);
        }
    }

    /// <summary>All open peers, by identity.</summary>
    public IReadOnlyList<PeerSnapshot> Snapshot()
    {
        lock (_gate)
        {
            return [.. _open.Values.Select(session => session.Snapshot()).OrderBy(peer => peer.Identity, StringComparer.OrdinalIgnoreCase)];
        }
    }
}
