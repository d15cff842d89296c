using Hss.Diameter;
using Hss.Subscribers;
using static Hss.Procedures.Tests.CxRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests;

/// <summary>The decision table of LIR. Spec: TS 29.228 6.1.4.1.</summary>
public sealed class LocationInfoTests
{
    private static readonly AssignedServer Stored = new(ScscfName, "scscf." + CxRequests.Realm, CxRequests.Realm);

    // phone has services for the unregistered state, alice has none.
    [Theory]
    [InlineData("sip:nobody@" + CxRequests.Realm, "not registered", false, "E:5001", false)]
    [InlineData("212555", "not registered", false, "E:5001", false)] // digits are no identity, and never an IMSI
    [InlineData(AliceSip, "registered", false, "R:2001", true)]
    [InlineData(AliceSip, "unregistered", false, "R:2001", true)]
    [InlineData(AliceSip, "not registered", false, "E:5003", false)]
    [InlineData(AliceSip, "not registered", true, "E:2003", false)] // Originating-Request
    [InlineData(AliceSip, "other set registered", false, "E:5003", false)]
    [InlineData(AliceSip, "other set registered", true, "R:2001", true)] // any name in the subscription
    [InlineData(PhoneSip, "not registered", false, "E:2003", false)]
    [InlineData(PhoneSip, "not registered", true, "E:2003", false)]
    [InlineData("sip:phone@IMS.mnc001.mcc001.3gppnetwork.org;transport=udp", "not registered", false, "E:2003", false)]
    public async Task By_state(string publicIdentity, string state, bool originating, string result, bool namesServer)
    {
        var store = new InMemorySubscriberStore();
        var alice = store.Add(AliceSubscription());
        store.Add(PhoneSubscription());
        var registered = new RegistrationState { Status = RegistrationStatus.Registered, Server = Stored, RegisteredPrivateIdentities = [Alice] };
        if (state == "registered") alice.Publish(new([(0, registered)], []));
        if (state == "unregistered") alice.Publish(new([(0, new() { Status = RegistrationStatus.Unregistered, Server = Stored })], []));
        if (state == "other set registered") alice.Publish(new([(1, registered)], []));
        await using var peer = await CxPeer.ConnectAsync(store);

        var reply = await peer.AskAsync(Lir(publicIdentity, originating));

        Assert.Equal(result, reply.Result);
        Assert.Equal(namesServer ? ScscfName : null, reply.ServerName);
        Assert.Equal(0, store.Commits);
    }

    [Fact]
    public async Task Unregistered_service_offers_the_same_capabilities_as_a_first_registration()
    {
        var store = new InMemorySubscriberStore();
        store.Add(AliceSubscription());
        await using var peer = await CxPeer.ConnectAsync(store);
        var fromLir = (await peer.AskAsync(Lir(AliceSip, originating: true))).All(Avp.ServerCapabilities).First.RawAvp.ToArray();
        var fromUar = (await peer.AskAsync(Uar(Alice, AliceSip))).All(Avp.ServerCapabilities).First.RawAvp.ToArray();
        Assert.NotEmpty(fromLir);
        Assert.Equal(fromUar, fromLir);
    }
}
