using System.Text;
using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.Interop.Tests.Peers;

namespace Hss.Interop.Tests.Relay;

/// <summary>freeDiameter as relay between an S-CSCF and the HSS; whichever of relay and HSS opens the connection. Spec: RFC 6733 2.4, 6.1, 6.2, 6.7.</summary>
public sealed class RelayFlowTests
{
    [SkippableTheory]
    [InlineData(Opener.Relay)]
    [InlineData(Opener.Hss)]
    public Task A_registration_lives_and_ends_through_a_relay(Opener opener) => RelayRig.RunAsync(2, 1, opener, async rig =>
    {
        var tap = rig.Taps[0];
        var scscf = await rig.ConnectScscfAsync("scscf1");

        await scscf.LiveOneLifeAsync(rig.Subscribers[0]);
        scscf.SetDestinationHost(RelayRig.HssIdentity);
        await scscf.LiveOneLifeAsync(rig.Subscribers[1]);

        var offered = Assert.Single(opener == Opener.Relay ? tap.Requests(257) : tap.Answers(257));
        Assert.Equal(0, offered.All(Avp.VendorSpecificApplicationId).Count);
        Assert.Equal([ApplicationIds.Relay], offered.All(Avp.AuthApplicationId).Select(a => a.ToUnsigned32()));
        foreach (var command in (uint[])[300, 301, 302, 303])
        {
            Assert.NotEmpty(tap.Answers(command));
            Assert.All(tap.Requests(command), request => Assert.Equal([scscf.OriginHost], request.Texts(Avp.RouteRecord)));
            Assert.All(tap.Answers(command), answer => Assert.Equal(0, answer.All(Avp.RouteRecord).Count));
        }
        Assert.Equal(0, scscf.StrayAnswers);
    });

    [SkippableFact]
    public Task Identifiers_and_Proxy_Info_come_back_as_they_were() => RelayRig.RunAsync(1, 1, Opener.Relay, async rig =>
    {
        var tap = rig.Taps[0];
        var scscf = await rig.ConnectScscfAsync("scscf1");
        var user = rig.Subscribers[0];

        var answer = await scscf.CxAsync(CxRequests.LocationInfo, avps =>
        {
            avps.WriteText(Avp.PublicIdentity, user.PublicIdentity);
            foreach (var state in (string[])["first state", "second"])
            {
                avps.BeginGroup(Avp.ProxyInfo);
                avps.WriteText(Avp.ProxyHost, "proxy." + KamailioRig.Realm);
                avps.WriteOctets(Avp.ProxyState, Encoding.ASCII.GetBytes(state));
                avps.EndGroup();
            }
        });
        RelayFlows.Demand("LIR", "e5003", answer);
        Assert.Equal(["first state", "second"], answer.All(Avp.ProxyInfo).Select(p => AvpOccurrences.FindIn(p, Avp.ProxyState).First.ToText()));

        TappedMessage request = Assert.Single(tap.Requests(CxRequests.LocationInfo)), tapped = Assert.Single(tap.Answers(CxRequests.LocationInfo));
        Assert.Equal(answer.Header.EndToEndId, request.Header.EndToEndId);
        Assert.Equal(answer.Header.EndToEndId, tapped.Header.EndToEndId);
        Assert.Equal(request.Header.HopByHopId, tapped.Header.HopByHopId);
        Assert.NotEqual(answer.Header.HopByHopId, tapped.Header.HopByHopId);
        // The relay hands on what the HSS wrote, octet for octet, and puts a Route-Record behind it.
        Assert.True(answer.Frame.Span[DiameterHeader.SizeBytes..].StartsWith(tapped.Frame.Span[DiameterHeader.SizeBytes..]), $"{tapped}\n{answer}");

        RelayFlows.Demand("LIR without identity", "5005", await scscf.CxAsync(CxRequests.LocationInfo, _ => { }));
        RelayFlows.Demand("UAR of a stranger", "e5001",
            await scscf.UarAsync(CxRequests.PrivateIdentity("001019999999999"), CxRequests.PublicIdentity("001019999999999")));
    });

    /// <summary>Killed without a good-bye and started again, each in its turn: whoever opened the connection opens it again.</summary>
    [SkippableTheory]
    [InlineData(Opener.Relay)]
    [InlineData(Opener.Hss)]
    public Task A_registration_outlives_the_relay_and_the_HSS(Opener opener) => RelayRig.RunAsync(1, 1, opener, async rig =>
    {
        var user = rig.Subscribers[0];
        var scscf = await rig.ConnectScscfAsync("scscf1");
        await scscf.RegisterAsync(user);

        await rig.Relays[0].KillAsync();
        await rig.RestartRelayAsync(0);
        await scscf.AddPathAsync(rig.Relays[0].Endpoint);
        RelayFlows.Demand("UAR after the relay's restart", "e2002", await scscf.UarAsync(user.PrivateIdentity, user.PublicIdentity));

        await rig.Server.KillAsync();
        await rig.StartServerAsync();
        user.Take(RelayFlows.Challenge(await scscf.WhenReachableAsync(() =>
            scscf.MarAsync(user.PrivateIdentity, user.PublicIdentity, scscf.ServerName))));
        await scscf.AssignAsync(user, ServerAssignmentType.UserDeregistration);
    });

    /// <summary>Both send a CER before they see the other's: they elect the same connection, and only that one lives on.</summary>
    [SkippableFact]
    public Task Of_two_connections_opened_at_once_one_remains()
    {
        var relayHasCalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return RelayRig.RunAsync(1, 1, Opener.Both, async rig =>
        {
            var scscf = await rig.ConnectScscfAsync("scscf1");
            RelayFlows.Demand("UAR", "e2001", await scscf.WhenReachableAsync(
                () => scscf.UarAsync(rig.Subscribers[0].PrivateIdentity, rig.Subscribers[0].PublicIdentity)));
            await Task.Delay(TimeSpan.FromSeconds(3)); // Both would have connected again by now.
            await scscf.LiveOneLifeAsync(rig.Subscribers[0]);
            Assert.Equal(1, rig.Taps.Sum(tap => tap.OpenConnections));
            Assert.True(rig.Taps.All(tap => tap.Requests(257).Any()), "one of them has not called");
            Assert.True(rig.Taps.Sum(tap => tap.Requests(257).Count()) <= 3, "they connect again and again");
        }, prepare: rig =>
        {
            rig.Taps[0].Forwards = async message =>
            {
                if (message.Header is { CommandCode: 257, IsRequest: true }) await relayHasCalled.Task;
                return true;
            };
            rig.Taps[1].Forwards = message =>
            {
                // The HSS dials at once, the relay every two seconds: when the relay calls, the HSS waits for its answer.
                if (message.Header is { CommandCode: 257, IsRequest: true }) relayHasCalled.TrySetResult();
                return ValueTask.FromResult(true);
            };
        });
    }
}
