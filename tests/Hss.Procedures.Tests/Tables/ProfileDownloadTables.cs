using System.Text;
using Hss.Diameter;
using Hss.Subscribers;
using static Hss.Procedures.Tests.CxRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests.Tables;

/// <summary>The further AVPs of a SAA. Spec: TS 29.228 Table 6.1.2.2, 6.6.</summary>
public sealed class ProfileDownloadTables
{
    // What a subscription has, and what of it is in the answer to REGISTRATION, by User-Data-Already-Available.
    public static TheoryData<string> ContentRows => DecisionTable.Rows("""
        | provisioned                 | NOT_AVAILABLE (0)                                | ALREADY_AVAILABLE (1)                  |
        | nothing                     | R:2001 + User-Data                               | R:2001                                 |
        | primary collection function | R:2001 + User-Data + Charging-Information        | R:2001                                 |
        | primary event function      | R:2001 + User-Data + Charging-Information        | R:2001                                 |
        | secondary functions only    | R:2001 + User-Data                               | R:2001                                 |
        | WAF                         | R:2001 + User-Data + Allowed-WAF-WWSF-Identities | R:2001                                 |
        | WWSF                        | R:2001 + User-Data + Allowed-WAF-WWSF-Identities | R:2001                                 |
        | no WAF and no WWSF          | R:2001 + User-Data                               | R:2001                                 |
        | loose route                 | R:2001 + User-Data + Loose-Route-Indication      | R:2001 + Loose-Route-Indication        |
        | privileged sender           | R:2001 + User-Data + Priviledged-Sender-Indication | R:2001 + Priviledged-Sender-Indication |
        | two private identities      | R:2001 + User-Data + Associated-Identities       | R:2001 + Associated-Identities         |
        | outdated                    | R:2001 + User-Data                               | R:2001 + User-Data                     |
        | outdated, charging          | R:2001 + User-Data + Charging-Information        | R:2001 + User-Data + Charging-Information |
        """);

    [Theory, MemberData(nameof(ContentRows))]
    public async Task Content(string row)
    {
        var cells = DecisionTable.Cells(row);
        for (var available = 0u; available < 2; available++)
        {
            var store = new InMemorySubscriberStore();
            var subscriber = store.Add(Provisioned(cells[0]));
            StateText.Put(subscriber, 0, cells[0].StartsWith("outdated", StringComparison.Ordinal) ? "registered alice, S1, outdated" : "registered alice, S1");
            await using var peer = await CxPeer.ConnectAsync(store);
            var reply = await peer.AskAsync(Sar(1, Alice, [AliceSip], alreadyAvailable: available));
            Assert.Equal(cells[available + 1], AnswerText.Of(reply, Avp.UserData, Avp.ChargingInformation, Avp.AllowedWafWwsfIdentities, Avp.LooseRouteIndication,
                Avp.PriviledgedSenderIndication, Avp.AssociatedIdentities));
            if (reply.Has(Avp.LooseRouteIndication)) Assert.Equal(1, reply.All(Avp.LooseRouteIndication).First.ToInteger32());
            if (reply.Has(Avp.PriviledgedSenderIndication)) Assert.Equal(1, reply.All(Avp.PriviledgedSenderIndication).First.ToInteger32());
        }
    }

    // The mark is cleared by whatever brings the profile, in one commit with the rest, and before the answer.
    public static TheoryData<string> OutdatedRows => DecisionTable.Rows("""
        | type                       | state                                 | answer             | state after                           |
        | 0  NO_ASSIGNMENT           | registered alice, S1, outdated        | R:2001 + User-Data | registered alice, S1                  |
        | 1  REGISTRATION            | registered alice, S1, outdated        | R:2001 + User-Data | registered alice, S1                  |
        | 2  RE_REGISTRATION         | registered alice, S1, outdated        | R:2001 + User-Data | registered alice, S1                  |
        | 3  UNREGISTERED_USER       | unregistered, S1, outdated            | R:2001 + User-Data | unregistered, S1                      |
        | 4  TIMEOUT_DEREGISTRATION  | registered alice+tablet, S1, outdated | R:2001             | registered tablet, S1, outdated       |
        | 4  TIMEOUT_DEREGISTRATION  | registered alice, S1, outdated        | R:2001             | not registered                        | nobody has it any more
        | 6  TIMEOUT_DEREGISTRATION_STORE_SERVER_NAME | registered alice, S1, outdated | R:2001   | unregistered, S1, outdated            | the S-CSCF keeps the profile
        | 9  AUTHENTICATION_FAILURE  | registered alice, S1, pending alice, outdated | R:2001     | registered alice, S1, outdated        |
        """);

    [Theory, MemberData(nameof(OutdatedRows))]
    public async Task Outdated_profile(string row)
    {
        var cells = DecisionTable.Cells(row);
        var (store, subscriber) = ServerAssignmentTables.Alices();
        StateText.Put(subscriber, 0, cells[1]);
        await using var peer = await CxPeer.ConnectAsync(store);
        var reply = await peer.AskAsync(Sar(ServerAssignmentTables.Type(cells[0]), Alice, [AliceSip], alreadyAvailable: 1));
        Assert.Equal(cells[2], AnswerText.Of(reply, Avp.UserData));
        Assert.Equal(cells[3], StateText.Of(subscriber.States[0]));
        Assert.Equal(1, store.Commits);
    }

    [Fact]
    public async Task A_mark_that_cannot_be_cleared_brings_no_profile()
    {
        var (store, subscriber) = ServerAssignmentTables.Alices();
        StateText.Put(subscriber, 0, "registered alice, S1, outdated");
        store.CommitsFail = true;
        await using var peer = await CxPeer.ConnectAsync(store);
        Assert.Equal("R:5012", AnswerText.Of(await peer.AskAsync(Sar(2, Alice, [AliceSip], alreadyAvailable: 1)), Avp.UserData));
        Assert.True(subscriber.States[0].UserDataOutdated);
    }

    // SiFC is bit 0, AliasInd bit 1: the document is the one of the features both sides have.
    [Theory]
    [InlineData(0u, UserDataForm.Base)]
    [InlineData(1u, UserDataForm.SharedFilterSets)]
    [InlineData(2u, UserDataForm.AliasGroups)]
    [InlineData(7u, UserDataForm.SharedFilterSets | UserDataForm.AliasGroups)]
    public async Task The_profile_has_the_form_that_was_negotiated(uint bits, UserDataForm form)
    {
        var (store, subscriber) = ServerAssignmentTables.Alices();
        await using var peer = await CxPeer.ConnectAsync(store);
        var reply = await peer.AskAsync(Sar(1, Alice, [AliceSip], more: Features(bits)));
        Assert.Equal(Encoding.UTF8.GetString(subscriber.UserData(0, Alice, form).Span), Encoding.UTF8.GetString(reply.All(Avp.UserData).First.Span));
    }

    // A thousand private identities with names of the greatest length would make a message that no CSCF reads.
    [Fact]
    public async Task Lists_of_identities_end_before_the_message_grows_too_long()
    {
        var store = new InMemorySubscriberStore();
        var names = Enumerable.Range(0, 1000).Select(i => $"{i:D4}{new string('x', 180)}@{CxRequests.Realm}").Append(Alice).ToArray();
        var subscriber = store.Add(AliceSubscription() with { PrivateIdentities = [.. names.Select(name => Aka(name))] });
        subscriber.Publish(new([(0, new()
        {
            Status = RegistrationStatus.Registered,
            Server = StateText.S1,
            RegisteredPrivateIdentities = [.. names],
            RestorationData = [.. names.Take(3).Select(name => new RestorationData(name, Restoration(name, new string('y', 3500))))],
        })], []));
        await using var peer = await CxPeer.ConnectAsync(store);
        var reply = await peer.AskAsync(Sar(1, Alice, [AliceSip], more: Features(4)));
        Assert.Equal("R:2001", reply.Result);
        Assert.InRange(reply.Frame.Length, 50_000, DiameterLimits.MaxFrameLengthBytes - 4000);
        Assert.True(reply.Has(Avp.UserData));
        Assert.Equal(3, reply.All(Avp.ScscfRestorationInfo).Count); // what is lost without it goes before what is only convenient
        Assert.InRange(AvpOccurrences.FindIn(reply.All(Avp.AssociatedRegisteredIdentities).First, Avp.UserName).Count, 100, 999);
    }

    private static Subscription Provisioned(string what)
    {
        const string Ccf = "aaa://ccf." + CxRequests.Realm, Ecf = "aaa://ecf." + CxRequests.Realm;
        var plain = AliceSubscription() with
        {
            PrivateIdentities = [Aka(Alice)],
            ImplicitRegistrationSets = [new() { PublicIdentities = [Public(AliceSip), Public(AliceTel)] }],
            Charging = null,
        };
        return what switch
        {
            "primary collection function" or "outdated, charging" => plain with { Charging = new(Ccf, null, null, null) },
            "primary event function" => plain with { Charging = new(null, null, Ecf, null) },
            "secondary functions only" => plain with { Charging = new(null, Ccf, null, Ecf) },
            "WAF" => plain with { AllowedWebFunctions = new(["waf.example.org"], []) },
            "WWSF" => plain with { AllowedWebFunctions = new([], ["wwsf.example.org"]) },
            "no WAF and no WWSF" => plain with { AllowedWebFunctions = new([], []) },
            "loose route" => plain with { ImplicitRegistrationSets = [new() { PublicIdentities = [Public(AliceSip), Public(AliceTel) with { LooseRoute = true }] }] },
            "privileged sender" => plain with { PrivateIdentities = [Aka(Alice) with { PrivilegedSender = true }] },
            "two private identities" => plain with { PrivateIdentities = [Aka(Alice), Aka(AliceTablet)] },
            "nothing" or "outdated" => plain,
            _ => throw new ArgumentException(what),
        };
    }
}
