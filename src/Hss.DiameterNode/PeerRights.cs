using System.Text;

namespace Hss.DiameterNode;

/// <summary>What a peer asked for that it may not.</summary>
internal enum RightsFault
{
    None,

    /// <summary>A command that is not among its Commands.</summary>
    Command,

    /// <summary>An Origin-Host that is not its own, and it is no relay.</summary>
    OriginHost,

    /// <summary>An Origin-Realm that is not among its Realms.</summary>
    OriginRealm,
}

/// <summary>Whether a peer may send this request.</summary>
/// Order: command, host, realm. What is absent or no identity is left to the grammar, which says what is wrong with it.
/// <remarks>
/// The result is Result-Code 5003, DIAMETER_AUTHORIZATION_REJECTED, in the command's own answer: RFC 6733 2.9 names it for a request
/// that came over a way the home server does not accept, and that is what this is. Not 3010, which answers a CER; not 3001 or 3007,
/// which say that this node has no such command at all and make a relay ask elsewhere for what it may not have anywhere; not
/// 5004, because the value is a good one, only not this peer's.
///
/// Origin-Host: only a relay speaks for others (RFC 6733 6.3: agents leave it as it is), so any other peer has to be who it said in its
/// CER. This holds for peers that are not listed too. Who is a relay: of a listed peer the configuration alone decides (Role), or any
/// listed endpoint could speak for all others by one AVP in its CER; of one that is not listed its CER, because there is nothing else,
/// and a node that takes unknown peers trusts its network.
///
/// Realms, when none are listed: any for a relay, which is there to connect realms; for an endpoint the realm of its CER, because a
/// node is in one realm and its requests carry the same (6.4). Listing realms replaces that.
/// </remarks>
internal static class PeerRights
{
    public static RightsFault Judge(Peer peer, Command command, ReadOnlySpan<byte> frame, in RequestAvps avps)
    {
        PeerOptions? listed = peer.Options;
        if (listed is { Commands.Count: > 0 } && !Contains(listed.Commands, command.Name)) return RightsFault.Command;

        bool isRelay = listed is null ? peer.IsRelay : listed.Role == PeerRole.Relay;
        ReadOnlySpan<byte> host = avps.OriginHost(frame);
        if (!isRelay && IsIdentity(host) && !Ascii.EqualsIgnoreCase(host, peer.Identity)) return RightsFault.OriginHost;

        ReadOnlySpan<byte> realm = avps.OriginRealm(frame);
        if (!IsIdentity(realm)) return RightsFault.None;
        bool isOwn = listed is { Realms.Count: > 0 } ? Contains(listed.Realms, realm) : isRelay || Ascii.EqualsIgnoreCase(realm, peer.Realm);
        return isOwn ? RightsFault.None : RightsFault.OriginRealm;
    }

    /// <summary>The fault for the log and for Error-Message.</summary>
    public static string Text(RightsFault fault, Peer peer, Command command, ReadOnlySpan<byte> frame, in RequestAvps avps) => fault switch
    {
        RightsFault.Command => $"{peer.Identity} may not send {command.Name}",
        RightsFault.OriginHost => $"{peer.Identity} may not send for host {LoggedText.Of(avps.OriginHost(frame))}",
        _ => $"{peer.Identity} may not send for realm {LoggedText.Of(avps.OriginRealm(frame))}",
    };

    // As the grammar sees it: visible ASCII and not empty.
    private static bool IsIdentity(ReadOnlySpan<byte> data) => !data.IsEmpty && !data.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E);

    private static bool Contains(IReadOnlyList<string> names, string name)
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (string.Equals(names[i], name, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    private static bool Contains(IReadOnlyList<string> names, ReadOnlySpan<byte> name)
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (Ascii.EqualsIgnoreCase(name, names[i])) return true;
        }

        return false;
    }
}
