using Hss.Diameter;
using Hss.Procedures.Tests.Tables;
using static Hss.Procedures.Tests.ShRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests.Sh;

/// <summary>Table 7.6.1: every data reference with every kind of identity and every operation. Spec: TS 29.328 Table 7.6.1, 6.1.x.1 steps 1 and 3.</summary>
public sealed class AccessKeyTables
{
    // The application server of these tests is permitted more than there is, so that what is refused here nobody can be permitted.
    public static TheoryData<string> Rows => DecisionTable.Rows("""
        | ref | IMPU | PSI | MSISDN | External | Pull | Update | Subscribe |
        | 0   | yes  | yes | no     | no       | yes  | yes    | yes       | RepositoryData
        | 10  | yes  | yes | yes    | yes      | yes  | no     | yes       | IMSPublicIdentity
        | 11  | yes  | no  | no     | no       | yes  | no     | yes       | IMSUserState
        | 12  | yes  | yes | no     | no       | yes  | no     | yes       | S-CSCFName
        | 13  | yes  | yes | no     | no       | yes  | no     | yes       | InitialFilterCriteria
        | 14  | yes  | no  | yes    | yes      | yes  | no     | no        | LocationInformation
        | 15  | yes  | no  | yes    | yes      | yes  | no     | no        | UserState
        | 16  | yes  | yes | yes    | yes      | yes  | no     | yes       | ChargingInformation
        | 17  | yes  | no  | yes    | yes      | yes  | no     | no        | MSISDN
        | 18  | no   | yes | no     | no       | yes  | yes    | yes       | PSIActivation
        | 19  | yes  | yes | no     | no       | yes  | yes    | yes       | DSAI
        | 20  | no   | no  | no     | no       | no   | no     | no        | reserved
        | 21  | yes  | no  | yes    | yes      | yes  | no     | yes       | ServiceLevelTraceInfo
        | 22  | yes  | no  | no     | no       | yes  | no     | yes       | IPAddressSecureBindingInformation
        | 23  | yes  | no  | no     | no       | yes  | no     | yes       | ServicePriorityLevel
        | 24  | yes  | no  | yes    | yes      | yes  | yes    | no        | SMSRegistrationInfo
        | 25  | yes  | no  | yes    | yes      | no   | no     | yes       | UEReachabilityForIP
        | 26  | yes  | no  | yes    | no       | yes  | no     | no        | TADSinformation
        | 27  | yes  | no  | yes    | no       | yes  | yes    | no        | STN-SR
        | 28  | yes  | no  | yes    | no       | yes  | no     | yes       | UE-SRVCC-Capability
        | 29  | yes  | no  | no     | no       | yes  | no     | yes       | ExtendedPriority
        | 30  | yes  | no  | yes    | no       | yes  | no     | no        | CSRN
        | 31  | yes  | no  | no     | no       | yes  | no     | no        | ReferenceLocationInformation
        | 32  | yes  | no  | yes    | yes      | yes  | no     | no        | IMSI
        | 33  | yes  | no  | no     | no       | yes  | no     | yes       | IMSPrivateUserIdentity
        | 34  | yes  | no  | yes    | yes      | yes  | no     | no        | IMEISV
        | 35  | yes  | no  | yes    | no       | yes  | no     | yes       | UE-5G-SRVCC-Capability
        """);

    private static readonly string[] Users = [AliceWork, ServiceSip, "msisdn " + ShSubscriptions.AliceMsisdn, "external " + ShSubscriptions.AliceExternal];

    [Theory, MemberData(nameof(Rows))]
    public async Task Identities_and_operations(string row)
    {
        var cells = DecisionTable.Cells(row);
        var reference = int.Parse(cells[0], System.Globalization.CultureInfo.InvariantCulture);
        await using var rig = await ShRig.StartAsync();
        for (var user = 0; user < Users.Length; user++)
        {
            var isKey = DecisionTable.IsYes(cells[1 + user]);
            await ExpectAsync("UDR", "E:5102", DecisionTable.IsYes(cells[5]));
            await ExpectAsync("PUR", "E:5103", DecisionTable.IsYes(cells[6]));
            await ExpectAsync("SNR", "E:5104", DecisionTable.IsYes(cells[7]));

            async Task ExpectAsync(string command, string refusal, bool isOperation)
            {
                var reply = await rig.AskAsync(Any(command, Users[user], [reference], AllKeys(command)));
                var expected = !isOperation ? refusal : !isKey ? "E:5101" : command switch
                {
                    "UDR" => "R:2001",
                    "PUR" => "E:5100", // the document is empty
                    _ => reference == 0 ? "E:5106" : "R:2001",
                };
                Assert.Equal((command, Users[user], expected), (command, Users[user], reply.Result));
            }
        }
    }

    // A PUR has its keys in the document. A wildcard stands for many, so that nobody can switch one of them on.
    public static TheoryData<string> WildcardRows => DecisionTable.Rows("""
        | command | ref | identity                | answer |
        | UDR     | 18  | sip:room-7@HOME         | R:2001 | answered as the wildcarded PSI
        | SNR     | 18  | sip:room-7@HOME         | R:2001 |
        | PUR     | 18  | sip:room-7@HOME         | E:5101 |
        | PUR     | 18  | sip:room-!.*!@HOME      | E:5101 |
        | PUR     | 18  | sip:service@HOME        | E:5100 |
        | UDR     | 11  | sip:desk-7@HOME         | R:2001 | a wildcarded public user identity is an IMPU
        | UDR     | 18  | sip:desk-7@HOME         | E:5101 |
        | UDR     | 22  | sip:alice@HOME          | E:5101 | 3a: shared by two private identities
        | SNR     | 22  | sip:alice@HOME          | E:5101 |
        | UDR     | 22  | sip:alice.work@HOME     | R:2001 |
        """);

    [Theory, MemberData(nameof(WildcardRows))]
    public async Task Wildcards_and_shared_identities(string row)
    {
        var cells = DecisionTable.Cells(row.Replace("HOME", ShRequests.Realm, StringComparison.Ordinal));
        await using var rig = await ShRig.StartAsync();
        var reference = int.Parse(cells[1], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(cells[3], (await rig.AskAsync(Any(cells[0], cells[2], [reference], AllKeys(cells[0])))).Result);
    }

    // 7.6.2, and barred identities never.
    public static TheoryData<string> IdentitySetRows => DecisionTable.Rows("""
        | Identity-Set | user                     | answer |
        | 0            | sip:alice@HOME           | R:2001 |
        | 0            | sip:service@HOME         | R:2001 |
        | 0            | msisdn 12125550001       | R:2001 |
        | 1            | sip:alice@HOME           | R:2001 |
        | 1            | msisdn 12125550001       | R:2001 |
        | 2            | sip:alice@HOME           | R:2001 |
        | 2            | sip:service@HOME         | R:2001 | only itself
        | 2            | msisdn 12125550001       | E:5101 |
        | 2            | external alice-meter@iot.example | E:5101 |
        | 3            | sip:alice@HOME           | R:2001 |
        | 3            | sip:service@HOME         | E:5101 |
        | 3            | msisdn 12125550001       | E:5101 |
        | 3            | external alice-meter@iot.example | E:5101 |
        """);

    [Theory, MemberData(nameof(IdentitySetRows))]
    public async Task Identity_sets(string row)
    {
        var cells = DecisionTable.Cells(row.Replace("HOME", ShRequests.Realm, StringComparison.Ordinal));
        await using var rig = await ShRig.StartAsync();
        var set = Sets(uint.Parse(cells[0], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(cells[2], (await rig.AskAsync(Udr(cells[1], [10], set))).Result);
        Assert.Equal(cells[2], (await rig.AskAsync(Snr(cells[1], [10], set))).Result);
    }

    private static Action<MessageWriter>? AllKeys(string command) => command switch
    {
        "UDR" => Indication("x") + Sets(0) + Tag("forward") + Server(ShSubscriptions.ServerName) + Number(Avp.RequestedDomain, 0) + Number(Avp.CurrentLocation, 0),
        "SNR" => Indication("x") + Sets(0) + Tag("forward") + Server(ShSubscriptions.ServerName) + Number(Avp.OneTimeNotification, 0),
        _ => null,
    };
}
