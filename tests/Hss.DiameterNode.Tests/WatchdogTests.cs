using Hss.Diameter;
using Hss.DiameterNode.Tests.Support;

namespace Hss.DiameterNode.Tests;

/// <summary>RFC 3539 3.4.1 on a connection: silence is found, traffic is life, and an ill peer proves itself.</summary>
public sealed class WatchdogTests
{
    private const double Tw = 30;

    [Fact]
    public async Task A_silent_peer_gets_a_DWR_after_Tw_and_is_closed_two_Tw_later()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        node.Time.Advance(Tw - 0.001);
        await peer.FenceAsync();
        node.Time.Advance(Tw);
        ReceivedMessage dwr = await peer.ExpectDwrAsync();
        Assert.Equal(CommandFlags.Request, dwr.Header.Flags);
        Assert.Equal(Requests.Hss, dwr.Text(Avp.OriginHost));
        Assert.Equal(node.Node.OriginStateId, dwr.Unsigned(Avp.OriginStateId));
        Assert.True(Hss.Diameter.Commands.Base.DeviceWatchdogRequest.TryParse(dwr.Frame, out _, out _));

        node.Time.Advance(Tw);
        Assert.Equal(WatchdogState.Suspect, Assert.Single(node.Node.OpenPeers).State);
        node.Time.Advance(Tw);
        await peer.ExpectClosedAsync();
        Assert.True(peer.Connection.IsAborted);
        Assert.Empty(node.Node.OpenPeers);
    }

    [Fact]
    public async Task Application_traffic_keeps_the_DWR_away()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        for (int i = 0; i < 10; i++)
        {
            node.Time.Advance(Tw - 1);
            Assert.Equal(ResultCode.Success, (await peer.AskAsync(Requests.Mar())).Result);
        }

        node.Time.Advance(Tw);
        await peer.ExpectDwrAsync();
    }

    [Fact]
    public async Task A_DWA_keeps_the_peer_open()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        for (int i = 0; i < 5; i++)
        {
            node.Time.Advance(Tw);
            await peer.SendAsync(Requests.Dwa(await peer.ExpectDwrAsync()));
            await peer.FenceAsync();
            Assert.Equal(WatchdogState.Okay, Assert.Single(node.Node.OpenPeers).State);
        }
    }

    [Fact]
    public async Task A_request_of_a_suspect_peer_is_served_and_clears_it()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        node.Time.Advance(Tw);
        await peer.ExpectDwrAsync();
        node.Time.Advance(Tw);
        Assert.Equal(WatchdogState.Suspect, Assert.Single(node.Node.OpenPeers).State);
        Assert.Equal(ResultCode.Success, (await peer.AskAsync(Requests.Mar())).Result);
        Assert.Equal(WatchdogState.Okay, Assert.Single(node.Node.OpenPeers).State);

        // Pending stays (no DWA came): the next silence leads to SUSPECT without another DWR.
        node.Time.Advance(Tw);
        Assert.Equal(WatchdogState.Suspect, Assert.Single(node.Node.OpenPeers).State);
    }

    [Fact]
    public async Task A_peer_that_was_given_up_proves_itself_with_three_DWA_and_is_served_meanwhile()
    {
        await using TestNode node = new();
        FakePeer lost = await node.ConnectOpenAsync();
        node.Time.Advance(3 * Tw);
        await lost.ExpectDwrAsync();
        await lost.ExpectClosedAsync();

        FakePeer peer = await node.ConnectOpenAsync();
        ReceivedMessage dwr = await peer.ExpectDwrAsync();
        for (int answers = 0; answers < 3; answers++)
        {
            Assert.Equal(WatchdogState.Reopen, Assert.Single(node.Node.OpenPeers).State);
            Assert.Equal(ResultCode.Success, (await peer.AskAsync(Requests.Mar())).Result);
            await peer.SendAsync(Requests.Dwa(dwr));
            await peer.FenceAsync();
            if (answers == 2) break;
            node.Time.Advance(Tw);
            dwr = await peer.ExpectDwrAsync();
        }

        Assert.Equal(WatchdogState.Okay, Assert.Single(node.Node.OpenPeers).State);
    }

    [Fact]
    public async Task A_peer_that_closed_its_connection_comes_back_without_probes()
    {
        await using TestNode node = new();
        FakePeer first = await node.ConnectOpenAsync();
        await first.CloseAsync();
        FakePeer second = await node.ConnectOpenAsync();
        Assert.Equal(WatchdogState.Okay, Assert.Single(node.Node.OpenPeers).State);
        Assert.Equal(ResultCode.Success, (await second.AskAsync(Requests.Mar())).Result);
    }

    [Theory]
    [InlineData(0.0, 28)]
    [InlineData(0.5, 30)]
    [InlineData(0.75, 31)]
    public async Task Tw_has_the_jitter_it_is_given(double jitter, double seconds)
    {
        await using TestNode node = new(jitter: jitter);
        FakePeer peer = await node.ConnectOpenAsync();
        node.Time.Advance(seconds - 0.01);
        await peer.FenceAsync();
        node.Time.Advance(seconds);
        await peer.ExpectDwrAsync();
    }

    [Fact]
    public async Task A_DWR_is_answered_with_Origin_State_Id_also_while_procedures_wait()
    {
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestNode node = new(async (_, answer, _) =>
        {
            await gate.Task;
            answer.Result(ResultCode.Success);
        });
        FakePeer peer = await node.ConnectOpenAsync();
        await peer.SendAsync([.. Enumerable.Range(0, 100).Select(i => Requests.Mar($"{i}"))]);
        ReceivedMessage dwa = await peer.AskAsync(Requests.Dwr());
        Assert.Equal(ResultCode.Success, dwa.Result);
        Assert.Equal(node.Node.OriginStateId, dwa.Unsigned(Avp.OriginStateId));
        Assert.True(Hss.Diameter.Commands.Base.DeviceWatchdogAnswer.TryParse(dwa.Frame, out _, out GrammarFault fault), fault.ToString());
        gate.SetResult();
        for (int i = 0; i < 100; i++) await peer.ExpectMaaAsync();
    }

    [Fact]
    public async Task A_DWR_that_breaks_its_grammar_gets_its_fault_and_the_peer_stays()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        ReceivedMessage dwa = await peer.AskAsync(Requests.WithoutAvp(Requests.Dwr(), Avp.OriginRealm));
        Assert.Equal(ResultCode.MissingAvp, dwa.Result);
        Assert.NotNull(dwa.Failed);
        Assert.Equal(ResultCode.Success, (await peer.AskAsync(Requests.Mar())).Result);
    }
}
