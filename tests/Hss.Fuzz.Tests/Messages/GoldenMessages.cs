using System.Text;
using Hss.Authentication;
using Hss.Diameter;
using Hss.Diameter.Tests;
using Hss.Procedures.Tests;

namespace Hss.Fuzz.Tests;

/// <summary>What the mutations start from.</summary>
internal static class GoldenMessages
{
    /// <summary>Requests and answers of every command: all captures, and the least and the most that the grammars allow.</summary>
    public static IReadOnlyList<byte[]> OfEveryCommand { get; } =
    [
        .. Distinct(CaptureFile.All.SelectMany(capture => capture.Messages).Select(message => message.Frame)),
        .. CommandCase.All.Values.SelectMany(command => new[] { SampleMessages.Minimal(command.Grammar), SampleMessages.Maximal(command.Grammar) }),
    ];

    /// <summary>Requests that the procedures of the fuzzed node would serve, and those of the peer protocol.</summary>
    public static IReadOnlyList<byte[]> Requests { get; } =
    [
        .. Distinct(CaptureFile.All.SelectMany(capture => capture.Messages).Select(message => message.Frame).Where(frame => DiameterHeader.Read(frame).IsRequest)),
        .. CxRequestsOfEveryKind(),
        .. ShRequestsOfEveryKind(),
        .. ((string[])["UAR", "MAR", "SAR", "LIR", "UDR", "PUR", "SNR"]).Select(name => Servable(CommandCase.All[name].Grammar)),
        Proxied(CxRequests.Mar(TestSubscriptions.Alice, TestSubscriptions.AliceSip)),
        Proxied(CxRequests.Sar(1, TestSubscriptions.Alice, [TestSubscriptions.AliceSip])),
        .. ((string[])["CER", "DWR", "DPR", "RTR", "PPR", "PNR"]).Select(name => SampleMessages.Maximal(CommandCase.All[name].Grammar)),
    ];

    public static byte[] DeviceWatchdog { get; } = SampleMessages.Minimal(CommandCase.All["DWR"].Grammar);

    /// <summary>A CER that is accepted.</summary>
    public static byte[] CapabilitiesExchange { get; } = SampleMessages.Message(CommandCase.All["CER"].Grammar,
    [
        Text(Avp.OriginHost, "scscf." + CxRequests.Realm),
        Text(Avp.OriginRealm, CxRequests.Realm),
        SampleMessages.Avp(Avp.HostIpAddress),
        SampleMessages.Avp(Avp.VendorId),
        Text(Avp.ProductName, "test"),
        SampleMessages.Raw(Avp.VendorSpecificApplicationId.Key, Avp.VendorSpecificApplicationId.Flags, SampleMessages.Group(
        [
            SampleMessages.Avp(Avp.VendorId),
            SampleMessages.Raw(Avp.AuthApplicationId.Key, Avp.AuthApplicationId.Flags, [0x01, 0, 0, 0]),
        ])),
    ]);

    private static IEnumerable<byte[]> CxRequestsOfEveryKind()
    {
        const string alice = TestSubscriptions.Alice, aliceSip = TestSubscriptions.AliceSip;
        for (uint type = 0; type < 3; type++) yield return CxRequests.Uar(alice, aliceSip, type, flags: type);
        yield return CxRequests.Lir(aliceSip, originating: true);
        yield return CxRequests.Lir(TestSubscriptions.PhoneSip, type: 2);
        yield return CxRequests.Mar(alice, aliceSip, items: 5);
        yield return CxRequests.Mar(alice, TestSubscriptions.AliceTel, scheme: "unknown");
        yield return CxRequests.Mar(alice, aliceSip, authorization: Auts());
        yield return CxRequests.Mar(alice, aliceSip, authorization: Auts(), authorizationAtTopLevel: true);
        yield return CxRequests.Mar(TestSubscriptions.Phone, TestSubscriptions.PhoneSip, AuthenticationScheme.SipDigest);
        yield return CxRequests.Mar(FuzzedSubscriptions.Legacy, FuzzedSubscriptions.LegacySip, AuthenticationScheme.LegacyDigestMd5);
        yield return CxRequests.Mar(FuzzedSubscriptions.Legacy, FuzzedSubscriptions.LegacySip, AuthenticationScheme.DigestAkaV1Md5);
        for (uint type = 0; type < 15; type++) yield return CxRequests.Sar(type, alice, [aliceSip], alreadyAvailable: type % 2);
        yield return CxRequests.Sar(4, null, [aliceSip, TestSubscriptions.AliceWork]);
        yield return CxRequests.Sar(5, alice, []);
        yield return CxRequests.Sar(3, null, [TestSubscriptions.PhoneSip]);
    }

    private static IEnumerable<byte[]> ShRequestsOfEveryKind()
    {
        const string aliceSip = TestSubscriptions.AliceSip;
        Action<MessageWriter> all = ShRequests.Indication("one", "two") + ShRequests.Sets(0, 1, 2, 3) + ShRequests.Tag("forward") + ShRequests.Server("sip:" + ShRequests.As)
            + ShRequests.Number(Avp.RequestedDomain, 1) + ShRequests.Number(Avp.CurrentLocation, 0) + ShRequests.Named(TestSubscriptions.Alice) + ShRequests.Features(15);
        int[] references = [0, 10, 11, 12, 13, 14, 15, 16, 17, 19, 21, 23, 24, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35];
        yield return ShRequests.Udr(aliceSip, references, all);
        yield return ShRequests.Udr("msisdn 12125550001", [16, 17], ShRequests.Features(1));
        yield return ShRequests.Udr("external alice@iot.example", [16]);
        yield return ShRequests.Udr(TestSubscriptions.Room, [18]);
        for (int number = 0; number < 3; number++) yield return ShRequests.Pur(aliceSip, [0], ShRequests.Document(ShRequests.Repository("one", number)));
        yield return ShRequests.Pur(aliceSip, [0], ShRequests.Document(ShRequests.Repository("one", 3, null), ShRequests.Repository("two", 0)), ShRequests.Features(2));
        yield return ShRequests.Pur(aliceSip, [0, 19], ShRequests.Document(ShRequests.Repository("two", 1), ShRequests.Services(("forward", 1))), ShRequests.Features(6));
        yield return ShRequests.Pur(aliceSip, [24], ShRequests.Document(ShRequests.SmsGateway("12125557777")), ShRequests.Named(TestSubscriptions.Alice));
        yield return ShRequests.Pur(TestSubscriptions.ServiceSip, [18], ShRequests.Document(ShRequests.Activation(0)));
        yield return ShRequests.Pur(TestSubscriptions.PhoneSip, [27], ShRequests.Document(ShRequests.StnSr("12125559999")));
        yield return ShRequests.Snr(aliceSip, [10, 11, 12, 13, 16, 21, 23, 25, 28, 29, 33, 35], all + ShRequests.Number(Avp.OneTimeNotification, 0) + ShRequests.Number(Avp.SendDataIndication, 1));
        yield return ShRequests.Snr(aliceSip, [0], ShRequests.Indication("one") + ShRequests.Expiry(DateTimeOffset.UnixEpoch.AddYears(60)));
        yield return ShRequests.Snr(aliceSip, [11], unsubscribe: true);
    }

    private static byte[] Auts()
    {
        byte[] authorization = new byte[Resynchronisation.AuthorizationLengthBytes];
        Resynchronisation.WriteAuts(TestSubscriptions.Key, authorization.AsSpan(0, 16), 0x500, authorization.AsSpan(16));
        return authorization;
    }

    /// <summary>The most a command may hold, addressed to this node and about a subscriber it has.</summary>
    private static byte[] Servable(CommandGrammar grammar)
    {
        List<byte[]> avps = SampleMessages.AvpsOf(grammar, maximal: true);
        List<AvpNode> nodes = AvpNode.Parse([.. SampleMessages.Group(avps)]);
        for (int i = 0; i < nodes.Count; i++)
        {
            AvpKey key = new(nodes[i].VendorId, nodes[i].Code);
            if (key == Avp.UserName.Key) avps[i] = Text(Avp.UserName, TestSubscriptions.Alice);
            else if (key == Avp.PublicIdentity.Key) avps[i] = Text(Avp.PublicIdentity, TestSubscriptions.AliceSip);
            else if (key == Avp.DestinationRealm.Key) avps[i] = Text(Avp.DestinationRealm, CxRequests.Realm);
            else if (key == Avp.DestinationHost.Key) avps[i] = Text(Avp.DestinationHost, FuzzedNode.Identity);
            else if (key == Avp.ServerName.Key) avps[i] = Text(Avp.ServerName, CxRequests.ScscfName);
        }

        return SampleMessages.Message(grammar, avps);
    }

    /// <summary>With a state of some proxy that all but fills the frame, and has to go back.</summary>
    private static byte[] Proxied(byte[] request)
    {
        byte[] state = new byte[DiameterLimits.MaxFrameLengthBytes - request.Length - 64];
        byte[] proxy = SampleMessages.Raw(Avp.ProxyInfo.Key, Avp.ProxyInfo.Flags, SampleMessages.Group(
            [Text(Avp.ProxyHost, "p.example"), SampleMessages.Raw(Avp.ProxyState.Key, Avp.ProxyState.Flags, state)]));
        byte[] proxied = [.. request, .. SampleMessages.Group([proxy])];
        (proxied[1], proxied[2], proxied[3]) = ((byte)(proxied.Length >> 16), (byte)(proxied.Length >> 8), (byte)proxied.Length);
        return proxied;
    }

    private static byte[] Text(AvpDefinition definition, string text) =>
        SampleMessages.Raw(definition.Key, definition.Flags, Encoding.UTF8.GetBytes(text));

    private static IEnumerable<byte[]> Distinct(IEnumerable<byte[]> frames) =>
        frames.DistinctBy(frame => Convert.ToHexString(frame.AsSpan(DiameterHeader.SizeBytes)));
}
