using Microsoft.Extensions.Logging;

namespace Hss.DiameterNode;

/// <summary>The Origin-State-Id of every peer as last heard: one that grows tells of a restart, and that its sessions are gone.</summary>
/// Shape: by Origin-Host of the peers that are connected or were. Order: any thread. Limits: a bounded number of peers; of those beyond
/// it no restart is seen. A value of 0 or none says that the peer does not want to be read so. A smaller one is a clock set back:
/// it is remembered, or no restart after it would be seen. Spec: RFC 6733 8.16.
/// Cx keeps no sessions (TS 29.229 5.3) and what an S-CSCF has lost it asks for itself (restoration), so a restart is told and counted
/// and changes nothing else.
internal sealed class OriginStates(NodeMetrics metrics, ILogger log)
{
    private const int MaxPeers = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (uint State, int Restarts)> _peers = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Takes note of what a CER, CEA, DWR or DWA of the peer says.</summary>
    public void Note(Peer peer, uint? originStateId)
    {
        if (originStateId is not { } state || state == 0) return;
        uint before;
        lock (_gate)
        {
            if (!_peers.TryGetValue(peer.Identity, out (uint State, int Restarts) known))
            {
                if (_peers.Count >= MaxPeers) return;
                known = (state, 0);
            }

            before = known.State;
            int restarts = known.Restarts + (state > before ? 1 : 0);
            _peers[peer.Identity] = (state, restarts);
            peer.OriginStateId = state;
            peer.Restarts = restarts;
        }

        if (state <= before) return;
        metrics.CountRestart(peer.Identity);
        log.PeerRestarted(peer.Identity, before, state);
    }
}
