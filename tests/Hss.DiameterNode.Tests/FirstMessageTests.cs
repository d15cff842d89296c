using Hss.Diameter;
using Hss.DiameterNode.Tests.Support;

namespace Hss.DiameterNode.Tests;

/// <summary>What may come before a peer is known, for how long, and from how many.</summary>
public sealed class FirstMessageTests
{
    [Fact]
    public async Task Anything_but_a_CER_first_closes_without_an_answer()
    {
        await using TestNode node = new();
        foreach (byte[] first in new[] { Requests.Mar(), Requests.Dwr(), Requests.Dpr() })
        {
            FakePeer peer = node.Connect();
            await peer.SendAsync(first, Requests.Cer());
            await peer.ExpectClosedAsync();
        }

        Assert.Equal(3, node.Log.Of(2104).Count());
    }

    [Fact]
    public async Task A_request_behind_the_CER_in_the_same_segment_is_served_after_the_CEA()
    {
        await using TestNode node = new();
        FakePeer peer = node.Connect();
        await peer.SendAsync(Requests.Cer(), Requests.Mar());
        Assert.Equal(ResultCode.Success, (await peer.ExpectCeaAsync()).Result);
        Assert.Equal(ResultCode.Success, (await peer.ExpectMaaAsync()).Result);
    }

    [Fact]
    public async Task A_connection_without_CER_is_closed_after_the_timeout()
    {
        await using TestNode node = new();
        FakePeer silent = node.Connect();
        FakePeer slow = node.Connect();
        await slow.SendOctetsAsync(Requests.Cer().AsMemory(0, 30));
        node.Time.Advance(node.Options.CapabilitiesTimeout - TimeSpan.FromMilliseconds(1));
        Assert.False(silent.Served.IsCompleted);
        node.Time.Advance(TimeSpan.FromMilliseconds(1));
        await silent.ExpectClosedAsync();
        await slow.ExpectClosedAsync();
    }

    [Fact]
    public async Task The_CER_timer_does_not_touch_an_open_peer()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        node.Time.Advance(node.Options.CapabilitiesTimeout * 2);
        Assert.Equal(ResultCode.Success, (await peer.AskAsync(Requests.Mar())).Result);
    }

    [Fact]
    public async Task Only_so_many_connections_may_wait_with_their_CER()
    {
        await using TestNode node = new(options: options => options with { MaxUnidentifiedConnections = 2 });
        await node.ConnectOpenAsync("a.example");
        await node.ConnectOpenAsync("b.example");
        FakePeer oldest = node.Connect();
        FakePeer second = node.Connect();

        // Whoever opens idle connections must not lock the peers out: the oldest of them goes.
        await node.ConnectOpenAsync("c.example");
        await oldest.Served;
        Assert.True(oldest.Connection.IsAborted);
        Assert.False(second.Connection.IsAborted);
        Assert.Single(node.Log.Of(2002));
        Assert.Equal(3, node.Node.OpenPeers.Count);
    }

    [Fact]
    public async Task Only_so_many_connections_are_served()
    {
        await using TestNode node = new(options: options => options with { MaxConnections = 2 });
        FakePeer first = await node.ConnectOpenAsync("a.example");
        await node.ConnectOpenAsync("b.example");
        FakePeer tooMany = node.Connect();
        await tooMany.Served;
        Assert.True(tooMany.Connection.IsAborted);
        await first.CloseAsync();
        await node.ConnectOpenAsync("c.example");
    }

    [Fact]
    public async Task Another_version_or_an_impossible_length_is_told_before_the_end()
    {
        await using TestNode node = new();
        FakePeer peer = node.Connect();
        byte[] cer = Requests.Cer();
        cer[0] = 2;
        await peer.SendAsync(cer);
        Assert.Equal(ResultCode.UnsupportedVersion, (await peer.ExpectCeaAsync()).Result);
        await peer.ExpectClosedAsync();

        peer = node.Connect();
        cer = [.. Requests.Cer(), 0, 0];
        cer[3] += 2;
        await peer.SendAsync(cer);
        Assert.Equal(ResultCode.InvalidMessageLength, (await peer.ExpectCeaAsync()).Result);
        await peer.ExpectClosedAsync();
    }
}
