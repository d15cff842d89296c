using System.Collections.Immutable;
using Hss.Diameter;
using Hss.Subscribers;
using static Hss.Procedures.Tests.CxRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests.Tables;

/// <summary>The decision tables of UAR. Spec: TS 29.228 6.1.1.1.</summary>
public sealed class UserAuthorizationTables
{
    private const uint Registration = 0, DeRegistration = 1, RegistrationAndCapabilities = 2;

    // Steps 1 to 3.
    public static TheoryData<string> IdentityRows => DecisionTable.Rows("""
        | User-Name                                       | Public-Identity                                            | answer |
        | nobody@HOME                                     | sip:alice@HOME                                             | E:5001 |
        | alice@HOME                                      | sip:nobody@HOME                                            | E:5001 |
        | no-at-sign                                      | sip:alice@HOME                                             | E:5001 |
        | alice@HOME                                      | not an identity                                            | E:5001 |
        | alice@HOME                                      | sip:service@HOME                                           | E:5001 | a PSI
        | alice@HOME                                      | sip:room-7@HOME                                            | E:5001 | falls into a wildcard
        | alice@HOME                                      | sip:phone@HOME                                             | E:5002 | somebody else's
        | alice.tablet@HOME                               | sip:alice.work@HOME                                        | E:5002 | own subscription, not of this private identity
        | alice@HOME                                      | sip:alice.work@HOME                                        | E:2001 |
        | alice@IMS.mnc001.MCC001.3gppnetwork.org         | SIP:alice@IMS.MNC001.mcc001.3gppnetwork.org;user=phone     | E:2001 | one user, one form
        | alice@HOME                                      | tel:+1-212-555-0001                                        | E:2001 |
        """);

    [Theory, MemberData(nameof(IdentityRows))]
    public async Task Steps_1_to_3_identities(string row)
    {
        var cells = DecisionTable.Cells(row.Replace("HOME", CxRequests.Realm, StringComparison.Ordinal));
        var store = new InMemorySubscriberStore();
        store.Add(AliceSubscription());
        store.Add(PhoneSubscription());
        store.Add(ServicesSubscription());
        await using var peer = await CxPeer.ConnectAsync(store);
        Assert.Equal(cells[2], (await peer.AskAsync(Uar(cells[0], cells[1]))).Result);
    }

    public static TheoryData<string> BarringRows => DecisionTable.Rows("""
        | emergency | IMPU barred | another IMPU of the set barred | answer |
        | no        | no          | no                             | E:2001 |
        | no        | no          | yes                            | E:2001 |
        | no        | yes         | no                             | E:2001 |
        | no        | yes         | yes                            | R:5003 |
        | yes       | yes         | yes                            | E:2001 |
        """);

    [Theory, MemberData(nameof(BarringRows))]
    public async Task Step_4_barring(string row)
    {
        var cells = DecisionTable.Cells(row);
        var store = new InMemorySubscriberStore();
        store.Add(AliceSubscription() with
        {
            ImplicitRegistrationSets =
            [
                new() { PublicIdentities = [Public(AliceSip, barred: DecisionTable.IsYes(cells[1])), Public(AliceTel, barred: DecisionTable.IsYes(cells[2]))] },
            ],
        });
        await using var peer = await CxPeer.ConnectAsync(store);
        Assert.Equal(cells[3], (await peer.AskAsync(Uar(Alice, AliceSip, flags: Emergency(cells[0])))).Result);
    }

    // The visited network of the request is "visited.example.org", with the double quotes that Kamailio copies from the SIP header.
    public static TheoryData<string> RightRows => DecisionTable.Rows("""
        | allowed networks    | may register | emergency | REGISTRATION / absent | DE_REGISTRATION | REGISTRATION_AND_CAPABILITIES |
        | no list             | yes          | no        | E:2001                | E:5003          | R:2001                        |
        | visited.example.org | yes          | no        | E:2001                | E:5003          | R:2001                        |
        | VISITED.example.org | yes          | no        | E:2001                | E:5003          | R:2001                        |
        | other.example.org   | yes          | no        | E:5004                | E:5003          | E:5004                        |
        | none                | yes          | no        | E:5004                | E:5003          | E:5004                        |
        | other.example.org   | yes          | yes       | E:2001                | E:5003          | R:2001                        |
        | no list             | no           | no        | R:5003                | E:5003          | R:5003                        |
        | no list             | no           | yes       | E:2001                | E:5003          | R:2001                        |
        """);

    [Theory, MemberData(nameof(RightRows))]
    public async Task Step_5_roaming_and_right_to_register(string row)
    {
        var cells = DecisionTable.Cells(row);
        var store = new InMemorySubscriberStore();
        store.Add(AliceSubscription() with
        {
            AllowedVisitedNetworks = cells[0] switch { "no list" => null, "none" => ImmutableArray<string>.Empty, var network => [network] },
            RegistrationAllowed = DecisionTable.IsYes(cells[1]),
        });
        await using var peer = await CxPeer.ConnectAsync(store);
        foreach (var (type, cell) in ((uint?, int)[])[(null, 3), (Registration, 3), (DeRegistration, 4), (RegistrationAndCapabilities, 5)])
        {
            var reply = await peer.AskAsync(Uar(Alice, AliceSip, type, "\"visited.example.org\"", Emergency(cells[2])));
            Assert.Equal(cells[cell], reply.Result);
        }
    }

    public static TheoryData<string> StateRows => DecisionTable.Rows("""
        | state                              | REGISTRATION / absent         | DE_REGISTRATION         |
        | registered alice, S1               | E:2002 + Server-Name S1       | R:2001 + Server-Name S1 |
        | unregistered, S1                   | E:2002 + Server-Name S1       | R:2001 + Server-Name S1 |
        | not registered, S1, pending alice  | E:2002 + Server-Name S1       | R:2001 + Server-Name S1 | the text says so
        | not registered, S1, pending tablet | E:2002 + Server-Name S1       | E:5003                  | pending counts by private identity
        | not registered                     | E:2001 + Server-Capabilities  | E:5003                  |
        """);

    [Theory, MemberData(nameof(StateRows))]
    public async Task Step_6_by_state(string row)
    {
        var cells = DecisionTable.Cells(row);
        var store = new InMemorySubscriberStore();
        var subscriber = store.Add(AliceSubscription());
        StateText.Put(subscriber, 0, cells[0]);
        await using var peer = await CxPeer.ConnectAsync(store);
        foreach (var (type, cell) in ((uint?, int)[])[(null, 1), (Registration, 1), (DeRegistration, 2)])
            Assert.Equal(cells[cell], AnswerText.Of(await peer.AskAsync(Uar(Alice, AliceSip, type)), Avp.ServerName, Avp.ServerCapabilities));
        Assert.Equal(cells[0], StateText.Of(subscriber.States[0]));
        Assert.Equal(0, store.Commits);
    }

    // The identity itself is not registered; what counts is the subscription.
    public static TheoryData<string> SubscriptionRows => DecisionTable.Rows("""
        | this identity                     | another identity of the subscription | REGISTRATION / absent        | DE_REGISTRATION         |
        | not registered                    | registered alice, S2                 | E:2002 + Server-Name S2      | E:5003                  |
        | not registered, S1, pending alice | registered alice, S2                 | E:2002 + Server-Name S2      | R:2001 + Server-Name S1 |
        | not registered                    | unregistered, S2                     | E:2002 + Server-Name S2      | E:5003                  |
        | not registered, S1, pending alice | unregistered, S2                     | E:2002 + Server-Name S2      | R:2001 + Server-Name S1 |
        | not registered                    | not registered, S2, pending alice    | E:2002 + Server-Name S2      | E:5003                  |
        | not registered                    | not registered                       | E:2001 + Server-Capabilities | E:5003                  |
        """);

    [Theory, MemberData(nameof(SubscriptionRows))]
    public async Task Step_6_any_identity_of_the_subscription(string row)
    {
        var cells = DecisionTable.Cells(row);
        var store = new InMemorySubscriberStore();
        var subscriber = store.Add(AliceSubscription());
        StateText.Put(subscriber, 0, cells[0]);
        StateText.Put(subscriber, 1, cells[1]);
        await using var peer = await CxPeer.ConnectAsync(store);
        Assert.Equal(cells[2], AnswerText.Of(await peer.AskAsync(Uar(Alice, AliceSip)), Avp.ServerName, Avp.ServerCapabilities));
        Assert.Equal(cells[3], AnswerText.Of(await peer.AskAsync(Uar(Alice, AliceSip, DeRegistration)), Avp.ServerName, Avp.ServerCapabilities));
    }

    private static uint? Emergency(string cell) => DecisionTable.IsYes(cell) ? 1u : null;
}
