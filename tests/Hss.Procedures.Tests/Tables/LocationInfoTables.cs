using Hss.Diameter;
using Hss.Subscribers;
using static Hss.Procedures.Tests.CxRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests.Tables;

/// <summary>The decision tables of LIR. Spec: TS 29.228 6.1.4.1.</summary>
public sealed class LocationInfoTables
{
    // "services" are services related to the unregistered state. alice's tables use set 0, "subscription" is the state of set 1.
    public static TheoryData<string> StateRows => DecisionTable.Rows("""
        | state                             | services | Originating-Request | subscription                      | answer                       |
        | registered alice, S1              | no       | no                  | not registered                    | R:2001 + Server-Name S1      |
        | registered alice, S1              | yes      | yes                 | not registered                    | R:2001 + Server-Name S1      |
        | unregistered, S1                  | no       | no                  | not registered                    | R:2001 + Server-Name S1      |
        | not registered                    | yes      | no                  | registered alice, S2              | R:2001 + Server-Name S2      |
        | not registered                    | no       | yes                 | unregistered, S2                  | R:2001 + Server-Name S2      |
        | not registered, S1, pending alice | yes      | no                  | not registered                    | R:2001 + Server-Name S1      |
        | not registered                    | yes      | no                  | not registered                    | E:2003 + Server-Capabilities |
        | not registered                    | no       | yes                 | not registered                    | E:2003 + Server-Capabilities |
        | not registered                    | yes      | yes                 | not registered                    | E:2003 + Server-Capabilities |
        | not registered                    | no       | no                  | not registered                    | E:5003                       |
        | not registered                    | no       | no                  | registered alice, S2              | E:5003                       |
        | not registered, S1, pending alice | no       | no                  | not registered                    | E:5003                       |
        """);

    [Theory, MemberData(nameof(StateRows))]
    public async Task Step_3_by_state(string row)
    {
        var cells = DecisionTable.Cells(row);
        var store = new InMemorySubscriberStore();
        var alice = AliceSubscription();
        var subscriber = store.Add(DecisionTable.IsYes(cells[1]) ? alice with { ServiceProfiles = [Voicemail("plain")] } : alice);
        StateText.Put(subscriber, 0, cells[0]);
        StateText.Put(subscriber, 1, cells[3]);
        await using var peer = await CxPeer.ConnectAsync(store);

        var reply = await peer.AskAsync(Lir(AliceSip, originating: DecisionTable.IsYes(cells[2])));

        Assert.Equal(cells[4], AnswerText.Of(reply, Avp.ServerName, Avp.ServerCapabilities));
        Assert.Equal(0, store.Commits);
    }

    public static TheoryData<string> IdentityRows => DecisionTable.Rows("""
        | Public-Identity                                                 | answer |
        | sip:nobody@HOME                                                 | E:5001 |
        | 212555                                                          | E:5001 | digits are no identity, and never an IMSI
        | sip:phone@HOME                                                  | E:2003 |
        | sip:phone@IMS.mnc001.mcc001.3gppnetwork.org;transport=udp       | E:2003 | one identity, one form
        """);

    [Theory, MemberData(nameof(IdentityRows))]
    public async Task Step_1_identity(string row)
    {
        var cells = DecisionTable.Cells(row.Replace("HOME", CxRequests.Realm, StringComparison.Ordinal));
        var store = new InMemorySubscriberStore();
        store.Add(PhoneSubscription());
        await using var peer = await CxPeer.ConnectAsync(store);
        Assert.Equal(cells[1], (await peer.AskAsync(Lir(cells[0]))).Result);
    }
}
