using System.Text;
using Hss.Diameter;
using Hss.DiameterNode;
using Hss.Procedures.Cx;
using Hss.Subscribers;
using static Hss.Procedures.Tests.CxRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests;

/// <summary>The decision table of SAR. Spec: TS 29.228 6.1.2.1, 6.6.</summary>
public sealed class ServerAssignmentTests
{
    private const string Other = OtherScscfName;
    private static readonly AssignedServer Stored = new(ScscfName, "scscf." + CxRequests.Realm, CxRequests.Realm);

    [Theory]
    [InlineData(1, "nobody@" + CxRequests.Realm, AliceSip, "E:5001")]
    [InlineData(1, Alice, "sip:nobody@" + CxRequests.Realm, "E:5001")]
    [InlineData(1, Alice, PhoneSip, "E:5002")]
    [InlineData(1, AliceTablet, AliceWork, "E:5002")]
    [InlineData(3, null, "sip:nobody@" + CxRequests.Realm, "E:5001")]
    public async Task Identities(uint type, string? userName, string publicIdentity, string result)
    {
        var (store, _) = Alices();
        store.Add(PhoneSubscription());
        await using var peer = await CxPeer.ConnectAsync(store);
        var reply = await peer.AskAsync(Sar(type, userName, [publicIdentity]));
        Assert.Equal(result, reply.Result);
        Assert.Equal(userName, reply.TextOf(Avp.UserName));
        Assert.Equal(0, store.Commits);
    }

    // Presence (Table 6.1.2.1) and step 3.
    [Theory]
    [InlineData(0, "two", "R:5009")]
    [InlineData(1, "two", "R:5009")]
    [InlineData(2, "two", "R:5009")]
    [InlineData(3, "two", "R:5009")]
    [InlineData(9, "two", "R:5009")]
    [InlineData(10, "two", "R:5009")]
    [InlineData(4, "two", "R:2001")]
    [InlineData(5, "two", "R:2001")]
    [InlineData(8, "two", "R:2001")]
    [InlineData(11, "two", "R:2001")]
    [InlineData(0, "none", "R:5005")]
    [InlineData(1, "none", "R:5005")]
    [InlineData(2, "none", "R:5005")]
    [InlineData(3, "none", "R:5005")]
    [InlineData(9, "none", "R:5005")]
    [InlineData(4, "none", "R:2001")]
    [InlineData(5, "none", "R:2001")]
    [InlineData(8, "none", "R:2001")]
    [InlineData(11, "none", "R:2001")]
    [InlineData(1, "no user name", "R:5005")]
    [InlineData(2, "no user name", "R:5005")]
    [InlineData(9, "no user name", "R:5005")]
    [InlineData(0, "no user name", "R:2001")]
    [InlineData(4, "no user name", "R:2001")]
    [InlineData(5, "nothing at all", "R:5005")]
    public async Task Presence(uint type, string given, string result)
    {
        var (store, subscriber) = Alices();
        Put(subscriber, 0, "registered by alice");
        await using var peer = await CxPeer.ConnectAsync(store);
        string[] identities = given switch { "two" => [AliceSip, AliceTel], "none" or "nothing at all" => [], _ => [AliceSip] };
        var reply = await peer.AskAsync(Sar(type, given.StartsWith("no ", StringComparison.Ordinal) || given == "nothing at all" ? null : Alice, identities));
        Assert.Equal(result, reply.Result);
        Assert.Equal(result is "R:5009" or "R:5005", reply.Has(Avp.FailedAvp));
        if (result == "R:5009")
        {
            Assert.Contains(AliceTel, MessageText.OfAvp(reply.All(Avp.FailedAvp).First.RawAvp.Span), StringComparison.Ordinal);
            Assert.False(reply.Has(Avp.UserData));
        }
    }

    // Step 4 and the values that belong to SWx.
    [Theory]
    [InlineData(1, "E:5007")]
    [InlineData(2, "E:5007")]
    [InlineData(5, "E:5007")]
    [InlineData(7, "E:5007")]
    [InlineData(9, "E:5007")]
    [InlineData(10, "E:5007")]
    [InlineData(3, "R:2001")]
    [InlineData(4, "R:2001")]
    public async Task A_public_service_identity_is_assigned_but_never_registered(uint type, string result)
    {
        var store = new InMemorySubscriberStore();
        store.Add(AliceSubscription() with
        {
            ImplicitRegistrationSets = [new() { PublicIdentities = [Public(AliceSip) with { Type = PublicIdentityType.DistinctPsi }] }],
        });
        await using var peer = await CxPeer.ConnectAsync(store);
        Assert.Equal(result, (await peer.AskAsync(Sar(type, Alice, [AliceSip]))).Result);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    public async Task Types_of_swx_are_refused(uint type)
    {
        var (store, _) = Alices();
        await using var peer = await CxPeer.ConnectAsync(store);
        Assert.Equal("E:5007", (await peer.AskAsync(Sar(type, Alice, [AliceSip]))).Result);
    }

    // The name rule, for every type: another S-CSCF is stored.
    [Theory]
    [InlineData(0, "R:5012", false)]
    [InlineData(1, "E:5005", true)]
    [InlineData(2, "E:5005", true)]
    [InlineData(3, "E:5005", true)]
    [InlineData(4, "E:5005", true)]
    [InlineData(5, "E:5005", true)]
    [InlineData(6, "E:5005", true)]
    [InlineData(7, "E:5005", true)]
    [InlineData(8, "E:5005", true)]
    [InlineData(9, "E:5005", true)]
    [InlineData(10, "E:5005", true)]
    [InlineData(11, "E:5005", true)]
    public async Task Only_the_assigned_s_cscf_changes_anything(uint type, string result, bool namesStored)
    {
        var (store, subscriber) = Alices();
        Put(subscriber, 0, "registered by alice");
        var before = subscriber.States;
        await using var peer = await CxPeer.ConnectAsync(store);
        var reply = await peer.AskAsync(Sar(type, Alice, [AliceSip], serverName: Other));
        Assert.Equal(result, reply.Result);
        Assert.Equal(namesStored ? ScscfName : null, reply.ServerName);
        Assert.False(reply.Has(Avp.UserData));
        Assert.Equal(before, subscriber.States);
        Assert.Equal(0, store.Commits);
    }

    // Step 5, types x states -> result, state after. KeepServerName is the default.
    [Theory]
    [InlineData(0, "not registered", "R:5012", "not registered")] // no stored name
    [InlineData(0, "pending", "R:2001", "pending")]
    [InlineData(0, "unregistered", "R:2001", "unregistered")]
    [InlineData(0, "registered by alice", "R:2001", "registered by alice")]
    [InlineData(1, "not registered", "R:2001", "registered by alice")]
    [InlineData(1, "pending", "R:2001", "registered by alice")]
    [InlineData(1, "unregistered", "R:2001", "registered by alice")]
    [InlineData(1, "registered by alice", "R:2001", "registered by alice")]
    [InlineData(2, "registered by alice", "R:2001", "registered by alice")]
    [InlineData(2, "not registered", "R:2001", "registered by alice")]
    [InlineData(3, "not registered", "R:2001", "unregistered")]
    [InlineData(3, "unregistered", "R:2001", "unregistered")]
    [InlineData(3, "registered by alice", "R:2001", "unregistered")]
    [InlineData(4, "registered by alice", "R:2001", "not registered")]
    [InlineData(4, "unregistered", "R:2001", "not registered")]
    [InlineData(4, "not registered", "R:2001", "not registered")]
    [InlineData(4, "registered by both", "R:2001", "registered by tablet")]
    [InlineData(4, "registered by tablet", "R:2001", "registered by tablet")] // not alice's to end
    [InlineData(5, "registered by alice", "R:2001", "not registered")]
    [InlineData(5, "registered by both", "R:2001", "registered by tablet")]
    [InlineData(5, "not registered", "R:2001", "not registered")] // Kamailio repeats it
    [InlineData(6, "registered by alice", "R:2001", "unregistered")]
    [InlineData(6, "registered by both", "R:2001", "registered by tablet")]
    [InlineData(6, "not registered", "E:2004", "not registered")] // there is no name to keep
    [InlineData(7, "registered by alice", "R:2001", "unregistered")]
    [InlineData(8, "registered by alice", "R:2001", "not registered")]
    [InlineData(9, "pending", "R:2001", "not registered")]
    [InlineData(9, "registered by alice", "R:2001", "registered by alice")]
    [InlineData(10, "pending", "R:2001", "not registered")]
    [InlineData(10, "unregistered", "R:2001", "unregistered")]
    [InlineData(11, "registered by alice", "R:2001", "not registered")]
    public async Task Types_by_state(uint type, string before, string result, string after)
    {
        var (store, subscriber) = Alices();
        Put(subscriber, 0, before);
        await using var peer = await CxPeer.ConnectAsync(store);
        var reply = await peer.AskAsync(Sar(type, Alice, [AliceSip]));
        Assert.Equal(result, reply.Result);
        Assert.Equal(StateNamed(after), subscriber.States[0]);
        Assert.Equal(type <= 3 && result == "R:2001", reply.Has(Avp.UserData)); // 6.6: types 0 to 3 only
        Assert.Equal(Alice, reply.TextOf(Avp.UserName));
    }

    [Theory]
    [InlineData(6)]
    [InlineData(7)]
    public async Task An_operator_may_choose_not_to_keep_the_name(uint type)
    {
        var (store, subscriber) = Alices();
        Put(subscriber, 0, "registered by alice");
        await using var peer = await CxPeer.ConnectAsync(store, new CxOptions { KeepServerName = false });
        Assert.Equal("E:2004", (await peer.AskAsync(Sar(type, Alice, [AliceSip]))).Result);
        Assert.Equal(RegistrationState.Initial, subscriber.States[0]);
    }

    [Fact]
    public async Task Registration_changes_the_whole_set_and_no_other()
    {
        var (store, subscriber) = Alices();
        await using var peer = await CxPeer.ConnectAsync(store);
        await peer.AskAsync(Sar(1, Alice, [AliceTel]));
        Assert.Equal(ScscfName, (await peer.AskAsync(Lir(AliceSip))).ServerName);
        Assert.Equal(RegistrationStatus.NotRegistered, subscriber.States[1].Status);
    }

    [Fact]
    public async Task Without_public_identity_all_sets_of_the_private_identity_go()
    {
        var (store, subscriber) = Alices();
        Put(subscriber, 0, "registered by both");
        Put(subscriber, 1, "registered by alice");
        await using var peer = await CxPeer.ConnectAsync(store);
        Assert.Equal("R:2001", (await peer.AskAsync(Sar(5, Alice, []))).Result);
        Assert.Equal(StateNamed("registered by tablet"), subscriber.States[0]);
        Assert.Equal(RegistrationState.Initial, subscriber.States[1]);
        Assert.Equal(1, store.Commits); // both sets or none
    }

    [Fact]
    public async Task Without_private_identity_a_shared_registration_is_5005()
    {
        var (store, subscriber) = Alices();
        Put(subscriber, 0, "registered by both");
        await using var peer = await CxPeer.ConnectAsync(store);
        var reply = await peer.AskAsync(Sar(4, null, [AliceSip]));
        Assert.Equal("R:5005", reply.Result);
        Assert.Contains("User-Name", MessageText.OfAvp(reply.All(Avp.FailedAvp).First.RawAvp.Span), StringComparison.Ordinal);
        Assert.Equal(StateNamed("registered by both"), subscriber.States[0]);
    }

    [Fact]
    public async Task One_set_of_another_server_stops_the_whole_request()
    {
        var (store, subscriber) = Alices();
        Put(subscriber, 0, "registered by alice");
        subscriber.Publish(new([(1, StateNamed("registered by alice") with { Server = Stored with { Name = Other } })], []));
        var before = subscriber.States;
        await using var peer = await CxPeer.ConnectAsync(store);
        Assert.Equal("E:5005", (await peer.AskAsync(Sar(5, Alice, []))).Result);
        Assert.Equal(before, subscriber.States);
    }

    [Fact]
    public async Task A_re_registration_that_changes_nothing_needs_no_commit()
    {
        var (store, subscriber) = Alices();
        Put(subscriber, 0, "registered by alice");
        await using var peer = await CxPeer.ConnectAsync(store);
        Assert.Equal("R:2001", (await peer.AskAsync(Sar(2, Alice, [AliceSip]))).Result);
        Assert.Equal(0, store.Commits);
    }

    [Fact]
    public async Task A_failing_store_leaves_the_state_alone()
    {
        var (store, subscriber) = Alices();
        await using var peer = await CxPeer.ConnectAsync(store);
        store.Unavailable = true;
        var reply = await peer.AskAsync(Sar(1, Alice, [AliceSip]));
        Assert.Equal("R:5012", reply.Result);
        Assert.False(reply.Has(Avp.UserData));
        Assert.Equal(RegistrationState.Initial, subscriber.States[0]);
    }

    [Theory]
    [InlineData(1u, 0u, true)]
    [InlineData(1u, 1u, false)] // the S-CSCF has it
    [InlineData(3u, 0u, true)]
    [InlineData(0u, 0u, true)]
    public async Task The_profile_goes_to_who_does_not_have_it(uint type, uint alreadyAvailable, bool downloads)
    {
        var (store, subscriber) = Alices();
        Put(subscriber, 0, "pending");
        await using var peer = await CxPeer.ConnectAsync(store);
        var reply = await peer.AskAsync(Sar(type, Alice, [AliceSip], alreadyAvailable: alreadyAvailable));
        Assert.Equal(downloads, reply.Has(Avp.UserData));
        Assert.Equal(downloads, reply.Has(Avp.ChargingInformation));
        Assert.Equal(2, AvpOccurrences.FindIn(reply.All(Avp.AssociatedIdentities).First, Avp.UserName).Count);
        if (!downloads) return;
        var xml = Encoding.UTF8.GetString(reply.All(Avp.UserData).First.Span);
        Assert.Contains($"<PrivateID>{Alice}</PrivateID>", xml, StringComparison.Ordinal);
        Assert.Contains($"<Identity>{AliceSip}</Identity>", xml, StringComparison.Ordinal);
        Assert.Contains($"<Identity>{AliceTel}</Identity>", xml, StringComparison.Ordinal);
        Assert.DoesNotContain(AliceWork, xml, StringComparison.Ordinal); // another set
    }

    [Fact]
    public async Task Unregistered_user_without_user_name_gets_one()
    {
        var (store, _) = Alices();
        await using var peer = await CxPeer.ConnectAsync(store);
        var reply = await peer.AskAsync(Sar(3, null, [AliceSip]));
        Assert.Equal("R:2001", reply.Result);
        Assert.Equal(Alice, reply.TextOf(Avp.UserName));
    }

    private static (InMemorySubscriberStore Store, Subscriber Subscriber) Alices()
    {
        var store = new InMemorySubscriberStore();
        return (store, store.Add(AliceSubscription()));
    }

    private static void Put(Subscriber subscriber, int set, string state) => subscriber.Publish(new([(set, StateNamed(state))], []));

    private static RegistrationState StateNamed(string name) => name switch
    {
        "pending" => new() { Server = Stored, AuthenticationPendingPrivateIdentities = [Alice] },
        "unregistered" => new() { Status = RegistrationStatus.Unregistered, Server = Stored },
        "registered by alice" => new() { Status = RegistrationStatus.Registered, Server = Stored, RegisteredPrivateIdentities = [Alice] },
        "registered by tablet" => new() { Status = RegistrationStatus.Registered, Server = Stored, RegisteredPrivateIdentities = [AliceTablet] },
        "registered by both" => new() { Status = RegistrationStatus.Registered, Server = Stored, RegisteredPrivateIdentities = [Alice, AliceTablet] },
        _ => RegistrationState.Initial,
    };
}
