using System.Globalization;
using Hss.Diameter;
using Hss.Procedures.Sh;
using Hss.Procedures.Tests.Tables;
using Hss.Subscribers;
using static Hss.Procedures.Tests.ShRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests.Sh;

/// <summary>SNR. Spec: TS 29.328 6.1.3.</summary>
public sealed class SubscribeNotificationsTests
{
    // Stored: repository data "here", of alice. The keys of what was subscribed: reference, detail, private identity.
    public static TheoryData<string> Rows => DecisionTable.Rows("""
        | user               | ref | further                 | answer | subscriptions                      |
        | sip:alice@HOME     | 0   | Service-Indication=here | R:2001 | 0 here                             |
        | tel:+12125550001   | 0   | Service-Indication=here | R:2001 | 0 here                             |
        | sip:alice@HOME     | 0   | Service-Indication=gone | E:5106 |                                    |
        | sip:alice.home@HOME| 0   | Service-Indication=here | E:5106 |                                    | no alias
        | sip:alice@HOME     | 10  | Identity-Set=2          | R:2001 | 10 2                               |
        | sip:alice@HOME     | 11  |                         | R:2001 | 11                                 |
        | sip:alice@HOME     | 12  |                         | R:2001 | 12                                 |
        | sip:alice@HOME     | 13  | Server-Name=own         | R:2001 | 13 sip:as.HOME:5090                |
        | sip:alice@HOME     | 16  |                         | R:2001 | 16                                 |
        | msisdn 12125550001 | 16  |                         | R:2001 | 16                                 |
        | sip:alice@HOME     | 19  | DSAI-Tag=forward Server-Name=own | R:2001 | 19 sip:as.HOME:5090 forward |
        | sip:alice@HOME     | 19  | DSAI-Tag=block Server-Name=own   | E:5108 |                            |
        | sip:alice@HOME     | 28  | User-Name=alice@HOME    | R:2001 | 28 alice@HOME                      |
        | sip:alice@HOME     | 25  | One-Time                | R:2001 | 25 once                            |
        | sip:alice@HOME     | 11  | One-Time                | R:2001 | 11 once                            |
        | sip:room-7@HOME    | 18  |                         | R:2001 | 18 of sip:room-!.*!@HOME as sip:room-7@HOME |
        """);

    [Theory, MemberData(nameof(Rows))]
    public async Task Subscribe_and_unsubscribe(string row)
    {
        var cells = DecisionTable.Cells(row.Replace("HOME", ShRequests.Realm, StringComparison.Ordinal));
        await using var rig = await ShRig.StartAsync();
        await rig.StoreAsync("here", 1);
        var reference = int.Parse(cells[1], CultureInfo.InvariantCulture);
        var (owner, more) = (cells[0].Contains("room", StringComparison.Ordinal) ? Rooms : AliceSip, Further(cells[2]));

        Assert.Equal(cells[3], (await rig.AskAsync(Snr(cells[0], [reference], more))).Result);
        Assert.Equal(cells[4], await TextAsync(rig, owner));
        // Again: the same one.
        Assert.Equal(cells[3], (await rig.AskAsync(Snr(cells[0], [reference], more))).Result);
        Assert.Equal(cells[4], await TextAsync(rig, owner));
        // Another application server's own, which the first one's unsubscription leaves alone.
        Assert.Equal("R:2001", (await rig.AskAsync(Snr(cells[0], [16], unsubscribe: true, host: OtherAs))).Result);
        Assert.Equal(cells[4], await TextAsync(rig, owner));
        // Success also for what is not there (step 6), and for data that are not there (step 5 as we read it).
        Assert.Equal("R:2001", (await rig.AskAsync(Snr(cells[0], [reference], more, unsubscribe: true))).Result);
        Assert.Equal("", await TextAsync(rig, owner));
        Assert.Equal("R:2001", (await rig.AskAsync(Snr(cells[0], [reference], more, unsubscribe: true))).Result);
    }

    // Minutes from now; the longest that is granted is 60.
    public static TheoryData<string> ExpiryRows => DecisionTable.Rows("""
        | longest | asked | answered | subscribed until |
        | none    | none  | none     | none             |
        | none    | 30    | 30       | 30               |
        | none    | 90    | 90       | 90               |
        | 60      | none  | none     | none             | whoever names no time is subscribed without end
        | 60      | 30    | 30       | 30               |
        | 60      | 90    | 60       | 60               |
        | none    | -5    | -5       |                  | has ended
        """);

    [Theory, MemberData(nameof(ExpiryRows))]
    public async Task Expiry(string row)
    {
        var cells = DecisionTable.Cells(row);
        var now = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        await using var rig = await ShRig.StartAsync(new ShOptions { LongestSubscription = cells[0] == "none" ? null : TimeSpan.FromMinutes(60) });
        var more = cells[1] == "none" ? null : ShRequests.Expiry(now.AddMinutes(int.Parse(cells[1], CultureInfo.InvariantCulture)));
        Assert.Equal("R:2001", (await rig.AskAsync(Snr(AliceSip, [11]))).Result); // what the next one takes the place of

        var reply = await rig.AskAsync(Snr(AliceSip, [11], more));

        Assert.Equal("R:2001", reply.Result);
        Assert.Equal(cells[2], Minutes(reply.Reply.All(Avp.ExpiryTime).First is { IsPresent: true } value ? value.ToTime() : null));
        var subscriptions = (await rig.SubscriberAsync()).ApplicationData.Subscriptions;
        Assert.Equal(cells[3], subscriptions.IsEmpty ? "" : Minutes(subscriptions.Single().Expiry));

        string Minutes(DateTimeOffset? time) => time is { } at ? Math.Round((at - now).TotalMinutes, 0).ToString(CultureInfo.InvariantCulture) : "none";
    }

    [Fact]
    public async Task What_has_run_out_makes_room_and_each_application_server_has_its_own()
    {
        await using var rig = await ShRig.StartAsync(new ShOptions { MaxSubscriptions = 2 });
        var server = new NotificationKey(As, new(ShUserIdentityKind.PublicIdentity, AliceSip), ShDataReference.ServerName, "", null);
        await rig.PutAsync(data => data with { Subscriptions = [new() { Key = server, ApplicationServerRealm = ShRequests.Realm, Expiry = DateTimeOffset.UnixEpoch }] });
        Assert.Equal("R:2001", (await rig.AskAsync(Snr(AliceSip, [11]))).Result);
        Assert.Equal("R:2001", (await rig.AskAsync(Snr(AliceSip, [16]))).Result);
        Assert.Equal("11; 16", await TextAsync(rig, AliceSip));
        Assert.Equal("R:5006", (await rig.AskAsync(Snr(AliceSip, [12]))).Result);
        Assert.Equal("R:2001", (await rig.AskAsync(Snr(AliceSip, [12], host: OtherAs))).Result); // which has a bound of its own
        Assert.Equal("R:2001", (await rig.AskAsync(Snr(AliceSip, [12], unsubscribe: true, host: OtherAs))).Result);
        Assert.Equal("R:2001", (await rig.AskAsync(Snr(AliceSip, [11], Number(Avp.OneTimeNotification, 0)))).Result); // the same one again
        Assert.Equal("16; 11 once", await TextAsync(rig, AliceSip));
    }

    // It would answer 5107, and does not want to hear of it.
    [Theory]
    [InlineData("unsubscribe")]
    [InlineData("Expiry-Time in the past")]
    public async Task What_is_pending_of_a_subscription_that_ended_with_it_goes_with_an_unsubscription(string how)
    {
        await using var rig = await ShRig.StartAsync();
        foreach (var host in new[] { As, OtherAs }) Assert.Equal("R:2001", (await rig.AskAsync(Snr(AliceSip, [11], Number(Avp.OneTimeNotification, 0), host: host))).Result);
        using (var turn = await rig.Store.EnterAsync(await rig.SubscriberAsync(), CancellationToken.None))
            await rig.Store.CommitAsync(turn, new([(0, new() { Status = RegistrationStatus.Unregistered, Server = StateText.S1 })], []), CancellationToken.None);
        Assert.Equal("", await TextAsync(rig, AliceSip));
        Assert.Equal("R:2001", (await rig.AskAsync(how == "unsubscribe" ? Snr(AliceSip, [12], unsubscribe: true)
            : Snr(AliceSip, [12], ShRequests.Expiry(DateTimeOffset.UtcNow.AddMinutes(-5))))).Result);
        Assert.Equal(2, (await rig.Store.ReadNotificationsAsync(new() { State = NotificationState.Pending }, CancellationToken.None)).Count);

        Assert.Equal("R:2001", (await rig.AskAsync(how == "unsubscribe" ? Snr(AliceSip, [11], unsubscribe: true)
            : Snr(AliceSip, [11], ShRequests.Expiry(DateTimeOffset.UtcNow.AddMinutes(-5))))).Result);
        Assert.Equal([(As, NotificationState.Withdrawn), (OtherAs, NotificationState.Pending)],
            (await rig.Store.ReadNotificationsAsync(new(), CancellationToken.None)).Select(one => (one.Key.ApplicationServer, one.State)));
    }

    // 7 to 8a: each is a subscription of its own, all or none.
    [Fact]
    public async Task Several_at_once_are_all_or_none()
    {
        await using var rig = await ShRig.StartAsync();
        await rig.StoreAsync("here", 1);
        Assert.Equal("E:5106", (await rig.AskAsync(Snr(AliceSip, [11, 0], Features(1) + Indication("here", "gone")))).Result);
        Assert.Equal("", await TextAsync(rig, AliceSip));
        Assert.Equal("R:2001", (await rig.AskAsync(Snr(AliceSip, [11, 0, 10], Features(1) + Indication("here") + Sets(0, 2)))).Result);
        Assert.Equal("11; 0 here; 10 0; 10 2", await TextAsync(rig, AliceSip));
        Assert.All((await rig.SubscriberAsync()).ApplicationData.Subscriptions, one => Assert.True(one.CombinesChanges));
        Assert.Equal("R:2001", (await rig.AskAsync(Snr(AliceSip, [11, 10], Features(1) + Sets(2), unsubscribe: true))).Result);
        Assert.Equal("0 here; 10 0", await TextAsync(rig, AliceSip));
    }

    // 9 and 10.
    public static TheoryData<string> DataRows => DecisionTable.Rows("""
        | ref | further                 | User-Data                                                  |
        | 0   | Service-Indication=here | <RepositoryData><ServiceIndication>here</ServiceIndication><SequenceNumber>1</SequenceNumber><ServiceData><old/></ServiceData></RepositoryData> |
        | 11  |                         | <Sh-IMS-Data><IMSUserState>0</IMSUserState></Sh-IMS-Data>  |
        | 12  |                         | <Sh-IMS-Data><SCSCFName></SCSCFName></Sh-IMS-Data>         | empty: none yet
        | 13  | Server-Name=nowhere     | <Sh-IMS-Data><IFCs></IFCs></Sh-IMS-Data>                   | empty: no filter has it
        | 19  | DSAI-Tag=forward Server-Name=own | <Sh-IMS-Data><Extension><Extension><DSAI><DSAI-Tag>forward</DSAI-Tag><DSAI-Value>0</DSAI-Value></DSAI></Extension></Extension></Sh-IMS-Data> |
        | 23  |                         |                                                            |
        | 25  | One-Time                |                                                            | never for reachability
        """);

    [Theory, MemberData(nameof(DataRows))]
    public async Task Data_with_the_answer(string row)
    {
        var cells = DecisionTable.Cells(row);
        await using var rig = await ShRig.StartAsync();
        await rig.StoreAsync("here", 1);
        var reference = int.Parse(cells[0], CultureInfo.InvariantCulture);
        var wanted = await rig.AskAsync(Snr(AliceSip, [reference], Further(cells[1]) + Number(Avp.SendDataIndication, 1)));
        Assert.Equal("R:2001", wanted.Result);
        Assert.Equal(cells[2].Length == 0 ? null : Document(cells[2]), wanted.UserData?.Replace("<SCSCFName/>", "<SCSCFName></SCSCFName>", StringComparison.Ordinal).Replace("<IFCs/>", "<IFCs></IFCs>", StringComparison.Ordinal));
        Assert.Null((await rig.AskAsync(Snr(AliceSip, [reference], Further(cells[1]) + Number(Avp.SendDataIndication, 0)))).UserData);
        Assert.Null((await rig.AskAsync(Snr(AliceSip, [reference], Further(cells[1]) + Number(Avp.SendDataIndication, 1), unsubscribe: true))).UserData);
    }

    [Fact]
    public async Task What_the_notification_needs_is_kept()
    {
        await using var rig = await ShRig.StartAsync();
        Assert.Equal("R:2001", (await rig.AskAsync(Snr(AliceSip, [11], host: As.ToUpperInvariant()))).Result);
        var subscription = Assert.Single((await rig.SubscriberAsync()).ApplicationData.Subscriptions);
        Assert.Equal((As, ShRequests.Realm, false), (subscription.Key.ApplicationServer, subscription.ApplicationServerRealm, subscription.CombinesChanges));
    }

    private static async Task<string> TextAsync(ShRig rig, string owner) => string.Join("; ", (await rig.SubscriberAsync(owner)).ApplicationData.Subscriptions.Select(one =>
    {
        List<string> words = [((int)one.Key.Reference).ToString(CultureInfo.InvariantCulture), one.Key.Detail, one.Key.PrivateIdentity ?? "", one.OneTime ? "once" : ""];
        if (one.AskedIdentity is { } asked && asked != one.Key.User.Value) words.Add($"of {one.Key.User.Value} as {asked}");
        return string.Join(' ', words.Where(word => word.Length > 0));
    }));

    private static Action<MessageWriter>? Further(string cell)
    {
        Action<MessageWriter>? all = null;
        foreach (var part in cell.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            all += part.Split('=') switch
            {
                ["Service-Indication", var text] => Indication(text),
                ["Identity-Set", var set] => Sets(uint.Parse(set, CultureInfo.InvariantCulture)),
                ["DSAI-Tag", var tag] => Tag(tag),
                ["Server-Name", "nowhere"] => Server("sip:as." + ShRequests.Realm),
                ["Server-Name", _] => Server(ShSubscriptions.ServerName),
                ["User-Name", var name] => Named(name),
                ["One-Time"] => Number(Avp.OneTimeNotification, 0),
                _ => throw new ArgumentException(part),
            };
        return all;
    }
}
