using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.Interop.Tests.Decode;
using Hss.Interop.Tests.Peers;
using Xunit.Abstractions;

namespace Hss.Interop.Tests.Relay;

/// <summary>RTR: what the HSS has to say goes to the S-CSCF through a relay, and the answer finds its way back.</summary>
/// Spec: TS 29.228 6.1.3, 8.1.1; TS 29.229 5.5 (Destination-Host is the learned Origin-Host); RFC 6733 3 (T), 5.5.4, 7.1.3.
public sealed class HssRequestTests(ITestOutputHelper output)
{
    private const uint Termination = 304;
    private const uint PushProfile = 305;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [SkippableTheory]
    [InlineData(Opener.Relay)]
    [InlineData(Opener.Hss)]
    public Task The_S_CSCF_that_lost_a_user_to_another_one_is_told(Opener opener) => RelayRig.RunAsync(1, 1, opener, async rig =>
    {
        var user = rig.Subscribers[0];
        var old = await rig.ConnectScscfAsync("scscf1");
        var next = await rig.ConnectScscfAsync("scscf2");
        await old.RegisterAsync(user);
        await next.TakeOverAsync(user);

        DemandTermination(await old.NextRequestAsync(Limit), old, user, ReasonCode.NewServerAssigned);
        await rig.Server.WaitForJobAsync("RegistrationTermination", user.PrivateIdentity, old.OriginHost, "Acknowledged", Limit);
        Assert.Equal(next.ServerName, RelayFlows.Demand("LIR", "2001", await next.LirAsync(user.PublicIdentity)).Find(Avp.ServerName).ToText());
        Assert.Empty(next.TakeReceived());
        Assert.Empty(old.TakeReceived());
    });

    /// <summary>The relay that took the RTR dies before it hands it on: the same request goes over the other one, marked as perhaps sent before.</summary>
    [SkippableFact]
    public Task An_RTR_that_a_dying_relay_took_goes_over_the_other_one() => RelayRig.RunAsync(1, 2, Opener.Relay, async rig =>
    {
        var user = rig.Subscribers[0];
        var old = await rig.ConnectScscfAsync("scscf1");
        var next = await rig.ConnectScscfAsync("scscf2");
        var swallowed = new TaskCompletionSource<(int Relay, TappedMessage Request)>(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var relay in (int[])[0, 1])
            rig.Taps[relay].Forwards = message =>
                ValueTask.FromResult(!(IsTermination(message) && swallowed.TrySetResult((relay, message))));
        await old.RegisterAsync(user);
        await next.TakeOverAsync(user);

        var (first, lost) = await swallowed.Task.WaitAsync(Limit);
        Assert.True((lost.Header.Flags & CommandFlags.Retransmitted) == 0, $"{lost}");
        await rig.Relays[first].KillAsync();
        var rtr = await old.NextRequestAsync(Limit);
        DemandTermination(rtr, old, user, ReasonCode.NewServerAssigned);
        Assert.True(rtr.IsRetransmitted, $"{rtr}");
        Assert.Equal(lost.Header.EndToEndId, rtr.Header.EndToEndId);
        await rig.Server.WaitForJobAsync("RegistrationTermination", user.PrivateIdentity, old.OriginHost, "Acknowledged", Limit);
        Assert.Empty(old.TakeReceived());
    });

    /// <summary>The S-CSCF can be reached through one of the relays only; the HSS learns from 3002 which it is not.</summary>
    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    public Task A_relay_without_a_way_to_the_S_CSCF_says_so_and_the_other_is_asked(int reachable) => RelayRig.RunAsync(1, 2, Opener.Relay, async rig =>
    {
        var user = rig.Subscribers[0];
        var old = await rig.ConnectScscfAsync("scscf1");
        var next = await rig.ConnectScscfAsync("scscf2");
        await old.RegisterAsync(user);
        await old.Paths[1 - reachable].DisposeAsync();
        await next.TakeOverAsync(user);

        var rtr = await old.NextRequestAsync(Limit);
        DemandTermination(rtr, old, user, ReasonCode.NewServerAssigned);
        Assert.Single(rig.Taps[reachable].Requests(Termination));
        // Whoever says it: that relay, or another S-CSCF of the realm that it tried.
        Assert.All(rig.Taps[1 - reachable].Answers(Termination), refused => Assert.Equal(3002u, refused.All(Avp.ResultCode).First.ToUnsigned32()));
        await rig.Server.WaitForJobAsync("RegistrationTermination", user.PrivateIdentity, old.OriginHost, "Acknowledged", Limit);
    });

    /// <summary>The S-CSCF does not answer; in time the other path is tried, and the copy that is answered ends the job.</summary>
    [SkippableFact]
    public Task An_RTR_that_is_not_answered_goes_over_the_other_relay() => RelayRig.RunAsync(1, 2, Opener.Relay, async rig =>
    {
        var user = rig.Subscribers[0];
        var old = await rig.ConnectScscfAsync("scscf1");
        var next = await rig.ConnectScscfAsync("scscf2");
        old.Serve = request => request.IsRetransmitted ? ResultCode.Success : null;
        await old.RegisterAsync(user);
        await next.TakeOverAsync(user);

        ReceivedRequest first = await old.NextRequestAsync(Limit), second = await old.NextRequestAsync(Limit);
        DemandTermination(first, old, user, ReasonCode.NewServerAssigned);
        DemandTermination(second, old, user, ReasonCode.NewServerAssigned);
        Assert.False(first.IsRetransmitted);
        Assert.True(second.IsRetransmitted);
        Assert.Equal(first.Header.EndToEndId, second.Header.EndToEndId);
        Assert.Equal(first.Texts(Avp.SessionId), second.Texts(Avp.SessionId));
        Assert.All(rig.Taps, tap => Assert.Single(tap.Requests(Termination)));
        await rig.Server.WaitForJobAsync("RegistrationTermination", user.PrivateIdentity, old.OriginHost, "Acknowledged", Limit);
    });

    /// <summary>Operators change, de-register and remove while the HSS is down; when it is up again it tells those who serve them.</summary>
    [SkippableTheory]
    [InlineData(Opener.Relay)]
    [InlineData(Opener.Hss)]
    public Task What_changed_while_the_HSS_was_down_is_told_when_it_is_up(Opener opener) => RelayRig.RunAsync(5, 1, opener, async rig =>
    {
        const string ApplicationServer = "sip:as." + KamailioRig.Realm + ":5090";
        TestSubscriber unchanged = rig.Subscribers[0], otherProfile = rig.Subscribers[1], otherCapabilities = rig.Subscribers[2];
        TestSubscriber deregistered = rig.Subscribers[3], removed = rig.Subscribers[4];
        var scscf = await rig.ConnectScscfAsync("scscf1");
        foreach (var user in rig.Subscribers) await scscf.RegisterAsync(user);

        await rig.Server.StopAsync();
        await rig.ImportAsync([
            unchanged.Document, otherProfile.DocumentWith(applicationServer: ApplicationServer), otherCapabilities.DocumentWith(capabilities: [7]),
        ]);
        await ServerProcess.CommandAsync(rig.Folder, "deregister", "--private-identity", deregistered.PrivateIdentity, "--info", "moved away");
        await ServerProcess.CommandAsync(rig.Folder, "remove", "--subscription", removed.SubscriptionId);
        await using var capture = await StartCaptureAsync(opener, rig);
        await rig.StartServerAsync();

        var told = new Dictionary<string, ReceivedRequest>(StringComparer.Ordinal);
        while (told.Count < 4)
        {
            var request = await scscf.NextRequestAsync(Limit);
            told.Add(request.Find(Avp.UserName).ToText(), request);
        }
        var push = told[otherProfile.PrivateIdentity];
        Assert.Equal(PushProfile, push.Header.CommandCode);
        DemandAddressed(push, scscf, otherProfile);
        Assert.Contains($"<ServerName>{ApplicationServer}</ServerName>", push.Find(Avp.UserData).ToText(), StringComparison.Ordinal);
        DemandTermination(told[otherCapabilities.PrivateIdentity], scscf, otherCapabilities, ReasonCode.ServerChange);
        DemandTermination(told[removed.PrivateIdentity], scscf, removed, ReasonCode.PermanentTermination);
        DemandTermination(told[deregistered.PrivateIdentity], scscf, deregistered, ReasonCode.PermanentTermination);
        Assert.Equal("moved away", AvpOccurrences.FindIn(told[deregistered.PrivateIdentity].Find(Avp.DeregistrationReason), Avp.ReasonInfo).First.ToText());

        await rig.Server.WaitForJobAsync("PushProfile", otherProfile.PrivateIdentity, scscf.OriginHost, "Acknowledged", Limit);
        foreach (var user in (TestSubscriber[])[otherCapabilities, removed, deregistered])
            await rig.Server.WaitForJobAsync("RegistrationTermination", user.PrivateIdentity, scscf.OriginHost, "Acknowledged", Limit);
        RelayFlows.Demand("LIR, unchanged", "2001", await scscf.LirAsync(unchanged.PublicIdentity));
        RelayFlows.Demand("LIR, profile changed", "2001", await scscf.LirAsync(otherProfile.PublicIdentity));
        RelayFlows.Demand("LIR, to choose another S-CSCF", "e5003", await scscf.LirAsync(otherCapabilities.PublicIdentity));
        RelayFlows.Demand("LIR, de-registered", "e5003", await scscf.LirAsync(deregistered.PublicIdentity));
        RelayFlows.Demand("LIR, removed", "e5001", await scscf.LirAsync(removed.PublicIdentity));
        Assert.Empty(scscf.TakeReceived());
        if (capture is not null) await DemandDecodedAsync(capture, rig);

        await rig.Server.StopAsync();
        var jobs = (await ServerProcess.CommandAsync(rig.Folder, "jobs", "--json")).Split('\n').Where(line => line.StartsWith('{')).ToList();
        Assert.Equal(4, jobs.Count);
        Assert.All(jobs, job => Assert.Contains("\"state\":\"acknowledged\"", job, StringComparison.Ordinal));
    });

    // Only what the HSS sends from its listener can be told apart in a capture, and capturing needs root.
    private async Task<PacketCapture?> StartCaptureAsync(Opener opener, RelayRig rig)
    {
        var missing = ((Requirement[])[Requirement.Dumpcap, Requirement.Tshark, Requirement.Root]).Where(r => !r.IsMet()).ToList();
        if (missing.Count > 0) output.WriteLine($"not shown to tshark: needs {string.Join(", ", missing)}");
        return opener == Opener.Relay && missing.Count == 0
            ? await PacketCapture.StartAsync(RelayRig.HssEndpoint, Path.Combine(rig.Folder, "decode.pcapng"))
            : null;
    }

    private static async Task DemandDecodedAsync(PacketCapture capture, RelayRig rig)
    {
        var decoded = await DecodedMessage.ReadAsync(await capture.FinishAsync(), RelayRig.HssEndpoint);
        Assert.Empty(decoded.Where(m => m.Complaints.Count > 0).Select(m => $"frame {m.Frame}, command {m.CommandCode}: {string.Join("; ", m.Complaints)}"));
        Assert.Equal(3, decoded.Count(m => m is { IsRequest: true, CommandCode: Termination }));
        Assert.Equal(1, decoded.Count(m => m is { IsRequest: true, CommandCode: PushProfile }));
        Assert.False(rig.Server.HasExited);
    }

    private static bool IsTermination(TappedMessage message) => message.Header is { CommandCode: Termination, IsRequest: true };

    private static void DemandTermination(ReceivedRequest rtr, TestScscf scscf, TestSubscriber user, ReasonCode reason)
    {
        Assert.Equal(Termination, rtr.Header.CommandCode);
        DemandAddressed(rtr, scscf, user);
        Assert.Contains(user.PublicIdentity, rtr.Texts(Avp.PublicIdentity));
        var given = AvpOccurrences.FindIn(rtr.Find(Avp.DeregistrationReason), Avp.ReasonCode).First;
        Assert.Equal((int)reason, given.ToInteger32());
    }

    // To the learned Diameter identity of the S-CSCF, and through a relay, which says so.
    private static void DemandAddressed(ReceivedRequest request, TestScscf scscf, TestSubscriber user)
    {
        Assert.True(request.Header.IsProxiable);
        Assert.Equal([scscf.OriginHost], request.Texts(Avp.DestinationHost));
        Assert.Equal([KamailioRig.Realm], request.Texts(Avp.DestinationRealm));
        Assert.Equal([RelayRig.HssIdentity], request.Texts(Avp.OriginHost));
        Assert.Equal([RelayRig.HssIdentity], request.Texts(Avp.RouteRecord));
        Assert.Equal([user.PrivateIdentity], request.Texts(Avp.UserName));
    }
}
