using System.Collections.Immutable;
using System.Text;
using Hss.Diameter;
using Hss.DiameterNode;
using Hss.Procedures.Cx;
using Hss.Subscribers;
using static Hss.Procedures.Tests.CxRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests;

/// <summary>SAR beside its decision tables. Spec: TS 29.228 6.1.2.1, 6.6.</summary>
public sealed class ServerAssignmentTests
{
    private const string Other = OtherScscfName;
    private static readonly AssignedServer Stored = new(ScscfName, "scscf." + CxRequests.Realm, CxRequests.Realm);

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

    // An answer that is too long is found after the commit: it would be 5012, for a user who is registered, at every attempt.
    [Fact]
    public async Task A_user_with_more_web_functions_than_fit_is_registered_all_the_same()
    {
        var store = new InMemorySubscriberStore();
        var subscriber = store.Add(AliceSubscription() with { AllowedWebFunctions = new(Names("waf"), Names("wwsf")) });
        await using var peer = await CxPeer.ConnectAsync(store);
        var reply = await peer.AskAsync(Sar(1, Alice, [AliceSip]));
        Assert.Equal("R:2001", reply.Result);
        Assert.True(reply.Has(Avp.UserData) && reply.Has(Avp.AllowedWafWwsfIdentities));
        Assert.Equal(RegistrationStatus.Registered, subscriber.States[0].Status);

        static ImmutableArray<string> Names(string kind) => [.. Enumerable.Range(0, 1000).Select(n => $"{kind}{n}.{new string('x', 200)}.example.org")];
    }

    // The S-CSCF must keep the profile of the set whose name is kept.
    [Fact]
    public async Task A_name_that_is_kept_for_one_of_the_sets_is_kept()
    {
        var (store, subscriber) = Alices();
        Put(subscriber, 0, "registered by alice");
        await using var peer = await CxPeer.ConnectAsync(store);
        Assert.Equal("R:2001", (await peer.AskAsync(Sar(6, Alice, []))).Result);
        Assert.Equal(StateNamed("unregistered"), subscriber.States[0]);
        Assert.Equal(RegistrationState.Initial, subscriber.States[1]);
        Assert.Equal("R:2001", (await peer.AskAsync(Sar(5, Alice, []))).Result);
        Assert.Equal("E:2004", (await peer.AskAsync(Sar(6, Alice, []))).Result);
    }

    // User-Name may be left out while one private identity is registered, and means that one.
    [Fact]
    public async Task The_only_user_is_de_registered_with_his_authentication_though_nobody_names_him()
    {
        var (store, subscriber) = Alices();
        subscriber.Publish(new([(0, StateNamed("registered by alice") with { AuthenticationPendingPrivateIdentities = [Alice] })], []));
        await using var peer = await CxPeer.ConnectAsync(store);
        Assert.Equal("R:2001", (await peer.AskAsync(Sar(8, null, [AliceSip]))).Result);
        Assert.Equal(RegistrationState.Initial, subscriber.States[0]);
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

    [Fact]
    public async Task User_data_holds_the_set_and_nothing_else()
    {
        var (store, _) = Alices();
        await using var peer = await CxPeer.ConnectAsync(store);
        var reply = await peer.AskAsync(Sar(1, Alice, [AliceSip]));
        Assert.Equal(2, AvpOccurrences.FindIn(reply.All(Avp.AssociatedIdentities).First, Avp.UserName).Count);
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
