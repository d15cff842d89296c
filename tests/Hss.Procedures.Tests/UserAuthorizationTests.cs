using System.Collections.Immutable;
using Hss.Diameter;
using Hss.Subscribers;
using static Hss.Procedures.Tests.CxRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests;

/// <summary>The decision table of UAR. Spec: TS 29.228 6.1.1.1.</summary>
public sealed class UserAuthorizationTests
{
    private static readonly AssignedServer Stored = new(ScscfName, "scscf." + CxRequests.Realm, CxRequests.Realm);
    private const uint Registration = 0, DeRegistration = 1, RegistrationAndCapabilities = 2;

    // Steps 1 to 3: the identities.
    [Theory]
    [InlineData("nobody@" + CxRequests.Realm, AliceSip, "E:5001")]
    [InlineData(Alice, "sip:nobody@" + CxRequests.Realm, "E:5001")]
    [InlineData("no-at-sign", AliceSip, "E:5001")]
    [InlineData(Alice, "not an identity", "E:5001")]
    [InlineData(Alice, PhoneSip, "E:5002")] // somebody else's
    [InlineData(AliceTablet, AliceWork, "E:5002")] // own subscription, but not of this private identity
    [InlineData(Alice, AliceWork, "E:2001")]
    [InlineData("alice@IMS.mnc001.MCC001.3gppnetwork.org", "SIP:alice@IMS.MNC001.mcc001.3gppnetwork.org;user=phone", "E:2001")] // one user, one form
    [InlineData(Alice, "tel:+1-212-555-0001", "E:2001")]
    public async Task Identities(string userName, string publicIdentity, string result)
    {
        var store = new InMemorySubscriberStore();
        store.Add(AliceSubscription());
        store.Add(PhoneSubscription());
        await using var peer = await CxPeer.ConnectAsync(store);
        Assert.Equal(result, (await peer.AskAsync(Uar(userName, publicIdentity))).Result);
    }

    [Fact]
    public async Task A_public_service_identity_cannot_register()
    {
        var store = new InMemorySubscriberStore();
        var alice = AliceSubscription();
        store.Add(alice with
        {
            ImplicitRegistrationSets = [new() { PublicIdentities = [Public(AliceSip) with { Type = PublicIdentityType.DistinctPsi }] }],
        });
        await using var peer = await CxPeer.ConnectAsync(store);
        Assert.Equal("E:5001", (await peer.AskAsync(Uar(Alice, AliceSip))).Result);
    }

    // Step 4: barring.
    [Theory]
    [InlineData(false, false, null, "E:2001")]
    [InlineData(true, false, null, "E:2001")] // another identity of the set is usable
    [InlineData(true, true, null, "R:5003")]
    [InlineData(true, true, 1u, "E:2001")] // UAR-Flags: emergency registration
    public async Task Barring(bool barred, bool otherBarred, uint? flags, string result)
    {
        var store = new InMemorySubscriberStore();
        store.Add(AliceSubscription() with
        {
            ImplicitRegistrationSets = [new() { PublicIdentities = [Public(AliceSip, barred: barred), Public(AliceTel, barred: otherBarred)] }],
        });
        await using var peer = await CxPeer.ConnectAsync(store);
        Assert.Equal(result, (await peer.AskAsync(Uar(Alice, AliceSip, flags: flags))).Result);
    }

    // Step 5: roaming and the right to register. 'none' stands for a subscription without a list.
    [Theory]
    [InlineData("none", true, Registration, null, "E:2001")]
    [InlineData("visited.example.org", true, Registration, null, "E:2001")]
    [InlineData("VISITED.example.org", true, Registration, null, "E:2001")]
    [InlineData("other.example.org", true, Registration, null, "E:5004")]
    [InlineData("", true, Registration, null, "E:5004")] // an empty list allows nothing
    [InlineData("other.example.org", true, RegistrationAndCapabilities, null, "E:5004")]
    [InlineData("other.example.org", true, DeRegistration, null, "E:5003")] // not checked; not registered
    [InlineData("other.example.org", true, Registration, 1u, "E:2001")] // emergency: not checked
    [InlineData("none", false, Registration, null, "R:5003")]
    [InlineData("none", false, RegistrationAndCapabilities, null, "R:5003")]
    [InlineData("none", false, DeRegistration, null, "E:5003")]
    public async Task Roaming_and_right_to_register(string allowed, bool registrationAllowed, uint type, uint? flags, string result)
    {
        var store = new InMemorySubscriberStore();
        store.Add(AliceSubscription() with
        {
            AllowedVisitedNetworks = allowed switch { "none" => null, "" => ImmutableArray<string>.Empty, _ => [allowed] },
            RegistrationAllowed = registrationAllowed,
        });
        await using var peer = await CxPeer.ConnectAsync(store);
        // As Kamailio sends it: with the double quotes of the SIP header.
        Assert.Equal(result, (await peer.AskAsync(Uar(Alice, AliceSip, type, "\"visited.example.org\"", flags))).Result);
    }

    // Step 6: state x type. The name is ScscfName where one is answered.
    [Theory]
    [InlineData("registered", Registration, "E:2002", true)]
    [InlineData("registered", DeRegistration, "R:2001", true)]
    [InlineData("registered", RegistrationAndCapabilities, "R:2001", false)]
    [InlineData("unregistered", Registration, "E:2002", true)]
    [InlineData("unregistered", DeRegistration, "R:2001", true)]
    [InlineData("pending", Registration, "E:2002", true)]
    [InlineData("pending", DeRegistration, "R:2001", true)]
    [InlineData("not registered", Registration, "E:2001", false)]
    [InlineData("not registered", DeRegistration, "E:5003", false)]
    [InlineData("not registered", RegistrationAndCapabilities, "R:2001", false)]
    [InlineData("other set registered", Registration, "E:2002", true)]
    [InlineData("other set registered", DeRegistration, "E:5003", false)]
    public async Task By_state(string state, uint type, string result, bool namesServer)
    {
        var store = new InMemorySubscriberStore();
        var subscriber = store.Add(AliceSubscription());
        Put(subscriber, state);
        await using var peer = await CxPeer.ConnectAsync(store);

        var before = subscriber.States;
        var reply = await peer.AskAsync(Uar(Alice, AliceSip, type));

        Assert.Equal(result, reply.Result);
        Assert.Equal(namesServer ? ScscfName : null, reply.ServerName);
        var offersCapabilities = !namesServer && result != "E:5003";
        Assert.Equal(offersCapabilities, reply.Has(Avp.ServerCapabilities)); // never both
        Assert.Equal(before, subscriber.States); // UAR never changes state
        Assert.Equal(0, store.Commits);
    }

    [Fact]
    public async Task A_registered_identity_of_the_subscription_wins_over_one_that_is_only_authenticating()
    {
        var store = new InMemorySubscriberStore();
        var subscriber = store.Add(AliceSubscription());
        subscriber.Publish(new([
            (0, new() { Server = Stored with { Name = OtherScscfName }, AuthenticationPendingPrivateIdentities = [Alice] }),
            (1, new() { Status = RegistrationStatus.Registered, Server = Stored, RegisteredPrivateIdentities = [Alice] })], []));
        await using var peer = await CxPeer.ConnectAsync(store);
        Assert.Equal(ScscfName, (await peer.AskAsync(Uar(Alice, AliceSip))).ServerName);
    }

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

    private static void Put(Subscriber subscriber, string state)
    {
        var registered = new RegistrationState { Status = RegistrationStatus.Registered, Server = Stored, RegisteredPrivateIdentities = [Alice] };
        (int, RegistrationState)[] change = state switch
        {
            "registered" => [(0, registered)],
            "unregistered" => [(0, new() { Status = RegistrationStatus.Unregistered, Server = Stored })],
            "pending" => [(0, new() { Server = Stored, AuthenticationPendingPrivateIdentities = [Alice] })],
            "other set registered" => [(1, registered)],
            _ => [],
        };
        subscriber.Publish(new([.. change], []));
    }
}
