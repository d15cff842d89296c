using Hss.Authentication;
using Hss.Diameter;

namespace Hss.Procedures.Tests;

/// <summary>Cx requests as an I-CSCF or S-CSCF sends them, octet for octet.</summary>
internal static class CxRequests
{
    public const string Realm = "ims.mnc001.mcc001.3gppnetwork.org";
    public const string ScscfName = "sip:scscf.ims.mnc001.mcc001.3gppnetwork.org:6060";
    public const string OtherScscfName = "sip:other.ims.mnc001.mcc001.3gppnetwork.org:6060";

    private static uint s_endToEnd;

    public static byte[] Uar(string userName, string publicIdentity, uint? type = null, string visited = Realm, uint? flags = null, Action<MessageWriter>? more = null) =>
        Build(300, writer =>
        {
            more?.Invoke(writer);
            writer.WriteText(Avp.UserName, userName);
            writer.WriteText(Avp.PublicIdentity, publicIdentity);
            writer.WriteText(Avp.VisitedNetworkIdentifier, visited);
            if (type is { } value) writer.WriteUnsigned32(Avp.UserAuthorizationType, value);
            if (flags is { } bits) writer.WriteUnsigned32(Avp.UarFlags, bits);
        });

    public static byte[] Lir(string publicIdentity, bool originating = false, uint? type = null, Action<MessageWriter>? more = null) =>
        Build(302, writer =>
        {
            more?.Invoke(writer);
            writer.WriteText(Avp.PublicIdentity, publicIdentity);
            if (originating) writer.WriteUnsigned32(Avp.OriginatingRequest, 0);
            if (type is { } value) writer.WriteUnsigned32(Avp.UserAuthorizationType, value);
        });

    public static byte[] Mar(
        string userName, string publicIdentity, string? scheme = AuthenticationScheme.DigestAkaV1Md5, uint items = 1, string serverName = ScscfName,
        byte[]? authorization = null, bool authorizationAtTopLevel = false, string originHost = "scscf." + Realm,
        Action<MessageWriter>? more = null) =>
        Build(303, writer =>
        {
            more?.Invoke(writer);
            writer.WriteText(Avp.UserName, userName);
            writer.WriteText(Avp.PublicIdentity, publicIdentity);
            writer.WriteUnsigned32(Avp.SipNumberAuthItems, items);
            writer.BeginGroup(Avp.SipAuthDataItem.Key, Avp.SipAuthDataItem.Flags, keepEmpty: true);
            if (scheme is not null) writer.WriteAvp(Avp.SipAuthenticationScheme.Key, Avp.SipAuthenticationScheme.Flags, System.Text.Encoding.UTF8.GetBytes(scheme));
            if (authorization is not null && !authorizationAtTopLevel) writer.WriteOctets(Avp.SipAuthorization, authorization);
            writer.EndGroup();
            writer.WriteText(Avp.ServerName, serverName);
            if (authorization is not null && authorizationAtTopLevel) writer.WriteOctets(Avp.SipAuthorization, authorization);
        }, originHost);

    public static byte[] Sar(
        uint type, string? userName, IReadOnlyList<string> publicIdentities, string serverName = ScscfName, uint alreadyAvailable = 0, string originHost = "scscf." + Realm,
        Action<MessageWriter>? more = null) =>
        Build(301, writer =>
        {
            if (userName is not null) writer.WriteText(Avp.UserName, userName);
            foreach (var publicIdentity in publicIdentities) writer.WriteText(Avp.PublicIdentity, publicIdentity);
            writer.WriteText(Avp.ServerName, serverName);
            writer.WriteUnsigned32(Avp.ServerAssignmentType, type);
            writer.WriteUnsigned32(Avp.UserDataAlreadyAvailable, alreadyAvailable);
            more?.Invoke(writer);
        }, originHost);

    /// <summary>One Supported-Features AVP. IMSRestorationInd is 4.</summary>
    public static Action<MessageWriter> Features(uint bits, bool demanded = false, uint list = 1, uint vendor = Vendors.ThreeGpp) => writer =>
    {
        writer.BeginGroup(Avp.SupportedFeatures.Key, Avp.SupportedFeatures.Flags | (demanded ? AvpFlags.Mandatory : 0));
        writer.WriteUnsigned32(Avp.VendorId, vendor);
        writer.WriteUnsigned32(Avp.FeatureListId, list);
        writer.WriteUnsigned32(Avp.FeatureList, bits);
        writer.EndGroup();
    };

    public static Action<MessageWriter> RestorationInfo(string userName, string tag = "new") => writer =>
        writer.WriteAvp(Avp.ScscfRestorationInfo.Key, Avp.ScscfRestorationInfo.Flags, Restoration(userName, tag));

    public static Action<MessageWriter> MultipleRegistration => writer => writer.WriteUnsigned32(Avp.MultipleRegistrationIndication, 1);

    public static Action<MessageWriter> Wildcard(string identity) => writer => writer.WriteText(Avp.WildcardedPublicIdentity, identity);

    /// <summary>The members of a SCSCF-Restoration-Info: what one contact of a user needs, told apart by a tag.</summary>
    public static byte[] Restoration(string userName, string tag)
    {
        var writer = MessageWriter.Rent();
        writer.WriteText(Avp.UserName, userName);
        writer.BeginGroup(Avp.RestorationInfo);
        writer.WriteText(Avp.Path, $"<sip:term@pcscf.{Realm}:5070;lr>");
        writer.WriteText(Avp.Contact, $"<sip:{tag}@192.0.2.1:5060>;expires=600");
        writer.EndGroup();
        var members = writer.Written.ToArray();
        writer.Return();
        return members;
    }

    /// <summary>A request with what all of them begin with.</summary>
    public static byte[] Build(
        uint command, Action<MessageWriter> writeRest, string originHost = "scscf." + Realm, uint application = ApplicationIds.Cx, CommandFlags flags = 0)
    {
        var writer = MessageWriter.Rent();
        var number = Interlocked.Increment(ref s_endToEnd);
        writer.Begin(new DiameterHeader
        {
            Flags = CommandFlags.Request | CommandFlags.Proxiable | flags,
            CommandCode = command,
            ApplicationId = application,
            HopByHopId = number,
            EndToEndId = number,
        });
        writer.WriteText(Avp.SessionId, $"{originHost};1;{number}");
        writer.BeginGroup(Avp.VendorSpecificApplicationId);
        writer.WriteUnsigned32(Avp.VendorId, Vendors.ThreeGpp);
        writer.WriteUnsigned32(Avp.AuthApplicationId, application);
        writer.EndGroup();
        writer.WriteUnsigned32(Avp.AuthSessionState, 1);
        writer.WriteText(Avp.OriginHost, originHost);
        writer.WriteText(Avp.OriginRealm, Realm);
        writer.WriteText(Avp.DestinationRealm, Realm);
        writeRest(writer);
        writer.End();
        var frame = writer.Written.ToArray();
        writer.Return();
        return frame;
    }
}
