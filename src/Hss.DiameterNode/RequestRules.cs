using System.Collections.Frozen;
using Hss.Diameter;

namespace Hss.DiameterNode;

/// <summary>What a request has to be, before its grammar is looked at: for this node, and from somebody who may send it.</summary>
/// Order of the checks, and why:
/// 1. 5011, 5015, 3008 (E): what cannot be trusted in the header itself, before anything is concluded from it.
/// 2. 3007, then 3001, then 3008 (R, P of the command): a command code has a meaning only inside an application, flags only inside a command.
/// 3. 3005: a request that was here before is on no way that leads anywhere, whatever its destination (RFC 6733 6.1.3). This node forwards
///    nothing, so it can only be that somebody else uses its name, which is worth telling the relays.
/// 4. 3003, then 3002: a request goes first to a realm, then to a host in it (RFC 6733 6.1.6, 6.1.5). One that names this host is for
///    this host whatever its realm says (6.1.4); one that names neither is for whoever gets it.
/// 5. 5003: who may send it. Behind the protocol errors, which say that this is not the place to ask; see <see cref="PeerRights"/>.
/// Requests are served by Origin-Host and Destination-Realm; over whose connection they came does not matter (relays).
/// Spec: RFC 6733 3, 6.1.4, 6.2, 7.1.
internal sealed class RequestRules(NodeIdentity identity, FrozenDictionary<uint, string> applications)
{
    /// <summary>What is wrong with the request, or None.</summary>
    /// <param name="peer">Whose connection it came over.</param>
    /// <param name="header">Its header.</param>
    /// <param name="frame">All of it.</param>
    /// <param name="avps">Where its AVPs stand.</param>
    /// <param name="command">What its header names, if that is served.</param>
    /// <param name="fault">Behind a 5003, what the peer may not.</param>
    public ResultCode Judge(Peer peer, in DiameterHeader header, ReadOnlySpan<byte> frame, in RequestAvps avps, Command? command, out RightsFault fault)
    {
        fault = RightsFault.None;
        ResultCode code = JudgeHeader(header);
        if (code == ResultCode.None) code = JudgeCommand(peer, header, command);
        if (code == ResultCode.None) code = JudgeRoute(frame, avps);
        if (code != ResultCode.None) return code;
        fault = PeerRights.Judge(peer, command!, frame, avps);
        return fault == RightsFault.None ? ResultCode.None : ResultCode.AuthorizationRejected;
    }

    /// <summary>The fault of a header that spoils any message, or None.</summary>
    public static ResultCode JudgeHeader(in DiameterHeader header)
    {
        if (header.Version != DiameterHeader.CurrentVersion) return ResultCode.UnsupportedVersion;

        // The stated length did frame the message, so the stream is in step with its sender and the connection goes on. Should the
        // length have been wrong, what comes next is no header and closes it.
        if (header.LengthBytes % 4 != 0) return ResultCode.InvalidMessageLength;
        return header.IsError ? ResultCode.InvalidHdrBits : ResultCode.None;
    }

    private ResultCode JudgeCommand(Peer peer, in DiameterHeader header, Command? command)
    {
        if (peer.AllowedApplications?.Contains(header.ApplicationId) == false) return ResultCode.ApplicationUnsupported;
        if (command is null)
        {
            bool isKnown = header.ApplicationId == ApplicationIds.Base || applications.ContainsKey(header.ApplicationId);
            return isKnown ? ResultCode.CommandUnsupported : ResultCode.ApplicationUnsupported;
        }

        const CommandFlags judged = CommandFlags.Request | CommandFlags.Proxiable;
        return (header.Flags & judged) == (command.Flags & judged) ? ResultCode.None : ResultCode.InvalidHdrBits;
    }

    private ResultCode JudgeRoute(ReadOnlySpan<byte> frame, in RequestAvps avps)
    {
        if (avps.HasRouteRecord && WasHere(frame)) return ResultCode.LoopDetected;
        ReadOnlySpan<byte> host = avps.DestinationHost(frame);
        if (!host.IsEmpty && identity.IsOwnHost(host)) return ResultCode.None;
        ReadOnlySpan<byte> realm = avps.DestinationRealm(frame);
        if (!realm.IsEmpty && !identity.IsOwnRealm(realm)) return ResultCode.RealmNotServed;
        return host.IsEmpty ? ResultCode.None : ResultCode.UnableToDeliver;
    }

    private bool WasHere(ReadOnlySpan<byte> frame)
    {
        AvpReader reader = AvpReader.OverMessage(frame);
        while (reader.Read())
        {
            if (reader.Key == Avp.RouteRecord.Key && identity.IsOwnHost(reader.Data)) return true;
        }

        return false;
    }
}
