using Hss.Diameter;
using Hss.Procedures.Sh;
using Hss.Procedures.Tests.Tables;
using Hss.Subscribers;
using static Hss.Procedures.Tests.ShRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests.Sh;

/// <summary>UDR: what the answer has. What each reference says stands in the tests of Sh-Data. Spec: TS 29.328 6.1.1.</summary>
public sealed class UserDataTests
{
    // Several things only with Notif-Eff (1): then what is missing is told by empty elements, unless everything is.
    public static TheoryData<string> MissingRows => DecisionTable.Rows("""
        | refs  | features | User-Data                                                              |
        | 12    | none     |                                                                        |
        | 12    | 1        |                                                                        |
        | 11    | none     | <Sh-IMS-Data><IMSUserState>0</IMSUserState></Sh-IMS-Data>              |
        | 12 11 | 1        | <Sh-IMS-Data><SCSCFName></SCSCFName><IMSUserState>0</IMSUserState></Sh-IMS-Data> |
        | 0     | none     |                                                                        |
        | 0 11  | 1        | <RepositoryData><ServiceIndication>x</ServiceIndication><SequenceNumber>0</SequenceNumber></RepositoryData><Sh-IMS-Data><IMSUserState>0</IMSUserState></Sh-IMS-Data> |
        | 0 12  | 1        |                                                                        |
        """);

    [Theory, MemberData(nameof(MissingRows))]
    public async Task Data_that_are_not_there(string row)
    {
        var cells = DecisionTable.Cells(row);
        await using var rig = await ShRig.StartAsync();
        var references = cells[0].Split(' ').Select(text => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        var reply = await rig.AskAsync(Udr(AliceSip, references, Indication("x") + (cells[1] == "none" ? null : Features(1))));
        Assert.Equal("R:2001", reply.Result);
        Assert.Equal(cells[2].Length == 0 ? null : Document(cells[2]), reply.UserData?.Replace("<SCSCFName/>", "<SCSCFName></SCSCFName>", StringComparison.Ordinal));
    }

    // Table 7.6.1 note 1, for every reference that a service is a key of: the specific service is answered as the wildcard, and subscribed to as it.
    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(16)]
    [InlineData(18)]
    [InlineData(19)]
    public async Task A_service_under_a_wildcard_is_the_wildcard(int reference)
    {
        await using var rig = await ShRig.StartAsync(subscriptions: ShSubscriptions.Services() with { Charging = new("aaa://ccf." + ShRequests.Realm, null, null, null) });
        await rig.StoreAsync("service", 3, Rooms);
        using (var turn = await rig.Store.EnterAsync(await rig.SubscriberAsync(Rooms), CancellationToken.None))
            await rig.Store.CommitAsync(turn, new([(3, new() { Status = RegistrationStatus.Unregistered, Server = StateText.S1 })], []), CancellationToken.None);
        var keys = Indication("service") + Sets(2) + Server(ShSubscriptions.ServerName) + Tag("forward");

        var specific = await rig.AskAsync(Udr(Room, [reference], keys));
        Assert.NotNull(specific.UserData);
        Assert.Equal(specific.UserData, (await rig.AskAsync(Udr(Rooms, [reference], keys))).UserData);
        Assert.Contains(reference == 10 ? Rooms : "", specific.UserData, StringComparison.Ordinal);

        Assert.Equal("R:2001", (await rig.AskAsync(Snr(Room, [reference], keys))).Result);
        var one = Assert.Single((await rig.SubscriberAsync(Rooms)).ApplicationData.Subscriptions);
        Assert.Equal((Rooms, Room), (one.Key.User.Value, one.AskedIdentity));
        // Another service under it, and the wildcard itself, end the same subscription.
        Assert.Equal("R:2001", (await rig.AskAsync(Snr("sip:room-8@" + ShRequests.Realm, [reference], keys, unsubscribe: true))).Result);
        Assert.Empty((await rig.SubscriberAsync(Rooms)).ApplicationData.Subscriptions);
    }

    // The wildcard, unless the application server named it or it stands in User-Data.
    public static TheoryData<string> WildcardRows => DecisionTable.Rows("""
        | command | identity           | named                                  | ref | answer                                          |
        | UDR     | sip:room-7@HOME    |                                        | 16  | R:2001 Wildcarded-Public-Identity=sip:room-!.*!@HOME |
        | SNR     | sip:room-7@HOME    |                                        | 16  | R:2001 Wildcarded-Public-Identity=sip:room-!.*!@HOME |
        | UDR     | sip:room-7@HOME    | Wildcarded-Public-Identity sip:room-!.*!@HOME | 16 | R:2001                                     |
        | UDR     | sip:room-7@HOME    | Wildcarded-Public-Identity sip:gone-!.*!@HOME | 16 | R:2001 Wildcarded-Public-Identity=sip:room-!.*!@HOME | passed over
        | UDR     | sip:room-!.*!@HOME |                                        | 16  | R:2001                                          |
        | UDR     | sip:room-7@HOME    |                                        | 10  | R:2001                                          | in User-Data
        | UDR     | sip:desk-7@HOME    |                                        | 11  | R:2001 Wildcarded-IMPU=sip:desk-!.*!@HOME       |
        | UDR     | sip:desk-7@HOME    | Wildcarded-IMPU sip:desk-!.*!@HOME     | 11  | R:2001                                          |
        | UDR     | sip:office@HOME    |                                        | 11  | R:2001                                          |
        """);

    [Theory, MemberData(nameof(WildcardRows))]
    public async Task Wildcards(string row)
    {
        var cells = DecisionTable.Cells(row.Replace("HOME", ShRequests.Realm, StringComparison.Ordinal));
        await using var rig = await ShRig.StartAsync();
        Action<MessageWriter>? named = cells[2].Split(' ') switch
        {
            ["Wildcarded-Public-Identity", var wildcard] => writer => writer.WriteText(Avp.WildcardedPublicIdentity, wildcard),
            ["Wildcarded-IMPU", var wildcard] => writer => writer.WriteText(Avp.WildcardedImpu, wildcard),
            _ => null,
        };
        var reply = await rig.AskAsync(Any(cells[0], cells[1], [int.Parse(cells[3], System.Globalization.CultureInfo.InvariantCulture)], named));
        var text = reply.Result;
        foreach (var definition in new[] { Avp.WildcardedPublicIdentity, Avp.WildcardedImpu })
            if (reply.Reply.TextOf(definition) is { } value) text += $" {definition.Name}={value}";
        Assert.Equal(cells[4], text);
    }

    [Fact]
    public async Task More_than_an_answer_can_carry_is_TOO_MUCH_DATA_and_half_of_it_is_served()
    {
        await using var rig = await ShRig.StartAsync();
        var piece = $"<a>{new string('x', 40_000)}</a>";
        await rig.StoreAsync("one", 1, data: piece);
        await rig.StoreAsync("two", 2, data: piece);
        var both = await rig.AskAsync(Udr(AliceSip, [0], Features(1) + Indication("one", "two")));
        Assert.Equal(("E:5008", null), (both.Result, both.UserData));
        Assert.NotNull(both.ErrorMessage);
        Assert.Equal(Document(Repository("two", 2, piece)), (await rig.AskAsync(Udr(AliceSip, [0], Indication("two")))).UserData);

        // A subscription stands without its data.
        var subscribed = await rig.AskAsync(Snr(AliceSip, [0], Features(1) + Indication("one", "two") + Number(Avp.SendDataIndication, 1)));
        Assert.Equal(("R:2001", null), (subscribed.Result, subscribed.UserData));
        Assert.Equal(2, (await rig.SubscriberAsync()).ApplicationData.Subscriptions.Length);
    }

    [Fact]
    public async Task Proxies_that_fill_the_answer_leave_less_room_and_it_is_still_an_answer()
    {
        await using var rig = await ShRig.StartAsync();
        await rig.StoreAsync("one", 1, data: $"<a>{new string('x', 40_000)}</a>");
        var reply = await rig.AskAsync(Udr(AliceSip, [0], Indication("one") + (writer =>
        {
            writer.BeginGroup(Avp.ProxyInfo);
            writer.WriteText(Avp.ProxyHost, "proxy.example");
            writer.WriteOctets(Avp.ProxyState, new byte[27_000]);
            writer.EndGroup();
        })));
        Assert.Equal("E:5008", reply.Result);
        Assert.True(reply.Reply.Has(Avp.ProxyInfo));
    }

    [Fact]
    public async Task Session_priority_and_hints_for_serving_nodes_change_nothing()
    {
        await using var rig = await ShRig.StartAsync();
        var plain = await rig.AskAsync(Udr(AliceSip, [11]));
        var hinted = await rig.AskAsync(Udr(AliceSip, [11], Number(Avp.SessionPriority, 2) + Number(Avp.PrePagingSupported, 1)));
        Assert.Equal((plain.Result, plain.UserData), (hinted.Result, hinted.UserData));
    }

    [Fact]
    public async Task The_features_of_this_HSS_are_told_to_whoever_tells_his()
    {
        await using var rig = await ShRig.StartAsync(new ShOptions { Features = ShFeatures.NotificationEfficiency });
        foreach (var command in new[] { "UDR", "PUR", "SNR" })
        {
            var served = await rig.AskAsync(Any(command, AliceWork, [command == "PUR" ? 24 : 11], Features(15), userData: Document(SmsGateway("1"))));
            Assert.Equal("R:2001", served.Result);
            Assert.Equal(1u, Diameter.Commands.Cx.SupportedFeatures.Read(served.Reply.All(Avp.SupportedFeatures).First).FeatureList);
            Assert.False((await rig.AskAsync(Any(command, AliceWork, [command == "PUR" ? 24 : 11], userData: Document(SmsGateway("1"))))).Reply.Has(Avp.SupportedFeatures));
            Assert.Equal("E:5011", (await rig.AskAsync(Any(command, AliceWork, [11], Features(2, demanded: true)))).Result);
        }
    }

    // TS 29.229 7.2.1: what the M bit demands must be here, and the refusal says what is; without it a feature that is missing is passed over.
    public static TheoryData<string> FeatureRows => DecisionTable.Rows("""
        | asked      | M bit | answer | told |
        | 0x1        | yes   | R:2001 | 0xF  |
        | 0xF        | yes   | R:2001 | 0xF  |
        | 0x10       | no    | R:2001 | 0xF  |
        | 0x10       | yes   | E:5011 | 0xF  |
        | 0x80000001 | no    | R:2001 | 0xF  |
        | 0x80000001 | yes   | E:5011 | 0xF  |
        """);

    [Theory, MemberData(nameof(FeatureRows))]
    public async Task Features_that_are_demanded(string row)
    {
        var cells = DecisionTable.Cells(row);
        await using var rig = await ShRig.StartAsync();
        var features = Features(Convert.ToUInt32(cells[0], 16), DecisionTable.IsYes(cells[1]));
        foreach (var command in new[] { "UDR", "PUR", "SNR" })
        {
            var reply = await rig.AskAsync(Any(command, AliceWork, [command == "PUR" ? 24 : 11], features, userData: Document(SmsGateway("1"))));
            var told = reply.Reply.All(Avp.SupportedFeatures).First;
            Assert.Equal((command, cells[2]), (command, reply.Result));
            Assert.Equal(Convert.ToUInt32(cells[3], 16), Diameter.Commands.Cx.SupportedFeatures.Read(told).FeatureList);
            Assert.False(told.Flags.HasFlag(AvpFlags.Mandatory)); // an answer demands nothing
        }
    }

    [Fact]
    public async Task The_log_says_which_application_server_nobody_knows_once_a_minute()
    {
        var log = new RecordingLoggerFactory();
        await using var rig = await ShRig.StartAsync(loggers: log);
        for (var i = 0; i < 5; i++) await rig.AskAsync(Udr(AliceSip, [11], host: "stranger." + ShRequests.Realm));
        Assert.Single(log.Lines, line => line.Contains("stranger." + ShRequests.Realm, StringComparison.Ordinal) && line.Contains("permission list", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_store_that_cannot_read_is_5012()
    {
        await using var rig = await ShRig.StartAsync();
        rig.Database.RefusesReads = true;
        Assert.Equal("R:5012", (await rig.AskAsync(Udr("sip:somebody@" + ShRequests.Realm, [11]))).Result);
    }
}
