using Hss.Diameter;
using Hss.DiameterNode.Tests.Support;

namespace Hss.DiameterNode.Tests;

/// <summary>A peer that does not take its answers is held, then closed; what overtakes does overtake.</summary>
public sealed class BackPressureTests
{
    [Fact]
    public async Task A_DWA_overtakes_the_answers_that_wait()
    {
        // The peer reads nothing until 100 answers wait behind the transport's buffer, then asks for a sign of life.
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync(sendBufferBytes: 1024);
        byte[][] requests = [.. Enumerable.Range(0, 1000).Select(i => Requests.Mar($"{i:D40}"))];
        await peer.SendAsync(requests);
        await peer.SendAsync(Requests.Dwr());
        await Eventually.IsTrueAsync(() => Assert.Single(node.Node.OpenPeers).InFlight == 1001);

        int before = 0;
        int behind = 0;
        bool isAlive = false;
        while (before + behind < 1000)
        {
            ReceivedMessage? message = await peer.ReceiveAsync();
            Assert.NotNull(message);
            if (message.Header.CommandCode == 280) isAlive = true;
            else if (isAlive) behind++;
            else before++;
        }

        Assert.True(isAlive);
        Assert.True(behind > 0, $"the DWA came behind all {before} answers");
    }

    [Fact]
    public async Task A_peer_that_reads_no_answers_is_held_and_then_closed_and_harms_no_other()
    {
        const int bound = 32;
        int started = 0;
        await using TestNode node = new(
            (_, answer, _) =>
            {
                Interlocked.Increment(ref started);
                answer.Result(ResultCode.Success);
                return default;
            },
            options => options with { MaxRequestsInFlightPerPeer = bound });
        FakePeer good = await node.ConnectOpenAsync("good.example", Requests.Relay);
        FakePeer slow = await node.ConnectOpenAsync("slow.example", Requests.Relay, sendBufferBytes: 1024);

        // Far more than the bound, the transport's buffers and one flush can hold; the pipe to the node fills and the send never ends.
        Task sending = slow.SendAsync([.. Enumerable.Range(0, 2000).Select(i => Requests.Mar($"{i}"))]);
        await Eventually.IsTrueAsync(() => node.Node.OpenPeers.Single(peer => peer.Identity == "slow.example").InFlight == bound);

        // A request is in flight a moment before it is begun.
        await Eventually.IsTrueAsync(() => Volatile.Read(ref started) == bound);
        Assert.False(sending.IsCompleted);
        Assert.Equal(ResultCode.Success, (await good.AskAsync(Requests.Mar())).Result);
        Assert.Equal(0, node.Pool.Rented);

        node.Time.Advance(node.Options.SendTimeout - TimeSpan.FromMilliseconds(1));
        Assert.False(slow.Connection.IsAborted);
        node.Time.Advance(TimeSpan.FromMilliseconds(1));
        await slow.Served.WaitAsync(TimeSpan.FromSeconds(90));
        Assert.True(slow.Connection.IsAborted);
        Assert.Single(node.Log.Of(2106));
        Assert.Equal(ResultCode.Success, (await good.AskAsync(Requests.Mar())).Result);
        Assert.Equal("good.example", Assert.Single(node.Node.OpenPeers).Identity);
    }

    [Fact]
    public async Task A_peer_that_closes_its_direction_and_reads_no_answers_is_closed_too()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync(sendBufferBytes: 1024);
        await peer.SendAsync([.. Enumerable.Range(0, 100).Select(i => Requests.Mar($"{i}"))]);
        await peer.Connection.ToNode.CompleteAsync();
        await Eventually.IsTrueAsync(() => node.Node.OpenPeers.Count == 0);
        await Eventually.IsTrueAsync(() =>
        {
            node.Time.Advance(0.1);
            return peer.Served.IsCompleted;
        });
        Assert.True(peer.Connection.IsAborted);

        // Whichever limit is met first, or both at once: the flush's, which began before the end was read, and that of draining.
        Assert.NotEmpty((IEnumerable<object>)[.. node.Log.Of(2106), .. node.Log.Of(2110)]);
    }

    [Fact]
    public async Task A_slow_peer_that_reads_again_gets_everything()
    {
        await using TestNode node = new(options: options => options with { MaxRequestsInFlightPerPeer = 8 });
        FakePeer peer = await node.ConnectOpenAsync(sendBufferBytes: 512);
        Task sending = peer.SendAsync([.. Enumerable.Range(0, 500).Select(i => Requests.Mar($"{i}"))]);
        await Eventually.IsTrueAsync(() => Assert.Single(node.Node.OpenPeers).InFlight == 8);
        node.Time.Advance(node.Options.SendTimeout / 2);
        for (int i = 0; i < 500; i++) Assert.Equal($"{i}", (await peer.ExpectMaaAsync()).Text(Avp.SessionId));
        await sending;
    }

    [Fact]
    public async Task A_flood_of_DWR_is_bounded_like_requests()
    {
        await using TestNode node = new(options: options => options with { MaxRequestsInFlightPerPeer = 8 });
        FakePeer peer = await node.ConnectOpenAsync(sendBufferBytes: 512);
        Task sending = peer.SendAsync([.. Enumerable.Range(0, 3000).Select(_ => Requests.Dwr())]);
        await Eventually.IsTrueAsync(() => Assert.Single(node.Node.OpenPeers).InFlight == 8);
        Assert.False(sending.IsCompleted);
        for (int i = 0; i < 3000; i++) await peer.ExpectDwaAsync();
        await sending;
    }
}
