using Hss.Diameter;
using Hss.DiameterNode.Tests.Support;

namespace Hss.DiameterNode.Tests;

/// <summary>RFC 6733 5.6, 5.6.4: both sides open a connection, and exactly one remains. Each test is a row of the table.</summary>
public sealed class ElectionTests
{
    // "hss." is lower than "scscf.", so with its usual identity the node loses; "zzz" wins. Case must not matter.
    private const string Lower = Requests.Hss;
    private const string Higher = "ZZZ.example";

    public static TheoryData<string> Identities => [Lower, Higher];

    [Theory]
    [MemberData(nameof(Identities))]
    public async Task Wait_I_CEA_R_Conn_CER_the_higher_identity_keeps_what_it_accepted(string identity)
    {
        await using TestNode node = DialTests.Node(identity: identity);
        node.Node.Start();
        (FakePeer dialled, ReceivedMessage cer) = await node.Network.AcceptAsync();
        FakePeer accepted = node.Connect();
        await SendHeldAsync(node, accepted);
        if (identity == Higher)
        {
            // Win-Election    I-Disc, R-Snd-CEA    R-Open
            Assert.Equal(ResultCode.Success, (await accepted.ExpectCeaAsync()).Result);
            Assert.Null(await dialled.ReceiveAsync());
            await OnlyAsync(node, accepted);
            return;
        }

        // Wait-Returns    I-Rcv-CEA    R-Disc    I-Open
        await dialled.SendAsync(Requests.Cea(cer));
        Assert.Null(await accepted.ReceiveAsync());
        await OnlyAsync(node, dialled);
    }

    [Theory]
    [MemberData(nameof(Identities))]
    public async Task Wait_Conn_Ack_Elect_I_Rcv_Conn_Ack_elects_when_the_transport_is_there(string identity)
    {
        await using TestNode node = DialTests.Node(identity: identity);
        node.Node.Start();
        FakeNetwork.Attempt attempt = await node.Network.ExpectAsync();
        FakePeer accepted = node.Connect();
        await SendHeldAsync(node, accepted);
        FakePeer dialled = attempt.Accept();
        ReceivedMessage cer = await dialled.ExpectAsync(257, isRequest: true);
        if (identity == Higher)
        {
            Assert.Equal(ResultCode.Success, (await accepted.ExpectCeaAsync()).Result);
            Assert.Null(await dialled.ReceiveAsync());
            await OnlyAsync(node, accepted);
            return;
        }

        await dialled.SendAsync(Requests.Cea(cer));
        Assert.Null(await accepted.ReceiveAsync());
        await OnlyAsync(node, dialled);
    }

    [Fact]
    public async Task Wait_Conn_Ack_Elect_I_Rcv_Conn_Nack_sends_the_CEA()
    {
        await using TestNode node = DialTests.Node();
        node.Node.Start();
        FakeNetwork.Attempt attempt = await node.Network.ExpectAsync();
        FakePeer accepted = node.Connect();
        await SendHeldAsync(node, accepted);
        attempt.Refuse();
        Assert.Equal(ResultCode.Success, (await accepted.ExpectCeaAsync()).Result);
        await OnlyAsync(node, accepted);
    }

    [Fact]
    public async Task Wait_Conn_Ack_Elect_Timeout_keeps_the_connection_that_is_there()
    {
        await using TestNode node = DialTests.Node();
        node.Node.Start();
        await node.Network.ExpectAsync();
        FakePeer accepted = node.Connect();
        await SendHeldAsync(node, accepted);
        node.Time.Advance(node.Options.CapabilitiesTimeout);
        Assert.Equal(ResultCode.Success, (await accepted.ExpectCeaAsync()).Result);
        await OnlyAsync(node, accepted);
    }

    [Fact]
    public async Task Wait_Conn_Ack_Elect_R_Peer_Disc_goes_on_dialling()
    {
        await using TestNode node = DialTests.Node();
        node.Node.Start();
        FakeNetwork.Attempt attempt = await node.Network.ExpectAsync();
        FakePeer accepted = node.Connect();
        await SendHeldAsync(node, accepted);
        await accepted.CloseAsync();
        FakePeer dialled = attempt.Accept();
        ReceivedMessage cer = await dialled.ExpectAsync(257, isRequest: true);
        await dialled.SendAsync(Requests.Cea(cer));
        await OnlyAsync(node, dialled);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Wait_Conn_Ack_Elect_and_Wait_Returns_R_Conn_CER_is_rejected(bool isConnected)
    {
        await using TestNode node = DialTests.Node();
        node.Node.Start();
        FakeNetwork.Attempt attempt = await node.Network.ExpectAsync();
        FakePeer? dialled = isConnected ? attempt.Accept() : null;
        if (dialled is not null) await dialled.ExpectAsync(257, isRequest: true);
        FakePeer first = node.Connect();
        await SendHeldAsync(node, first);
        FakePeer second = node.Connect();
        await second.SendAsync(Requests.Cer());
        Assert.Equal(ResultCode.ElectionLost, (await second.ExpectCeaAsync()).Result);
        await second.ExpectClosedAsync();
        if (dialled is null) attempt.Refuse();
        else await dialled.CloseAsync();
        Assert.Equal(ResultCode.Success, (await first.ExpectCeaAsync()).Result);
        await OnlyAsync(node, first);
    }

    [Theory]
    [InlineData("closed")]
    [InlineData("refused")]
    [InlineData("silence")]
    public async Task Wait_Returns_I_Peer_Disc_sends_the_CEA(string end)
    {
        await using TestNode node = DialTests.Node();
        node.Node.Start();
        (FakePeer dialled, ReceivedMessage cer) = await node.Network.AcceptAsync();
        FakePeer accepted = node.Connect();
        await SendHeldAsync(node, accepted);
        if (end == "closed") await dialled.CloseAsync();
        else if (end == "refused") await dialled.SendAsync(Requests.Cea(cer, result: 4003));
        else node.Time.Advance(node.Options.CapabilitiesTimeout);
        Assert.Equal(ResultCode.Success, (await accepted.ExpectCeaAsync()).Result);
        await OnlyAsync(node, accepted);
    }

    [Fact]
    public async Task Wait_Returns_R_Peer_Disc_waits_on_for_the_CEA()
    {
        await using TestNode node = DialTests.Node();
        node.Node.Start();
        (FakePeer dialled, ReceivedMessage cer) = await node.Network.AcceptAsync();
        FakePeer accepted = node.Connect();
        await SendHeldAsync(node, accepted);
        await accepted.CloseAsync();
        await dialled.SendAsync(Requests.Cea(cer));
        await OnlyAsync(node, dialled);
    }

    [Fact]
    public async Task What_comes_before_the_CEA_was_sent_closes_the_connection_that_waits()
    {
        await using TestNode node = DialTests.Node();
        node.Node.Start();
        (FakePeer dialled, ReceivedMessage cer) = await node.Network.AcceptAsync();
        FakePeer accepted = node.Connect();
        await accepted.SendAsync(Requests.Cer(), Requests.Mar());
        await accepted.ExpectClosedAsync();
        await dialled.SendAsync(Requests.Cea(cer));
        await OnlyAsync(node, dialled);
    }

    [Fact]
    public async Task I_Open_R_Conn_CER_is_rejected_in_the_race_and_later_the_newer_wins()
    {
        await using TestNode node = DialTests.Node();
        node.Node.Start();
        FakePeer dialled = await DialTests.OpenAsync(node, await node.Network.AcceptAsync());
        FakePeer racing = node.Connect();
        await racing.SendAsync(Requests.Cer());
        Assert.Equal(ResultCode.ElectionLost, (await racing.ExpectCeaAsync()).Result);
        await racing.ExpectClosedAsync();
        await OnlyAsync(node, dialled);

        node.Time.Advance(node.Options.CapabilitiesTimeout);
        FakePeer restarted = await node.ConnectOpenAsync();
        Assert.Null(await dialled.ReceiveAsync());
        await OnlyAsync(node, restarted);
    }

    [Fact]
    public async Task A_peer_that_came_by_itself_is_not_dialled_before_it_is_gone_for_Tc()
    {
        await using TestNode node = DialTests.Node(jitter: 0);
        FakePeer accepted = await node.ConnectOpenAsync();
        node.Node.Start();
        for (int i = 0; i < 10; i++)
        {
            node.Time.Advance(27);
            await accepted.FenceAsync();
        }

        Assert.Equal(0, node.Network.Count);
        await accepted.CloseAsync();
        await DialTests.RedialIsSetAsync(node, 1);
        node.Time.Advance(29.999);
        Assert.Equal(0, node.Network.Count);
        node.Time.Advance(0.001);
        await DialTests.OpenAsync(node, await node.Network.AcceptAsync());
    }

    [Fact]
    public async Task A_peer_that_does_not_want_to_be_dialled_may_come_by_itself()
    {
        await using TestNode node = DialTests.Node(jitter: 0);
        node.Node.Start();
        FakePeer dialled = await DialTests.OpenAsync(node, await node.Network.AcceptAsync());
        await dialled.AskAsync(Requests.Dpr(cause: Hss.Diameter.Commands.Base.DisconnectCause.DoNotWantToTalkToYou));
        await dialled.CloseAsync();
        await DialTests.RedialIsSetAsync(node, 1);
        FakePeer accepted = await node.ConnectOpenAsync();
        await OnlyAsync(node, accepted);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_crosses_one_connection_remains(int seed)
    {
        Random random = new(seed);
        for (int round = 0; round < 40; round++)
        {
            await using TestNode node = DialTests.Node(identity: random.Next(2) == 0 ? Lower : Higher);
            node.Node.Start();
            FakeNetwork.Attempt attempt = await node.Network.ExpectAsync();
            FakePeer accepted = node.Connect();
            FakePeer? dialled = null;
            List<Func<Task>> steps =
            [
                () => accepted.SendAsync(Requests.Cer()),
                async () =>
                {
                    dialled = attempt.Accept();
                    ReceivedMessage? cer = await dialled.ReceiveAsync();
                    if (cer is not null) await dialled.SendAsync(Requests.Cea(cer));
                },
            ];
            if (random.Next(2) == 0) steps.Reverse();
            await Task.WhenAll(steps.Select(step => Task.Run(step)));
            Task<ReceivedMessage?> overAccepted = accepted.ReceiveAsync();
            await Eventually.IsTrueAsync(() => node.Node.OpenPeers.Count == 1);

            // The one that is open is alive, the other one ends.
            bool isAccepted = node.Node.OpenPeers[0].RemoteEndPoint == accepted.Connection.RemoteEndPoint!.ToString();
            ReceivedMessage? first = await overAccepted;
            Assert.True(isAccepted == (first?.Result == ResultCode.Success), $"seed {seed}, round {round}: {first}");
            FakePeer winner = isAccepted ? accepted : dialled!;
            FakePeer loser = isAccepted ? dialled! : accepted;
            await winner.FenceAsync();
            Assert.Null(await loser.ReceiveAsync());
            Assert.Single(node.Node.OpenPeers);
        }
    }

    private static async Task OnlyAsync(TestNode node, FakePeer remains)
    {
        await Eventually.IsTrueAsync(() => node.Node.OpenPeers.Count == 1);
        Assert.Equal(ResultCode.Success, (await remains.AskAsync(Requests.Mar())).Result);
        Assert.Equal(remains.Connection.RemoteEndPoint!.ToString(), Assert.Single(node.Node.OpenPeers).RemoteEndPoint);
    }

    /// <summary>Sends a CER and waits until the node has read it and holds it.</summary>
    private static async Task SendHeldAsync(TestNode node, FakePeer accepted)
    {
        int rents = node.Pool.Rents;
        await accepted.SendAsync(Requests.Cer());
        await Eventually.IsTrueAsync(() => node.Pool.Rents > rents && node.Pool.Rented == 0);
    }
}
