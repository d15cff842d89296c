using Hss.Diameter;
using Hss.Procedures.Tests.Tables;
using Hss.Subscribers;
using static Hss.Procedures.Tests.CxRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests;

/// <summary>UAR beside its decision tables. Spec: TS 29.228 6.1.1.1.</summary>
public sealed class UserAuthorizationTests
{
    [Fact]
    public async Task Names_stand_alone_in_server_capabilities()
    {
        var store = new InMemorySubscriberStore();
        store.Add(AliceSubscription() with { ServerCapabilities = new([1], [2], [ScscfName]) });
        await using var peer = await CxPeer.ConnectAsync(store);
        var capabilities = (await peer.AskAsync(Uar(Alice, AliceSip))).All(Avp.ServerCapabilities).First;
        Assert.Equal(ScscfName, AvpOccurrences.FindIn(capabilities, Avp.ServerName).First.ToText());
        Assert.Equal(0, AvpOccurrences.FindIn(capabilities, Avp.MandatoryCapability).Count);
    }

    [Fact]
    public async Task Names_end_where_the_answer_is_full()
    {
        var store = new InMemorySubscriberStore();
        store.Add(AliceSubscription() with { ServerCapabilities = new([], [], [.. Enumerable.Range(0, 1000).Select(n => $"sip:s{n}.{new string('x', 200)}.example.org")]) });
        await using var peer = await CxPeer.ConnectAsync(store);
        var reply = await peer.AskAsync(Uar(Alice, AliceSip));
        Assert.Equal("E:2001", reply.Result);
        Assert.InRange(AvpOccurrences.FindIn(reply.All(Avp.ServerCapabilities).First, Avp.ServerName).Count, 200, 300);
    }

    // Step 6: the state of the identity counts before that of the subscription. The sets came apart when an S-CSCF was chosen anew for one of them.
    [Theory]
    [InlineData(RegistrationStatus.Registered)]
    [InlineData(RegistrationStatus.Unregistered)]
    public async Task An_identity_that_is_served_has_its_own_server(RegistrationStatus own)
    {
        var (store, subscriber) = ServerAssignmentTables.Alices();
        subscriber.Publish(new(
        [
            (0, new() { Status = RegistrationStatus.Registered, Server = Named(ScscfName), RegisteredPrivateIdentities = [Alice] }),
            (1, new() { Status = own, Server = Named(OtherScscfName), RegisteredPrivateIdentities = own == RegistrationStatus.Registered ? [Alice] : [] }),
        ], []));
        await using var peer = await CxPeer.ConnectAsync(store);
        foreach (var (set, name) in ((int, string)[])[(0, ScscfName), (1, OtherScscfName)])
        {
            var reply = await peer.AskAsync(Uar(Alice, subscriber.Subscription.ImplicitRegistrationSets[set].PublicIdentities[0].Identity));
            Assert.Equal(("E:2002", name), (reply.Result, reply.ServerName));
        }

        static AssignedServer Named(string name) => new(name, "scscf." + CxRequests.Realm, CxRequests.Realm);
    }

    [Fact]
    public async Task A_store_that_is_away_is_5012_and_discloses_nothing()
    {
        var store = new InMemorySubscriberStore();
        store.Add(AliceSubscription());
        await using var peer = await CxPeer.ConnectAsync(store);
        store.Unavailable = true;
        var reply = await peer.AskAsync(Uar(Alice, AliceSip));
        Assert.Equal("R:5012", reply.Result);
        Assert.False(reply.Has(Avp.ServerName) || reply.Has(Avp.ServerCapabilities));
    }
}
