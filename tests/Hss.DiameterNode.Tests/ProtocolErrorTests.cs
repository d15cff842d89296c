using System.Buffers.Binary;
using Hss.Diameter;
using Hss.Diameter.Commands.Base;
using Hss.DiameterNode.Tests.Support;

namespace Hss.DiameterNode.Tests;

/// <summary>RFC 6733 7.1.3, 7.2, 6.1.4: requests that cannot be brought to a procedure.</summary>
public sealed class ProtocolErrorTests
{
    public static TheoryData<string, int> ProtocolErrors => new()
    {
        { "error bit in a request", 3008 },
        { "not proxiable", 3008 },
        { "unknown application", 3007 },
        { "relay application", 3007 },
        { "unknown application and command", 3007 },
        { "unknown command", 3001 },
        { "unknown base command", 3001 },
        { "unknown command of another realm", 3001 },
        { "our own Route-Record", 3005 },
        { "our own Route-Record and another realm", 3005 },
        { "another realm", 3003 },
        { "another realm and host", 3003 },
        { "another realm without Session-Id", 3003 },
        { "another host", 3002 },
    };

    [Theory]
    [MemberData(nameof(ProtocolErrors))]
    public async Task Protocol_errors_are_answer_messages(string fault, int code)
    {
        byte[] request = fault switch
        {
            "error bit in a request" => Requests.Mar(flags: Rp | CommandFlags.Error),
            "not proxiable" => Requests.Mar(flags: CommandFlags.Request),
            "unknown application" => Requests.Mar(application: 16777251),
            "relay application" => Requests.Mar(application: ApplicationIds.Relay),
            "unknown application and command" => Requests.Mar(application: 4, command: 272),
            "unknown command" => Requests.Mar(command: 316),
            "unknown base command" => Requests.Mar(application: 0, command: 274),
            "unknown command of another realm" => Requests.Mar(command: 316, destinationRealm: "elsewhere.example"),
            "our own Route-Record" => Requests.Mar(more: Routes),
            "our own Route-Record and another realm" => Requests.Mar(more: Routes, destinationRealm: "elsewhere.example"),
            "another realm" => Requests.Mar(destinationRealm: "elsewhere.example"),
            "another realm and host" => Requests.Mar(destinationRealm: "elsewhere.example", destinationHost: "hss2.elsewhere.example"),
            "another realm without Session-Id" => Requests.Mar(destinationRealm: "elsewhere.example", withSessionId: false),
            "another host" => Requests.Mar(destinationHost: "hss2." + Requests.Realm),
            _ => throw new ArgumentOutOfRangeException(nameof(fault)),
        };
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        ReceivedMessage answer = await peer.AskAsync(request);

        Assert.Equal((ResultCode)code, answer.Result);
        Assert.True(answer.Header.IsError);
        Assert.Equal(Requests.Hss, answer.Text(Avp.OriginHost));
        Assert.Equal(Requests.Realm, answer.Text(Avp.OriginRealm));
        Assert.Equal(new ReceivedMessage(request).Text(Avp.SessionId), answer.Text(Avp.SessionId));
        Assert.False(answer.Find(Avp.VendorSpecificApplicationId).IsPresent);
        Assert.True(AnswerMessage.TryParse(answer.Frame, out _, out GrammarFault grammar), grammar.ToString());
        Assert.Equal(ResultCode.Success, (await peer.AskAsync(Requests.Mar())).Result);
    }

    // Behind another's, and in other letters: a host name has no case.
    private static void Routes(MessageWriter writer)
    {
        writer.WriteText(Avp.RouteRecord, Requests.Scscf);
        writer.WriteText(Avp.RouteRecord, Requests.Hss.ToUpperInvariant());
    }

    [Fact]
    public async Task A_request_that_came_over_others_is_no_loop()
    {
        await using TestNode node = new();
        FakePeer relay = await node.ConnectOpenAsync("dra.example", Requests.Relay);
        byte[] request = Requests.Mar(more: writer =>
        {
            writer.WriteText(Avp.RouteRecord, Requests.Scscf);
            writer.WriteText(Avp.RouteRecord, "x" + Requests.Hss);
        });
        Assert.Equal(ResultCode.Success, (await relay.AskAsync(request)).Result);
    }

    [Fact]
    public async Task A_request_is_for_us_by_host_or_realm_in_any_case()
    {
        await using TestNode node = new(options: options => options with { Realms = ["second.example"] });
        FakePeer peer = await node.ConnectOpenAsync();
        byte[][] requests =
        [
            Requests.Mar(destinationHost: Requests.Hss.ToUpperInvariant()),
            Requests.Mar(destinationRealm: Requests.Realm.ToUpperInvariant()),
            Requests.Mar(destinationRealm: "Second.Example"),
            Requests.Mar(destinationHost: Requests.Hss, destinationRealm: "elsewhere.example"),
        ];
        foreach (byte[] request in requests) Assert.Equal(ResultCode.Success, (await peer.AskAsync(request)).Result);
    }

    [Fact]
    public async Task Another_version_is_5011_and_an_odd_length_5015_and_the_connection_goes_on()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        byte[] request = Requests.Mar();
        request[0] = 9;
        ReceivedMessage answer = await peer.AskAsync(request);
        Assert.Equal(ResultCode.UnsupportedVersion, answer.Result);
        Assert.False(answer.Header.IsError);
        Assert.Equal(1, answer.Header.Version);

        request = [.. Requests.Mar(), 0];
        BinaryPrimitives.WriteUInt32BigEndian(request, 0x0100_0000 | (uint)request.Length);
        answer = await peer.AskAsync(request);
        Assert.Equal(ResultCode.InvalidMessageLength, answer.Result);
        Assert.Equal("scscf;1;1", answer.Text(Avp.SessionId));
        Assert.Equal(ResultCode.Success, (await peer.AskAsync(Requests.Mar())).Result);
    }

    [Fact]
    public async Task A_peer_that_may_not_use_an_application_gets_3007()
    {
        Procedure<Hss.Diameter.Commands.Cx.MultimediaAuthRequest> procedure = TestNode.Succeed;
        NodeOptions options = new()
        {
            Identity = Requests.Hss,
            Realm = Requests.Realm,
            Peers = [new PeerOptions { Identity = Requests.Scscf, Applications = ["other"] }],
        };
        DiameterApplication other = new() { Name = "other", Id = 99, VendorId = 0, Procedures = [] };
        RecordingLog log = new();
        await using DiameterNode node = new(options, [TestNode.Cx(procedure), other], new VirtualTime(), log);
        FakePeer peer = new(node, new MemoryConnection(0, 65536));
        await peer.OpenAsync(applications: writer => writer.WriteUnsigned32(Avp.AuthApplicationId, ApplicationIds.Relay));
        Assert.Equal(["other"], Assert.Single(node.OpenPeers).Applications);
        Assert.Equal(ResultCode.ApplicationUnsupported, (await peer.AskAsync(Requests.Mar())).Result);
    }

    [Fact]
    public async Task Beyond_the_bound_of_the_node_requests_are_3004_and_served_again_below_it()
    {
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestNode node = new(
            async (_, answer, _) =>
            {
                await gate.Task;
                answer.Result(ResultCode.Success);
            },
            options => options with { MaxRequestsInFlight = 2 });
        FakePeer first = await node.ConnectOpenAsync("a.example", Requests.Relay);
        FakePeer second = await node.ConnectOpenAsync("b.example", Requests.Relay);
        await first.SendAsync(Requests.Mar("1"), Requests.Mar("2"));
        await first.FenceAsync();
        ReceivedMessage busy = await second.AskAsync(Requests.Mar("3"));
        Assert.Equal(ResultCode.TooBusy, busy.Result);
        Assert.True(busy.Header.IsError);

        gate.SetResult();
        Assert.Equal(["1", "2"], new[] { await first.ExpectMaaAsync(), await first.ExpectMaaAsync() }.Select(maa => maa.Text(Avp.SessionId)).Order());
        Assert.Equal(ResultCode.Success, (await second.AskAsync(Requests.Mar("4"))).Result);
    }

    private const CommandFlags Rp = CommandFlags.Request | CommandFlags.Proxiable;

    [Theory]
    [InlineData(0, 8)]
    [InlineData(3, 1)]
    public async Task A_permanent_failure_of_the_header_has_the_whole_frame_of_the_commands_answer(int place, byte change)
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        byte[] request = [.. Requests.Mar(), .. new byte[change & 3]];
        request[place] += change;
        ReceivedMessage answer = await peer.AskAsync(request);
        Assert.True(answer.Result is ResultCode.UnsupportedVersion or ResultCode.InvalidMessageLength);
        Assert.Equal(
            [
                Avp.SessionId.Key, Avp.VendorSpecificApplicationId.Key, Avp.AuthSessionState.Key, Avp.OriginHost.Key, Avp.OriginRealm.Key,
                Avp.ResultCode.Key, Avp.ErrorMessage.Key, Avp.UserName.Key, Avp.PublicIdentity.Key,
            ],
            answer.Keys);
        Assert.Equal(ResultCode.Success, (await peer.AskAsync(Requests.Mar())).Result);
    }

    [Fact]
    public async Task An_empty_Proxy_Info_is_not_repeated()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        ReceivedMessage answer = await peer.AskAsync(Requests.Mar(more: writer => writer.WriteAvp(Avp.ProxyInfo.Key, Avp.ProxyInfo.Flags, [])));
        Assert.Equal(ResultCode.MissingAvp, answer.Result);
        Assert.False(answer.Find(Avp.ProxyInfo).IsPresent);
    }

    [Theory]
    [InlineData(4, 3)]
    [InlineData(ApplicationIds.Cx, 5)]
    public async Task An_answer_that_repeats_too_much_is_still_one_that_peers_take(uint application, uint thousands)
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync(sendBufferBytes: 256 * 1024);
        const int room = DiameterLimits.MaxFrameLengthBytes - DiameterHeader.SizeBytes - 8;
        foreach (AvpDefinition repeated in new[] { Avp.ProxyInfo, Avp.SessionId, Avp.UserName })
        {
            byte[] request = Requests.Write(Rp, 303, application, writer => writer.WriteAvp(repeated.Key, repeated.Flags, new byte[room]));
            Assert.Equal(DiameterLimits.MaxFrameLengthBytes, request.Length);
            ReceivedMessage answer = await peer.AskAsync(request);
            Assert.Equal(thousands, (uint)answer.Result / 1000);
            Assert.InRange(answer.Header.LengthBytes, 1, DiameterLimits.MaxFrameLengthBytes);
            Assert.Equal(Requests.Hss, answer.Text(Avp.OriginHost));
        }
    }
}
