using Hss.Conformance.Tests.Support;

namespace Hss.Conformance.Tests.Rfc6733;

/// <summary>RFC 6733 3, Hop-by-Hop and End-to-End Identifier: those of the requests this node sends, and those of requests it gets.</summary>
public sealed class IdentifierTests
{
    private const double Tw = 30;
    private const int Watchdogs = 50;

    [Fact]
    public async Task No_two_requests_of_the_node_share_an_identifier_and_the_start_time_is_on_top()
    {
        await using WholeNode node = new();
        uint startTime = (uint)node.Time.GetUtcNow().ToUnixTimeSeconds();
        FakePeer peer = await node.ConnectOpenAsync();
        HashSet<uint> hopByHop = [], endToEnd = [];
        for (int i = 0; i < Watchdogs; i++)
        {
            node.Time.Advance(Tw);
            ReceivedMessage dwr = await peer.ExpectDwrAsync();
            Assert.True(hopByHop.Add(dwr.Header.HopByHopId));
            Assert.True(endToEnd.Add(dwr.Header.EndToEndId));

            // "The high order 12 bits ... to contain the low order 12 bits of current time", so that a restart repeats none.
            Assert.Equal(startTime & 0xFFF, dwr.Header.EndToEndId >> 20);
            await peer.SendAsync(Requests.Dwa(dwr));
            await peer.FenceAsync();
        }
    }

    /// <summary>The hop-by-hop identifier is the sender's on each connection alone, so two peers may well use the same.</summary>
    [Fact]
    public async Task The_same_identifiers_of_two_peers_are_two_requests()
    {
        await using WholeNode node = new();
        FakePeer first = await node.ConnectOpenAsync("first.example"), second = await node.ConnectOpenAsync("second.example");
        byte[] request = Requests.Mar(originHost: "first.example");
        byte[] other = Requests.Mar(originHost: "second.example");
        request.AsSpan(12, 8).CopyTo(other.AsSpan(12));
        await first.SendAsync(request);
        await second.SendAsync(other);
        foreach (FakePeer peer in new[] { first, second })
        {
            Assert.Equal(DiameterHeader.Read(request).HopByHopId, (await peer.ExpectMaaAsync()).Header.HopByHopId);
            await peer.FenceAsync();
        }
    }
}
