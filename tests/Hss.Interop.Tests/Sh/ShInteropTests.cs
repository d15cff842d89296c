using System.Globalization;
using System.Net;
using System.Xml.Linq;
using Hss.Diameter.Commands.Cx;
using Hss.Interop.Tests.Decode;
using Hss.Interop.Tests.Peers;
using Hss.Interop.Tests.Relay;
using Hss.Provisioning.V1;

namespace Hss.Interop.Tests.Sh;

/// <summary>Sh with a stack that knows nothing of this code: Erlang/OTP's diameter as application server, directly and behind freeDiameter.</summary>
/// Spec: TS 29.328 6.1, TS 29.329 6.1; RFC 6733 6.1 (relays).
public sealed class ShInteropTests
{
    private const string Service = "mmtel settings";

    // Data-References (TS 29.329 6.3.4).
    private const string RepositoryData = "0", PublicIdentity = "10", UserState = "11", ServerName = "12", ChargingInformation = "16";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public Task UDR_reads_what_it_may_and_is_told_what_is_wrong(bool relayed) => ShRig.RunAsync(relayed, async rig =>
    {
        var user = rig.Subscriber.PublicIdentity;
        var state = await UdrAsync(rig, user, UserState);
        Assert.Equal(("2001", "0"), (state.Result, Text(state, "IMSUserState")));
        Assert.Equal(ShRig.HssIdentity, state["Origin-Host"]);
        Assert.Equal(user, Text(await UdrAsync(rig, user, PublicIdentity, ("Identity-Set", "0")), "IMSPublicIdentity"));

        // Nothing stored is success without User-Data (TS 29.328 6.1.1.1).
        var nothing = await UdrAsync(rig, user, RepositoryData, ("Service-Indication", Service));
        Assert.Equal(("2001", null), (nothing.Result, nothing["User-Data"]));
        Assert.Equal("e5001", (await UdrAsync(rig, "sip:nobody@" + KamailioRig.Realm, UserState)).Result);
        Assert.Equal("e5002", (await UdrAsync(rig, user, UserState, ("User-Name", "somebody.else@" + KamailioRig.Realm))).Result);
        Assert.Equal("e5102", (await UdrAsync(rig, user, ChargingInformation)).Result);
        var incomplete = await UdrAsync(rig, user, RepositoryData);
        Assert.Equal("5005", incomplete.Result);
        Assert.Contains(incomplete.Avps, avp => avp.Name.StartsWith("Failed-AVP", StringComparison.Ordinal));
    });

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public Task PUR_writes_repository_data_in_the_order_of_its_numbers(bool relayed) => ShRig.RunAsync(relayed, async rig =>
    {
        var user = rig.Subscriber.PublicIdentity;
        Assert.Equal("e5105", (await PurAsync(rig.First, user, 7, "<a/>")).Result);
        Assert.Equal("2001", (await PurAsync(rig.First, user, 0, "<a x=\"1\">ü</a>")).Result);
        // OUT_OF_SYNC brings what is stored, in an AVP that PUA does not name: a strict stack takes the answer all the same.
        var late = await PurAsync(rig.First, user, 0, "<a/>");
        Assert.Equal("e5105", late.Result);
        Assert.Contains("<SequenceNumber>0</SequenceNumber>", late["AVP"], StringComparison.Ordinal);
        var stored = await UdrAsync(rig, user, RepositoryData, ("Service-Indication", Service));
        Assert.Equal(("0", "ü"), (Text(stored, "SequenceNumber"), Text(stored, "a")));
        Assert.Equal("2001", (await PurAsync(rig.Second, user, 1, "<b/>")).Result);
        Assert.Equal("1", Text(await UdrAsync(rig, user, RepositoryData, ("Service-Indication", Service)), "SequenceNumber"));
        Assert.Equal("2001", (await PurAsync(rig.First, user, 2, null)).Result);
        Assert.Null((await UdrAsync(rig, user, RepositoryData, ("Service-Indication", Service)))["User-Data"]);
        // It may change only repository data.
        Assert.Equal("e5102", (await rig.Second.AskAsync("UDR", ("User-Identity/Public-Identity", user), ("Data-Reference", UserState))).Result);
    });

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public Task PNR_tells_what_an_S_CSCF_does(bool relayed) => ShRig.RunAsync(relayed, async rig =>
    {
        var user = rig.Subscriber;
        var end = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 3600);
        var sna = await SnrAsync(rig, user.PublicIdentity, UserState, ("Expiry-Time", end.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)), ("Send-Data-Indication", "1"));
        Assert.Equal(("2001", "0"), (sna.Result, Text(sna, "IMSUserState")));
        Assert.Equal(end.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture), sna["Expiry-Time"]);
        Assert.Equal("2001", (await SnrAsync(rig, user.PublicIdentity, ServerName)).Result);

        await using var scscf = await TestScscf.ConnectAsync("scscf1", ShRig.HssEndpoint);
        await scscf.RegisterAsync(user);
        List<ErlangMessage> told = [await rig.First.NextNotificationAsync(), await rig.First.NextNotificationAsync()];
        Assert.All(told, pnr => Assert.Equal((user.PublicIdentity, ShRig.HssIdentity, rig.First.Identity),
            (pnr["User-Identity/Public-Identity"], pnr["Origin-Host"], pnr["Destination-Host"])));
        Assert.Equal("1", told.Select(pnr => TextOrNull(pnr, "IMSUserState")).Single(text => text is not null));
        Assert.Equal(scscf.ServerName, told.Select(pnr => TextOrNull(pnr, "SCSCFName")).Single(text => text is not null));

        Assert.Equal("2001", (await SnrAsync(rig, user.PublicIdentity, ServerName, unsubscribe: true)).Result);
        Assert.Equal("2001", (await scscf.SarAsync(user.PrivateIdentity, user.PublicIdentity, scscf.ServerName, ServerAssignmentType.UserDeregistration)).Result);
        Assert.Equal("0", Text(await rig.First.NextNotificationAsync(), "IMSUserState"));
        await NothingIsOwedAsync(rig);
        Assert.Empty(rig.First.TakeNotifications());
    });

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public Task PNR_tells_what_another_application_server_does_until_nobody_wants_to_hear_it(bool relayed) => ShRig.RunAsync(relayed, async rig =>
    {
        var user = rig.Subscriber.PublicIdentity;
        Assert.Equal("e5106", (await SnrAsync(rig, user, RepositoryData, ("Service-Indication", Service))).Result);
        Assert.Equal("2001", (await PurAsync(rig.First, user, 0, "<a/>")).Result);
        Assert.Equal("2001", (await SnrAsync(rig, user, RepositoryData, ("Service-Indication", Service))).Result);
        Assert.Equal("2001", (await PurAsync(rig.Second, user, 1, "<b>told</b>")).Result);
        var pnr = await rig.First.NextNotificationAsync();
        Assert.Equal((Service, "1", "told"), (Text(pnr, "ServiceIndication"), Text(pnr, "SequenceNumber"), Text(pnr, "b")));
        await NothingIsOwedAsync(rig);

        // DIAMETER_ERROR_NO_SUBSCRIPTION_TO_DATA: the subscription is over (TS 29.328 6.1.4).
        await rig.First.AnswerAsync("e5107");
        Assert.Equal("2001", (await PurAsync(rig.Second, user, 2, "<c/>")).Result);
        Assert.Equal("2", Text(await rig.First.NextNotificationAsync(), "SequenceNumber"));
        await NothingIsOwedAsync(rig);
        await rig.First.AnswerAsync("2001");
        Assert.Empty((await rig.Permissions.ListNotificationSubscriptionsAsync(new() { DiameterHost = rig.First.Identity })).NotificationSubscriptions);
        Assert.Equal("2001", (await PurAsync(rig.Second, user, 3, null)).Result);
        await NothingIsOwedAsync(rig);
        Assert.Empty(rig.First.TakeNotifications());
    });

    [SkippableFact]
    public Task Every_message_is_decoded_without_a_complaint() => ShRig.RunAsync(relayed: false, async rig =>
    {
        Requirement.Demand(Requirement.Dumpcap, Requirement.Tshark, Requirement.Root);
        await using var capture = await PacketCapture.StartAsync(ShRig.HssEndpoint, Path.Combine(rig.Folder, "sh.pcapng"));
        var user = rig.Subscriber.PublicIdentity;
        foreach (var reference in (string[])[UserState, PublicIdentity, ServerName, ChargingInformation]) await UdrAsync(rig, user, reference);
        await UdrAsync(rig, user, RepositoryData);
        await UdrAsync(rig, "sip:nobody@" + KamailioRig.Realm, UserState);
        await PurAsync(rig.First, user, 0, "<a/>");
        await PurAsync(rig.First, user, 7, "<a/>");
        await SnrAsync(rig, user, RepositoryData, ("Service-Indication", Service), ("Send-Data-Indication", "1"), ("Expiry-Time", "2000000000"),
            ("Supported-Features/Vendor-Id", "10415"), ("Supported-Features/Feature-List-ID", "1"), ("Supported-Features/Feature-List", "1"));
        await PurAsync(rig.Second, user, 1, "<b/>");
        await rig.First.NextNotificationAsync();
        await NothingIsOwedAsync(rig);

        var file = await capture.FinishAsync();
        List<DecodedMessage> decoded = [.. await DecodedMessage.ReadAsync(file, ShRig.HssEndpoint)];
        foreach (var address in (IPAddress[])[rig.First.Address, rig.Second.Address])
            decoded.AddRange(await DecodedMessage.ReadAsync(file, new(address, ShRig.HssEndpoint.Port)));
        var complaints = decoded.Where(m => m.Complaints.Count > 0)
            .Select(m => $"frame {m.Frame}, command {m.CommandCode}: {string.Join("; ", m.Complaints)}").ToList();
        Assert.True(complaints.Count == 0, $"tshark complains:\n{string.Join('\n', complaints)}");
        foreach (var command in (uint[])[306, 307, 308, 309])
            foreach (var isRequest in (bool[])[true, false])
                Assert.Contains(decoded, m => m.CommandCode == command && m.IsRequest == isRequest);
    });

    private static Task<ErlangMessage> UdrAsync(ShRig rig, string user, string reference, params (string, string)[] more) =>
        rig.First.AskAsync("UDR", [("User-Identity/Public-Identity", user), ("Data-Reference", reference), .. more]);

    private static Task<ErlangMessage> SnrAsync(ShRig rig, string user, string reference, params (string, string)[] more) => SnrAsync(rig, user, reference, false, more);

    private static Task<ErlangMessage> SnrAsync(ShRig rig, string user, string reference, bool unsubscribe, params (string, string)[] more) =>
        rig.First.AskAsync("SNR", [("User-Identity/Public-Identity", user), ("Data-Reference", reference), ("Subs-Req-Type", unsubscribe ? "1" : "0"), .. more]);

    /// <param name="serviceData">Null: to be deleted.</param>
    private static Task<ErlangMessage> PurAsync(ErlangApplicationServer server, string user, int number, string? serviceData) => server.AskAsync("PUR",
        ("User-Identity/Public-Identity", user), ("Data-Reference", RepositoryData),
        ("User-Data", $"<?xml version=\"1.0\" encoding=\"UTF-8\"?><Sh-Data><RepositoryData><ServiceIndication>{Service}</ServiceIndication><SequenceNumber>{number}</SequenceNumber>"
            + (serviceData is null ? "" : $"<ServiceData>{serviceData}</ServiceData>") + "</RepositoryData></Sh-Data>"));

    private static string Text(ErlangMessage message, string element) => TextOrNull(message, element) ?? throw new InvalidOperationException($"no {element} in {message}");

    private static string? TextOrNull(ErlangMessage message, string element) => XDocument.Parse(message["User-Data"] ?? "<none/>").Descendants(element).FirstOrDefault()?.Value;

    /// <summary>Waits until every notification has been acknowledged, or is over.</summary>
    private static async Task NothingIsOwedAsync(ShRig rig)
    {
        using var late = new CancellationTokenSource(Limit);
        while ((await rig.Permissions.ListNotificationsAsync(new() { State = Notification.Types.State.Pending }, cancellationToken: late.Token)).Notifications.Count > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(50), late.Token);
    }
}
