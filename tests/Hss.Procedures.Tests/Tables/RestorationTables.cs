using Hss.Diameter;
using Hss.Procedures.Cx;
using static Hss.Procedures.Tests.CxRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests.Tables;

/// <summary>The decision tables of S-CSCF restoration, where it is in use on both sides. Spec: TS 29.228 6.1.1.1, 6.1.2.1, 6.1.4.1, 6.3.1; TS 23.380.</summary>
public sealed class RestorationTables
{
    private const uint RegistrationAndCapabilities = 2;

    // UAR and LIR with REGISTRATION_AND_CAPABILITIES. "restoration": whether this HSS has it switched on.
    public static TheoryData<string> AskingAnewRows => DecisionTable.Rows("""
        | command       | restoration | state                                      | answer                       | state after                                |
        | UAR           | yes         | registered alice, S1                       | R:2001 + Server-Capabilities | registered alice, S1, reassignment pending |
        | UAR           | yes         | unregistered, S1                           | R:2001 + Server-Capabilities | unregistered, S1, reassignment pending     |
        | UAR           | yes         | not registered, S1, pending alice          | R:2001 + Server-Capabilities | not registered, S1, pending alice, reassignment pending |
        | UAR           | yes         | not registered                             | R:2001 + Server-Capabilities | not registered                             | none is assigned
        | UAR           | yes         | registered alice, S1, reassignment pending | R:2001 + Server-Capabilities | registered alice, S1, reassignment pending | no second commit
        | UAR           | no          | registered alice, S1                       | R:2001 + Server-Capabilities | registered alice, S1                       |
        | UAR emergency | yes         | registered alice, S1                       | R:2001 + Server-Capabilities | registered alice, S1                       | not in the emergency branch
        | LIR           | yes         | registered alice, S1                       | R:2001 + Server-Capabilities | registered alice, S1, reassignment pending |
        | LIR           | yes         | unregistered, S1                           | R:2001 + Server-Capabilities | unregistered, S1, reassignment pending     |
        | LIR           | yes         | not registered                             | R:2001 + Server-Capabilities | not registered                             |
        | LIR           | no          | registered alice, S1                       | R:2001 + Server-Name S1      | registered alice, S1                       | step 3 answers
        | LIR           | no          | not registered                             | E:5003                       | not registered                             |
        """);

    [Theory, MemberData(nameof(AskingAnewRows))]
    public async Task Registration_and_capabilities(string row)
    {
        var cells = DecisionTable.Cells(row);
        var (store, subscriber) = ServerAssignmentTables.Alices();
        StateText.Put(subscriber, 0, cells[2]);
        await using var peer = await CxPeer.ConnectAsync(store, Options(cells[1]));
        var request = cells[0] == "LIR"
            ? Lir(AliceSip, type: RegistrationAndCapabilities)
            : Uar(Alice, AliceSip, RegistrationAndCapabilities, flags: cells[0] == "UAR emergency" ? 1u : null);
        Assert.Equal(cells[3], AnswerText.Of(await peer.AskAsync(request), Avp.ServerName, Avp.ServerCapabilities));
        Assert.Equal(cells[4], StateText.Of(subscriber.States[0]));
        Assert.Equal(cells[2] == cells[4] ? 0 : 1, store.Commits);
    }

    // The flag is durable before the answer leaves: a store that is away gives no capabilities.
    [Theory]
    [InlineData("UAR")]
    [InlineData("LIR")]
    public async Task A_flag_that_cannot_be_stored_is_5012(string command)
    {
        var (store, subscriber) = ServerAssignmentTables.Alices();
        StateText.Put(subscriber, 0, "registered alice, S1");
        store.CommitsFail = true;
        await using var peer = await CxPeer.ConnectAsync(store);
        var reply = await peer.AskAsync(command == "UAR" ? Uar(Alice, AliceSip, RegistrationAndCapabilities) : Lir(AliceSip, type: RegistrationAndCapabilities));
        Assert.Equal("R:5012", AnswerText.Of(reply, Avp.ServerName, Avp.ServerCapabilities));
        Assert.False(subscriber.States[0].ReassignmentPending);
    }

    // MAR of S2: the flag goes with the name that it was about, the data stays.
    public static TheoryData<string> AuthenticationRows => DecisionTable.Rows("""
        | state                                                  | name in request | state after                                    |
        | registered alice, S1, reassignment pending, data alice | S2              | registered alice, S2, pending alice, data alice |
        | registered alice, S1, reassignment pending, data alice | S1              | registered alice, S1, reassignment pending, data alice |
        | unregistered, S1, reassignment pending                 | S2              | unregistered, S2, pending alice                |
        | not registered, S1, pending alice, reassignment pending | S2             | not registered, S2, pending alice              |
        """);

    [Theory, MemberData(nameof(AuthenticationRows))]
    public async Task Authentication_at_another_server(string row)
    {
        var cells = DecisionTable.Cells(row);
        var (store, subscriber) = ServerAssignmentTables.Alices();
        StateText.Put(subscriber, 0, cells[0]);
        await using var peer = await CxPeer.ConnectAsync(store);
        Assert.Equal("R:2001", (await peer.AskAsync(Mar(Alice, AliceSip, serverName: Name(cells[1])))).Result);
        Assert.Equal(cells[2], StateText.Of(subscriber.States[0]));
    }

    // The name rule with the flag set, S1 stored, S2 asks: "overwrite and reset the flag".
    public static TheoryData<string> TakeOverRows => DecisionTable.Rows("""
        | type                          | state                                                         | answer                                     | state after                         |
        | 0  NO_ASSIGNMENT              | registered alice, S1, reassignment pending, data alice        | R:2001 + SCSCF-Restoration-Info alice      | registered alice, S2, data alice    |
        | 0  NO_ASSIGNMENT              | registered alice, S1, data alice                              | R:5012                                     | registered alice, S1, data alice    |
        | 1  REGISTRATION               | registered alice, S1, reassignment pending, data alice        | R:2001                                     | registered alice, S2                |
        | 1  REGISTRATION               | registered alice+tablet, S1, reassignment pending, data alice+tablet | R:2001 + SCSCF-Restoration-Info tablet + Associated-Registered-Identities tablet | registered alice+tablet, S2, data tablet |
        | 1  REGISTRATION               | registered alice, S1, data alice                              | E:5005 + Server-Name S1                    | registered alice, S1, data alice    |
        | 2  RE_REGISTRATION            | registered alice, S1, reassignment pending, data alice        | R:2001                                     | registered alice, S2, data alice    |
        | 3  UNREGISTERED_USER          | unregistered, S1, reassignment pending                        | R:2001                                     | unregistered, S2                    |
        | 3  UNREGISTERED_USER          | registered alice, S1, reassignment pending, data alice        | E:5007 + SCSCF-Restoration-Info alice      | registered alice, S2, data alice    |
        | 3  UNREGISTERED_USER          | registered alice, S1, data alice                              | E:5005 + Server-Name S1                    | registered alice, S1, data alice    |
        | 5  USER_DEREGISTRATION        | registered alice, S1, reassignment pending, data alice        | R:2001                                     | not registered                      |
        | 5  USER_DEREGISTRATION        | registered alice+tablet, S1, reassignment pending             | R:2001                                     | registered tablet, S2               |
        | 8  ADMINISTRATIVE_DEREGISTRATION | registered alice, S1, data alice                           | E:5005 + Server-Name S1                    | registered alice, S1, data alice    |
        """);

    [Theory, MemberData(nameof(TakeOverRows))]
    public async Task Name_rule_when_reassignment_is_pending(string row)
    {
        var cells = DecisionTable.Cells(row);
        var (store, subscriber) = ServerAssignmentTables.Alices();
        StateText.Put(subscriber, 0, cells[1]);
        await using var peer = await CxPeer.ConnectAsync(store);
        var reply = await peer.AskAsync(Sar(
            ServerAssignmentTables.Type(cells[0]), Alice, [AliceSip], serverName: OtherScscfName, originHost: "other." + CxRequests.Realm, more: Features(4)));
        Assert.Equal(cells[2], AnswerText.Of(reply, Avp.ServerName, Avp.ScscfRestorationInfo, Avp.AssociatedRegisteredIdentities));
        Assert.Equal(cells[3], StateText.Of(subscriber.States[0]));
        if (cells[3].Contains("S2", StringComparison.Ordinal)) Assert.Equal("other." + CxRequests.Realm, subscriber.States[0].Server!.DiameterHost);
    }

    // "in use": by Supported-Features, or because the request speaks of restoration. Asked by S1 for alice.
    public static TheoryData<string> DataRows => DecisionTable.Rows("""
        | type                          | in request                 | state                                       | answer                                            | state after                                 |
        | 0  NO_ASSIGNMENT              | feature                    | registered alice+tablet, S1, data alice+tablet | R:2001 + User-Data + SCSCF-Restoration-Info alice+tablet | registered alice+tablet, S1, data alice+tablet |
        | 0  NO_ASSIGNMENT              | feature                    | registered alice, S1                        | R:2001 + User-Data                                | registered alice, S1                        |
        | 1  REGISTRATION               | feature, info              | not registered                              | R:2001 + User-Data                                | registered alice, S1, data alice            |
        | 1  REGISTRATION               | info                       | not registered                              | R:2001 + User-Data                                | registered alice, S1, data alice            | speaking of it is enough
        | 1  REGISTRATION               | feature                    | not registered                              | R:2001 + User-Data                                | registered alice, S1                        |
        | 1  REGISTRATION               | feature                    | registered alice, S1, data alice            | R:2001 + User-Data                                | registered alice, S1                        | the contacts of an earlier registration
        | 1  REGISTRATION               | feature, info              | registered tablet, S1, data tablet          | R:2001 + User-Data + SCSCF-Restoration-Info tablet + Associated-Registered-Identities tablet | registered alice+tablet, S1, data alice+tablet |
        | 1  REGISTRATION               | feature, info, multiple    | registered alice, S1, data alice            | E:5007 + User-Data + SCSCF-Restoration-Info alice | registered alice, S1, data alice            | not overwritten
        | 1  REGISTRATION               | multiple                   | registered alice, S1, data alice            | E:5007 + User-Data + SCSCF-Restoration-Info alice | registered alice, S1, data alice            |
        | 1  REGISTRATION               | feature, info, multiple    | registered alice, S1                        | R:2001 + User-Data                                | registered alice, S1, data alice            | no data to keep
        | 1  REGISTRATION               | feature, info, multiple    | registered tablet, S1, data tablet          | R:2001 + User-Data + SCSCF-Restoration-Info tablet + Associated-Registered-Identities tablet | registered alice+tablet, S1, data alice+tablet |
        | 1  REGISTRATION               | feature, info, multiple    | unregistered, S1                            | R:2001 + User-Data                                | registered alice, S1, data alice            |
        | 2  RE_REGISTRATION            | feature, info              | registered alice, S1, data alice            | R:2001 + User-Data                                | registered alice, S1, data alice            | replaced
        | 2  RE_REGISTRATION            | feature                    | registered alice, S1, data alice            | R:2001 + User-Data                                | registered alice, S1, data alice            | sent only when it changed
        | 2  RE_REGISTRATION            | feature, info, multiple    | registered alice, S1, data alice            | R:2001 + User-Data                                | registered alice, S1, data alice            | the rule is of type 1
        | 2  RE_REGISTRATION            | feature                    | registered alice+tablet, S1, data tablet    | R:2001 + User-Data + Associated-Registered-Identities tablet | registered alice+tablet, S1, data tablet |
        | 3  UNREGISTERED_USER          | feature                    | registered alice+tablet, S1, data alice+tablet | E:5007 + User-Data + SCSCF-Restoration-Info alice+tablet | registered alice+tablet, S1, data alice+tablet |
        | 3  UNREGISTERED_USER          | feature                    | registered alice, S1                        | E:5007 + User-Data                                | registered alice, S1                        |
        | 3  UNREGISTERED_USER          | feature, P-CSCF bit        | registered alice, S1, data alice            | E:5007 + User-Data + SCSCF-Restoration-Info alice | registered alice, S1, data alice            | the bit is passed over
        | 3  UNREGISTERED_USER          | feature                    | unregistered, S1                            | R:2001 + User-Data                                | unregistered, S1                            |
        | 3  UNREGISTERED_USER          | feature                    | not registered                              | R:2001 + User-Data                                | unregistered, S1                            |
        | 3  UNREGISTERED_USER          | nothing                    | registered alice, S1, data alice            | R:2001 + User-Data                                | unregistered, S1                            | Release 5
        | 4  TIMEOUT_DEREGISTRATION     | feature                    | registered alice+tablet, S1, data alice+tablet | R:2001                                         | registered tablet, S1, data tablet          |
        | 8  ADMINISTRATIVE_DEREGISTRATION | feature, P-CSCF bit     | registered alice, S1, data alice            | R:2001                                            | not registered                              | the bit is passed over
        """);

    [Theory, MemberData(nameof(DataRows))]
    public async Task Data_by_type(string row)
    {
        var cells = DecisionTable.Cells(row);
        var (store, subscriber) = ServerAssignmentTables.Alices();
        StateText.Put(subscriber, 0, cells[2]);
        await using var peer = await CxPeer.ConnectAsync(store);
        var reply = await peer.AskAsync(Sar(ServerAssignmentTables.Type(cells[0]), Alice, [AliceSip], more: InRequest(cells[1])));
        Assert.Equal(cells[3], AnswerText.Of(reply, Avp.ServerName, Avp.UserData, Avp.ScscfRestorationInfo, Avp.AssociatedRegisteredIdentities));
        Assert.Equal(cells[4], StateText.Of(subscriber.States[0]));
    }

    // The same requests where this HSS has restoration switched off: as if nothing of it had been sent.
    [Theory]
    [InlineData(1u, "registered alice, S1, data alice", "registered alice, S1")]
    [InlineData(3u, "registered alice, S1, data alice", "unregistered, S1")]
    [InlineData(1u, "not registered", "registered alice, S1")]
    public async Task Switched_off(uint type, string before, string after)
    {
        var (store, subscriber) = ServerAssignmentTables.Alices();
        StateText.Put(subscriber, 0, before);
        await using var peer = await CxPeer.ConnectAsync(store, Options("no"));
        var reply = await peer.AskAsync(Sar(type, Alice, [AliceSip], more: InRequest("feature, info, multiple")));
        Assert.Equal("R:2001 + User-Data", AnswerText.Of(reply, Avp.UserData, Avp.ScscfRestorationInfo, Avp.AssociatedRegisteredIdentities));
        Assert.Equal(after, StateText.Of(subscriber.States[0]));
    }

    private static CxOptions Options(string restoration) =>
        new() { Features = DecisionTable.IsYes(restoration) ? CxFeatures.All : CxFeatures.All & ~CxFeatures.Restoration };

    private static string Name(string cell) => cell == "S1" ? ScscfName : OtherScscfName;

    private static Action<MessageWriter>? InRequest(string cell)
    {
        Action<MessageWriter>? all = null;
        foreach (var part in cell.Split(", "))
            all += part switch
            {
                "feature" => Features(4),
                "info" => RestorationInfo(Alice),
                "multiple" => MultipleRegistration,
                "P-CSCF bit" => writer => writer.WriteUnsigned32(Avp.SarFlags, 1),
                "nothing" => _ => { },
                _ => throw new ArgumentException(part),
            };
        return all;
    }
}
