using System.Buffers.Binary;
using Hss.Diameter;
using Hss.Diameter.Commands.Base;
using Hss.DiameterNode.Tests.Support;

namespace Hss.DiameterNode.Tests;

/// <summary>RFC 6733 6.1.4, 6.2, 7.1, 7.2: which requests get to a procedure, and how the others are answered.</summary>
public sealed class DispatcherTests
{
    private const CommandFlags Rp = CommandFlags.Request | CommandFlags.Proxiable;

    [Fact]
    public async Task A_served_request_has_the_whole_frame_of_an_answer()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        ReceivedMessage maa = await peer.AskAsync(Requests.Mar("scscf;42;7", flags: Rp | CommandFlags.Retransmitted));
        Assert.Equal(CommandFlags.Proxiable, maa.Header.Flags);
        Assert.Equal(ResultCode.Success, maa.Result);
        Assert.Equal(
            [
                Avp.SessionId.Key, Avp.VendorSpecificApplicationId.Key, Avp.AuthSessionState.Key, Avp.OriginHost.Key, Avp.OriginRealm.Key,
                Avp.UserName.Key, Avp.PublicIdentity.Key, Avp.ResultCode.Key,
            ],
            maa.Keys);
        Assert.Equal("scscf;42;7", maa.Text(Avp.SessionId));
        Assert.Equal("alice@" + Requests.Realm, maa.Text(Avp.UserName));
        Assert.Equal(Requests.Hss, maa.Text(Avp.OriginHost));
    }

    [Theory]
    [InlineData("scscf;1;1")]
    [InlineData("x")]
    [InlineData("odd length; not first; é")]
    public async Task The_Session_Id_is_echoed_byte_for_byte_wherever_it_stands(string sessionId)
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        foreach (bool first in new[] { true, false })
        {
            byte[] request = Requests.Mar(sessionId, sessionIdFirst: first);
            ReceivedMessage maa = await peer.AskAsync(request);
            Assert.Equal(new ReceivedMessage(request).Find(Avp.SessionId).RawAvp.ToArray(), maa.Find(Avp.SessionId).RawAvp.ToArray());
            Assert.Equal(Avp.SessionId.Key, maa.Keys[0]);
        }
    }

    [Fact]
    public async Task Proxy_Info_goes_back_complete_and_in_order_in_every_kind_of_answer()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        void Proxies(MessageWriter writer)
        {
            for (int i = 1; i <= 3; i++)
            {
                writer.BeginGroup(Avp.ProxyInfo);
                writer.WriteText(Avp.ProxyHost, $"proxy{i}.example");
                writer.WriteOctets(Avp.ProxyState, [(byte)i, 0, 255]);
                writer.EndGroup();
            }
        }

        byte[][] requests =
        [
            Requests.Mar(more: Proxies),
            Requests.Mar(more: Proxies, destinationRealm: "elsewhere.example"),
            Requests.Mar(more: Proxies, application: 4),
            Requests.WithoutAvp(Requests.Mar(more: Proxies), Avp.ServerName),
        ];
        foreach (byte[] request in requests)
        {
            ReceivedMessage answer = await peer.AskAsync(request);
            Assert.Equal(
                new ReceivedMessage(request).All(Avp.ProxyInfo).Select(value => Convert.ToHexString(value.RawAvp.Span)),
                answer.All(Avp.ProxyInfo).Select(value => Convert.ToHexString(value.RawAvp.Span)));
            Assert.Equal(3, answer.All(Avp.ProxyInfo).Count);
        }
    }

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

        // RFC 6733 7.2 has 0*1< Session-Id >: an answer-message to a request without one has none. The generated grammar wants it.
        if (answer.Find(Avp.SessionId).IsPresent)
        {
            Assert.True(AnswerMessage.TryParse(answer.Frame, out _, out GrammarFault grammar), grammar.ToString());
        }

        Assert.Equal(ResultCode.Success, (await peer.AskAsync(Requests.Mar())).Result);
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
                Avp.ResultCode.Key, Avp.UserName.Key, Avp.PublicIdentity.Key,
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

    [Fact]
    public async Task A_grammar_fault_has_the_normal_form_with_Failed_AVP_and_the_identities()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        ReceivedMessage answer = await peer.AskAsync(Requests.WithoutAvp(Requests.Mar(), Avp.ServerName));
        Assert.Equal(ResultCode.MissingAvp, answer.Result);
        Assert.False(answer.Header.IsError);
        Assert.Equal(Avp.ServerName.Key.Code, BinaryPrimitives.ReadUInt32BigEndian(answer.Failed));
        Assert.Equal("alice@" + Requests.Realm, answer.Text(Avp.UserName));
        Assert.Equal("sip:alice@" + Requests.Realm, answer.Text(Avp.PublicIdentity));
        Assert.True(answer.Find(Avp.VendorSpecificApplicationId).IsPresent);
        Assert.True(answer.Find(Avp.AuthSessionState).IsPresent);
    }

    [Fact]
    public async Task A_request_without_Session_Id_gets_its_5005()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        ReceivedMessage answer = await peer.AskAsync(Requests.Mar(withSessionId: false));
        Assert.Equal(ResultCode.MissingAvp, answer.Result);
        Assert.Equal(Avp.SessionId.Key.Code, BinaryPrimitives.ReadUInt32BigEndian(answer.Failed));
        Assert.False(answer.Find(Avp.SessionId).IsPresent);
    }

    [Fact]
    public async Task A_bare_header_and_garbage_behind_one_are_answered()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        byte[] bare = Requests.Write(Rp, 303, ApplicationIds.Cx, _ => { });
        Assert.Equal(20, bare.Length);
        Assert.Equal(ResultCode.MissingAvp, (await peer.AskAsync(bare)).Result);

        byte[] garbage = Requests.Mar();
        garbage.AsSpan(20).Fill(0xA5);
        ReceivedMessage answer = await peer.AskAsync(garbage);
        Assert.Equal(ResultCode.InvalidAvpLength, answer.Result);
    }

    [Fact]
    public async Task Requests_behind_a_relay_are_served_by_their_own_Origin_Host()
    {
        PeerQuirks quirks = default;
        await using TestNode node = new(
            (_, answer, _) =>
            {
                quirks = answer.Quirks;
                answer.Result(ResultCode.Success);
                return default;
            },
            options => options with { Peers = [new PeerOptions { Identity = Requests.Scscf, Quirks = PeerQuirks.Kamailio }] });
        FakePeer relay = node.Connect();
        await relay.OpenAsync("dra.example", writer => writer.WriteUnsigned32(Avp.AuthApplicationId, ApplicationIds.Relay));
        Assert.Equal(ResultCode.Success, (await relay.AskAsync(Requests.Mar(originHost: Requests.Scscf.ToUpperInvariant()))).Result);
        Assert.Equal(PeerQuirks.Kamailio, quirks);
        await relay.AskAsync(Requests.Mar(originHost: "stranger.example"));
        Assert.Equal(PeerQuirks.None, quirks);
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
        FakePeer first = await node.ConnectOpenAsync("a.example");
        FakePeer second = await node.ConnectOpenAsync("b.example");
        await first.SendAsync(Requests.Mar("1"), Requests.Mar("2"));
        await first.FenceAsync();
        ReceivedMessage busy = await second.AskAsync(Requests.Mar("3"));
        Assert.Equal(ResultCode.TooBusy, busy.Result);
        Assert.True(busy.Header.IsError);

        gate.SetResult();
        Assert.Equal(["1", "2"], new[] { await first.ExpectMaaAsync(), await first.ExpectMaaAsync() }.Select(maa => maa.Text(Avp.SessionId)).Order());
        Assert.Equal(ResultCode.Success, (await second.AskAsync(Requests.Mar("4"))).Result);
    }

    [Fact]
    public async Task An_answer_to_nothing_is_ignored()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        await peer.SendAsync(Requests.Mar(flags: CommandFlags.Proxiable), Requests.Write(CommandFlags.None, 257, 0, _ => { }));
        Assert.Equal(ResultCode.Success, (await peer.AskAsync(Requests.Mar())).Result);
        Assert.Equal(2, node.Log.Of(2109).Count());
    }

    [Fact]
    public async Task An_empty_identity_is_not_echoed()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        byte[] good = Requests.Mar();
        byte[] request = Requests.Write(Rp, 303, ApplicationIds.Cx, writer =>
        {
            AvpReader reader = AvpReader.OverMessage(good);
            while (reader.Read())
            {
                if (reader.Key == Avp.UserName.Key) writer.WriteAvp(Avp.UserName.Key, Avp.UserName.Flags, default);
                else writer.WriteRawAvp(reader.RawAvp);
            }
        });
        ReceivedMessage answer = await peer.AskAsync(request);
        Assert.Equal(ResultCode.InvalidAvpValue, answer.Result);
        Assert.False(answer.Find(Avp.UserName).IsPresent);
        Assert.True(answer.Find(Avp.PublicIdentity).IsPresent);
    }

    [Fact]
    public async Task A_refusal_of_a_request_near_the_limit_stays_below_it()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        string longName = new('x', 40_000);
        byte[] request = Requests.Mar(more: writer => writer.WriteText(Avp.ServerName, new string('y', 20_000)));
        byte[] bloated = Requests.Write(Rp, 303, ApplicationIds.Cx, writer =>
        {
            AvpReader reader = AvpReader.OverMessage(request);
            while (reader.Read())
            {
                if (reader.Key == Avp.UserName.Key) writer.WriteText(Avp.UserName, longName);
                else writer.WriteRawAvp(reader.RawAvp);
            }
        });
        Assert.True(bloated.Length < DiameterLimits.MaxFrameLengthBytes);
        ReceivedMessage answer = await peer.AskAsync(bloated);
        Assert.Equal(ResultCode.AvpOccursTooManyTimes, answer.Result);
        Assert.True(answer.Frame.Length <= DiameterLimits.MaxFrameLengthBytes);
    }

    [Fact]
    public async Task A_request_without_a_connection_is_answered_the_same_way()
    {
        await using TestNode node = new(async (_, answer, _) =>
        {
            await Task.Yield();
            answer.ExperimentalResult(ExperimentalResultCode.ErrorUserUnknown);
        });
        ReceivedMessage answer = new(await node.Node.AnswerAsync(Requests.Mar("memory;1")));
        Assert.Equal("memory;1", answer.Text(Avp.SessionId));
        ExperimentalResult result = ExperimentalResult.Read(answer.Find(Avp.ExperimentalResult));
        Assert.Equal((Vendors.ThreeGpp, (uint)ExperimentalResultCode.ErrorUserUnknown), (result.VendorId, result.ExperimentalResultCode));
        await Assert.ThrowsAsync<ArgumentException>(() => node.Node.AnswerAsync(new byte[19]));
    }
}
