using Hss.Diameter;
using Hss.Procedures.Cx;
using Hss.Subscribers;
using static Hss.Procedures.Tests.CxRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests.Tables;

/// <summary>The decision tables of SAR as an S-CSCF of Release 5 behaviour sees them. Spec: TS 29.228 6.1.2.1.</summary>
public sealed class ServerAssignmentTables
{
    public static TheoryData<string> IdentityRows => DecisionTable.Rows("""
        | type | User-Name         | Public-Identity     | answer |
        | 1    | nobody@HOME       | sip:alice@HOME      | E:5001 |
        | 1    | alice@HOME        | sip:nobody@HOME     | E:5001 |
        | 3    | absent            | sip:nobody@HOME     | E:5001 |
        | 1    | alice@HOME        | sip:phone@HOME      | E:5002 |
        | 1    | alice.tablet@HOME | sip:alice.work@HOME | E:5002 |
        """);

    [Theory, MemberData(nameof(IdentityRows))]
    public async Task Steps_1_and_2_identities(string row)
    {
        var cells = DecisionTable.Cells(row.Replace("HOME", CxRequests.Realm, StringComparison.Ordinal));
        var (store, _) = Alices();
        store.Add(PhoneSubscription());
        await using var peer = await CxPeer.ConnectAsync(store);
        var userName = cells[1] == "absent" ? null : cells[1];
        var reply = await peer.AskAsync(Sar(Type(cells[0]), userName, [cells[2]]));
        Assert.Equal(cells[3], reply.Result);
        Assert.Equal(userName, reply.TextOf(Avp.UserName));
        Assert.Equal(0, store.Commits);
    }

    // Table 6.1.2.1 and step 3; alice is registered, so that no answer differs for want of a state. "nothing": neither identity.
    public static TheoryData<string> PresenceRows => DecisionTable.Rows("""
        | type                                         | one    | two    | none   | one, no User-Name | nothing |
        | 0  NO_ASSIGNMENT                             | R:2001 | R:5009 | R:5005 | R:2001            | R:5005  |
        | 1  REGISTRATION                              | R:2001 | R:5009 | R:5005 | R:5005            | R:5005  |
        | 2  RE_REGISTRATION                           | R:2001 | R:5009 | R:5005 | R:5005            | R:5005  |
        | 3  UNREGISTERED_USER                         | R:2001 | R:5009 | R:5005 | R:2001            | R:5005  |
        | 4  TIMEOUT_DEREGISTRATION                    | R:2001 | R:2001 | R:2001 | R:2001            | R:5005  |
        | 5  USER_DEREGISTRATION                       | R:2001 | R:2001 | R:2001 | R:2001            | R:5005  |
        | 6  TIMEOUT_DEREGISTRATION_STORE_SERVER_NAME  | R:2001 | R:2001 | R:2001 | R:2001            | R:5005  |
        | 7  USER_DEREGISTRATION_STORE_SERVER_NAME     | R:2001 | R:2001 | R:2001 | R:2001            | R:5005  |
        | 8  ADMINISTRATIVE_DEREGISTRATION             | R:2001 | R:2001 | R:2001 | R:2001            | R:5005  |
        | 9  AUTHENTICATION_FAILURE                    | R:2001 | R:5009 | R:5005 | R:5005            | R:5005  |
        | 10 AUTHENTICATION_TIMEOUT                    | R:2001 | R:5009 | R:5005 | R:5005            | R:5005  |
        | 11 DEREGISTRATION_TOO_MUCH_DATA              | R:2001 | R:2001 | R:2001 | R:2001            | R:5005  |
        """);

    [Theory, MemberData(nameof(PresenceRows))]
    public async Task Presence_and_step_3(string row)
    {
        var cells = DecisionTable.Cells(row);
        (string? UserName, string[] Identities)[] given = [(Alice, [AliceSip]), (Alice, [AliceSip, AliceTel]), (Alice, []), (null, [AliceSip]), (null, [])];
        for (var i = 0; i < given.Length; i++)
        {
            var (store, subscriber) = Alices();
            // Both sets of alice are registered: without Public-Identity the request stands for all of them.
            StateText.Put(subscriber, 0, "registered alice, S1");
            StateText.Put(subscriber, 1, "registered alice, S1");
            await using var peer = await CxPeer.ConnectAsync(store);
            var reply = await peer.AskAsync(Sar(Type(cells[0]), given[i].UserName, given[i].Identities));
            Assert.Equal(cells[i + 1], reply.Result);
            Assert.Equal(cells[i + 1] is "R:5009" or "R:5005", reply.Has(Avp.FailedAvp));
            if (reply.Has(Avp.FailedAvp)) Assert.False(reply.Has(Avp.UserData));
            if (cells[i + 1] == "R:5009")
                Assert.Contains(AliceTel, MessageText.OfAvp(reply.All(Avp.FailedAvp).First.RawAvp.Span), StringComparison.Ordinal);
        }
    }

    // S1 is stored, S2 asks.
    public static TheoryData<string> NameRows => DecisionTable.Rows("""
        | type                                         | answer                  |
        | 0  NO_ASSIGNMENT                             | R:5012                  |
        | 1  REGISTRATION                              | E:5005 + Server-Name S1 |
        | 2  RE_REGISTRATION                           | E:5005 + Server-Name S1 |
        | 3  UNREGISTERED_USER                         | E:5005 + Server-Name S1 |
        | 4  TIMEOUT_DEREGISTRATION                    | E:5005 + Server-Name S1 |
        | 5  USER_DEREGISTRATION                       | E:5005 + Server-Name S1 |
        | 6  TIMEOUT_DEREGISTRATION_STORE_SERVER_NAME  | E:5005 + Server-Name S1 |
        | 7  USER_DEREGISTRATION_STORE_SERVER_NAME     | E:5005 + Server-Name S1 |
        | 8  ADMINISTRATIVE_DEREGISTRATION             | E:5005 + Server-Name S1 |
        | 9  AUTHENTICATION_FAILURE                    | E:5005 + Server-Name S1 |
        | 10 AUTHENTICATION_TIMEOUT                    | E:5005 + Server-Name S1 |
        | 11 DEREGISTRATION_TOO_MUCH_DATA              | E:5005 + Server-Name S1 |
        """);

    [Theory, MemberData(nameof(NameRows))]
    public async Task Step_5_name_rule(string row)
    {
        var cells = DecisionTable.Cells(row);
        foreach (var state in (string[])["registered alice, S1", "registered alice, S1, reassignment pending", "unregistered, S1"])
        {
            var (store, subscriber) = Alices();
            StateText.Put(subscriber, 0, state);
            await using var peer = await CxPeer.ConnectAsync(store);
            var reply = await peer.AskAsync(Sar(Type(cells[0]), Alice, [AliceSip], serverName: OtherScscfName));
            Assert.Equal(cells[1], AnswerText.Of(reply, Avp.ServerName, Avp.UserData));
            Assert.Equal(state, StateText.Of(subscriber.States[0]));
            Assert.Equal(0, store.Commits);
        }
    }

    // Step 5, asked by S1 for alice and her set. The operator keeps names (Cx:KeepServerName).
    public static TheoryData<string> TypeRows => DecisionTable.Rows("""
        | type                                         | state                                | answer             | state after                         |
        | 0  NO_ASSIGNMENT                             | not registered                       | R:5012             | not registered                      | no stored name
        | 0  NO_ASSIGNMENT                             | not registered, S1, pending alice    | R:2001 + User-Data | not registered, S1, pending alice   |
        | 0  NO_ASSIGNMENT                             | unregistered, S1                     | R:2001 + User-Data | unregistered, S1                    |
        | 0  NO_ASSIGNMENT                             | registered alice, S1                 | R:2001 + User-Data | registered alice, S1                |
        | 1  REGISTRATION                              | not registered                       | R:2001 + User-Data | registered alice, S1                |
        | 1  REGISTRATION                              | not registered, S1, pending alice    | R:2001 + User-Data | registered alice, S1                |
        | 1  REGISTRATION                              | not registered, S1, pending alice+tablet | R:2001 + User-Data | registered alice, S1, pending tablet |
        | 1  REGISTRATION                              | unregistered, S1                     | R:2001 + User-Data | registered alice, S1                |
        | 1  REGISTRATION                              | registered alice, S1                 | R:2001 + User-Data | registered alice, S1                |
        | 1  REGISTRATION                              | registered tablet, S1                | R:2001 + User-Data | registered alice+tablet, S1         |
        | 2  RE_REGISTRATION                           | registered alice, S1                 | R:2001 + User-Data | registered alice, S1                |
        | 2  RE_REGISTRATION                           | not registered                       | R:2001 + User-Data | registered alice, S1                |
        | 3  UNREGISTERED_USER                         | not registered                       | R:2001 + User-Data | unregistered, S1                    |
        | 3  UNREGISTERED_USER                         | not registered, S1, pending alice    | R:2001 + User-Data | unregistered, S1, pending alice     |
        | 3  UNREGISTERED_USER                         | unregistered, S1                     | R:2001 + User-Data | unregistered, S1                    |
        | 3  UNREGISTERED_USER                         | registered alice, S1                 | R:2001 + User-Data | unregistered, S1                    |
        | 3  UNREGISTERED_USER                         | registered alice, S1, data alice     | R:2001 + User-Data | unregistered, S1                    |
        | 4  TIMEOUT_DEREGISTRATION                    | registered alice, S1                 | R:2001             | not registered                      |
        | 4  TIMEOUT_DEREGISTRATION                    | registered alice, S1, data alice     | R:2001             | not registered                      |
        | 4  TIMEOUT_DEREGISTRATION                    | registered alice+tablet, S1          | R:2001             | registered tablet, S1               |
        | 4  TIMEOUT_DEREGISTRATION                    | registered alice+tablet, S1, data alice+tablet | R:2001   | registered tablet, S1, data tablet  |
        | 4  TIMEOUT_DEREGISTRATION                    | registered tablet, S1                | R:2001             | registered tablet, S1               | not alice's to end
        | 4  TIMEOUT_DEREGISTRATION                    | unregistered, S1                     | R:2001             | not registered                      |
        | 4  TIMEOUT_DEREGISTRATION                    | not registered                       | R:2001             | not registered                      | the text is silent
        | 5  USER_DEREGISTRATION                       | registered alice, S1                 | R:2001             | not registered                      |
        | 5  USER_DEREGISTRATION                       | registered alice+tablet, S1          | R:2001             | registered tablet, S1               |
        | 5  USER_DEREGISTRATION                       | not registered                       | R:2001             | not registered                      | Kamailio repeats it
        | 6  TIMEOUT_DEREGISTRATION_STORE_SERVER_NAME  | registered alice, S1                 | R:2001             | unregistered, S1                    |
        | 6  TIMEOUT_DEREGISTRATION_STORE_SERVER_NAME  | registered alice, S1, data alice     | R:2001             | unregistered, S1                    |
        | 6  TIMEOUT_DEREGISTRATION_STORE_SERVER_NAME  | registered alice+tablet, S1, data alice+tablet | R:2001   | registered tablet, S1, data tablet  |
        | 6  TIMEOUT_DEREGISTRATION_STORE_SERVER_NAME  | not registered                       | E:2004             | not registered                      | no name to keep
        | 7  USER_DEREGISTRATION_STORE_SERVER_NAME     | registered alice, S1                 | R:2001             | unregistered, S1                    |
        | 8  ADMINISTRATIVE_DEREGISTRATION             | registered alice, S1                 | R:2001             | not registered                      |
        | 8  ADMINISTRATIVE_DEREGISTRATION             | registered alice+tablet, S1          | R:2001             | registered tablet, S1               |
        | 9  AUTHENTICATION_FAILURE                    | not registered, S1, pending alice    | R:2001             | not registered                      |
        | 9  AUTHENTICATION_FAILURE                    | not registered, S1, pending alice+tablet | R:2001         | not registered, S1, pending tablet  | tablet still authenticates there
        | 9  AUTHENTICATION_FAILURE                    | registered alice, S1, pending alice  | R:2001             | registered alice, S1                |
        | 10 AUTHENTICATION_TIMEOUT                    | not registered, S1, pending alice    | R:2001             | not registered                      |
        | 10 AUTHENTICATION_TIMEOUT                    | unregistered, S1, pending alice      | R:2001             | unregistered, S1                    |
        | 11 DEREGISTRATION_TOO_MUCH_DATA              | registered alice, S1                 | R:2001             | not registered                      |
        | 12 AAA_USER_DATA_REQUEST                     | registered alice, S1                 | E:5007             | registered alice, S1                | SWx only
        | 13 PGW_UPDATE                                | registered alice, S1                 | E:5007             | registered alice, S1                | SWx only
        | 14 RESTORATION                               | registered alice, S1                 | E:5007             | registered alice, S1                | SWx only
        """);

    [Theory, MemberData(nameof(TypeRows))]
    public async Task Step_5_by_type(string row)
    {
        var cells = DecisionTable.Cells(row);
        var (store, subscriber) = Alices();
        StateText.Put(subscriber, 0, cells[1]);
        await using var peer = await CxPeer.ConnectAsync(store);
        var reply = await peer.AskAsync(Sar(Type(cells[0]), Alice, [AliceSip]));
        // Nothing that came after Release 5 is in the answer to a request without Supported-Features.
        Assert.Equal(cells[2], AnswerText.Of(reply, Avp.ServerName, Avp.UserData, Avp.ScscfRestorationInfo, Avp.AssociatedRegisteredIdentities, Avp.SupportedFeatures));
        Assert.Equal(cells[3], StateText.Of(subscriber.States[0]));
        Assert.Equal(Alice, reply.TextOf(Avp.UserName));
        Assert.Equal(cells[1] == cells[3] ? 0 : 1, store.Commits);
    }

    // The store rule when the operator does not keep the name.
    public static TheoryData<string> StoreRows => DecisionTable.Rows("""
        | type                                         | state                                          | answer | state after                        |
        | 6  TIMEOUT_DEREGISTRATION_STORE_SERVER_NAME  | registered alice, S1                           | E:2004 | not registered                     |
        | 6  TIMEOUT_DEREGISTRATION_STORE_SERVER_NAME  | registered alice+tablet, S1, data alice+tablet | E:2004 | registered tablet, S1, data tablet |
        | 7  USER_DEREGISTRATION_STORE_SERVER_NAME     | registered alice, S1                           | E:2004 | not registered                     |
        | 7  USER_DEREGISTRATION_STORE_SERVER_NAME     | registered alice+tablet, S1                    | E:2004 | registered tablet, S1              |
        """);

    [Theory, MemberData(nameof(StoreRows))]
    public async Task Step_5_store_rule_when_the_name_is_not_kept(string row)
    {
        var cells = DecisionTable.Cells(row);
        var (store, subscriber) = Alices();
        StateText.Put(subscriber, 0, cells[1]);
        await using var peer = await CxPeer.ConnectAsync(store, new CxOptions { KeepServerName = false });
        Assert.Equal(cells[2], (await peer.AskAsync(Sar(Type(cells[0]), Alice, [AliceSip]))).Result);
        Assert.Equal(cells[3], StateText.Of(subscriber.States[0]));
    }

    // The clear rule without User-Name.
    public static TheoryData<string> ClearRows => DecisionTable.Rows("""
        | type                         | state                       | answer | state after                 |
        | 4  TIMEOUT_DEREGISTRATION    | registered alice+tablet, S1 | R:5005 | registered alice+tablet, S1 |
        | 4  TIMEOUT_DEREGISTRATION    | registered tablet, S1       | R:2001 | not registered              |
        | 4  TIMEOUT_DEREGISTRATION    | unregistered, S1            | R:2001 | not registered              |
        | 5  USER_DEREGISTRATION       | registered alice+tablet, S1 | R:5005 | registered alice+tablet, S1 |
        | 5  USER_DEREGISTRATION       | registered alice, S1        | R:2001 | not registered              |
        """);

    [Theory, MemberData(nameof(ClearRows))]
    public async Task Step_5_clear_rule_without_private_identity(string row)
    {
        var cells = DecisionTable.Cells(row);
        var (store, subscriber) = Alices();
        StateText.Put(subscriber, 0, cells[1]);
        await using var peer = await CxPeer.ConnectAsync(store);
        var reply = await peer.AskAsync(Sar(Type(cells[0]), null, [AliceSip]));
        Assert.Equal(cells[2], reply.Result);
        if (cells[2] == "R:5005") Assert.Contains("User-Name", MessageText.OfAvp(reply.All(Avp.FailedAvp).First.RawAvp.Span), StringComparison.Ordinal);
        Assert.Equal(cells[3], StateText.Of(subscriber.States[0]));
    }

    // User-Data-Already-Available (6.6) matters for types 0 to 3 only. alice has charging addresses and two private identities.
    public static TheoryData<string> DownloadRows => DecisionTable.Rows("""
        | type                         | NOT_AVAILABLE (0)                                            | ALREADY_AVAILABLE (1)          |
        | 0  NO_ASSIGNMENT             | R:2001 + User-Data + Charging-Information + Associated-Identities | R:2001 + Associated-Identities |
        | 1  REGISTRATION              | R:2001 + User-Data + Charging-Information + Associated-Identities | R:2001 + Associated-Identities |
        | 2  RE_REGISTRATION           | R:2001 + User-Data + Charging-Information + Associated-Identities | R:2001 + Associated-Identities |
        | 3  UNREGISTERED_USER         | R:2001 + User-Data + Charging-Information + Associated-Identities | R:2001 + Associated-Identities |
        | 4  TIMEOUT_DEREGISTRATION    | R:2001                                                       | R:2001                         |
        | 5  USER_DEREGISTRATION       | R:2001                                                       | R:2001                         |
        | 9  AUTHENTICATION_FAILURE    | R:2001                                                       | R:2001                         |
        """);

    [Theory, MemberData(nameof(DownloadRows))]
    public async Task What_is_downloaded(string row)
    {
        var cells = DecisionTable.Cells(row);
        for (var available = 0u; available < 2; available++)
        {
            var (store, subscriber) = Alices();
            StateText.Put(subscriber, 0, "registered alice, S1");
            await using var peer = await CxPeer.ConnectAsync(store);
            var reply = await peer.AskAsync(Sar(Type(cells[0]), Alice, [AliceSip], alreadyAvailable: available));
            Assert.Equal(cells[available + 1], AnswerText.Of(reply, Avp.UserData, Avp.ChargingInformation, Avp.AssociatedIdentities));
        }
    }

    internal static uint Type(string cell) => uint.Parse(cell.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);

    internal static (InMemorySubscriberStore Store, Subscriber Subscriber) Alices()
    {
        var store = new InMemorySubscriberStore();
        return (store, store.Add(AliceSubscription()));
    }
}
