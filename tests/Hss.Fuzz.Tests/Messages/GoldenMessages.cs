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
        .. ((string[])["UAR", "MAR", "SAR", "LIR"]).Select(name => Servable(CommandCase.All[name].Grammar)),
        .. ((string[])["CER", "DWR", "DPR", "RTR", "PPR"]).Select(name => SampleMessages.Maximal(CommandCase.All[name].Grammar)),
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

    private static byte[] Text(AvpDefinition definition, string text) =>
        SampleMessages.Raw(definition.Key, definition.Flags, Encoding.UTF8.GetBytes(text));

    private static IEnumerable<byte[]> Distinct(IEnumerable<byte[]> frames) =>
        frames.DistinctBy(frame => Convert.ToHexString(frame.AsSpan(DiameterHeader.SizeBytes)));
}
