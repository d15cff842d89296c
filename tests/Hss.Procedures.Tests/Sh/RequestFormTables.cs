using Hss.Diameter;
using Hss.Procedures.Tests.Tables;
using static Hss.Procedures.Tests.ShRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests.Sh;

/// <summary>What must come with what, and how many of a kind. Spec: TS 29.328 Tables 6.1.1.1, 6.1.2.1, 6.1.3.1, 7.6.1; TS 29.329 6.3.1, 7.1.1.</summary>
public sealed class RequestFormTables
{
    public static TheoryData<string> PresenceRows => DecisionTable.Rows("""
        | command | ref | further keys                                   | answer                          |
        | UDR     | 0   |                                                | R:5005 Service-Indication       |
        | UDR     | 0   | Service-Indication                             | R:2001                          |
        | UDR     | 10  |                                                | R:2001                          | absent is ALL_IDENTITIES
        | UDR     | 11  |                                                | R:2001                          |
        | UDR     | 13  |                                                | R:5005 Server-Name              |
        | UDR     | 13  | Server-Name                                    | R:2001                          |
        | UDR     | 14  |                                                | R:5005 Requested-Domain         |
        | UDR     | 14  | Requested-Domain                               | R:5005 Current-Location         |
        | UDR     | 14  | Requested-Domain Current-Location              | R:2001                          |
        | UDR     | 15  |                                                | R:5005 Requested-Domain         |
        | UDR     | 15  | Requested-Domain                               | R:2001                          |
        | UDR     | 19  |                                                | R:5005 DSAI-Tag                 |
        | UDR     | 19  | DSAI-Tag                                       | R:5005 Server-Name              |
        | UDR     | 19  | DSAI-Tag Server-Name                           | R:2001                          |
        | SNR     | 0   |                                                | R:5005 Service-Indication       |
        | SNR     | 10  |                                                | R:5005 Identity-Set             |
        | SNR     | 10  | Identity-Set                                   | R:2001                          |
        | SNR     | 11  |                                                | R:2001                          |
        | SNR     | 13  |                                                | R:5005 Server-Name              |
        | SNR     | 19  | Server-Name                                    | R:5005 DSAI-Tag                 |
        | SNR     | 19  | DSAI-Tag Server-Name                           | R:2001                          |
        | SNR     | 25  |                                                | R:5005 One-Time-Notification    |
        | SNR     | 25  | One-Time-Notification                          | R:2001                          |
        | PUR     | 0   |                                                | E:5100                          | its keys are in the document
        | PUR     | 19  |                                                | E:5100                          |
        """);

    [Theory, MemberData(nameof(PresenceRows))]
    public async Task Keys_that_must_come(string row)
    {
        var cells = DecisionTable.Cells(row);
        await using var rig = await ShRig.StartAsync();
        Action<MessageWriter>? more = null;
        foreach (var key in cells[2].Split(' ', StringSplitOptions.RemoveEmptyEntries)) more += Key(key);
        var reply = await rig.AskAsync(Any(cells[0], AliceWork, [int.Parse(cells[1], System.Globalization.CultureInfo.InvariantCulture)], more));
        Assert.Equal(cells[3], $"{reply.Result} {reply.Failed}".TrimEnd());
    }

    public static TheoryData<string> IdentityRows => DecisionTable.Rows("""
        | User-Identity                                          | answer                                       |
        |                                                        | R:5005 User-Identity/Public-Identity         | exactly one has to be there
        | sip:alice@HOME                                         | R:2001                                       |
        | SIP:Alice@HOME                                         | E:5001                                       | the user part is its own
        | sip:alice@IMS.mnc001.mcc001.3gppnetwork.org;user=phone | R:2001                                       | one identity, one form
        | tel:+1-212-555-0001                                    | R:2001                                       |
        | sip:nobody@HOME                                        | E:5001                                       |
        | 12125550001                                            | E:5001                                       | digits are no public identity
        | msisdn 12125550001                                     | R:2001                                       |
        | msisdn 12125550009                                     | E:5001                                       |
        | tbcd 2121550500F1                                      | R:2001                                       | 11 digits and a filler
        | tbcd 2121550500A1                                      | E:5001                                       | not a digit
        | tbcd 21F155050010                                      | E:5001                                       | a filler in the middle
        | tbcd 212155050010212155050010                          | E:5001                                       | more than 15 digits
        | external alice-meter@IOT.example                       | R:2001                                       | the domain in any case
        | external alice-meter                                   | E:5001                                       |
        | sip:alice@HOME + msisdn 12125550001                    | R:5004 User-Identity/MSISDN                  | the one too many
        | sip:alice@HOME + external alice-meter@iot.example      | R:5004 User-Identity/External-Identifier     |
        | msisdn 12125550001 + external alice-meter@iot.example  | R:5004 User-Identity/External-Identifier     |
        """);

    [Theory, MemberData(nameof(IdentityRows))]
    public async Task User_Identity(string row)
    {
        var cells = DecisionTable.Cells(row.Replace("HOME", ShRequests.Realm, StringComparison.Ordinal));
        await using var rig = await ShRig.StartAsync();
        var reply = await rig.AskAsync(Udr(cells[0], [16]));
        Assert.Equal(cells[1], $"{reply.Result} {reply.Failed}".TrimEnd());
    }

    // Without the feature one of each; features are bits of the request's Supported-Features.
    public static TheoryData<string> SeveralRows => DecisionTable.Rows("""
        | command | what stands twice  | features | answer                    |
        | UDR     | Data-Reference     | none     | R:5009 Data-Reference     |
        | UDR     | Data-Reference     | 2        | R:5009 Data-Reference     |
        | UDR     | Data-Reference     | 1        | R:2001                    |
        | UDR     | Service-Indication | none     | R:5009 Service-Indication |
        | UDR     | Service-Indication | 1        | R:2001                    |
        | UDR     | Identity-Set       | none     | R:5009 Identity-Set       |
        | UDR     | Identity-Set       | 1        | R:2001                    |
        | UDR     | DSAI-Tag           | none     | R:2001                    |
        | SNR     | Data-Reference     | none     | R:5009 Data-Reference     |
        | SNR     | Data-Reference     | 1        | R:2001                    |
        | SNR     | Identity-Set       | none     | R:5009 Identity-Set       |
        | SNR     | Identity-Set       | 1        | R:2001                    |
        | PUR     | Data-Reference     | none     | R:5009 Data-Reference     |
        | PUR     | Data-Reference     | 2        | R:5009 Data-Reference     |
        | PUR     | Data-Reference     | 4        | R:5009 Data-Reference     | the second feature needs the first
        | PUR     | Data-Reference     | 6        | E:5100                    |
        """);

    [Theory, MemberData(nameof(SeveralRows))]
    public async Task Several_of_a_kind(string row)
    {
        var cells = DecisionTable.Cells(row);
        await using var rig = await ShRig.StartAsync();
        var (references, more) = cells[1] switch
        {
            "Data-Reference" => (new[] { cells[0] == "PUR" ? 0 : 11, cells[0] == "PUR" ? 24 : 12 }, default(Action<MessageWriter>)),
            "Service-Indication" => ([0], Indication("one", "two")),
            "Identity-Set" => ([10], Sets(0, 2)),
            _ => ([19], Tag("forward", "other") + Server(ShSubscriptions.ServerName)),
        };
        if (cells[2] != "none") more += Features(uint.Parse(cells[2], System.Globalization.CultureInfo.InvariantCulture));
        var reply = await rig.AskAsync(Any(cells[0], AliceWork, references, more));
        Assert.Equal(cells[3], $"{reply.Result} {reply.Failed}".TrimEnd());
    }

    // A number that the enumeration does not have is the grammar's fault; 20 is one that it has, and nobody is permitted.
    public static TheoryData<string> ReferenceRows => DecisionTable.Rows("""
        | Data-Reference | UDR                   | PUR                   | SNR                   |
        |                | R:5005 Data-Reference | R:5005 Data-Reference | R:5005 Data-Reference |
        | 1              | R:5004 Data-Reference | R:5004 Data-Reference | R:5004 Data-Reference |
        | 9              | R:5004 Data-Reference | R:5004 Data-Reference | R:5004 Data-Reference |
        | 36             | R:5004 Data-Reference | R:5004 Data-Reference | R:5004 Data-Reference |
        | -1             | R:5004 Data-Reference | R:5004 Data-Reference | R:5004 Data-Reference |
        | 20             | E:5102                | E:5103                | E:5104                |
        """);

    [Theory, MemberData(nameof(ReferenceRows))]
    public async Task Data_references(string row)
    {
        var cells = DecisionTable.Cells(row);
        await using var rig = await ShRig.StartAsync();
        int[] references = cells[0].Length == 0 ? [] : [int.Parse(cells[0], System.Globalization.CultureInfo.InvariantCulture)];
        foreach (var (command, expected) in new[] { ("UDR", cells[1]), ("PUR", cells[2]), ("SNR", cells[3]) })
        {
            var reply = await rig.AskAsync(Any(command, AliceWork, references));
            Assert.Equal((command, expected), (command, $"{reply.Result} {reply.Failed}".TrimEnd()));
        }
    }

    [Fact]
    public async Task However_many_the_features_allow_there_is_a_bound()
    {
        await using var rig = await ShRig.StartAsync();
        var many = Enumerable.Range(0, 65).Select(number => $"service-{number}").ToArray();
        Assert.Equal("R:2001", (await rig.AskAsync(Udr(AliceWork, [0], Features(1) + Indication(many[..64])))).Result);
        Assert.Equal("R:5009", (await rig.AskAsync(Udr(AliceWork, [0], Features(1) + Indication(many)))).Result);
    }

    [Fact]
    public async Task The_two_kinds_of_wildcard_exclude_each_other()
    {
        await using var rig = await ShRig.StartAsync();
        foreach (var command in new[] { "UDR", "PUR", "SNR" })
        {
            var reply = await rig.AskAsync(Any(command, Desk, [11], writer =>
            {
                writer.WriteText(Avp.WildcardedPublicIdentity, Rooms);
                writer.WriteText(Avp.WildcardedImpu, Desks);
            }));
            Assert.Equal(("R:5004", "Wildcarded-IMPU"), (reply.Result, reply.Failed));
        }
    }

    private static Action<MessageWriter> Key(string name) => name switch
    {
        "Service-Indication" => Indication("x"),
        "Identity-Set" => Sets(0),
        "Server-Name" => Server(ShSubscriptions.ServerName),
        "DSAI-Tag" => Tag("forward"),
        "Requested-Domain" => Number(Avp.RequestedDomain, 0),
        "Current-Location" => Number(Avp.CurrentLocation, 0),
        "One-Time-Notification" => Number(Avp.OneTimeNotification, 0),
        _ => throw new ArgumentException(name),
    };
}
