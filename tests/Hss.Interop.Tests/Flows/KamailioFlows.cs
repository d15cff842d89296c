using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Hss.Diameter.Commands.Cx;
using Hss.Interop.Tests.Peers;

namespace Hss.Interop.Tests.Flows;

/// <summary>The flows of a UE through the real CSCFs. Each brings the users it needs into the state it starts from, so that any order will do.</summary>
/// Subscribers (db/demo.jsonl): 1 and 2 have a USIM, 3 is a digest phone; 1 has an iFC that sends its INVITEs to the application server.
/// 4 is a mobile like 2.
internal sealed class KamailioFlows(KamailioRig rig)
{
    private const string Mobile1 = "001010000000001";
    private const string Mobile2 = "001010000000002";
    private const string FixedLine = "001010000000003";
    private const string Ended = "001010000000004"; // only in the flow where the HSS ends a registration
    private const string Stranger = "001019999999999";
    private static readonly TimeSpan RemovalLimit = TimeSpan.FromSeconds(90);

    private const long SqnAhead = 100_000 << 5; // SEQ 100,000 steps ahead of the HSS, whatever the IND

    /// <summary>All of them, by name.</summary>
    public IReadOnlyList<(string Name, Func<Task> Run)> All =>
    [
        (nameof(CapabilitiesExchangeAsync), CapabilitiesExchangeAsync), (nameof(RegisterAkaAsync), RegisterAkaAsync),
        (nameof(DeregisterAkaAsync), DeregisterAkaAsync), (nameof(RegisterDigestAsync), RegisterDigestAsync),
        (nameof(DeregisterDigestAsync), DeregisterDigestAsync), (nameof(ResynchroniseAsync), ResynchroniseAsync),
        (nameof(InviteThroughFilterAsync), InviteThroughFilterAsync), (nameof(TerminatingCallAsync), TerminatingCallAsync),
        (nameof(ReregisterAsync), ReregisterAsync), (nameof(UnknownPrivateIdentityAsync), UnknownPrivateIdentityAsync),
        (nameof(UnknownPublicIdentityAsync), UnknownPublicIdentityAsync), (nameof(UnregisteredCalleeAsync), UnregisteredCalleeAsync),
    ];

    public async Task CapabilitiesExchangeAsync()
    {
        foreach (var cscf in (string[])["icscf", "scscf"])
        {
            var state = await rig.PeerStateAsync(cscf);
            Expect(state.EndsWith("_Open", StringComparison.Ordinal), $"the {cscf} has an open peer, not '{state}'", "");
        }
    }

    public async Task RegisterAkaAsync()
    {
        var flow = Succeeds(await rig.UeAsync("register", "--imsi", Mobile1));
        Shows(flow, "CK and IK of the challenge are right");
        Shows(flow, @"SEQ \d+ IND 2[4-7]\) .* AMF=8000 MAC right");
        Shows(flow, @"P-Associated-URI: .*<sip:001010000000001@");
    }

    public async Task DeregisterAkaAsync()
    {
        await RegisterAkaAsync();
        Shows(Succeeds(await rig.UeAsync("deregister", "--imsi", Mobile1)), @"expires 0 -> SIP/2\.0 200");
    }

    public async Task RegisterDigestAsync() => Succeeds(await SippRegisterAsync(expires: 600));

    public async Task DeregisterDigestAsync()
    {
        await RegisterDigestAsync();
        Succeeds(await SippRegisterAsync(expires: 0));
    }

    /// <summary>The USIM is far ahead of the HSS: AUTS, a new vector in the same MAA, and then a registration without another failure.</summary>
    public async Task ResynchroniseAsync()
    {
        Succeeds(await rig.UeAsync("register", "--imsi", Mobile1));
        var ahead = HighestAcceptedSqn(Mobile1) + SqnAhead;
        var flow = Succeeds(await rig.UeAsync("register", "--imsi", Mobile1, "--sqn-ms", $"{ahead}"));
        Shows(flow, $"-> AUTS [0-9a-f]{{28}} carrying SQN_MS={ahead}");
        Shows(flow, @"REGISTER cseq 3 expires 600 -> SIP/2\.0 200");
        var again = Succeeds(await rig.UeAsync("register", "--imsi", Mobile1));
        Expect(!again.Contains("AUTS", StringComparison.Ordinal), "the next challenge is acceptable at once", again);
    }

    public async Task InviteThroughFilterAsync()
    {
        const string Trace = "as.messages";
        await RegisterAkaAsync();
        await using var applicationServer = await rig.StartApplicationServerAsync(Trace);
        Succeeds(await rig.SippAsync("invite.xml", new IPEndPoint(Loopback.Scscf, 6060), $"{Mobile1};", "-s", "12125559999"));
        await applicationServer.TerminateAsync();
        var seen = File.ReadAllText(Path.Combine(rig.WorkFolder, Trace));
        Expect(Regex.IsMatch(seen, @"^INVITE sip:12125559999@", RegexOptions.Multiline), "the application server saw the INVITE", seen);
        Expect(Regex.IsMatch(seen, @"^P-Served-User: <sip:001010000000001@", RegexOptions.Multiline), "with the served user", seen);
    }

    public async Task TerminatingCallAsync()
    {
        Succeeds(await rig.UeAsync("register", "--imsi", Mobile2, "--port", "5072"));
        await using var callee = rig.StartUe("answer", "--imsi", Mobile2, "--port", "5072");
        await callee.WaitForLineAsync(line => line == "listening", TimeSpan.FromSeconds(90));
        var call = Succeeds(await rig.UeAsync("call", "--imsi", Mobile1, "--to", $"sip:{Mobile2}@{KamailioRig.Realm}"));
        Shows(call, @"INVITE .* SIP/2\.0 200 OK \['rig-ue'\]");
        Expect(await callee.WaitForExitAsync(TimeSpan.FromSeconds(90)) == 0, "the callee was called", callee.Output);
    }

    public async Task ReregisterAsync()
    {
        Succeeds(await rig.UeAsync("register", "--imsi", Mobile2, "--port", "5072"));
        var again = Succeeds(await rig.UeAsync("register", "--imsi", Mobile2, "--port", "5072"));
        Shows(again, @"P-Associated-URI: .*<sip:001010000000002@");
        var end = Succeeds(await rig.UeAsync("deregister", "--imsi", Mobile2, "--port", "5072"));
        Shows(end, @"expires 0 -> SIP/2\.0 200");
    }

    public async Task UnknownPrivateIdentityAsync() =>
        Shows(Refused(await rig.UeAsync("register", "--imsi", Stranger)), @"SIP/2\.0 403 Forbidden - HSS User Unknown");

    public async Task UnknownPublicIdentityAsync() =>
        Shows(Refused(await rig.UeAsync("call", "--imsi", Mobile1, "--to", $"sip:99999@{KamailioRig.Realm}")), @"SIP/2\.0 604 .*HSS User Unknown");

    public async Task UnregisteredCalleeAsync()
    {
        await DeregisterDigestAsync();
        Shows(Refused(await rig.UeAsync("call", "--imsi", Mobile1, "--to", $"sip:{FixedLine}@{KamailioRig.Realm}")), @"SIP/2\.0 480");
    }

    /// <summary>Another S-CSCF takes the user over: the HSS has the real one drop him (RTR), and a call that still goes there finds nobody.</summary>
    public async Task TerminationByTheHssAsync()
    {
        string impi = CxRequests.PrivateIdentity(Ended), impu = CxRequests.PublicIdentity(Ended);
        Succeeds(await rig.UeAsync("register", "--imsi", Ended, "--port", "5072"));
        string[] call = ["--imsi", Mobile1, "--to", impu, "--through", "terminating"];
        await using (var callee = rig.StartUe("answer", "--imsi", Ended, "--port", "5072"))
        {
            await callee.WaitForLineAsync(line => line == "listening", TimeSpan.FromSeconds(90));
            Shows(Succeeds(await rig.UeAsync("call", call)), @"INVITE .* SIP/2\.0 200 OK \['rig-ue'\]");
        }

        await using var other = await DiameterClient.ConnectAsync(rig.Server.Endpoint, "scscf9." + KamailioRig.Realm);
        const string OtherName = "sip:scscf9." + KamailioRig.Realm + ":6060";
        Is("2001", await other.MarAsync(impi, impu, OtherName));
        await rig.Server.WaitForJobAsync("RegistrationTermination", impi, KamailioRig.ScscfIdentity, "Acknowledged", TimeSpan.FromSeconds(90));
        
        Is("2001", await other.SarAsync(impi, impu, OtherName, ServerAssignmentType.Registration));
        Is("2001", await other.SarAsync(impi, impu, OtherName, ServerAssignmentType.UserDeregistration));
        // Kamailio marks the contact and removes it at the next turn of its timer (5 s in this rig); until then a call runs into the void.
        var end = Environment.TickCount64 + (long)RemovalLimit.TotalMilliseconds;
        string later;
        do later = Refused(await rig.UeAsync("call", [.. call, "--wait", "1"]));
        while (!later.Contains("SIP/2.0 404", StringComparison.Ordinal) && Environment.TickCount64 < end);
        Shows(later, @"SIP/2\.0 404");
    }

    // The digest phone is sipp. AKA is not: sipp 3.6 treats RES as text, and fails where it has an octet 00.
    private Task<Outcome> SippRegisterAsync(int expires) => rig.SippAsync("register.xml", new IPEndPoint(Loopback.Icscf, 5060),
        $"{FixedLine};[authentication username={FixedLine}@{KamailioRig.Realm} password=digestpass3];{expires};");

    private long HighestAcceptedSqn(string imsi)
    {
        using var state = JsonDocument.Parse(File.ReadAllText(Path.Combine(rig.WorkFolder, $"ue_{imsi}.json")));
        return state.RootElement.GetProperty("sqn_ms").GetInt64();
    }

    private string Succeeds(Outcome outcome)
    {
        Expect(outcome.ExitCode == 0, "the call flow ends well", outcome.Output);
        return outcome.Output;
    }

    private string Refused(Outcome outcome)
    {
        Expect(outcome.ExitCode == 1, "the call flow is refused", outcome.Output);
        return outcome.Output;
    }

    private void Is(string result, DiameterAnswer answer) => Expect(answer.Result == result, $"result {result}", $"{answer}");

    private void Shows(string flow, string pattern) => Expect(Regex.IsMatch(flow, pattern), $"the flow shows /{pattern}/", flow);

    private void Expect(bool claim, string what, string flow)
    {
        if (!claim) Assert.Fail($"expected: {what}\n---- flow\n{flow}\n{rig.Logs()}");
    }
}
