using System.Net;
using Hss.Diameter;
using Hss.Diameter.Commands.Base;

namespace Hss.DiameterNode.Tests.Support;

/// <summary>Messages a peer sends.</summary>
internal static class Requests
{
    public const string Realm = "ims.mnc001.mcc001.3gppnetwork.org";
    public const string Hss = "hss." + Realm;
    public const string Scscf = "scscf." + Realm;
    public const string Icscf = "icscf." + Realm;

    private static uint s_identifier = 0x1000;

    public static byte[] Cer(string originHost = Scscf, Action<MessageWriter>? applications = null, bool hostIpAddress = true, Action<MessageWriter>? more = null) =>
        Write(CommandFlags.Request, 257, 0, writer =>
        {
            writer.WriteText(Avp.OriginHost, originHost);
            writer.WriteText(Avp.OriginRealm, Realm);
            if (hostIpAddress) writer.WriteAddress(Avp.HostIpAddress, IPAddress.Parse("127.0.0.30"));
            writer.WriteUnsigned32(Avp.VendorId, Vendors.ThreeGpp);
            writer.WriteText(Avp.ProductName, "scripted peer");
            writer.WriteUnsigned32(Avp.SupportedVendorId, Vendors.ThreeGpp);
            (applications ?? CxApplication)(writer);
            more?.Invoke(writer);
        });

    /// <summary>What a relay advertises: whoever it forwards may have sent the requests it brings.</summary>
    public static void Relay(MessageWriter writer) => writer.WriteUnsigned32(Avp.AuthApplicationId, ApplicationIds.Relay);

    public static void CxApplication(MessageWriter writer) => VendorApplication(writer, Vendors.ThreeGpp, ApplicationIds.Cx);

    public static void VendorApplication(MessageWriter writer, uint vendor, uint application)
    {
        writer.BeginGroup(Avp.VendorSpecificApplicationId);
        writer.WriteUnsigned32(Avp.VendorId, vendor);
        writer.WriteUnsigned32(Avp.AuthApplicationId, application);
        writer.EndGroup();
    }

    public static byte[] Cea(ReceivedMessage cer, string originHost = Scscf, uint result = 2001, Action<MessageWriter>? applications = null) =>
        AnswerTo(cer, writer =>
        {
            writer.WriteUnsigned32(Avp.ResultCode, result);
            Origin(writer, originHost);
            writer.WriteAddress(Avp.HostIpAddress, IPAddress.Parse("127.0.0.30"));
            writer.WriteUnsigned32(Avp.VendorId, Vendors.ThreeGpp);
            writer.WriteText(Avp.ProductName, "scripted peer");
            (applications ?? CxApplication)(writer);
        });

    public static byte[] Dwr(string originHost = Scscf, uint? originStateId = null) => Write(CommandFlags.Request, 280, 0, writer =>
    {
        Origin(writer, originHost);
        if (originStateId is { } state) writer.WriteUnsigned32(Avp.OriginStateId, state);
    });

    public static byte[] Dwa(ReceivedMessage request, uint? originStateId = null) => AnswerTo(request, writer =>
    {
        writer.WriteUnsigned32(Avp.ResultCode, (uint)ResultCode.Success);
        Origin(writer, Scscf);
        if (originStateId is { } state) writer.WriteUnsigned32(Avp.OriginStateId, state);
    });

    public static byte[] Dpr(string originHost = Scscf, DisconnectCause cause = DisconnectCause.Rebooting) => Write(CommandFlags.Request, 282, 0, writer =>
    {
        Origin(writer, originHost);
        writer.WriteEnumerated(Avp.DisconnectCause, cause);
    });

    /// <summary>As Kamailio sends it: without Result-Code.</summary>
    public static byte[] Dpa(ReceivedMessage request) => AnswerTo(request, writer => Origin(writer, Scscf));

    public static byte[] Mar(
        string sessionId = "scscf;1;1", string originHost = Scscf, string? destinationHost = null, string? destinationRealm = Realm,
        CommandFlags flags = CommandFlags.Request | CommandFlags.Proxiable, uint command = 303, uint application = ApplicationIds.Cx,
        bool withSessionId = true, bool sessionIdFirst = true, Action<MessageWriter>? more = null) =>
        Write(flags, command, application, writer =>
        {
            if (withSessionId && sessionIdFirst) writer.WriteText(Avp.SessionId, sessionId);
            Origin(writer, originHost);
            if (destinationRealm is not null) writer.WriteText(Avp.DestinationRealm, destinationRealm);
            if (destinationHost is not null) writer.WriteText(Avp.DestinationHost, destinationHost);
            VendorApplication(writer, Vendors.ThreeGpp, ApplicationIds.Cx);
            if (withSessionId && !sessionIdFirst) writer.WriteText(Avp.SessionId, sessionId);
            writer.WriteEnumerated(Avp.AuthSessionState, AuthSessionState.NoStateMaintained);
            writer.WriteText(Avp.PublicIdentity, "sip:alice@" + Realm);
            writer.WriteText(Avp.UserName, "alice@" + Realm);
            writer.WriteUnsigned32(Avp.SipNumberAuthItems, 1);
            writer.BeginGroup(Avp.SipAuthDataItem);
            writer.WriteText(Avp.SipAuthenticationScheme, "Digest-AKAv1-MD5");
            writer.EndGroup();
            writer.WriteText(Avp.ServerName, "sip:scscf.example:6060");
            more?.Invoke(writer);
        });

    public static void RelayApplication(MessageWriter writer) => writer.WriteUnsigned32(Avp.AuthApplicationId, ApplicationIds.Relay);

    /// <summary>The request a node under test sends: a RTR.</summary>
    public static OutgoingRequest Rtr(string destinationHost = Scscf, uint? priority = null, Action<MessageWriter>? more = null) => new()
    {
        ApplicationId = ApplicationIds.Cx,
        CommandCode = 304,
        CommandName = "RTR",
        DestinationHost = destinationHost,
        DestinationRealm = Realm,
        Priority = priority,
        Write = writer =>
        {
            writer.WriteText(Avp.UserName, "alice@" + Realm);
            writer.BeginGroup(Avp.DeregistrationReason);
            writer.WriteEnumerated(Avp.ReasonCode, 0);
            writer.EndGroup();
            more?.Invoke(writer);
        },
    };

    /// <summary>The answer to it, in the form a server gives to any result but 3xxx.</summary>
    public static byte[] Rta(ReceivedMessage request, uint result = 2001, string originHost = Scscf, Action<MessageWriter>? more = null) =>
        AnswerTo(request, writer =>
        {
            writer.WriteText(Avp.SessionId, request.Text(Avp.SessionId)!);
            CxApplication(writer);
            writer.WriteUnsigned32(Avp.ResultCode, result);
            writer.WriteEnumerated(Avp.AuthSessionState, AuthSessionState.NoStateMaintained);
            Origin(writer, originHost);
            more?.Invoke(writer);
        });

    /// <summary>An answer-message with the E bit.</summary>
    public static byte[] ErrorAnswer(ReceivedMessage request, ResultCode result, string originHost)
    {
        byte[] answer = AnswerTo(request, writer =>
        {
            if (request.Text(Avp.SessionId) is { } sessionId) writer.WriteText(Avp.SessionId, sessionId);
            Origin(writer, originHost);
            writer.WriteUnsigned32(Avp.ResultCode, (uint)result);
        });
        answer[4] |= (byte)CommandFlags.Error;
        return answer;
    }

    public static byte[] Write(CommandFlags flags, uint command, uint application, Action<MessageWriter> avps)
    {
        uint identifier = Interlocked.Increment(ref s_identifier);
        MessageWriter writer = MessageWriter.Rent();
        writer.Begin(new DiameterHeader
        {
            Flags = flags,
            CommandCode = command,
            ApplicationId = application,
            HopByHopId = identifier,
            EndToEndId = identifier ^ 0x5555_0000,
        });
        avps(writer);
        writer.End();
        byte[] frame = writer.Written.ToArray();
        writer.Return();
        return frame;
    }

    /// <summary>The same request from somebody else.</summary>
    public static byte[] WithOrigin(byte[] frame, string host, string realm)
    {
        MessageWriter writer = MessageWriter.Rent();
        writer.Begin(DiameterHeader.Read(frame));
        AvpReader reader = AvpReader.OverMessage(frame);
        while (reader.Read())
        {
            if (reader.Key == Avp.OriginHost.Key) writer.WriteAvp(Avp.OriginHost.Key, Avp.OriginHost.Flags, System.Text.Encoding.ASCII.GetBytes(host));
            else if (reader.Key == Avp.OriginRealm.Key) writer.WriteAvp(Avp.OriginRealm.Key, Avp.OriginRealm.Flags, System.Text.Encoding.ASCII.GetBytes(realm));
            else writer.WriteRawAvp(reader.RawAvp);
        }

        writer.End();
        byte[] changed = writer.Written.ToArray();
        writer.Return();
        return changed;
    }

    public static byte[] WithoutAvp(byte[] frame, AvpDefinition definition)
    {
        MessageWriter writer = MessageWriter.Rent();
        writer.Begin(DiameterHeader.Read(frame));
        AvpReader reader = AvpReader.OverMessage(frame);
        while (reader.Read())
        {
            if (reader.Key != definition.Key) writer.WriteRawAvp(reader.RawAvp);
        }

        writer.End();
        byte[] shorter = writer.Written.ToArray();
        writer.Return();
        return shorter;
    }

    private static byte[] AnswerTo(ReceivedMessage request, Action<MessageWriter> avps)
    {
        MessageWriter writer = MessageWriter.Rent();
        writer.Begin(request.Header.ToAnswer());
        avps(writer);
        writer.End();
        byte[] frame = writer.Written.ToArray();
        writer.Return();
        return frame;
    }

    private static void Origin(MessageWriter writer, string host)
    {
        writer.WriteText(Avp.OriginHost, host);
        writer.WriteText(Avp.OriginRealm, Realm);
    }
}
