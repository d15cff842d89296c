using Hss.Conformance.Tests.Support;

namespace Hss.Conformance.Tests.Rfc6733;

/// <summary>RFC 6733 8.16: one number as long as the node runs, and a greater one after each start.</summary>
public sealed class OriginStateIdTests
{
    [Fact]
    public async Task Every_message_that_has_it_has_the_same()
    {
        await using WholeNode node = new();
        FakePeer peer = node.Connect();
        List<uint?> seen = [(await peer.OpenAsync()).Unsigned(Avp.OriginStateId)];
        node.Time.Advance(30);
        seen.Add((await peer.ExpectDwrAsync()).Unsigned(Avp.OriginStateId));
        await peer.SendAsync(Requests.Dwr());
        seen.Add((await peer.ExpectDwaAsync()).Unsigned(Avp.OriginStateId));
        Assert.All(seen, one => Assert.Equal(node.Node.OriginStateId, one));
    }

    [Fact]
    public async Task It_grows_with_each_start()
    {
        await using WholeNode earlier = new(), later = new();
        Assert.Equal(earlier.Node.OriginStateId, (uint)earlier.Time.GetUtcNow().ToUnixTimeSeconds());
        later.Time.Advance(1);
        await using Hss.DiameterNode.DiameterNode restarted = new(
            later.Options, [Procedures.Cx.CxApplication.Create(later.Store, new(), new(), Authentication.SystemRandomSource.Instance, later.Log)], later.Time, later.Log);
        Assert.True(restarted.OriginStateId > earlier.Node.OriginStateId);
    }
}
