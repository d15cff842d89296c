using System.Globalization;
using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.DiameterNode.Tests.Support;

namespace Hss.DiameterNode.Tests;

/// <summary>RFC 6733 6.1, 6.2: what a request of this node looks like, which way it goes, and what counts as its answer.</summary>
public sealed class SendingTests
{
    private const string Dra1 = "dra1.example";
    private const string Dra2 = "dra2.example";

    [Fact]
    public async Task A_request_carries_what_the_base_protocol_wants_and_is_a_good_RTR()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        Task<OutgoingAnswer> sending = node.Node.SendAsync(Requests.Rtr(priority: 3), default);
        ReceivedMessage rtr = await peer.ExpectRtrAsync();
        Assert.Equal(CommandFlags.Request | CommandFlags.Proxiable, rtr.Header.Flags);
        Assert.Equal(ApplicationIds.Cx, rtr.Header.ApplicationId);
        Assert.True(RegistrationTerminationRequest.TryParse(rtr.Frame, out _, out GrammarFault fault), fault.ToString());
        Assert.Equal(
            [
                Avp.SessionId.Key, Avp.Drmp.Key, Avp.VendorSpecificApplicationId.Key, Avp.AuthSessionState.Key, Avp.OriginHost.Key, Avp.OriginRealm.Key,
                Avp.DestinationHost.Key, Avp.DestinationRealm.Key, Avp.UserName.Key, Avp.DeregistrationReason.Key,
            ],
            rtr.Keys);
        Assert.Equal(3u, rtr.Unsigned(Avp.Drmp));
        Assert.Equal((Requests.Hss, Requests.Realm), (rtr.Text(Avp.OriginHost), rtr.Text(Avp.OriginRealm)));
        Assert.Equal((Requests.Scscf, Requests.Realm), (rtr.Text(Avp.DestinationHost), rtr.Text(Avp.DestinationRealm)));

        // 3: the high 12 bits of End-to-End are the low 12 bits of the start time. 8.8: the start time above a count.
        uint started = (uint)node.Time.GetUtcNow().ToUnixTimeSeconds();
        Assert.Equal(started & 0xFFF, rtr.Header.EndToEndId >> 20);
        Assert.Equal($"{Requests.Hss};{started.ToString(CultureInfo.InvariantCulture)};1", rtr.Text(Avp.SessionId));

        byte[] rta = Requests.Rta(rtr);
        await peer.SendAsync(rta);
        OutgoingAnswer answer = await sending;
        Assert.Equal((OutgoingOutcome.Answered, ResultCode.Success, Requests.Scscf), (answer.Outcome, answer.Code, answer.Via));
        Assert.True(answer.IsSuccess);
        Assert.Equal(rta, answer.Frame.ToArray());
        Assert.Equal((1L, 1L, 0), Counters(node, Requests.Scscf));
    }

    [Fact]
    public async Task Requests_have_identifiers_and_sessions_of_their_own_and_answers_may_come_in_any_order()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        Task<OutgoingAnswer> first = node.Node.SendAsync(Requests.Rtr(), default);
        ReceivedMessage one = await peer.ExpectRtrAsync();
        Task<OutgoingAnswer> second = node.Node.SendAsync(Requests.Rtr(), default);
        ReceivedMessage two = await peer.ExpectRtrAsync();
        Assert.NotEqual(one.Header.HopByHopId, two.Header.HopByHopId);
        Assert.NotEqual(one.Header.EndToEndId, two.Header.EndToEndId);
        Assert.NotEqual(one.Text(Avp.SessionId), two.Text(Avp.SessionId));
        Assert.Null(one.Unsigned(Avp.Drmp));
        Assert.Equal((2L, 0L, 2), Counters(node, Requests.Scscf));
        await peer.SendAsync(Requests.Rta(two, 5012), Requests.Rta(one));
        Assert.Equal(ResultCode.Success, (await first).Code);
        Assert.Equal(ResultCode.UnableToComply, (await second).Code);
    }

    [Fact]
    public async Task The_destination_itself_comes_before_every_relay_and_its_name_has_no_case()
    {
        await using TestNode node = new();
        await node.ConnectRelayAsync(Dra1);
        FakePeer peer = await node.ConnectOpenAsync();
        Task<OutgoingAnswer> sending = node.Node.SendAsync(Requests.Rtr(Requests.Scscf.ToUpperInvariant()), default);
        await peer.SendAsync(Requests.Rta(await peer.ExpectRtrAsync()));
        Assert.Equal(Requests.Scscf, (await sending).Via);
    }

    [Fact]
    public async Task Without_a_host_a_relay_chooses_one_of_the_realm_and_whoever_answers_is_heard()
    {
        await using TestNode node = new();
        await node.ConnectOpenAsync();
        FakePeer relay = await node.ConnectRelayAsync(Dra1);
        Task<OutgoingAnswer> sending = node.Node.SendAsync(Requests.Rtr(""), default);
        ReceivedMessage rtr = await relay.ExpectRtrAsync();
        Assert.Null(rtr.Text(Avp.DestinationHost));
        await relay.SendAsync(Requests.Rta(rtr, originHost: "another.example"));
        Assert.Equal((OutgoingOutcome.Answered, Dra1), await sending is var answer ? (answer.Outcome, answer.Via) : default);
    }

    [Fact]
    public async Task Relays_take_turns()
    {
        await using TestNode node = new();
        Dictionary<string, FakePeer> relays = new() { [Dra1] = await node.ConnectRelayAsync(Dra1), [Dra2] = await node.ConnectRelayAsync(Dra2) };
        List<string> seen = [];
        Task answering = Task.WhenAll(relays.Select(async relay =>
        {
            for (int i = 0; i < 3; i++) await relay.Value.SendAsync(Requests.Rta(await relay.Value.ExpectRtrAsync()));
        }));
        for (int i = 0; i < 6; i++) seen.Add((await node.Node.SendAsync(Requests.Rtr(), default)).Via);
        await answering;
        Assert.All(seen.Zip(seen.Skip(1)), pair => Assert.NotEqual(pair.First, pair.Second));
    }

    [Fact]
    public async Task A_configured_relay_comes_before_one_of_the_realm_and_that_before_any_other()
    {
        // The scripted peers are all of the destination's realm, so the stranger says another one in its CER.
        await using TestNode node = new(options: options => options with { Peers = [new PeerOptions { Identity = "z.example", Role = PeerRole.Relay }] });
        FakePeer far = node.Connect();
        byte[] cer = Requests.Write(CommandFlags.Request, 257, 0, writer =>
        {
            writer.WriteText(Avp.OriginHost, "a.example");
            writer.WriteText(Avp.OriginRealm, "elsewhere.example");
            writer.WriteUnsigned32(Avp.VendorId, 0);
            writer.WriteText(Avp.ProductName, "far relay");
            Requests.RelayApplication(writer);
        });
        await far.SendAsync(cer);
        await far.ExpectCeaAsync();
        FakePeer near = await node.ConnectRelayAsync("b.example");

        // Relay by configuration, although it advertises the application and not Relay.
        FakePeer configured = await node.ConnectOpenAsync("z.example");
        FakePeer[] expected = [configured, near, far];
        Task<OutgoingAnswer> sending = node.Node.SendAsync(Requests.Rtr(), default);
        foreach (FakePeer relay in expected) await relay.SendAsync(Requests.ErrorAnswer(await relay.ExpectRtrAsync(), ResultCode.UnableToDeliver, "relay"));
        Assert.Equal(OutgoingOutcome.Undeliverable, (await sending).Outcome);
    }

    [Fact]
    public async Task An_endpoint_forwards_nothing_so_it_is_no_path_to_another_node()
    {
        await using TestNode node = new();
        FakePeer icscf = await node.ConnectOpenAsync(Requests.Icscf);
        OutgoingAnswer answer = await node.Node.SendAsync(Requests.Rtr(), default);
        Assert.Equal((OutgoingOutcome.Undeliverable, ResultCode.None, ""), (answer.Outcome, answer.Code, answer.Via));
        Assert.True(answer.Frame.IsEmpty);
        await icscf.FenceAsync();
    }

    [Fact]
    public async Task A_request_that_no_message_can_hold_is_not_sent_and_says_so()
    {
        await using TestNode node = new();
        FakePeer scscf = await node.ConnectOpenAsync();
        OutgoingRequest rtr = Requests.Rtr();
        OutgoingRequest endless = rtr with
        {
            Write = writer =>
            {
                rtr.Write(writer);
                for (int i = 0; i < node.Options.MaxFrameLengthBytes / 1000; i++) writer.WriteText(Avp.PublicIdentity, "sip:" + new string('x', 1000));
            },
        };
        Assert.Equal(OutgoingOutcome.TooLong, (await node.Node.SendAsync(endless, default)).Outcome);
        await scscf.FenceAsync();
    }

    [Fact]
    public async Task A_peer_without_the_application_or_with_an_ill_watchdog_is_no_path()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        node.Time.Advance(30);
        await peer.ExpectDwrAsync();
        node.Time.Advance(30);
        Assert.Equal(WatchdogState.Suspect, Assert.Single(node.Node.OpenPeers).State);
        Assert.Equal(OutgoingOutcome.Undeliverable, (await node.Node.SendAsync(Requests.Rtr(), default)).Outcome);
        await peer.FenceAsync();
        Task<OutgoingAnswer> sending = node.Node.SendAsync(Requests.Rtr(), default);
        await peer.SendAsync(Requests.Rta(await peer.ExpectRtrAsync()));
        Assert.True((await sending).IsSuccess);
        await Assert.ThrowsAsync<ArgumentException>(() => node.Node.SendAsync(Requests.Rtr() with { ApplicationId = 7 }, default));
    }

    [Fact]
    public async Task Answers_that_belong_to_nothing_are_dropped_and_the_true_one_still_counts()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        Task<OutgoingAnswer> sending = node.Node.SendAsync(Requests.Rtr(), default);
        ReceivedMessage rtr = await peer.ExpectRtrAsync();
        byte[] good = Requests.Rta(rtr);
        (int Offset, string What)[] spoilt = [(15, "hop-by-hop"), (19, "end-to-end"), (7, "command"), (11, "application")];
        foreach ((int offset, string _) in spoilt)
        {
            byte[] wrong = [.. good];
            wrong[offset] ^= 1;
            await peer.SendAsync(wrong);
        }

        await peer.FenceAsync();
        Assert.False(sending.IsCompleted);
        Assert.Equal(spoilt.Length, node.Log.Of(2109).Count());

        // The second answer to one request is as unsolicited as the others.
        await peer.SendAsync(good, Requests.Rta(rtr, 5012));
        Assert.True((await sending).IsSuccess);
        await peer.FenceAsync();
        Assert.Equal(spoilt.Length + 1, node.Log.Of(2109).Count());
        Assert.Equal((1L, 1L, 0), Counters(node, Requests.Scscf));
    }

    public static TheoryData<string, OutgoingOutcome> Answers => new()
    {
        { "unknown AVP with M", OutgoingOutcome.Unusable },
        { "unknown AVP without M", OutgoingOutcome.Answered },
        { "truncated AVP", OutgoingOutcome.Unusable },
        { "no result", OutgoingOutcome.Unusable },
        { "another session", OutgoingOutcome.Unusable },
        { "E bit with success", OutgoingOutcome.Unusable },
        { "success without its AVPs", OutgoingOutcome.Unusable },
        { "failure without its AVPs", OutgoingOutcome.Answered },
        { "3001 with E", OutgoingOutcome.Answered },
        { "no P bit", OutgoingOutcome.Answered },
        { "experimental", OutgoingOutcome.Answered },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task An_answer_that_cannot_be_believed_is_unusable(string form, OutgoingOutcome outcome)
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        Task<OutgoingAnswer> sending = node.Node.SendAsync(Requests.Rtr(), default);
        ReceivedMessage rtr = await peer.ExpectRtrAsync();
        byte[] rta = Requests.Rta(rtr);
        byte[] sent = form switch
        {
            "unknown AVP with M" => Requests.Rta(rtr, more: writer => writer.WriteAvp(new AvpKey(99, 999), AvpFlags.Vendor | AvpFlags.Mandatory, [1, 2, 3, 4])),
            "unknown AVP without M" => Requests.Rta(rtr, more: writer => writer.WriteAvp(new AvpKey(99, 999), AvpFlags.Vendor, [1, 2, 3, 4])),
            "truncated AVP" => Truncated(rta),
            "no result" => Requests.WithoutAvp(rta, Avp.ResultCode),
            "another session" => With(rta, Array.LastIndexOf(rta[..(20 + 8 + rtr.Text(Avp.SessionId)!.Length)], (byte)'1'), (CommandFlags)'2'),
            "E bit with success" => With(rta, 4, CommandFlags.Error | CommandFlags.Proxiable),
            "success without its AVPs" => Requests.WithoutAvp(rta, Avp.AuthSessionState),
            "failure without its AVPs" => Requests.WithoutAvp(Requests.Rta(rtr, 5004), Avp.AuthSessionState),
            "3001 with E" => Requests.ErrorAnswer(rtr, ResultCode.CommandUnsupported, Requests.Scscf),
            "no P bit" => With(rta, 4, CommandFlags.None),
            _ => Requests.WithoutAvp(
                Requests.Rta(rtr, more: writer =>
                {
                    writer.BeginGroup(Avp.ExperimentalResult);
                    writer.WriteUnsigned32(Avp.VendorId, Vendors.ThreeGpp);
                    writer.WriteUnsigned32(Avp.ExperimentalResultCode, 5011);
                    writer.EndGroup();
                }),
                Avp.ResultCode),
        };
        await peer.SendAsync(sent);
        OutgoingAnswer answer = await sending;
        Assert.Equal(outcome, answer.Outcome);
        Assert.Equal(form is "no P bit" or "unknown AVP without M", answer.IsSuccess);
        if (form == "experimental") Assert.Equal((ResultCode.None, (ExperimentalResultCode)5011), (answer.Code, answer.ExperimentalCode));
        if (form == "no P bit") Assert.True(RegistrationTerminationAnswer.TryParse(answer.Frame, out _, out _));
        Assert.Equal(outcome == OutgoingOutcome.Unusable ? 1 : 0, node.Log.Of(2604).Count());
    }

    [Fact]
    public async Task Quirks_are_found_by_the_name_of_the_node()
    {
        await using TestNode node = new(options: options => options with
        {
            Peers = [new PeerOptions { Identity = Requests.Scscf, Quirks = PeerQuirks.Kamailio }],
        });
        Assert.Equal(PeerQuirks.Kamailio, node.Node.QuirksOf(Requests.Scscf.ToUpperInvariant()));
        Assert.Equal(PeerQuirks.None, node.Node.QuirksOf("nobody.example"));
    }

    private static (long Sent, long Answered, int Awaiting) Counters(TestNode node, string identity)
    {
        PeerSnapshot peer = node.Node.OpenPeers.Single(peer => peer.Identity == identity);
        return (peer.Sent, peer.AnswersReceived, peer.AwaitingAnswers);
    }

    private static byte[] With(byte[] frame, int offset, CommandFlags flags)
    {
        byte[] changed = [.. frame];
        changed[offset] = (byte)flags;
        return changed;
    }

    private static byte[] Truncated(byte[] frame)
    {
        // The first AVP says it is longer than the message.
        byte[] changed = [.. frame];
        changed[DiameterHeader.SizeBytes + 5] = 0xFF;
        return changed;
    }
}
