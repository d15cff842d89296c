using Hss.Diameter;
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
