using System.Net;
using System.Net.Sockets;
using Hss.Diameter;
using Hss.Diameter.Commands.Base;
using Hss.DiameterNode.Tests.Support;
using Microsoft.AspNetCore.Connections;

namespace Hss.DiameterNode.Tests;

/// <summary>RFC 6733 2.1, 5.3, 5.4, 5.6: connections that this node opens, and opens again.</summary>
public sealed class DialTests
{
    private const double Tc = 30;

    [Fact]
    public async Task When_the_log_says_that_a_peer_is_open_requests_go_to_it()
    {
        await using TestNode node = Node();
        WatchdogState? state = null;
        int told = 0;
        node.Node.PathOpened += () => told += node.Node.OpenPeers.Count;
        node.Log.Logged = line => state = line.Id == 2100 ? node.Node.OpenPeers.Single().State : state;
        node.Node.Start();
        (FakePeer peer, ReceivedMessage cer) = await node.Network.AcceptAsync();
        await peer.SendAsync(Requests.Cea(cer));
        await peer.FenceAsync();
        Assert.Equal(WatchdogState.Okay, state);
        Assert.Equal(1, told);
    }

    [Fact]
    public async Task The_CER_shows_what_the_CEA_shows_and_the_open_connection_serves_both_ways()
    {
        await using TestNode node = Node();
        node.Node.Start();
        (FakePeer peer, ReceivedMessage cer) = await node.Network.AcceptAsync();
        Assert.True(CapabilitiesExchangeRequest.TryParse(cer.Frame, out CapabilitiesExchangeRequest parsed, out GrammarFault fault), fault.ToString());
        Assert.Equal(CommandFlags.Request, cer.Header.Flags);
        Assert.Equal(Requests.Hss, cer.Text(Avp.OriginHost));
        Assert.Equal("127.0.0.10", parsed.HostIpAddress.First.ToAddress()!.ToString());
        Assert.Equal(node.Node.OriginStateId, cer.Unsigned(Avp.OriginStateId));
        Assert.Equal(2, parsed.VendorSpecificApplicationId.Count);

        await peer.SendAsync(Requests.Cea(cer), Requests.Mar());
        Assert.Equal(ResultCode.Success, (await peer.ExpectMaaAsync()).Result);
        PeerSnapshot open = Assert.Single(node.Node.OpenPeers);
        Assert.Equal((Requests.Scscf, WatchdogState.Okay, "Cx"), (open.Identity, open.State, open.Applications.Single()));
        Task<OutgoingAnswer> sending = node.Node.SendAsync(Requests.Rtr(), default);
        await peer.SendAsync(Requests.Rta(await peer.ExpectRtrAsync()));
        Assert.True((await sending).IsSuccess);

        // A second CEA is an answer to nothing.
        await peer.SendAsync(Requests.Cea(cer));
        await peer.FenceAsync();
        Assert.Single(node.Log.Of(2109));
    }

    [Fact]
    public async Task A_peer_that_refuses_the_connection_is_dialled_at_Tc_and_then_at_growing_intervals()
    {
        await using TestNode node = Node(jitter: 0);
        node.Node.Start();
        double[] waits = [Tc, 2 * Tc, 4 * Tc, 4 * Tc, 4 * Tc];
        for (int i = 0; i < waits.Length; i++)
        {
            (await node.Network.ExpectAsync()).Refuse();
            await RedialIsSetAsync(node, i + 1);
            node.Time.Advance(waits[i] - 0.001);
            Assert.Equal(i + 1, node.Network.Count);
            node.Time.Advance(0.001);
        }

        // It is never given up, and once it was open the intervals begin anew.
        await OpenAsync(node, await node.Network.AcceptAsync());
        Assert.Equal(waits.Length, node.Log.Of(2700).Count());
    }

    [Fact]
    public async Task A_transport_that_does_not_come_up_is_given_up_in_time()
    {
        await using TestNode node = Node(jitter: 0);
        node.Node.Start();
        await node.Network.ExpectAsync();
        node.Time.Advance(node.Options.CapabilitiesTimeout);
        await RedialIsSetAsync(node, 1);
        Assert.Contains("in time", Assert.Single(node.Log.Of(2700)).Text, StringComparison.Ordinal);
        node.Time.Advance(Tc);
        await node.Network.ExpectAsync();
    }

    [Fact]
    public async Task A_peer_that_is_lost_is_dialled_again_after_Tc_with_jitter()
    {
        await using TestNode node = Node(jitter: 1);
        node.Node.Start();
        FakePeer peer = await OpenAsync(node, await node.Network.AcceptAsync());
        await peer.CloseAsync();
        await RedialIsSetAsync(node, 1);
        Assert.Empty(node.Node.OpenPeers);
        node.Time.Advance((1.1 * Tc) - 0.001);
        Assert.Equal(1, node.Network.Count);
        node.Time.Advance(0.001);
        await OpenAsync(node, await node.Network.AcceptAsync());
    }

    [Fact]
    public async Task A_peer_the_watchdog_gave_up_is_dialled_again_and_proves_itself_in_REOPEN()
    {
        await using TestNode node = Node();
        node.Node.Start();
        FakePeer peer = await OpenAsync(node, await node.Network.AcceptAsync());
        for (int i = 0; i < 3; i++) node.Time.Advance(30);
        Assert.NotNull(await peer.ReceiveAsync());
        Assert.Null(await peer.ReceiveAsync());
        await RedialIsSetAsync(node, 1);
        node.Time.Advance(1.1 * Tc);
        (FakePeer again, ReceivedMessage cer) = await node.Network.AcceptAsync();
        await again.SendAsync(Requests.Cea(cer));
        ReceivedMessage dwr = await again.ExpectDwrAsync();
        for (int answers = 0; answers < 3; answers++)
        {
            Assert.Equal(WatchdogState.Reopen, Assert.Single(node.Node.OpenPeers).State);

            // RFC 3539 3.4.1: no request of this node goes over a connection that has not proven itself.
            Assert.Equal(OutgoingOutcome.Undeliverable, (await node.Node.SendAsync(Requests.Rtr(), default)).Outcome);
            await again.SendAsync(Requests.Dwa(dwr));
            await again.FenceAsync();
            if (answers == 2) break;
            node.Time.Advance(30);
            dwr = await again.ExpectDwrAsync();
        }

        Assert.Equal(WatchdogState.Okay, Assert.Single(node.Node.OpenPeers).State);
    }

    public static TheoryData<DisconnectCause, double> Causes => new()
    {
        { DisconnectCause.Rebooting, Tc },
        { DisconnectCause.Busy, 4 * Tc },
        { DisconnectCause.DoNotWantToTalkToYou, 3600 },
    };

    [Theory]
    [MemberData(nameof(Causes))]
    public async Task The_cause_this_node_gave_says_when_it_dials_again_whatever_the_peer_says(DisconnectCause cause, double seconds)
    {
        await using TestNode node = Node(jitter: 0);
        node.Node.Start();
        FakePeer peer = await OpenAsync(node, await node.Network.AcceptAsync());
        Assert.True(Assert.Single(node.Node.OpenPeers).IsDialled);
        Task<bool> leaving = node.Node.DisconnectAsync(Requests.Scscf, cause, default);
        ReceivedMessage dpr = await peer.ExpectDprAsync();
        Assert.Equal(ResultCode.Success, (await peer.AskAsync(Requests.Dpr(cause: DisconnectCause.Rebooting))).Result); // they cross
        await peer.SendAsync(Requests.Dpa(dpr));
        Assert.True(await leaving.WaitAsync(TimeSpan.FromSeconds(90)));
        await RedialIsSetAsync(node, 1);
        node.Time.Advance(seconds - 0.001);
        Assert.Equal(1, node.Network.Count);
        node.Time.Advance(0.001);
        (await node.Network.ExpectAsync()).Refuse();
    }

    [Theory]
    [MemberData(nameof(Causes))]
    public async Task The_cause_of_its_DPR_says_when_a_peer_is_dialled_again(DisconnectCause cause, double seconds)
    {
        await using TestNode node = Node(jitter: 0);
        node.Node.Start();
        FakePeer peer = await OpenAsync(node, await node.Network.AcceptAsync());
        Assert.Equal(ResultCode.Success, (await peer.AskAsync(Requests.Dpr(cause: cause))).Result);
        await peer.CloseAsync();
        await RedialIsSetAsync(node, 1);
        node.Time.Advance(seconds - 0.001);
        Assert.Equal(1, node.Network.Count);
        node.Time.Advance(0.001);
        (await node.Network.ExpectAsync()).Refuse();

        // The cause had its effect; from now on it is a peer that cannot be reached.
        await RedialIsSetAsync(node, 2);
        node.Time.Advance(Tc);
        await node.Network.ExpectAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whoever_answers_is_taken_where_no_name_is_known_and_strangers_are_allowed(bool allowed)
    {
        await using TestNode node = new(
            options: options => options with
            {
                AllowUnknownPeers = allowed,
                Peers = [new PeerOptions { Identity = PeerOptions.AnyIdentity, Address = "127.0.0.30:3868", Connect = true }],
            },
            jitter: 0);
        node.Node.Start();
        (FakePeer Peer, ReceivedMessage Cer) dialled = await node.Network.AcceptAsync();
        if (allowed)
        {
            await OpenAsync(node, dialled);
            return;
        }

        await dialled.Peer.SendAsync(Requests.Cea(dialled.Cer));
        await RedialIsSetAsync(node, 1);
        Assert.Contains("AllowUnknownPeers", Assert.Single(node.Log.Of(2700)).Text, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> BadAnswers => new()
    {
        { "refused", "3010" },
        { "other identity", "calls itself" },
        { "no common application", "no application in common" },
        { "not a CEA", "command 280" },
        { "hop-by-hop", "answers another request" },
        { "broken", "breaks its grammar" },
        { "closed", "closed" },
        { "silence", "waited too long" },
        { "garbage", "no Diameter message" },
    };

    [Theory]
    [MemberData(nameof(BadAnswers))]
    public async Task A_CEA_that_is_not_good_closes_the_connection_and_the_peer_is_dialled_later(string form, string reason)
    {
        await using TestNode node = Node(jitter: 0);
        node.Node.Start();
        (FakePeer peer, ReceivedMessage cer) = await node.Network.AcceptAsync();
        byte[] good = Requests.Cea(cer);
        switch (form)
        {
            case "refused": await peer.SendAsync(Requests.ErrorAnswer(cer, ResultCode.UnknownPeer, Requests.Scscf)); break;
            case "other identity": await peer.SendAsync(Requests.Cea(cer, Requests.Icscf)); break;
            case "no common application": await peer.SendAsync(Requests.Cea(cer, applications: writer => writer.WriteUnsigned32(Avp.AuthApplicationId, 4))); break;
            case "not a CEA": await peer.SendAsync(Requests.Dwr()); break;
            case "hop-by-hop":
                good[15] ^= 1;
                await peer.SendAsync(good);
                break;
            case "broken": await peer.SendAsync(Requests.WithoutAvp(good, Avp.ProductName)); break;
            case "closed": await peer.CloseAsync(); break;
            case "silence": node.Time.Advance(node.Options.CapabilitiesTimeout); break;
            default: await peer.SendOctetsAsync("HTTP/1.1 400 Bad Request"u8.ToArray()); break;
        }

        Assert.Null(await peer.ReceiveAsync());
        await RedialIsSetAsync(node, 1);
        Assert.Contains(reason, Assert.Single(node.Log.Of(2700)).Text, StringComparison.Ordinal);
        Assert.Empty(node.Node.OpenPeers);
        node.Time.Advance(Tc);
        await OpenAsync(node, await node.Network.AcceptAsync());
    }

    [Fact]
    public async Task A_relay_has_every_application_in_common()
    {
        await using TestNode node = Node();
        node.Node.Start();
        (FakePeer peer, ReceivedMessage cer) = await node.Network.AcceptAsync();
        await peer.SendAsync(Requests.Cea(cer, applications: Requests.RelayApplication));
        await peer.FenceAsync();
        Assert.True(Assert.Single(node.Node.OpenPeers).IsRelay);
    }

    [Theory]
    [InlineData("dialling")]
    [InlineData("waiting for the CEA")]
    [InlineData("open")]
    [InlineData("waiting for Tc")]
    public async Task Stopping_ends_dialling_wherever_it_is(string where)
    {
        await using TestNode node = Node();
        node.Node.Start();
        FakePeer? peer = null;
        switch (where)
        {
            case "dialling": await node.Network.ExpectAsync(); break;
            case "waiting for the CEA": (peer, _) = await node.Network.AcceptAsync(); break;
            case "open": peer = await OpenAsync(node, await node.Network.AcceptAsync()); break;
            default:
                (await node.Network.ExpectAsync()).Refuse();
                await RedialIsSetAsync(node, 1);
                break;
        }

        Task stopping = node.Node.StopAsync(default);
        if (where == "open")
        {
            ReceivedMessage dpr = await peer!.ExpectDprAsync();
            Assert.True(DisconnectPeerRequest.TryParse(dpr.Frame, out DisconnectPeerRequest request, out _));
            Assert.Equal(DisconnectCause.Rebooting, request.DisconnectCause);
            await peer.SendAsync(Requests.Dpa(dpr));
        }

        if (peer is not null) Assert.Null(await peer.ReceiveAsync());
        await stopping.WaitAsync(TimeSpan.FromSeconds(90));
        node.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(1, node.Network.Count);
    }

    [Fact]
    public async Task Over_a_socket_the_node_dials_and_is_answered_and_TLS_is_asked_for_where_it_is_configured()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        string address = listener.LocalEndpoint.ToString()!;
        List<string> secured = [];
        NodeOptions options = new()
        {
            Identity = Requests.Hss,
            Realm = Requests.Realm,
            Peers = [new PeerOptions { Identity = Requests.Scscf, Address = address, Connect = true, Tls = true }],
        };
        Assert.Throws<ArgumentException>(() => new DiameterNode(options, [TestNode.Cx(TestNode.Succeed)], TimeProvider.System, new RecordingLog()));
        await using DiameterNode node = new(
            options, [TestNode.Cx(TestNode.Succeed)], TimeProvider.System, new RecordingLog(), null,
            (connection, peer, _) =>
            {
                secured.Add(peer.Identity);
                return ValueTask.FromResult<ConnectionContext>(connection);
            });
        node.Start();
        using TcpClient client = await listener.AcceptTcpClientAsync();
        byte[] header = new byte[DiameterHeader.SizeBytes];
        await client.GetStream().ReadExactlyAsync(header).AsTask().WaitAsync(TimeSpan.FromSeconds(90));
        Assert.Equal(257u, DiameterHeader.Read(header).CommandCode);
        Assert.Equal([Requests.Scscf], secured);
        await node.StopAsync(default).WaitAsync(TimeSpan.FromSeconds(90));
    }

    [Theory]
    [InlineData("192.0.2.7", false, "192.0.2.7:3868")]
    [InlineData("192.0.2.7", true, "192.0.2.7:5868")]
    [InlineData("192.0.2.7:1234", true, "192.0.2.7:1234")]
    [InlineData("[2001:db8::7]", false, "[2001:db8::7]:3868")]
    public void An_address_without_a_port_has_the_registered_one(string address, bool tls, string endPoint) =>
        Assert.Equal(IPEndPoint.Parse(endPoint), Dialler.EndPointOf(new PeerOptions { Address = address, Tls = tls }));

    internal static TestNode Node(double jitter = 0.5, string identity = Requests.Hss) => new(
        options: options => options with
        {
            Identity = identity,
            Peers = [new PeerOptions { Identity = Requests.Scscf, Address = "127.0.0.30:3868", Connect = true }],
        },
        jitter: jitter);

    internal static async Task<FakePeer> OpenAsync(TestNode node, (FakePeer Peer, ReceivedMessage Cer) dialled)
    {
        await dialled.Peer.SendAsync(Requests.Cea(dialled.Cer));
        await dialled.Peer.FenceAsync();
        Assert.Equal(Requests.Scscf, Assert.Single(node.Node.OpenPeers).Identity);
        return dialled.Peer;
    }

    /// <summary>The dialler waits for its time now.</summary>
    internal static Task RedialIsSetAsync(TestNode node, int times) =>
        Eventually.IsTrueAsync(() => node.Log.Of(2700).Count() + node.Log.Of(2701).Count() == times);
}
