using Hss.Diameter;
using Hss.DiameterNode.Tests.Support;

namespace Hss.DiameterNode.Tests;

/// <summary>RFC 6733 8.16: a peer whose Origin-State-Id grows has restarted.</summary>
public sealed class OriginStateTests
{
    public static TheoryData<string, int, uint> Lives => new()
    {
        // what the CERs and DWRs (in brackets) of one peer say, in order; restarts; last value
        { "7 7", 0, 7 }, { "7 8", 1, 8 }, { "7 8 9", 2, 9 }, { "7 (7) 8 (8)", 1, 8 }, { "- 8", 0, 8 }, { "7 - 8", 1, 8 },
        { "7 0 7", 0, 7 }, { "7 5", 0, 5 }, { "7 5 6", 1, 6 }, { "- (8) 9", 1, 9 }, { "4294967295 1", 0, 1 },
    };

    [Theory]
    [MemberData(nameof(Lives))]
    public async Task A_higher_value_is_a_restart(string life, int restarts, uint last)
    {
        await using TestNode node = new();
        FakePeer? peer = null;
        foreach (string word in life.Split(' '))
        {
            uint? state = uint.TryParse(word.Trim('(', ')'), out uint value) ? value : null;
            if (word[0] == '(')
            {
                await peer!.AskAsync(Requests.Dwr(originStateId: state));
                continue;
            }

            if (peer is not null) await peer.CloseAsync();
            peer = node.Connect();
            ReceivedMessage cea = await peer.AskAsync(Requests.Cer(more: writer =>
            {
                if (state is { } given) writer.WriteUnsigned32(Avp.OriginStateId, given);
            }));
            Assert.Equal(node.Node.OriginStateId, cea.Unsigned(Avp.OriginStateId));
        }

        PeerSnapshot snapshot = Assert.Single(node.Node.OpenPeers);
        Assert.Equal((restarts, last), (snapshot.Restarts, snapshot.OriginStateId));
        Assert.Equal(restarts, node.Log.Of(2120).Count());
    }

    [Fact]
    public async Task Peers_are_told_apart_and_names_have_no_case()
    {
        await using TestNode node = new();
        void State(MessageWriter writer, uint state) => writer.WriteUnsigned32(Avp.OriginStateId, state);
        await node.Connect().AskAsync(Requests.Cer("a.example", more: writer => State(writer, 1)));
        await node.Connect().AskAsync(Requests.Cer("b.example", more: writer => State(writer, 2)));
        await node.Connect().AskAsync(Requests.Cer("A.example", more: writer => State(writer, 2)));
        Assert.Single(node.Log.Of(2120));
    }

    [Fact]
    public async Task A_DWA_tells_of_a_restart_too()
    {
        await using TestNode node = new();
        FakePeer peer = node.Connect();
        await peer.AskAsync(Requests.Cer(more: writer => writer.WriteUnsigned32(Avp.OriginStateId, 7)));
        node.Time.Advance(node.Options.WatchdogInterval);
        await peer.SendAsync(Requests.Dwa(await peer.ExpectDwrAsync(), originStateId: 8));
        await peer.FenceAsync();
        Assert.Equal((1, 8u), (Assert.Single(node.Node.OpenPeers).Restarts, Assert.Single(node.Node.OpenPeers).OriginStateId));
    }

    [Fact]
    public async Task This_nodes_own_value_is_in_CEA_DWA_and_DWR()
    {
        await using TestNode node = new();
        FakePeer peer = node.Connect();
        ReceivedMessage[] messages = [await peer.OpenAsync(), await peer.AskAsync(Requests.Dwr()), await DwrAsync()];
        foreach (ReceivedMessage message in messages) Assert.Equal(node.Node.OriginStateId, message.Unsigned(Avp.OriginStateId));

        async Task<ReceivedMessage> DwrAsync()
        {
            node.Time.Advance(node.Options.WatchdogInterval);
            return await peer.ExpectDwrAsync();
        }
    }
}
