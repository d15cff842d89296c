using System.Collections.Frozen;
using System.Text;

namespace Hss.DiameterNode;

/// <summary>The configured peers by identity.</summary>
/// Order: any thread; looking up by octets allocates nothing. Spec: RFC 6733 4.3.1, host names have no case.
internal sealed class KnownPeers(IEnumerable<PeerOptions> peers)
{
    private readonly FrozenDictionary<string, PeerOptions> _peers =
        peers.ToFrozenDictionary(peer => peer.Identity, StringComparer.OrdinalIgnoreCase);

    public PeerOptions? Find(string identity) => _peers.GetValueOrDefault(identity);

    public PeerOptions? Find(ReadOnlySpan<byte> identity)
    {
        if (_peers.Count == 0 || identity.Length > NodeOptions.MaxIdentityLength) return null;
        Span<char> text = stackalloc char[NodeOptions.MaxIdentityLength];
        Encoding.Latin1.GetChars(identity, text);
        return _peers.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text[..identity.Length], out PeerOptions? peer) ? peer : null;
    }
}
