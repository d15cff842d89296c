using Hss.Diameter;
using Hss.Diameter.Commands.Base;
using Hss.DiameterNode.Tests.Support;

namespace Hss.DiameterNode.Tests;

/// <summary>RFC 6733 5.4: ends in good order, from either side.</summary>
public sealed class DisconnectTests
{
    [Fact]
    public async Task A_DPR_is_answered_behind_the_answers_that_were_ready_and_the_peer_closes()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        await peer.SendAsync(Requests.Mar("1"), Requests.Mar("2"), Requests.Dpr());
        await peer.ExpectMaaAsync();
        await peer.ExpectMaaAsync();
        ReceivedMessage dpa = await peer.ExpectDpaAsync();
        Assert.Equal(ResultCode.Success, dpa.Result);
        Assert.Equal(CommandFlags.None, dpa.Header.Flags);
        Assert.True(DisconnectPeerAnswer.TryParse(dpa.Frame, out _, out GrammarFault fault), fault.ToString());
        Assert.Empty(node.Node.OpenPeers);
        await peer.CloseAsync();
    }

    [Fact]
    public async Task A_peer_that_does_not_close_after_its_DPR_is_closed()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        Assert.Equal(ResultCode.Success, (await peer.AskAsync(Requests.Dpr())).Result);
        node.Time.Advance(node.Options.DisconnectTimeout);
        await peer.ExpectClosedAsync();
    }

    [Fact]
    public async Task Answers_that_become_ready_after_the_DPA_are_still_sent_and_new_requests_are_3004()
    {
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestNode node = new(async (_, answer, _) =>
        {
            await gate.Task;
            answer.Result(ResultCode.Success);
        });
        FakePeer peer = await node.ConnectOpenAsync();
        await peer.SendAsync(Requests.Mar("in flight"), Requests.Dpr());
        await peer.ExpectDpaAsync();
        ReceivedMessage refused = await peer.AskAsync(Requests.Mar("too late"));
        Assert.Equal(ResultCode.TooBusy, refused.Result);
        Assert.Equal(ResultCode.Success, (await peer.AskAsync(Requests.Dwr())).Result);
        gate.SetResult();
        Assert.Equal("in flight", (await peer.ExpectMaaAsync()).Text(Avp.SessionId));
        node.Time.Advance(node.Options.DisconnectTimeout);
        await peer.ExpectClosedAsync();
    }

    [Fact]
    public async Task A_DPR_that_breaks_its_grammar_gets_its_fault_and_the_peer_stays()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        ReceivedMessage dpa = await peer.AskAsync(Requests.WithoutAvp(Requests.Dpr(), Avp.DisconnectCause));
        Assert.Equal(ResultCode.MissingAvp, dpa.Result);
        Assert.Equal(ResultCode.Success, (await peer.AskAsync(Requests.Mar())).Result);
    }

    [Fact]
    public async Task Stopping_sends_a_DPR_to_every_open_peer_and_closes_behind_a_DPA_without_Result_Code()
    {
        await using TestNode node = new();
        FakePeer first = await node.ConnectOpenAsync(Requests.Scscf);
        FakePeer second = await node.ConnectOpenAsync(Requests.Icscf);
        FakePeer stranger = node.Connect();
        Task stopping = node.Node.StopAsync(default);
        await stranger.ExpectClosedAsync();
        foreach (FakePeer peer in new[] { first, second })
        {
            ReceivedMessage dpr = await peer.ExpectDprAsync();
            Assert.True(DisconnectPeerRequest.TryParse(dpr.Frame, out DisconnectPeerRequest request, out _));
            Assert.Equal(DisconnectCause.Rebooting, request.DisconnectCause);
            await peer.SendAsync(Requests.Dpa(dpr));
            await peer.ExpectClosedAsync();
        }

        await stopping.WaitAsync(TimeSpan.FromSeconds(90));
        FakePeer late = node.Connect();
        await late.Served;
        Assert.True(late.Connection.IsAborted);
    }

    [Fact]
    public async Task Stopping_does_not_wait_for_a_DPA_that_never_comes()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        Task stopping = node.Node.StopAsync(default);
        await peer.ExpectDprAsync();
        node.Time.Advance(node.Options.DisconnectTimeout);
        await peer.ExpectClosedAsync();
        await stopping.WaitAsync(TimeSpan.FromSeconds(90));
    }

    [Fact]
    public async Task Stopping_answers_the_requests_in_flight_and_refuses_what_crosses_the_DPR()
    {
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestNode node = new(async (_, answer, _) =>
        {
            await gate.Task;
            answer.Result(ResultCode.Success);
        });
        FakePeer peer = await node.ConnectOpenAsync();
        await peer.SendAsync(Requests.Mar("in flight"));
        await peer.FenceAsync();
        Task stopping = node.Node.StopAsync(default);
        ReceivedMessage dpr = await peer.ExpectDprAsync();
        Assert.Equal(ResultCode.TooBusy, (await peer.AskAsync(Requests.Mar("crossing"))).Result);
        await peer.SendAsync(Requests.Dpa(dpr));
        await Eventually.IsTrueAsync(() => node.Node.OpenPeers.Count == 0);
        gate.SetResult();
        Assert.Equal("in flight", (await peer.ExpectMaaAsync()).Text(Avp.SessionId));
        await peer.ExpectClosedAsync();
        await stopping.WaitAsync(TimeSpan.FromSeconds(90));
    }

    [Fact]
    public async Task Stopping_gives_up_a_procedure_that_never_ends_with_5012()
    {
        TaskCompletionSource gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestNode node = new(async (_, answer, _) =>
        {
            await gate.Task;
            answer.Result(ResultCode.Success);
        });
        FakePeer peer = await node.ConnectOpenAsync();
        await peer.SendAsync(Requests.Mar("hangs"));
        await peer.FenceAsync();
        Task stopping = node.Node.StopAsync(default);
        await peer.SendAsync(Requests.Dpa(await peer.ExpectDprAsync()));
        node.Time.Advance(node.Options.RequestDeadline);
        Assert.Equal(ResultCode.UnableToComply, (await peer.ExpectMaaAsync()).Result);
        await peer.ExpectClosedAsync();
        await stopping.WaitAsync(TimeSpan.FromSeconds(90));
        gate.SetResult();
        await Eventually.IsTrueAsync(() => node.Pool.Rented == 0);
    }

    [Fact]
    public async Task Stopping_at_once_closes_everything_at_once()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        await node.Node.StopAsync(new CancellationToken(canceled: true)).WaitAsync(TimeSpan.FromSeconds(90));
        await peer.Served.WaitAsync(TimeSpan.FromSeconds(90));
        Assert.True(peer.Connection.IsAborted);
    }

    [Fact]
    public async Task A_host_that_wants_the_connection_closed_gets_it_closed_with_a_DPR()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        peer.Connection.RequestClose();
        await peer.SendAsync(Requests.Dpa(await peer.ExpectDprAsync()));
        await peer.ExpectClosedAsync();
    }

    [Fact]
    public async Task DPRs_that_cross_are_both_answered()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        Task stopping = node.Node.StopAsync(default);
        ReceivedMessage dpr = await peer.ExpectDprAsync();
        Assert.Equal(ResultCode.Success, (await peer.AskAsync(Requests.Dpr())).Result);
        await peer.SendAsync(Requests.Dpa(dpr));
        await peer.ExpectClosedAsync();
        await stopping.WaitAsync(TimeSpan.FromSeconds(90));
    }

    [Theory]
    [InlineData(DisconnectCause.Rebooting)]
    [InlineData(DisconnectCause.DoNotWantToTalkToYou)]
    public async Task An_operator_sends_one_peer_away_and_the_others_stay(DisconnectCause cause)
    {
        await using TestNode node = new();
        FakePeer gone = await node.ConnectOpenAsync(Requests.Scscf);
        FakePeer stays = await node.ConnectOpenAsync(Requests.Icscf);
        PeerSnapshot open = node.Node.OpenPeers.Single(peer => peer.Identity == Requests.Scscf);
        Assert.Equal((node.Time.GetUtcNow(), false, false), (open.OpenSince, open.IsDialled, open.IsTls));

        Task<bool> leaving = node.Node.DisconnectAsync(Requests.Scscf.ToUpperInvariant(), cause, default);
        ReceivedMessage dpr = await gone.ExpectDprAsync();
        Assert.True(DisconnectPeerRequest.TryParse(dpr.Frame, out DisconnectPeerRequest request, out _));
        Assert.Equal(cause, request.DisconnectCause);
        Assert.False(leaving.IsCompleted);
        await gone.SendAsync(Requests.Dpa(dpr));
        await gone.ExpectClosedAsync();
        Assert.True(await leaving.WaitAsync(TimeSpan.FromSeconds(90)));
        await stays.FenceAsync();
        Assert.Equal(Requests.Icscf, Assert.Single(node.Node.OpenPeers).Identity);

        // It is not open any more, and may come back at any time.
        Assert.False(await node.Node.DisconnectAsync(Requests.Scscf, cause, default));
        await node.ConnectOpenAsync(Requests.Scscf);
    }

    [Fact]
    public async Task A_peer_that_does_not_answer_the_farewell_is_closed_in_time()
    {
        await using TestNode node = new();
        FakePeer peer = await node.ConnectOpenAsync();
        Task<bool> leaving = node.Node.DisconnectAsync(Requests.Scscf, DisconnectCause.Busy, default);
        await peer.ExpectDprAsync();
        node.Time.Advance(node.Options.DisconnectTimeout);
        await peer.ExpectClosedAsync();
        Assert.True(await leaving.WaitAsync(TimeSpan.FromSeconds(90)));
    }
}
