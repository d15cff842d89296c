using System.Text;
using Hss.Diameter;

namespace Hss.DiameterNode;

/// <summary>Who this node is, in the octets its messages carry.</summary>
/// Spec: RFC 6733 6.3 (Origin-Host), 6.4 (Origin-Realm), 8.16 (Origin-State-Id).
internal sealed class NodeIdentity
{
    private readonly byte[] _host;
    private readonly byte[][] _realms;

    public NodeIdentity(NodeOptions options, uint originStateId)
    {
        OriginStateId = originStateId;
        _host = Encoding.ASCII.GetBytes(options.Identity);
        _realms = [.. options.Realms.Prepend(options.Realm).Select(Encoding.ASCII.GetBytes)];
        OriginHost = AvpOctets.Of(writer => writer.WriteText(Avp.OriginHost, options.Identity))[0];
        OriginRealm = AvpOctets.Of(writer => writer.WriteText(Avp.OriginRealm, options.Realm))[0];
    }

    /// <summary>Grows with every start, so that peers see a restart.</summary>
    public uint OriginStateId { get; }

    /// <summary>The Origin-Host AVP.</summary>
    public byte[] OriginHost { get; }

    /// <summary>The Origin-Realm AVP.</summary>
    public byte[] OriginRealm { get; }

    /// <summary>Whether this is the node's own Diameter identity. Spec: RFC 6733 4.3.1, host names have no case.</summary>
    public bool IsOwnHost(ReadOnlySpan<byte> host) => Ascii.EqualsIgnoreCase(host, _host);

    /// <summary>Whether the node serves this realm.</summary>
    public bool IsOwnRealm(ReadOnlySpan<byte> realm)
    {
        foreach (byte[] own in _realms)
        {
            if (Ascii.EqualsIgnoreCase(realm, own)) return true;
        }

        return false;
    }
}
