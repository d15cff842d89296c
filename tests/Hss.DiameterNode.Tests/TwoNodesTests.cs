using System.Buffers;
using Hss.Diameter;
using Hss.DiameterNode.Tests.Support;
using Microsoft.AspNetCore.Connections;

namespace Hss.DiameterNode.Tests;

/// <summary>RFC 6733 5.6.4 from both ends: two nodes dial each other at the same time, and agree on which connection remains.</summary>
public sealed class TwoNodesTests
{
    private const string Lower = "a.example";
    private const string Higher = "b.example";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Both_dial_and_one_connection_remains_that_carries_requests_both_ways(int seed)
    {
        Random random = new(seed);
        int crossed = 0;
        for (int round = 0; round < 50; round++)
        {
            string place = $"seed {seed}, round {round}";
            VirtualTime time = new();
            RecordingLog log = new();
            Dictionary<string, DiameterNode> nodes = [];
            int connections = 0, alive = 0;
            foreach ((string own, string other) in new[] { (Lower, Higher), (Higher, Lower) })
            {
                int yields = random.Next(6), afterwards = random.Next(6);
                NodeOptions options = new()
                {
                    Identity = own,
                    Realm = Requests.Realm,
                    Peers = [new PeerOptions { Identity = other, Address = "127.0.0.10", Connect = true }],
                };
                nodes[own] = new DiameterNode(
                    options, [TestNode.Cx(TestNode.Succeed)], time, log, () => 0.5, ArrayPool<byte>.Create(),
                    connect: async (peer, stop) =>
                    {
                        for (int i = 0; i < yields; i++) await Task.Yield();
                        MemoryConnection connection = new(Interlocked.Increment(ref connections), 64 * 1024)
                        {
                            RemoteEndPoint = new System.Net.IPEndPoint(System.Net.IPAddress.Parse("127.0.0.10"), 50_000 + connections),
                        };
                        Interlocked.Increment(ref alive);
                        _ = Task.Run(
                            async () =>
                            {
                                await nodes[peer.Identity].HandleAsync(new MemoryLink(connection));
                                Interlocked.Decrement(ref alive);
                            },
                            stop);
                        for (int i = 0; i < afterwards; i++) await Task.Yield();
                        return connection;
                    });
            }

            await Task.WhenAll(nodes.Values.Select(node => Task.Run(node.Start)));
            await Eventually.IsTrueAsync(() => nodes.Values.All(node => node.OpenPeers.Count == 1) && Volatile.Read(ref alive) == 1);
            foreach (DiameterNode node in nodes.Values)
            {
                // The end that has lost the election may notice it last: until then what it sends goes nowhere, and it is told so.
                OutgoingAnswer answer = default!;
                await Eventually.IsTrueAsync(async () =>
                {
                    answer = await node.SendAsync(Mar(nodes.Keys.Single(name => nodes[name] != node)), default);
                    return answer.Outcome is not OutgoingOutcome.Undeliverable;
                });
                Assert.True(answer.Outcome is OutgoingOutcome.Answered, $"{place}: {answer}");
            }

            Assert.True(nodes.Values.All(node => node.OpenPeers.Count == 1) && alive == 1, place);
            Assert.Empty(log.Of(2112));
            if (connections == 2) crossed++;
            foreach (DiameterNode node in nodes.Values) await node.DisposeAsync();
        }

        Assert.NotEqual(0, crossed);
    }

    private static OutgoingRequest Mar(string destinationHost) => new()
    {
        ApplicationId = ApplicationIds.Cx,
        CommandCode = 303,
        CommandName = "MAR",
        DestinationHost = destinationHost,
        DestinationRealm = Requests.Realm,
        Write = writer => writer.WriteText(Avp.UserName, "alice@" + Requests.Realm),
    };
}
