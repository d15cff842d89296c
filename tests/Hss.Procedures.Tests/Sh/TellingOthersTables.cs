using Hss.Procedures.Tests.Tables;
using Hss.Subscribers;
using static Hss.Procedures.Tests.ShRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests.Sh;

/// <summary>What the update by one application server is to the others that subscribed. Spec: TS 29.328 6.1.2.1 steps 4, 4a and 6, 6.1.4; Table 7.6.1 notes 1 and 3.</summary>
public sealed class TellingOthersTables
{
    // Any other application server that subscribed is told of what one of them changed, and that one is not (6.1.2.1 steps 4, 4a and 6). Both have the
    // name that the filters have.
    public static TheoryData<string> ToldRows => DecisionTable.Rows("""
        | subscribed to by        | changed by       | ref | content     | told                                                   | subscriptions left |
        | sip:alice@HOME 0        | sip:alice@HOME   | 0   | here 4      | RepositoryData ServiceIndication here SequenceNumber 4 ServiceData a | 2    |
        | tel:+12125550001 0      | sip:alice@HOME   | 0   | here 4      | RepositoryData ServiceIndication here SequenceNumber 4 ServiceData a | 2    | through an alias
        | tel:+12125550001 0      | sip:alice@HOME   | 0   | here delete | RepositoryData ServiceIndication here SequenceNumber 4               | 0    | and with the data the subscriptions go
        | sip:alice@HOME 0        | sip:alice@HOME   | 0   | here 5      |                                                                      | 2    | refused
        | sip:alice@HOME 19       | sip:alice@HOME   | 19  | 1           | DSAI DSAI-Tag forward DSAI-Value 1                                   | 2    |
        | sip:alice@HOME 19       | sip:alice@HOME   | 19  | 0           |                                                                      | 2    | as it was
        | sip:alice@HOME 13       | sip:alice@HOME   | 19  | 1           | IFCs                                                                 | 2    | the last one unmasked is masked
        | sip:alice.home@HOME 13  | sip:alice@HOME   | 19  | 1           |                                                                      | 2    | the filters of another identity
        | sip:service@HOME 18     | sip:service@HOME | 18  | 0           | PSIActivation 0                                                      | 2    |
        | sip:service@HOME 12     | sip:service@HOME | 18  | 0           |                                                                      | 2    | the S-CSCF has it until it answers the RTR
        | sip:sleeping@HOME 18    | sip:sleeping@HOME| 18  | 1           | PSIActivation 1                                                      | 2    |
        | sip:room-7@HOME 0       | sip:room-8@HOME  | 0   | here 4      | RepositoryData ServiceIndication here SequenceNumber 4 ServiceData a | 2    | the wildcard's
        | sip:room-7@HOME 19      | sip:room-8@HOME  | 19  | 1           | DSAI DSAI-Tag forward DSAI-Value 1                                   | 2    |
        """);

    [Theory, MemberData(nameof(ToldRows))]
    public async Task Others_are_told_and_who_changed_it_is_not(string row)
    {
        var cells = DecisionTable.Cells(row.Replace("HOME", ShRequests.Realm, StringComparison.Ordinal));
        await using var rig = await ShRig.StartAsync();
        var everything = Enum.GetValues<ShDataReference>().ToDictionary(one => one, _ => ShRig.Everything);
        foreach (var host in new[] { As, OtherAs }) await rig.PermitAsync(host, everything, ShSubscriptions.ServerName);
        var (subscribed, about) = (cells[0].Split(' ')[0], cells[0].Split(' ')[1]);
        await rig.StoreAsync("here", 3, subscribed.Contains("room", StringComparison.Ordinal) ? Rooms : AliceSip);
        using (var turn = await rig.Store.EnterAsync(await rig.SubscriberAsync(ServiceSip), CancellationToken.None))
            await rig.Store.CommitAsync(turn, new([(0, new() { Status = RegistrationStatus.Unregistered, Server = StateText.S1 })], []), CancellationToken.None);
        foreach (var host in new[] { As, OtherAs })
            Assert.Equal("R:2001", (await rig.AskAsync(Snr(
                subscribed, [int.Parse(about, System.Globalization.CultureInfo.InvariantCulture)], Indication("here") + Tag("forward") + Server(ShSubscriptions.ServerName), host: host))).Result);

        var content = cells[3].Split(' ') switch
        {
            ["here", "delete"] => Repository("here", 4, null),
            ["here", var number] => Repository("here", int.Parse(number, System.Globalization.CultureInfo.InvariantCulture)),
            [var value] when cells[2] == "18" => Activation(value[0] - '0'),
            [var value] => Services(("forward", value[0] - '0')),
            _ => throw new ArgumentException(cells[3]),
        };
        await rig.AskAsync(Pur(cells[1], [int.Parse(cells[2], System.Globalization.CultureInfo.InvariantCulture)], Document(content)));

        var told = await rig.Store.ReadNotificationsAsync(new(), CancellationToken.None);
        Assert.Equal(cells[4], string.Join("; ", told.Select(one => Words(one.Content))));
        Assert.All(told, one => Assert.Equal(OtherAs, one.Key.ApplicationServer));
        var owner = subscribed.Contains("room", StringComparison.Ordinal) ? Rooms : subscribed;
        Assert.Equal(cells[5], (await rig.SubscriberAsync(owner)).ApplicationData.Subscriptions.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    // What it wrote itself it knows better than what is pending says. Its filters it did not write: what somebody else made of them it was never told.
    [Theory]
    [InlineData(13, NotificationState.Pending)]
    [InlineData(19, NotificationState.Withdrawn)]
    public async Task What_is_pending_of_filters_outlives_an_update_of_ones_own(int reference, NotificationState state)
    {
        await using var rig = await ShRig.StartAsync();
        var everything = Enum.GetValues<ShDataReference>().ToDictionary(one => one, _ => ShRig.Everything);
        foreach (var host in new[] { As, OtherAs }) await rig.PermitAsync(host, everything, ShSubscriptions.ServerName);
        Assert.Equal("R:2001", (await rig.AskAsync(Snr(AliceSip, [reference], Tag("forward") + Server(ShSubscriptions.ServerName)))).Result);
        var alice = ShSubscriptions.Alice();
        // Somebody provisions another filter, and another application server switches the service off.
        var filters = alice.ServiceProfiles[0].InitialFilterCriteria;
        await rig.Store.UpsertAsync(
            [alice with { ServiceProfiles = [alice.ServiceProfiles[0] with { InitialFilterCriteria = filters.Add(filters[0] with { Priority = 7, DsaiTags = [] }) }] }], CancellationToken.None);
        await rig.AskAsync(Pur(AliceSip, [19], Document(Services(("forward", 1))), host: OtherAs));
        var before = Assert.Single(await rig.Store.ReadNotificationsAsync(new(), CancellationToken.None));
        Assert.Equal(NotificationState.Pending, before.State);

        Assert.Equal("R:2001", (await rig.AskAsync(Pur(AliceSip, [19], Document(Services(("forward", 0)))))).Result);
        var after = Assert.Single(await rig.Store.ReadNotificationsAsync(new(), CancellationToken.None));
        Assert.Equal(state, after.State);
        if (state == NotificationState.Pending) Assert.Equal((before.Id, before.Version + 1, "1 7"), (after.Id, after.Version, Priorities(after)));
        // And for nothing that is pending it is told nothing.
        await rig.Store.WriteNotificationsAsync([new(after with { State = NotificationState.Acknowledged }, state)], CancellationToken.None);
        Assert.Equal("R:2001", (await rig.AskAsync(Pur(AliceSip, [19], Document(Services(("forward", 1)))))).Result);
        Assert.DoesNotContain(await rig.Store.ReadNotificationsAsync(new(), CancellationToken.None), one => one.State == NotificationState.Pending);

        static string Priorities(Notification one) =>
            string.Join(' ', System.Xml.Linq.XDocument.Parse(System.Text.Encoding.UTF8.GetString(one.Content.Span)).Descendants("Priority").Select(priority => priority.Value));
    }

    private static string Words(ReadOnlyMemory<byte> document) => string.Join(' ', System.Xml.Linq.XDocument.Parse(System.Text.Encoding.UTF8.GetString(document.Span)).Root!
        .Descendants().Where(one => one.Name.LocalName is not ("Sh-IMS-Data" or "Extension"))
        .Select(one => one.HasElements || one.Value.Length == 0 ? one.Name.LocalName : $"{one.Name.LocalName} {one.Value}"));
}
