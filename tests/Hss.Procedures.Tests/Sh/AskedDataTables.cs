using Hss.Diameter;
using Hss.Procedures.Tests.Tables;
using Hss.Subscribers;
using static Hss.Procedures.Tests.ShRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests.Sh;

/// <summary>UDR: how the AVPs of a request choose what of the data is told, and how the answer says that there is none. Spec: TS 29.328 6.1.1.1 step 5, 7.6, Table 7.6.1 notes 4 to 9.</summary>
public sealed class AskedDataTables
{
    // Every reference of which a user can lack the data: alone there is no User-Data, with Notif-Eff or without; beside something that is there (11)
    // it is an empty element where the text has one. Phone has no number, no address, no charging, and nobody reported anything.
    public static TheoryData<string> LackingRows => DecisionTable.Rows("""
        | ref | further keys           | beside IMSUserState, with Notif-Eff                                  |
        | 0   | Service-Indication     | RepositoryData ServiceIndication x SequenceNumber 0                  |
        | 10  | Identity-Set           | PublicIdentifiers                                                    |
        | 12  |                        | SCSCFName                                                            |
        | 13  | Server-Name            | IFCs                                                                 |
        | 14  | CS                     | CSLocationInformation                                                |
        | 14  | PS                     | PSLocationInformation EPSLocationInformation                         |
        | 14  | PS SGSN                | PSLocationInformation                                                |
        | 14  | PS MME                 | EPSLocationInformation                                               |
        | 15  | CS                     |                                                                      |
        | 15  | PS                     |                                                                      |
        | 16  |                        |                                                                      |
        | 17  |                        | PublicIdentifiers                                                    |
        | 19  | DSAI-Tag Server-Name   |                                                                      |
        | 21  |                        |                                                                      |
        | 22  |                        | IPv4Address                                                          |
        | 23  |                        |                                                                      |
        | 24  |                        |                                                                      |
        | 26  |                        |                                                                      |
        | 27  |                        | STN-SR                                                               |
        | 28  |                        |                                                                      |
        | 29  |                        |                                                                      |
        | 30  |                        | CSRN                                                                 |
        | 31  |                        |                                                                      |
        | 32  |                        | IMSI                                                                 |
        | 34  |                        |                                                                      |
        | 35  |                        |                                                                      |
        """);

    [Theory, MemberData(nameof(LackingRows))]
    public async Task Data_that_a_user_lacks(string row)
    {
        var cells = DecisionTable.Cells(row);
        await using var rig = await ShRig.StartAsync(subscriptions: PhoneSubscription());
        var reference = int.Parse(cells[0], System.Globalization.CultureInfo.InvariantCulture);
        var keys = cells[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).Aggregate(default(Action<MessageWriter>), (all, name) => all + Key(name));
        foreach (var features in new Action<MessageWriter>?[] { null, Features(1) })
        {
            var alone = await rig.AskAsync(Udr(PhoneSip, [reference], keys + features));
            Assert.Equal(("R:2001", null), (alone.Result, alone.UserData));
        }

        var beside = await rig.AskAsync(Udr(PhoneSip, [reference, 11], keys + Features(1)));
        Assert.Equal("R:2001", beside.Result);
        var root = System.Xml.Linq.XDocument.Parse(beside.UserData!).Root!;
        Assert.Equal("0", root.Descendants("IMSUserState").Single().Value);
        var words = root.Descendants().Where(one => one.Name.LocalName is not ("Sh-IMS-Data" or "Extension" or "IMSUserState"))
            .Select(one => one.HasElements || one.Value.Length == 0 ? one.Name.LocalName : $"{one.Name.LocalName} {one.Value}");
        Assert.Equal(cells[2], string.Join(' ', words));

        static Action<MessageWriter> Key(string name) => name switch
        {
            "Service-Indication" => Indication("x"),
            "Identity-Set" => Sets(1),
            "Server-Name" => Server("sip:as." + ShRequests.Realm),
            "DSAI-Tag" => Tag("forward"),
            "CS" => Number(Avp.RequestedDomain, 0) + Number(Avp.CurrentLocation, 0),
            "PS" => Number(Avp.RequestedDomain, 1) + Number(Avp.CurrentLocation, 0),
            "MME" => Number(Avp.RequestedNodes, 1),
            "SGSN" => Number(Avp.RequestedNodes, 2),
            _ => throw new ArgumentException(name),
        };
    }

    // Note 9 of the table has no User-Name beside an External-Identifier, which names one private identity already; one that says the same is no fault.
    public static TheoryData<string> PrivateIdentityRows => DecisionTable.Rows("""
        | user                             | User-Name         | ref | features | User-Data                                         |
        | sip:alice@HOME                   |                   | 17  | none     | MSISDN 12125550001 MSISDN 12125550002             | note 4: whose is the C-MSISDN?
        | sip:alice@HOME                   | alice@HOME        | 17  | none     | MSISDN 12125550001                                |
        | sip:alice@HOME                   | alice.tablet@HOME | 17  | none     | MSISDN 12125550002                                |
        | msisdn 12125550001               |                   | 17  | none     | MSISDN 12125550001                                |
        | msisdn 12125550001               |                   | 17  | 8        | MSISDN 12125550001 MSISDN 12125550001 MSISDNType 0 | Additional-MSISDN
        | external alice-meter@iot.example | alice@HOME        | 17  | none     | MSISDN 12125550001                                |
        | sip:alice@HOME                   |                   | 32  | none     | IMSI 001010000000001                              | of the one that has it
        | sip:alice@HOME                   | alice@HOME        | 32  | none     | IMSI 001010000000001                              | note 5
        | sip:alice@HOME                   | alice.tablet@HOME | 32  | none     |                                                   |
        | sip:alice@HOME                   | alice.tablet@HOME | 27  | none     |                                                   |
        | sip:alice@HOME                   | alice@HOME        | 27  | none     | STN-SR 12125559999                                |
        | sip:alice@HOME                   |                   | 33  | none     | IMSPrivateUserIdentity alice@HOME IMSPrivateUserIdentity alice.tablet@HOME |
        """);

    [Theory, MemberData(nameof(PrivateIdentityRows))]
    public async Task One_of_several_private_identities(string row)
    {
        var cells = DecisionTable.Cells(row.Replace("HOME", ShRequests.Realm, StringComparison.Ordinal));
        await using var rig = await ShRig.StartAsync();
        var more = (cells[1].Length == 0 ? null : Named(cells[1])) + (cells[3] == "none" ? null : Features(8));
        var reply = await rig.AskAsync(Udr(cells[0], [int.Parse(cells[2], System.Globalization.CultureInfo.InvariantCulture)], more));
        Assert.Equal(("R:2001", cells[4]), (reply.Result, Leaves(reply.UserData)));
    }

    // What an MME and a VLR reported of alice, as the AVPs of the request cut it (7.6.6; TS 29.329 6.3.7A, 6.3.23, 6.3.27, 6.3.28). Bits: Requested-Nodes
    // MME 1, SGSN 2, 3GPP-AAA-SERVER-TWAN 4, AMF 8; UDR-Flags Location-Information-EPS-Supported 1, RAT-Type-Requested 2.
    public static TheoryData<string> LocationRows => DecisionTable.Rows("""
        | domain | current | further                      | User-Data                                        |
        | 0      | 0       |                              | Address kSFDZQ== AgeOfLocationInformation 3      |
        | 0      | 1       |                              | Address kSFDZQ== AgeOfLocationInformation 3      | nobody is asked
        | 0      | 0       | UDR-Flags=1                  | Address kSFDZQ== AgeOfLocationInformation 3 E-UTRANCellGlobalId AAECAwQFBgcI |
        | 0      | 0       | Requested-Nodes=1            | Address kSFDZQ== AgeOfLocationInformation 3      | note 7: nodes are of the other domain
        | 0      | 0       | Local-Time-Zone-Indication=0 | TimeZone +02:00 DaylightSavingTime 1             |
        | 1      | 0       |                              | TrackingAreaId AAECAwQ= MMEName mme.example AgeOfLocationInformation 3 |
        | 1      | 0       | Serving-Node-Indication=0    | MMEName mme.example                              | note 6
        | 1      | 0       | UDR-Flags=2                  | TrackingAreaId AAECAwQ= MMEName mme.example AgeOfLocationInformation 3 RATtype 1004 |
        | 1      | 0       | UDR-Flags=1                  | TrackingAreaId AAECAwQ= MMEName mme.example AgeOfLocationInformation 3 |
        | 1      | 0       | Requested-Nodes=1            | TrackingAreaId AAECAwQ= MMEName mme.example AgeOfLocationInformation 3 |
        | 1      | 0       | Requested-Nodes=15           | TrackingAreaId AAECAwQ= MMEName mme.example AgeOfLocationInformation 3 |
        | 1      | 0       | Requested-Nodes=2            |                                                  |
        | 1      | 0       | Requested-Nodes=4            |                                                  |
        | 1      | 0       | Requested-Nodes=8            |                                                  |
        | 1      | 0       | Local-Time-Zone-Indication=1 | TrackingAreaId AAECAwQ= MMEName mme.example AgeOfLocationInformation 3 |
        """);

    [Theory, MemberData(nameof(LocationRows))]
    public async Task Location_as_it_was_asked_for(string row)
    {
        var cells = DecisionTable.Cells(row);
        await using var rig = await ShRig.StartAsync();
        var report = new ShAccessData
        {
            CsLocation = new() { VlrNumber = "kSFDZQ==", EUtranCellGlobalId = "AAECAwQFBgcI", LocalTimeZone = new("+02:00", "1"), AgeMinutes = 3 },
            EpsLocation = new() { MmeName = "mme.example", TrackingAreaId = "AAECAwQ=", RatType = "1004", AgeMinutes = 3 },
        };
        await rig.PutAsync(data => data with { AccessReports = [new(Alice, DateTimeOffset.UtcNow, ShDataWriter.Write(new ShData { Access = report }))] });
        var more = Number(Avp.RequestedDomain, (uint)(cells[0][0] - '0')) + Number(Avp.CurrentLocation, (uint)(cells[1][0] - '0'));
        if (cells[2].Split('=') is [var name, var value])
            more += Number(
                new[] { Avp.RequestedNodes, Avp.UdrFlags, Avp.ServingNodeIndication, Avp.LocalTimeZoneIndication }.Single(one => one.Name == name),
                uint.Parse(value, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(cells[3], Leaves((await rig.AskAsync(Udr(AliceSip, [14], more))).UserData));
    }

    // 7.6.2: one set stands in PublicIdentifiers, several each in an element of its own; the same one twice is one.
    [Theory]
    [InlineData("PublicIdentifiers", 2)]
    [InlineData("PublicIdentifiers", 2, 2)]
    [InlineData("ImplicitIdentities AllIdentities", 0, 2)]
    [InlineData("RegisteredIdentities ImplicitIdentities AllIdentities AliasIdentities", 3, 2, 1, 0)]
    public async Task Identity_sets_have_elements(string elements, params int[] sets)
    {
        await using var rig = await ShRig.StartAsync();
        var reply = await rig.AskAsync(Udr(AliceSip, [10], Features(1) + Sets([.. sets.Select(set => (uint)set)])));
        var written = System.Xml.Linq.XDocument.Parse(reply.UserData!).Descendants().Select(one => one.Name.LocalName);
        Assert.Equal(elements, string.Join(' ', written.Where(name => name.EndsWith("Identities", StringComparison.Ordinal) || name == "PublicIdentifiers")));
    }

    /// <summary>The elements that have a value, in their order.</summary>
    private static string Leaves(string? userData) => userData is null ? "" : string.Join(' ', System.Xml.Linq.XDocument.Parse(userData).Descendants()
        .Where(one => !one.HasElements).Select(one => one.Value.Length == 0 ? one.Name.LocalName : $"{one.Name.LocalName} {one.Value}"));
}
