using Hss.Diameter;
using Hss.Diameter.Commands.Cx;

namespace Hss.Interop.Tests.Peers;

/// <summary>The Cx requests of a CSCF, with what Kamailio puts into them.</summary>
internal static class CxRequests
{
    public const uint UserAuthorization = 300;
    public const uint ServerAssignment = 301;
    public const uint LocationInfo = 302;
    public const uint MultimediaAuth = 303;

    public static string PrivateIdentity(string imsi) => $"{imsi}@{KamailioRig.Realm}";

    public static string PublicIdentity(string imsi) => $"sip:{imsi}@{KamailioRig.Realm}";

    public static Task<DiameterAnswer> UarAsync(
        this ICxClient client, string privateIdentity, string publicIdentity, UserAuthorizationType? type = null,
        string visitedNetwork = KamailioRig.Realm) =>
        client.CxAsync(UserAuthorization, avps =>
        {
            avps.WriteText(Avp.UserName, privateIdentity);
            avps.WriteText(Avp.PublicIdentity, publicIdentity);
            avps.WriteText(Avp.VisitedNetworkIdentifier, $"\"{visitedNetwork}\"");
            if (type is { } value) avps.WriteEnumerated(Avp.UserAuthorizationType, value);
        });

    public static Task<DiameterAnswer> LirAsync(this ICxClient client, string publicIdentity) =>
        client.CxAsync(LocationInfo, avps => avps.WriteText(Avp.PublicIdentity, publicIdentity));

    public static Task<DiameterAnswer> MarAsync(
        this ICxClient client, string privateIdentity, string publicIdentity, string serverName, uint items = 1,
        string scheme = "Digest-AKAv1-MD5", byte[]? authorization = null) =>
        client.CxAsync(MultimediaAuth, avps =>
        {
            avps.WriteText(Avp.PublicIdentity, publicIdentity);
            avps.WriteText(Avp.UserName, privateIdentity);
            avps.WriteUnsigned32(Avp.SipNumberAuthItems, items);
            avps.BeginGroup(Avp.SipAuthDataItem);
            avps.WriteText(Avp.SipAuthenticationScheme, scheme);
            if (authorization is not null) avps.WriteOctets(Avp.SipAuthorization, authorization);
            avps.EndGroup();
            avps.WriteText(Avp.ServerName, serverName);
        });

    public static Task<DiameterAnswer> SarAsync(
        this ICxClient client, string? privateIdentity, string? publicIdentity, string serverName, ServerAssignmentType type,
        UserDataAlreadyAvailable available = UserDataAlreadyAvailable.UserDataNotAvailable) =>
        client.CxAsync(ServerAssignment, avps =>
        {
            if (publicIdentity is not null) avps.WriteText(Avp.PublicIdentity, publicIdentity);
            avps.WriteText(Avp.ServerName, serverName);
            if (privateIdentity is not null) avps.WriteText(Avp.UserName, privateIdentity);
            avps.WriteEnumerated(Avp.ServerAssignmentType, type);
            avps.WriteEnumerated(Avp.UserDataAlreadyAvailable, available);
        });
}
