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
