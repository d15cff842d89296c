using Hss.Diameter;
using Hss.Diameter.Commands.Sh;
using Hss.Procedures.Sh;
using Hss.Procedures.Tests.Tables;
using Hss.Subscribers;
using static Hss.Procedures.Tests.ShRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests.Sh;

/// <summary>Step 1 of every request: the AS permission list. Spec: TS 29.328 6.2, 6.1.x.1 step 1.</summary>
public sealed class PermissionTables
{
    public static TheoryData<string> Rows => DecisionTable.Rows("""
        | may                | UDR    | PUR    | SNR    |
        | Pull Update Notify | R:2001 | R:2001 | R:2001 |
        | Pull Update        | R:2001 | R:2001 | E:5104 |
        | Pull Notify        | R:2001 | E:5103 | R:2001 |
        | Update Notify      | E:5102 | R:2001 | R:2001 |
        | Pull               | R:2001 | E:5103 | E:5104 |
        | Update             | E:5102 | R:2001 | E:5104 |
        | Notify             | E:5102 | E:5103 | R:2001 |
        | None               | E:5102 | E:5103 | E:5104 |
        | unknown            | E:5102 | E:5103 | E:5104 |
        """);

    [Theory, MemberData(nameof(Rows))]
    public async Task Operations(string row)
    {
        var cells = DecisionTable.Cells(row);
        const string Host = "narrow." + ShRequests.Realm;
        await using var rig = await ShRig.StartAsync();
        await rig.StoreAsync("service", 0);
        if (cells[0] != "unknown")
            await rig.PermitAsync(Host, new() { [ShDataReference.RepositoryData] = cells[0].Split(' ').Aggregate(ShOperations.None, (all, one) => all | Enum.Parse<ShOperations>(one)) });

        Assert.Equal(cells[1], (await rig.AskAsync(Udr(AliceSip, [0], Indication("service"), Host))).Result);
        Assert.Equal(cells[2], (await rig.AskAsync(Pur(AliceSip, [0], Document(Repository("service", 1)), host: Host))).Result);
        Assert.Equal(cells[3], (await rig.AskAsync(Snr(AliceSip, [0], Indication("service"), host: Host))).Result);
        // Origin-Host is a host name: its case says nothing.
        Assert.Equal(cells[1], (await rig.AskAsync(Udr(AliceSip, [0], Indication("service"), Host.ToUpperInvariant()))).Result);
    }

    [Fact]
    public async Task One_reference_without_permission_refuses_all_of_them()
    {
        const string Host = "narrow." + ShRequests.Realm;
        await using var rig = await ShRig.StartAsync();
        await rig.PermitAsync(Host, new() { [ShDataReference.ImsUserState] = ShOperations.Pull });
        Assert.Equal("R:2001", (await rig.AskAsync(Udr(AliceSip, [11], Features(1), Host))).Result);
        Assert.Equal("E:5102", (await rig.AskAsync(Udr(AliceSip, [11, 12], Features(1), Host))).Result);
    }

    [Theory]
    [InlineData("PUR", "E:5103")]
    [InlineData("SNR", "E:5104")]
    public async Task A_permission_that_goes_while_the_request_waits_is_gone(string command, string answer)
    {
        await using var rig = await ShRig.StartAsync();
        await rig.StoreAsync("service", 0);
        Task<ShReply> asking;
        using (await rig.Store.EnterAsync(await rig.SubscriberAsync(), CancellationToken.None))
        {
            asking = rig.AskAsync(command == "PUR" ? Pur(AliceSip, [0], Document(Repository("service", 1)), Features(6)) : Snr(AliceSip, [0], Indication("service")));
            await rig.PermitAsync(As, []);
        }
        Assert.Equal(answer, (await asking).Result);
        Assert.Equal(command == "PUR", (await asking).Reply.Has(Diameter.Avp.DataReference)); // which one
        Assert.Equal("service 0 <old/>", await rig.StoredAsync());
        Assert.Empty((await rig.SubscriberAsync()).ApplicationData.Subscriptions);
    }

    [Theory]
    [InlineData(13)]
    [InlineData(19)]
    public async Task A_server_name_that_goes_while_the_request_waits_is_gone(int reference)
    {
        await using var rig = await ShRig.StartAsync();
        var all = Enum.GetValues<ShDataReference>().ToDictionary(one => one, _ => ShRig.Everything);
        await rig.PermitAsync(As, all, "sip:telephony@" + ShRequests.Realm);
        Assert.True(SubscribeNotificationsRequest.TryParse(Snr(AliceSip, [reference], Server("sip:telephony@" + ShRequests.Realm) + Tag("forward")), out var request, out _));
        var asked = ShRequest.Of(request);
        Assert.Null(AccessRight.LeftMeanwhile(rig.Store, asked));
        await rig.PermitAsync(As, all);
        var left = AccessRight.LeftMeanwhile(rig.Store, asked);
        Assert.Equal((ExperimentalResultCode.ErrorUserDataCannotBeNotified, (ShDataReference)reference), (left!.Refusal, left.Culprit));
    }

    // Server-Name is the name of the one that asks: a SIP URI whose host is its Origin-Host, or one of those listed for it.
    public static TheoryData<string> ServerNameRows => DecisionTable.Rows("""
        | listed           | Server-Name             | ref | UDR    | SNR    |
        |                  | sip:as.HOME:5090        | 13  | R:2001 | R:2001 |
        |                  | sip:as.HOME             | 13  | R:2001 | R:2001 | its own, though no filter has it
        |                  | sip:AS.HOME:5090;lr     | 13  | R:2001 | R:2001 |
        |                  | sip:other-as.HOME:5090  | 13  | E:5102 | E:5104 |
        | sip:telephony@HOME | sip:telephony@HOME    | 13  | R:2001 | R:2001 |
        | sip:telephony@HOME | sip:fax@HOME          | 13  | E:5102 | E:5104 |
        |                  | telephony               | 13  | E:5102 | E:5104 |
        |                  | sip:as.HOME:5090        | 19  | R:2001 | R:2001 |
        |                  | sip:other-as.HOME:5090  | 19  | E:5102 | E:5104 |
        |                  | sip:other-as.HOME:5090  | 11  | R:2001 | R:2001 | no key of that data
        """);

    [Theory, MemberData(nameof(ServerNameRows))]
    public async Task Server_name(string row)
    {
        var cells = DecisionTable.Cells(row.Replace("HOME", ShRequests.Realm, StringComparison.Ordinal));
        await using var rig = await ShRig.StartAsync();
        await rig.PermitAsync(As, Enum.GetValues<ShDataReference>().ToDictionary(one => one, _ => ShRig.Everything), cells[0].Length == 0 ? [] : [cells[0]]);
        var reference = int.Parse(cells[2], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(cells[3], (await rig.AskAsync(Udr(AliceWork, [reference], Server(cells[1]) + Tag("forward")))).Result);
        Assert.Equal(cells[4], (await rig.AskAsync(Snr(AliceWork, [reference], Server(cells[1]) + Tag("forward")))).Result);
    }

    // 2a.
    public static TheoryData<string> UserNameRows => DecisionTable.Rows("""
        | user                             | User-Name         | answer |
        | sip:alice@HOME                   | alice@HOME        | R:2001 |
        | sip:alice@HOME                   | alice.tablet@HOME | R:2001 |
        | sip:alice@HOME                   | alice@IMS.mnc001.mcc001.3gppnetwork.org | R:2001 |
        | sip:alice@HOME                   | services@HOME     | E:5002 | of another subscription
        | sip:alice@HOME                   | nobody@HOME       | E:5002 |
        | sip:alice.work@HOME              | alice@HOME        | R:2001 |
        | sip:alice.work@HOME              | alice.tablet@HOME | E:5002 | may not use that set
        | msisdn 12125550001               | alice@HOME        | R:2001 |
        | msisdn 12125550001               | alice.tablet@HOME | E:5002 | has another number
        | external alice-meter@iot.example | alice@HOME        | R:2001 |
        """);

    [Theory, MemberData(nameof(UserNameRows))]
    public async Task User_name(string row)
    {
        var cells = DecisionTable.Cells(row.Replace("HOME", ShRequests.Realm, StringComparison.Ordinal));
        await using var rig = await ShRig.StartAsync();
        Assert.Equal(cells[2], (await rig.AskAsync(Udr(cells[0], [32], Named(cells[1])))).Result);
    }
}
