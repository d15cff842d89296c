using Hss.Interop.Tests.Flows;
using Hss.Interop.Tests.Peers;

namespace Hss.Interop.Tests.Decode;

/// <summary>tshark, which knows nothing of this code, reads all the HSS sends: to real CSCFs and in answer to every kind of request.</summary>
[Collection(KamailioCollection.Name)]
public sealed class TsharkDecodeTests(KamailioRig rig)
{
    /// <summary>Commands that must have been seen: CE, DW, DP, UA, SA, LI, MA.</summary>
    private static readonly uint[] Commands = [257, 280, 282, 300, 301, 302, 303];

    /// <summary>AVPs that must have been seen, as tshark names them: the content that matters most.</summary>
    private static readonly string[] Avps =
        ["Cx-User-Data(606)", "3GPP-SIP-Auth-Data-Item(612)", "SIP-Digest-Authenticate(635)", "Experimental-Result(297)", "Failed-AVP(279)"];

    [SkippableFact]
    public async Task Every_answer_is_decoded_without_a_complaint()
    {
        Requirement.Demand([.. Requirement.KamailioRig, Requirement.Dumpcap, Requirement.Tshark, Requirement.Root]);
        rig.Demand();
        var endpoint = rig.Server.Endpoint;
        await using var capture = await PacketCapture.StartAsync(endpoint, Path.Combine(rig.WorkFolder, "decode.pcapng"));

        foreach (var (_, run) in new KamailioFlows(rig).All) await run();
        IReadOnlyList<(string What, string Wanted, DiameterAnswer Answer)> sweep;
        await using (var client = await DiameterClient.ConnectAsync(endpoint, "sweep." + KamailioRig.Realm))
            sweep = await new RequestSweep(client).RunAsync();
        await NoCommonApplicationAsync(rig);

        var decoded = await DecodedMessage.ReadAsync(await capture.FinishAsync(), endpoint);
        var complaints = decoded.Where(m => m.Complaints.Count > 0)
            .Select(m => $"frame {m.Frame}, command {m.CommandCode}: {string.Join("; ", m.Complaints)}").ToList();
        if (complaints.Count > 0) Assert.Fail($"tshark complains:\n{string.Join('\n', complaints)}\n{rig.Logs()}");

        var seen = decoded.Where(m => !m.IsRequest).Select(m => (m.CommandCode, m.HopByHopId, m.EndToEndId)).ToHashSet();
        foreach (var (what, _, answer) in sweep)
        {
            var header = answer.Header;
            Assert.True(seen.Contains((header.CommandCode, header.HopByHopId, header.EndToEndId)), $"tshark did not show the answer to: {what}");
        }
        foreach (var command in Commands)
            Assert.True(seen.Any(a => a.CommandCode == command), $"no answer to command {command} among {seen.Count}");
        foreach (var avp in Avps) Assert.Contains(avp, decoded.SelectMany(m => m.AvpNames));
    }

    [SkippableFact]
    public async Task Every_kind_of_request_gets_its_result()
    {
        rig.Demand();
        var flows = new KamailioFlows(rig);
        await flows.DeregisterAkaAsync();
        await flows.DeregisterDigestAsync();
        await using var client = await DiameterClient.ConnectAsync(rig.Server.Endpoint, "sweep." + KamailioRig.Realm);
        var wrong = (await new RequestSweep(client).RunAsync()).Where(a => a.Answer.Result != a.Wanted)
            .Select(a => $"{a.What}: wanted {a.Wanted}, got {a.Answer.Result}\n{a.Answer}").ToList();
        if (wrong.Count > 0) Assert.Fail($"{string.Join('\n', wrong)}\n{rig.Logs()}");
        Assert.Equal(0, client.StrayAnswers);
    }

    private static async Task NoCommonApplicationAsync(KamailioRig rig)
    {
        await using var client = await DiameterClient.OpenAsync(rig.Server.Endpoint, "stranger." + KamailioRig.Realm);
        var answer = await client.ExchangeCapabilitiesAsync(4); // credit control
        Assert.Equal("5010", answer.Result);
    }
}
