using Hss.Diameter;
using static Hss.Procedures.Tests.CxRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests;

/// <summary>LIR beside its decision tables. Spec: TS 29.228 6.1.4.1.</summary>
public sealed class LocationInfoTests
{
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
