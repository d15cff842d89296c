using Hss.Diameter;
using Hss.Subscribers;
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

    // TS 29.328 7.6.18: a masked filter is none, so that a service that the user switched off gets no S-CSCF chosen for it.
    [Fact]
    public async Task A_service_that_is_switched_off_is_no_service_of_the_unregistered_state()
    {
        var store = new InMemorySubscriberStore();
        var voicemail = Voicemail("plain");
        var tagged = voicemail with { InitialFilterCriteria = [.. voicemail.InitialFilterCriteria.Select(filter => filter with { DsaiTags = ["voicemail"] })] };
        var subscriber = store.Add(AliceSubscription() with { ServiceProfiles = [tagged] });
        await using var peer = await CxPeer.ConnectAsync(store);
        Assert.Equal("E:2003", (await peer.AskAsync(Lir(AliceSip))).Result);
        var server = tagged.InitialFilterCriteria[0].ApplicationServer.ServerName;
        subscriber.Publish(SubscriberChange.None with { ApplicationData = new() { InactiveServices = [new(AliceSip, server, "voicemail")] } });
        Assert.Equal("E:5003", (await peer.AskAsync(Lir(AliceSip))).Result);
    }
}
