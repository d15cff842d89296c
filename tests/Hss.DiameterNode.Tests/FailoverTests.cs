using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Hss.Diameter;
using Hss.DiameterNode.Tests.Support;

namespace Hss.DiameterNode.Tests;

/// <summary>RFC 6733 5.5.4, RFC 3539 3.4.1: when one path fails, the next is taken, and there is one outcome.</summary>
public sealed class FailoverTests
{
    private const string Dra = "dra.example";

    public static TheoryData<string> Failures => ["silence", "closed", "aborted by the watchdog", "DPR"];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_request_without_an_answer_goes_the_next_way_with_T_and_the_same_end_to_end(string failure)
    {
        await using TestNode node = new();
        FakePeer direct = await node.ConnectOpenAsync();
        FakePeer relay = await node.ConnectRelayAsync(Dra);
        if (failure == "aborted by the watchdog")
        {
            // Both are probed after Tw; only the relay answers. The request falls between the probe and the verdict.
            node.Time.Advance(30);
            await direct.ExpectDwrAsync();
            await relay.SendAsync(Requests.Dwa(await relay.ExpectDwrAsync()));
            node.Time.Advance(28);
            await relay.FenceAsync();
        }

        Task<OutgoingAnswer> sending = node.Node.SendAsync(Requests.Rtr(), default);
        ReceivedMessage first = await direct.ExpectRtrAsync();
        Assert.False(first.Header.Flags.HasFlag(CommandFlags.Retransmitted));
        switch (failure)
        {
            case "silence": node.Time.Advance(node.Options.AnswerTimeout); break;
            case "closed": await direct.CloseAsync(); break;
            case "aborted by the watchdog": node.Time.Advance(2); break;
            default:
                await direct.SendAsync(Requests.Dpr());
                await direct.ExpectDpaAsync();
                await direct.CloseAsync();
                break;
        }

        ReceivedMessage second = await relay.ExpectRtrAsync();
        Assert.True(second.Header.Flags.HasFlag(CommandFlags.Retransmitted));
        Assert.Equal(first.Header.EndToEndId, second.Header.EndToEndId);
        Assert.NotEqual(first.Header.HopByHopId, second.Header.HopByHopId);

        // But for those two things it is the same message, octet for octet.
        Assert.Equal(first.Frame[DiameterHeader.SizeBytes..], second.Frame[DiameterHeader.SizeBytes..]);
        await relay.SendAsync(Requests.Rta(second));
        OutgoingAnswer answer = await sending;
        Assert.True(answer.IsSuccess);
        Assert.Equal(Dra, answer.Via);
        Assert.All(node.Node.OpenPeers, peer => Assert.Equal(0, peer.AwaitingAnswers));
    }

    [Theory]
    [InlineData(ResultCode.UnableToDeliver)]
    [InlineData(ResultCode.TooBusy)]
    public async Task A_request_that_was_refused_goes_the_next_way_without_T(ResultCode refusal)
    {
        await using TestNode node = new();
        FakePeer direct = await node.ConnectOpenAsync();
        FakePeer relay = await node.ConnectRelayAsync(Dra);
        Task<OutgoingAnswer> sending = node.Node.SendAsync(Requests.Rtr(), default);
        ReceivedMessage first = await direct.ExpectRtrAsync();
        await direct.SendAsync(Requests.ErrorAnswer(first, refusal, Requests.Scscf));
        ReceivedMessage second = await relay.ExpectRtrAsync();
        Assert.False(second.Header.Flags.HasFlag(CommandFlags.Retransmitted));
        Assert.Equal(first.Header.EndToEndId, second.Header.EndToEndId);
        await relay.SendAsync(Requests.ErrorAnswer(second, refusal, Dra));
        OutgoingAnswer answer = await sending;
        Assert.Equal((OutgoingOutcome.Undeliverable, refusal), (answer.Outcome, answer.Code));
    }

    /// <summary>A relay without a way to the destination may pick another host of its realm; what that one says is not the destination's word.</summary>
    [Theory]
    [InlineData(2001u)]
    [InlineData(5012u)]
    public async Task What_another_host_answers_is_no_delivery(uint result)
    {
        await using TestNode node = new();
        FakePeer one = await node.ConnectRelayAsync(Dra);
        FakePeer other = await node.ConnectRelayAsync("other.example");
        Task<OutgoingAnswer> sending = node.Node.SendAsync(Requests.Rtr(), default);
        foreach (FakePeer relay in (FakePeer[])[other, one])
        {
            ReceivedMessage rtr = await relay.ExpectRtrAsync();
            Assert.False(rtr.Header.Flags.HasFlag(CommandFlags.Retransmitted));
            await relay.SendAsync(Requests.Rta(rtr, result, originHost: "scscf2." + Requests.Realm));
        }

        OutgoingAnswer answer = await sending;
        Assert.Equal((OutgoingOutcome.Undeliverable, ResultCode.None, false), (answer.Outcome, answer.Code, answer.IsSuccess));
    }

    [Fact]
    public async Task A_refusal_after_a_silence_leaves_the_doubt()
    {
        await using TestNode node = new();
        FakePeer direct = await node.ConnectOpenAsync();
        FakePeer relay = await node.ConnectRelayAsync(Dra);
        FakePeer other = await node.ConnectRelayAsync("other.example");
        Task<OutgoingAnswer> sending = node.Node.SendAsync(Requests.Rtr(), default);
        await direct.ExpectRtrAsync();
        node.Time.Advance(node.Options.AnswerTimeout);
        FakePeer[] relays = [other, relay];
        foreach (FakePeer one in relays)
        {
            ReceivedMessage again = await one.ExpectRtrAsync();
            Assert.True(again.Header.Flags.HasFlag(CommandFlags.Retransmitted));
            await one.SendAsync(Requests.ErrorAnswer(again, ResultCode.UnableToDeliver, Dra));
        }

        Assert.Equal(OutgoingOutcome.TimedOut, (await sending).Outcome);
    }

    [Fact]
    public async Task A_late_answer_over_the_first_path_counts_and_the_second_is_dropped()
    {
        await using TestNode node = new();
        FakePeer direct = await node.ConnectOpenAsync();
        FakePeer relay = await node.ConnectRelayAsync(Dra);
        Task<OutgoingAnswer> sending = node.Node.SendAsync(Requests.Rtr(), default);
        ReceivedMessage first = await direct.ExpectRtrAsync();
        node.Time.Advance(node.Options.AnswerTimeout);
        ReceivedMessage second = await relay.ExpectRtrAsync();
        await direct.SendAsync(Requests.Rta(first, 5012));
        OutgoingAnswer answer = await sending;
        Assert.Equal((ResultCode.UnableToComply, Requests.Scscf), (answer.Code, answer.Via));
        await relay.SendAsync(Requests.Rta(second));
        await relay.FenceAsync();
        Assert.Single(node.Log.Of(2109));
        Assert.All(node.Node.OpenPeers, peer => Assert.Equal(0, peer.AwaitingAnswers));
    }

    [Fact]
    public async Task A_peer_that_sent_a_DPR_may_still_answer_what_it_had()
    {
        await using TestNode node = new();
        FakePeer direct = await node.ConnectOpenAsync();
        Task<OutgoingAnswer> sending = node.Node.SendAsync(Requests.Rtr(), default);
        ReceivedMessage rtr = await direct.ExpectRtrAsync();
        await direct.SendAsync(Requests.Dpr());
        await direct.ExpectDpaAsync();
        Assert.Equal(OutgoingOutcome.Undeliverable, (await node.Node.SendAsync(Requests.Rtr(), default)).Outcome);
        await direct.SendAsync(Requests.Rta(rtr));
        Assert.True((await sending).IsSuccess);
        await direct.CloseAsync();
    }

    [Fact]
    public async Task Without_another_path_a_suspect_peer_is_waited_for_as_long_as_any()
    {
        await using TestNode node = new();
        FakePeer direct = await node.ConnectOpenAsync();
        node.Time.Advance(30);
        await direct.ExpectDwrAsync();
        node.Time.Advance(28);
        Task<OutgoingAnswer> answered = node.Node.SendAsync(Requests.Rtr(), default);
        ReceivedMessage rtr = await direct.ExpectRtrAsync();
        Task<OutgoingAnswer> silent = node.Node.SendAsync(Requests.Rtr(), default);
        await direct.ExpectRtrAsync();
        node.Time.Advance(2);
        Assert.Equal(WatchdogState.Suspect, Assert.Single(node.Node.OpenPeers).State);
        await direct.SendAsync(Requests.Rta(rtr));
        Assert.True((await answered).IsSuccess);
        Assert.False(silent.IsCompleted);
        node.Time.Advance(2);
        Assert.Equal(OutgoingOutcome.TimedOut, (await silent).Outcome);
    }

    [Fact]
    public async Task The_whole_of_a_request_is_bounded_and_each_path_is_tried_once()
    {
        await using TestNode node = new();
        FakePeer direct = await node.ConnectOpenAsync();
        FakePeer[] relays = [.. await Task.WhenAll(Enumerable.Range(0, 4).Select(i => node.ConnectRelayAsync($"dra{i}.example")))];
        Task<OutgoingAnswer> sending = node.Node.SendAsync(Requests.Rtr(), default);
        await direct.ExpectRtrAsync();
        for (int i = 0; i < 3; i++)
        {
            Assert.False(sending.IsCompleted);
            node.Time.Advance(node.Options.AnswerTimeout);
        }

        OutgoingAnswer answer = await sending;
        Assert.Equal(OutgoingOutcome.TimedOut, answer.Outcome);
        Assert.Equal(3, node.Node.OpenPeers.Sum(peer => peer.Sent));
        Assert.All(node.Node.OpenPeers, peer => Assert.InRange(peer.Sent, 0, 1));
        Assert.Equal(4, relays.Length);
    }

    [Fact]
    public async Task A_connection_that_is_full_is_no_path()
    {
        await using TestNode node = new(options: options => options with { MaxRequestsAwaitingAnswersPerPeer = 2 });
        FakePeer direct = await node.ConnectOpenAsync();
        Task<OutgoingAnswer>[] two = [node.Node.SendAsync(Requests.Rtr(), default), node.Node.SendAsync(Requests.Rtr(), default)];
        ReceivedMessage[] rtr = [await direct.ExpectRtrAsync(), await direct.ExpectRtrAsync()];
        Assert.Equal(OutgoingOutcome.Undeliverable, (await node.Node.SendAsync(Requests.Rtr(), default)).Outcome);
        await direct.SendAsync(rtr.Select(one => Requests.Rta(one)).ToArray());
        await Task.WhenAll(two);
        Task<OutgoingAnswer> third = node.Node.SendAsync(Requests.Rtr(), default);
        await direct.SendAsync(Requests.Rta(await direct.ExpectRtrAsync()));
        Assert.True((await third).IsSuccess);
    }

    [Fact]
    public async Task Stopping_ends_what_is_under_way_and_refuses_what_comes_later()
    {
        await using TestNode node = new();
        FakePeer direct = await node.ConnectOpenAsync();
        Task<OutgoingAnswer> sending = node.Node.SendAsync(Requests.Rtr(), default);
        await direct.ExpectRtrAsync();
        Task stopping = node.Node.StopAsync(default);
        Assert.Equal(OutgoingOutcome.Stopped, (await sending).Outcome);
        Assert.Equal(OutgoingOutcome.Stopped, (await node.Node.SendAsync(Requests.Rtr(), default)).Outcome);
        await direct.SendAsync(Requests.Dpa(await direct.ExpectDprAsync()));
        await direct.ExpectClosedAsync();
        await stopping;
    }

    [Fact]
    public async Task A_caller_that_gives_up_leaves_nothing_behind()
    {
        await using TestNode node = new();
        FakePeer direct = await node.ConnectOpenAsync();
        using CancellationTokenSource patience = new();
        Task<OutgoingAnswer> sending = node.Node.SendAsync(Requests.Rtr(), patience.Token);
        ReceivedMessage rtr = await direct.ExpectRtrAsync();
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.Equal(0, Assert.Single(node.Node.OpenPeers).AwaitingAnswers);
        await direct.SendAsync(Requests.Rta(rtr));
        await direct.FenceAsync();
        Assert.Single(node.Log.Of(2109));
    }

    [Fact]
    public async Task Outcomes_are_counted_by_application_command_and_result()
    {
        await using TestNode node = new();
        using MeterListener listener = new();
        ConcurrentQueue<string> seen = new();
        listener.InstrumentPublished = (instrument, self) =>
        {
            bool isOurs = instrument.Name is "hss_diameter_sent_requests_total" or "hss_diameter_pending_requests";
            if (isOurs && instrument.Meter == node.Node.Metrics.Meter) self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => seen.Enqueue($"{instrument.Name} {Text(tags)} {value}"));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => seen.Enqueue($"{instrument.Name} {Text(tags)} {value}"));
        listener.Start();

        await node.Node.SendAsync(Requests.Rtr(), default);
        FakePeer direct = await node.ConnectOpenAsync();
        Task<OutgoingAnswer> answered = node.Node.SendAsync(Requests.Rtr(), default);
        ReceivedMessage rtr = await direct.ExpectRtrAsync();
        listener.RecordObservableInstruments();
        await direct.SendAsync(Requests.Rta(rtr));
        await answered;
        Task<OutgoingAnswer> silent = node.Node.SendAsync(Requests.Rtr(), default);
        await direct.ExpectRtrAsync();
        node.Time.Advance(node.Options.AnswerTimeout);
        await silent;
        Assert.Equal(
            [
                "hss_diameter_sent_requests_total application=Cx command=RTR result=undeliverable 1",
                $"hss_diameter_pending_requests peer={Requests.Scscf} 1",
                "hss_diameter_sent_requests_total application=Cx command=RTR result=2001 1",
                "hss_diameter_sent_requests_total application=Cx command=RTR result=timeout 1",
            ],
            seen);
    }

    private static string Text(ReadOnlySpan<KeyValuePair<string, object?>> tags) => string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
}
