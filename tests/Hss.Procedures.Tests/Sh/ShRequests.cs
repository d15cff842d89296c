using System.Text;
using Hss.Diameter;

namespace Hss.Procedures.Tests;

/// <summary>Sh requests as an application server sends them, octet for octet.</summary>
/// Shape: a user is "sip:...", "tel:...", "msisdn 1212...", "external name@domain"; several of them with " + " between.
internal static class ShRequests
{
    public const string Realm = CxRequests.Realm;
    public const string As = "as." + Realm;
    public const string OtherAs = "other-as." + Realm;

    public static byte[] Udr(string user, int[] references, Action<MessageWriter>? more = null, string host = As) =>
        Build(306, user, references, more, host);

    public static byte[] Pur(string user, int[] references, string userData, Action<MessageWriter>? more = null, string host = As, CommandFlags flags = 0) =>
        Build(307, user, references, more + (writer => writer.WriteText(Avp.ShUserData, userData)), host, flags);

    public static byte[] Snr(string user, int[] references, Action<MessageWriter>? more = null, bool unsubscribe = false, string host = As, CommandFlags flags = 0) =>
        Build(308, user, references, more + (writer => writer.WriteUnsigned32(Avp.SubsReqType, unsubscribe ? 1u : 0)), host, flags);

    /// <summary>Any of the three, for what they have in common.</summary>
    public static byte[] Any(string command, string user, int[] references, Action<MessageWriter>? more = null, string host = As, string userData = "<Sh-Data/>") => command switch
    {
        "UDR" => Udr(user, references, more, host),
        "PUR" => Pur(user, references, userData, more, host),
        "SNR" => Snr(user, references, more, host: host),
        _ => throw new ArgumentException($"'{command}' is no command of Sh"),
    };

    public static Action<MessageWriter> Indication(params string[] indications) => Texts(Avp.ServiceIndication, indications);

    public static Action<MessageWriter> Tag(params string[] tags) => Texts(Avp.DsaiTag, tags);

    public static Action<MessageWriter> Server(string name) => Texts(Avp.ServerName, [name]);

    public static Action<MessageWriter> Named(string privateIdentity) => Texts(Avp.UserName, [privateIdentity]);

    public static Action<MessageWriter> Sets(params uint[] sets) => writer =>
    {
        foreach (var set in sets) writer.WriteUnsigned32(Avp.IdentitySet, set);
    };

    public static Action<MessageWriter> Number(AvpDefinition definition, uint value) => writer => writer.WriteUnsigned32(definition, value);

    public static Action<MessageWriter> Expiry(DateTimeOffset time) => writer => writer.WriteTime(Avp.ExpiryTime, time);

    /// <summary>Notif-Eff 1, Update-Eff 2, Update-Eff-Enhance 4, Additional-MSISDN 8.</summary>
    public static Action<MessageWriter> Features(uint bits, bool demanded = false) => CxRequests.Features(bits, demanded);

    public static string Repository(string indication, int number, string? data = "<a/>") =>
        $"<RepositoryData><ServiceIndication>{indication}</ServiceIndication><SequenceNumber>{number}</SequenceNumber>{(data is null ? "" : $"<ServiceData>{data}</ServiceData>")}</RepositoryData>";

    public static string Document(params string[] parts) => $"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Sh-Data>{string.Concat(parts)}</Sh-Data>";

    public static string Activation(int value) => $"<Sh-IMS-Data><Extension><PSIActivation>{value}</PSIActivation></Extension></Sh-IMS-Data>";

    public static string Services(params (string Tag, int Value)[] services) =>
        $"<Sh-IMS-Data><Extension><Extension>{string.Concat(services.Select(one => $"<DSAI><DSAI-Tag>{one.Tag}</DSAI-Tag><DSAI-Value>{one.Value}</DSAI-Value></DSAI>"))}</Extension></Extension></Sh-IMS-Data>";

    public static string SmsGateway(string number) =>
        $"<Sh-IMS-Data><Extension><Extension><Extension><SMSRegistrationInfo><IP-SM-GW-Number>{number}</IP-SM-GW-Number></SMSRegistrationInfo></Extension></Extension></Extension></Sh-IMS-Data>";

    public static string StnSr(string number) =>
        $"<Sh-IMS-Data><Extension><Extension><Extension><Extension><STN-SR>{number}</STN-SR></Extension></Extension></Extension></Extension></Sh-IMS-Data>";

    /// <summary>TBCD: two digits an octet, the first one low; 1111 fills up.</summary>
    public static byte[] Tbcd(string digits)
    {
        var padded = digits.Length % 2 == 0 ? digits : digits + "?";
        return [.. padded.Chunk(2).Select(pair => (byte)(((pair[1] == '?' ? 0xF : pair[1] - '0') << 4) | (pair[0] - '0')))];
    }

    private static byte[] Build(uint command, string user, int[] references, Action<MessageWriter>? more, string host, CommandFlags flags = 0) =>
        CxRequests.Build(command, writer =>
        {
            writer.BeginGroup(Avp.UserIdentity.Key, Avp.UserIdentity.Flags, keepEmpty: true);
            foreach (var one in user.Split(" + ", StringSplitOptions.RemoveEmptyEntries)) WriteIdentity(writer, one);
            writer.EndGroup();
            foreach (var reference in references) writer.WriteUnsigned32(Avp.DataReference, (uint)reference);
            more?.Invoke(writer);
        }, host, ApplicationIds.Sh, flags);

    private static void WriteIdentity(MessageWriter writer, string one)
    {
        if (one.Split(' ') is ["msisdn", var digits]) writer.WriteOctets(Avp.Msisdn, Tbcd(digits));
        else if (one.Split(' ') is ["tbcd", var hex]) writer.WriteOctets(Avp.Msisdn, Convert.FromHexString(hex));
        else if (one.Split(' ') is ["external", var name]) writer.WriteText(Avp.ExternalIdentifier, name);
        else writer.WriteOctets(Avp.PublicIdentity, Encoding.UTF8.GetBytes(one));
    }

    private static Action<MessageWriter> Texts(AvpDefinition definition, string[] texts) => writer =>
    {
        foreach (var text in texts) writer.WriteText(definition, text);
    };
}
