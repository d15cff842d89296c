using Hss.Diameter;
using Hss.Procedures.Cx;
using Hss.Subscribers;
using static Hss.Procedures.Tests.CxRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests.Tables;

/// <summary>The decision tables for wildcards and public service identities. Spec: TS 29.228 6.1.2.1 step 4, 6.1.4.1 steps 1 and 2.</summary>
/// Who is who: TestSubscriptions.ServicesSubscription. room-7 falls into the wildcarded PSI, desk-7 into the wildcarded IMPU of office's set.
public sealed class ServiceIdentityTables
{
    private static readonly string[] SetNames = ["service", "hosted", "sleeping", "room-7", "desk-7"];

    // The state is that of the identity's set. "anew": User-Authorization-Type REGISTRATION_AND_CAPABILITIES.
    public static TheoryData<string> LocationRows => DecisionTable.Rows("""
        | identity | state                 | Originating-Request | anew | answer                                                    |
        | service  | not registered        | no                  | no   | E:2003 + Server-Capabilities                              |
        | service  | unregistered, S1      | no                  | no   | R:2001 + Server-Name S1                                   |
        | service  | unregistered, S1      | no                  | yes  | R:2001 + Server-Capabilities                              |
        | sleeping | unregistered, S1      | no                  | no   | E:5001                                                    | inactive
        | sleeping | unregistered, S1      | yes                 | no   | E:5001                                                    |
        | sleeping | unregistered, S1      | no                  | yes  | E:5001                                                    |
        | hosted   | not registered        | no                  | no   | R:2001 + Server-Name AS + LIA-Flags 1                     | direct routing
        | hosted   | unregistered, S1      | no                  | no   | R:2001 + Server-Name AS + LIA-Flags 1                     |
        | hosted   | not registered        | no                  | yes  | R:5012                                                    | no S-CSCF can be chosen for it
        | hosted   | not registered        | yes                 | no   | E:2003 + Server-Capabilities                              |
        | hosted   | unregistered, S1      | yes                 | no   | R:2001 + Server-Name S1                                   |
        | hosted   | unregistered, S1      | yes                 | yes  | R:2001 + Server-Capabilities                              |
        | room-7   | not registered        | no                  | no   | E:2003 + Server-Capabilities + Wildcarded-Public-Identity |
        | room-7   | unregistered, S1      | no                  | no   | R:2001 + Server-Name S1 + Wildcarded-Public-Identity      |
        | room-7   | unregistered, S1      | no                  | yes  | R:2001 + Server-Capabilities + Wildcarded-Public-Identity |
        | desk-7   | unregistered, S1      | no                  | no   | R:2001 + Server-Name S1 + Wildcarded-Public-Identity      |
        | desk-7   | not registered        | yes                 | no   | E:2003 + Server-Capabilities + Wildcarded-Public-Identity |
        """);

    [Theory, MemberData(nameof(LocationRows))]
    public async Task Location(string row)
    {
        var cells = DecisionTable.Cells(row);
        var (store, subscriber) = Stored();
        var set = Array.IndexOf(SetNames, cells[0]);
        StateText.Put(subscriber, set, cells[1]);
        await using var peer = await CxPeer.ConnectAsync(store);
        var reply = await peer.AskAsync(Lir(Identity(cells[0]), DecisionTable.IsYes(cells[2]), DecisionTable.IsYes(cells[3]) ? 2u : null));
        Assert.Equal(cells[4].Replace("Name AS", "Name " + HostedAt, StringComparison.Ordinal),
            AnswerText.Of(reply, Avp.ServerName, Avp.ServerCapabilities, Avp.LiaFlags, Avp.WildcardedPublicIdentity));
        if (reply.Has(Avp.WildcardedPublicIdentity)) Assert.Equal(cells[0] == "room-7" ? Rooms : Desks, reply.TextOf(Avp.WildcardedPublicIdentity));
        var flagged = DecisionTable.IsYes(cells[3]) && cells[4].StartsWith("R:2001", StringComparison.Ordinal) && cells[1] != "not registered";
        Assert.Equal(cells[1] + (flagged ? ", reassignment pending" : ""), StateText.Of(subscriber.States[set]));
    }

    [Fact]
    public async Task Direct_routing_goes_on_where_restoration_is_switched_off()
    {
        var (store, _) = Stored();
        await using var peer = await CxPeer.ConnectAsync(store, new CxOptions { Features = CxFeatures.None });
        Assert.Equal(HostedAt, (await peer.AskAsync(Lir(HostedSip, type: 2))).ServerName);
    }

    // Step 4: what is no distinct public user identity is never registered. The set is served by S1 already.
    public static TheoryData<string> TypeRows => DecisionTable.Rows("""
        | type                                         | service | hosted | room-7 | desk-7 | sleeping |
        | 0  NO_ASSIGNMENT                             | R:2001  | R:2001 | R:2001 | R:2001 | E:5001   |
        | 1  REGISTRATION                              | E:5007  | E:5007 | E:5007 | E:5007 | E:5007   |
        | 2  RE_REGISTRATION                           | E:5007  | E:5007 | E:5007 | E:5007 | E:5007   |
        | 3  UNREGISTERED_USER                         | R:2001  | R:2001 | R:2001 | R:2001 | E:5001   |
        | 4  TIMEOUT_DEREGISTRATION                    | R:2001  | R:2001 | R:2001 | R:2001 | E:5001   |
        | 5  USER_DEREGISTRATION                       | E:5007  | E:5007 | E:5007 | E:5007 | E:5007   |
        | 6  TIMEOUT_DEREGISTRATION_STORE_SERVER_NAME  | R:2001  | R:2001 | R:2001 | R:2001 | E:5001   |
        | 7  USER_DEREGISTRATION_STORE_SERVER_NAME     | E:5007  | E:5007 | E:5007 | E:5007 | E:5007   |
        | 8  ADMINISTRATIVE_DEREGISTRATION             | R:2001  | R:2001 | R:2001 | R:2001 | E:5001   |
        | 9  AUTHENTICATION_FAILURE                    | E:5007  | E:5007 | E:5007 | E:5007 | E:5007   |
        | 10 AUTHENTICATION_TIMEOUT                    | E:5007  | E:5007 | E:5007 | E:5007 | E:5007   |
        | 11 DEREGISTRATION_TOO_MUCH_DATA              | R:2001  | R:2001 | R:2001 | R:2001 | E:5001   |
        """);

    [Theory, MemberData(nameof(TypeRows))]
    public async Task Step_4_types_by_kind_of_identity(string row)
    {
        var cells = DecisionTable.Cells(row);
        string[] identities = ["service", "hosted", "room-7", "desk-7", "sleeping"];
        for (var i = 0; i < identities.Length; i++)
        {
            var (store, subscriber) = Stored();
            var set = Array.IndexOf(SetNames, identities[i]);
            StateText.Put(subscriber, set, "unregistered, S1");
            await using var peer = await CxPeer.ConnectAsync(store);
            Assert.Equal(cells[i + 1], (await peer.AskAsync(Sar(ServerAssignmentTables.Type(cells[0]), Services, [Identity(identities[i])]))).Result);
        }
    }

    // UNREGISTERED_USER where the identity falls into a wildcard. "named": Wildcarded-Public-Identity is in the request.
    public static TheoryData<string> UnregisteredRows => DecisionTable.Rows("""
        | identity | named | restoration | state                  | answer                                            | state after            |
        | desk-7   | no    | no          | registered services, S1 | E:5007 + Wildcarded-Public-Identity              | registered services, S1 |
        | desk-7   | no    | yes         | registered services, S1 | E:5007 + User-Data + Wildcarded-Public-Identity  | registered services, S1 |
        | desk-7   | yes   | no          | registered services, S1 | R:2001 + User-Data                               | unregistered, S1       |
        | desk-7   | yes   | yes         | registered services, S1 | E:5007 + User-Data                               | registered services, S1 |
        | desk-7   | no    | no          | unregistered, S1       | R:2001 + User-Data + Wildcarded-Public-Identity   | unregistered, S1       |
        | desk-7   | no    | no          | not registered         | R:2001 + User-Data + Wildcarded-Public-Identity   | unregistered, S1       |
        | desk-7   | yes   | no          | not registered         | R:2001 + User-Data                                | unregistered, S1       |
        | office   | no    | no          | registered services, S1 | R:2001 + User-Data                               | unregistered, S1       | no wildcard
        | room-7   | no    | no          | not registered         | R:2001 + User-Data + Wildcarded-Public-Identity   | unregistered, S1       |
        | room-7   | yes   | no          | unregistered, S1       | R:2001 + User-Data                                | unregistered, S1       |
        """);

    [Theory, MemberData(nameof(UnregisteredRows))]
    public async Task Unregistered_user(string row)
    {
        var cells = DecisionTable.Cells(row);
        var (store, subscriber) = Stored();
        var set = cells[0] == "room-7" ? 3 : 4;
        StateText.Put(subscriber, set, cells[3]);
        await using var peer = await CxPeer.ConnectAsync(store);
        Action<MessageWriter>? more = DecisionTable.IsYes(cells[2]) ? Features(4) : null;
        if (DecisionTable.IsYes(cells[1])) more += Wildcard(cells[0] == "room-7" ? Rooms : Desks);
        var reply = await peer.AskAsync(Sar(3, null, [Identity(cells[0])], more: more));
        Assert.Equal(cells[4], AnswerText.Of(reply, Avp.UserData, Avp.WildcardedPublicIdentity));
        Assert.Equal(cells[5], StateText.Of(subscriber.States[set]));
        Assert.Equal(Services, reply.TextOf(Avp.UserName));
    }

    // Kamailio answers 500 when the identity it asked for is not in the profile.
    [Theory]
    [InlineData(Desk, null, true)]
    [InlineData(Desk, Desks, true)]
    [InlineData(Room, Rooms, true)]
    [InlineData(Desk, Rooms, false)] // named by mistake: desk-7 is no room
    public async Task The_profile_holds_the_identity_that_was_asked_for(string asked, string? named, bool held)
    {
        var (store, _) = Stored();
        await using var peer = await CxPeer.ConnectAsync(store);
        var reply = await peer.AskAsync(Sar(3, null, [asked], more: named is null ? null : Wildcard(named)));
        Assert.Equal("R:2001", reply.Result);
        var xml = System.Text.Encoding.UTF8.GetString(reply.All(Avp.UserData).First.Span);
        Assert.Equal(held, xml.Contains($"<Identity>{asked}</Identity>", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_outdated_profile_stays_outdated_when_the_refusal_does_not_bring_it()
    {
        var (store, subscriber) = Stored();
        StateText.Put(subscriber, 4, "registered services, S1, outdated");
        await using var peer = await CxPeer.ConnectAsync(store);
        Assert.Equal("E:5007", AnswerText.Of(await peer.AskAsync(Sar(3, null, [Desk])), Avp.UserData));
        Assert.True(subscriber.States[4].UserDataOutdated);
    }

    [Theory]
    [InlineData("sip:nobody-!.*!@" + CxRequests.Realm)] // not provisioned
    [InlineData("no wildcard")]
    public async Task A_wildcard_that_nobody_has_is_5001(string wildcard)
    {
        var (store, _) = Stored();
        await using var peer = await CxPeer.ConnectAsync(store);
        Assert.Equal("E:5001", (await peer.AskAsync(Sar(3, null, [Desk], more: Wildcard(wildcard)))).Result);
    }

    [Fact]
    public async Task A_user_and_a_service_in_one_request_is_5004_with_the_odd_one()
    {
        var (store, subscriber) = Stored();
        StateText.Put(subscriber, 0, "unregistered, S1");
        await using var peer = await CxPeer.ConnectAsync(store);
        var reply = await peer.AskAsync(Sar(4, Services, [Office, ServiceSip]));
        Assert.Equal("R:5004", reply.Result);
        Assert.Contains(ServiceSip, MessageText.OfAvp(reply.All(Avp.FailedAvp).First.RawAvp.Span), StringComparison.Ordinal);
        Assert.Equal("unregistered, S1", StateText.Of(subscriber.States[0]));
    }

    [Fact]
    public async Task Somebody_elses_wildcard_is_5002()
    {
        var (store, _) = Stored();
        store.Add(AliceSubscription());
        await using var peer = await CxPeer.ConnectAsync(store);
        Assert.Equal("E:5002", (await peer.AskAsync(Sar(3, Alice, [Desk]))).Result);
    }

    private static (InMemorySubscriberStore Store, Subscriber Subscriber) Stored()
    {
        var store = new InMemorySubscriberStore();
        return (store, store.Add(ServicesSubscription()));
    }

    private static string Identity(string name) => $"sip:{name}@{CxRequests.Realm}";
}
