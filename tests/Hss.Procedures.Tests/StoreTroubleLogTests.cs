using static Hss.Procedures.Tests.CxRequests;
using static Hss.Procedures.Tests.TestSubscriptions;

namespace Hss.Procedures.Tests;

public sealed class StoreTroubleLogTests
{
    [Fact]
    public async Task A_dead_store_is_told_once_and_not_once_per_request()
    {
        var store = new InMemorySubscriberStore { Unavailable = true };
        using var log = new RecordingLoggerFactory();
        await using (var peer = await CxPeer.ConnectAsync(store, loggers: log))
        {
            for (var i = 0; i < 20; i++)
            {
                Assert.Equal("R:5012", (await peer.AskAsync(Mar(Alice, AliceSip))).Result);
                Assert.Equal("R:5012", (await peer.AskAsync(Lir(AliceSip))).Result);
            }
        }
        Assert.Single(log.Lines, line => line.Contains("the store is away", StringComparison.Ordinal));
    }
}
