using Hss.Diameter;
using Hss.Subscribers;
using static Hss.Procedures.Tests.CxRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests.Tables;

/// <summary>The decision tables of MAR. Spec: TS 29.228 6.3.1.</summary>
public sealed class MultimediaAuthTables
{
    public static TheoryData<string> IdentityRows => DecisionTable.Rows("""
        | User-Name         | Public-Identity     | answer |
        | nobody@HOME       | sip:alice@HOME      | E:5001 |
        | alice@HOME        | sip:nobody@HOME     | E:5001 |
        | ALICE             | SIP:%41lice         | E:5001 |
        | services@HOME     | sip:service@HOME    | E:5001 | a PSI
        | services@HOME     | sip:desk-7@HOME     | E:5001 | falls into a wildcard
        | alice@HOME        | sip:phone@HOME      | E:5002 |
        | alice.tablet@HOME | sip:alice.work@HOME | E:5002 |
        | alice@HOME        | sip:alice.work@HOME | R:2001 |
        """);

    // User-Name and Public-Identity come back byte for byte whatever the result: Kamailio hides an error without them.
    [Theory, MemberData(nameof(IdentityRows))]
    public async Task Steps_1_to_3_identities(string row)
    {
        var cells = DecisionTable.Cells(row.Replace("HOME", CxRequests.Realm, StringComparison.Ordinal));
        var store = new InMemorySubscriberStore();
        store.Add(AliceSubscription());
        store.Add(PhoneSubscription());
        store.Add(ServicesSubscription());
        await using var peer = await CxPeer.ConnectAsync(store);
        var reply = await peer.AskAsync(Mar(cells[0], cells[1]));
        Assert.Equal(cells[2], reply.Result);
        Assert.Equal(cells[0], reply.TextOf(Avp.UserName));
        Assert.Equal(cells[1], reply.TextOf(Avp.PublicIdentity));
    }

    // Step 5. The Diameter identity beside the name is that of whoever stored it: RTR and PPR go there (TS 29.229 5.5).
    public static TheoryData<string> StateRows => DecisionTable.Rows("""
        | state                              | name in request | result | state after                        | Diameter host after |
        | registered alice, S1               | S2              | R:2001 | registered alice, S2, pending alice | asker              |
        | registered tablet, S1              | S2              | R:2001 | registered tablet, S2, pending alice | asker             |
        | registered alice, S1               | S1              | R:2001 | registered alice, S1               | stored              |
        | registered alice, S1, pending tablet | S1            | R:2001 | registered alice, S1, pending tablet | stored            |
        | unregistered, S1                   | S2              | R:2001 | unregistered, S2, pending alice    | asker               |
        | not registered, S1, pending alice  | S2              | R:2001 | not registered, S2, pending alice  | asker               |
        | not registered                     | S1              | R:2001 | not registered, S1, pending alice  | asker               |
        | unregistered, S1                   | S1              | R:2001 | unregistered, S1, pending alice    | stored              |
        | not registered, S1, pending alice  | S1              | R:2001 | not registered, S1, pending alice  | stored              |
        | not registered, S1, pending tablet | S1              | R:2001 | not registered, S1, pending alice+tablet | stored        |
        """);

    [Theory, MemberData(nameof(StateRows))]
    public async Task Step_5_by_state(string row)
    {
        var cells = DecisionTable.Cells(row);
        var store = new InMemorySubscriberStore();
        var subscriber = store.Add(AliceSubscription());
        StateText.Put(subscriber, 0, cells[0]);
        await using var peer = await CxPeer.ConnectAsync(store);

        var name = cells[1] == "S1" ? ScscfName : OtherScscfName;
        Assert.Equal(cells[2], (await peer.AskAsync(Mar(Alice, AliceSip, serverName: name, originHost: "asker." + CxRequests.Realm))).Result);

        var after = subscriber.States[0];
        Assert.Equal(cells[3], StateText.Of(after));
        Assert.Equal((cells[4] == "asker" ? "asker." : "scscf.") + CxRequests.Realm, after.Server!.DiameterHost);
    }
}
