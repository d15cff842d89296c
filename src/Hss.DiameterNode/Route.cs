namespace Hss.DiameterNode;

/// <summary>Which open connection takes a request of this node when the destination itself is not connected.</summary>
/// Order of preference: relays that are configured; then relays in the destination's realm, for they are nearer to it; then in turn.
/// Spec: RFC 6733 6.1.4 to 6.1.6, RFC 3539 3.4.1.
/// <remarks>
/// RFC 6733 routes by a table from realm and application to peers. This node has no such table: whoever it is connected to and forwards
/// requests of an application is taken to reach every realm of it, and says 3002 where it does not, which makes the next one the path.
/// A peer that is no relay is never a path to another node, whatever its realm: an endpoint never forwards.
/// Only a peer that the watchdog calls OKAY is a path. A SUSPECT one has just made others wait in vain, and one in REOPEN has to prove
/// itself first (RFC 3539 3.4.1). "No path" is told at once and is known to have done nothing; silence costs time and leaves a doubt.
/// </remarks>
internal static class Route
{
    /// <summary>Whether the peer can take the request now.</summary>
    public static bool IsUsable(Peer peer, OutgoingRequest request)
    {
        if (peer.WatchdogState != WatchdogState.Okay) return false;
        foreach (DiameterApplication application in peer.Applications)
        {
            if (application.Id == request.ApplicationId) return true;
        }

        return false;
    }

    /// <summary>The best relay that has not been tried.</summary>
    /// The turn goes round among all usable relays, tried or not, so that the second choice of a request does not depend on its first.
    public static PeerSession? BestRelay(
        IEnumerable<PeerSession> open, OutgoingRequest request, IReadOnlySet<PeerSession> tried, uint turn)
    {
        PeerSession[] relays =
        [
            .. open.Where(session => session.Peer!.IsRelay && IsUsable(session.Peer, request))
                .OrderBy(session => session.Peer!.Identity, StringComparer.OrdinalIgnoreCase),
        ];
        return relays
            .Select((session, index) => (Session: session, Place: ((uint)index + (uint)relays.Length - (turn % (uint)relays.Length)) % (uint)relays.Length))
            .Where(relay => !tried.Contains(relay.Session))
            .OrderBy(relay => relay.Session.Peer!.Options is null)
            .ThenBy(relay => !string.Equals(relay.Session.Peer!.Realm, request.DestinationRealm, StringComparison.OrdinalIgnoreCase))
            .ThenBy(relay => relay.Place)
            .Select(relay => relay.Session)
            .FirstOrDefault();
    }
}
