using System.Text;
using Hss.Diameter;
using Hss.Interop.Tests.Peers;

namespace Hss.Interop.Tests.Relay;

/// <summary>freeDiameter as relay between an S-CSCF and the HSS; the relay opens the connection. Spec: RFC 6733 2.4, 6.1, 6.2, 6.7.</summary>
public sealed class RelayFlowTests
{
    [SkippableFact]
    public Task A_registration_lives_and_ends_through_a_relay() => RelayRig.RunAsync(2, async rig =>
    {
        var (relay, tap) = await rig.StartRelayAsync(0);
        var scscf = await rig.ConnectScscfAsync("scscf1", relay);

        await scscf.LiveOneLifeAsync(rig.Subscribers[0]);
        scscf.SetDestinationHost(RelayRig.HssIdentity);
        await scscf.LiveOneLifeAsync(rig.Subscribers[1]);

        var offered = Assert.Single(tap.Requests(257));
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
    public Task Identifiers_and_Proxy_Info_come_back_as_they_were() => RelayRig.RunAsync(1, async rig =>
    {
        var (relay, tap) = await rig.StartRelayAsync(0);
        var scscf = await rig.ConnectScscfAsync("scscf1", relay);
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
}
