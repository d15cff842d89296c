using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.DiameterNode.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Hss.DiameterNode.Tests;

/// <summary>Exactly one answer per request, whatever the procedure does.</summary>
public sealed class AnswerTests
{
    [Fact]
    public async Task A_procedure_that_throws_gives_5012_one_critical_line_and_keeps_the_peer()
    {
        await using TestNode node = new((request, answer, _) =>
            request.SipNumberAuthItems > 1 ? TestNode.Succeed(request, answer, default) : throw new InvalidOperationException("a bug"));
        FakePeer peer = await node.ConnectOpenAsync();
        await AssertFailsAsync(node, peer, faults: 1);
    }

    [Fact]
    public async Task A_procedure_that_throws_after_waiting_gives_5012()
    {
        await using TestNode node = new(async (_, answer, _) =>
        {
            answer.Writer.WriteText(Avp.ServerName, "sip:half-written");
            await Task.Yield();
            throw new InvalidOperationException("a bug");
        });
        FakePeer peer = await node.ConnectOpenAsync();
        await AssertFailsAsync(node, peer, faults: 1);
    }

    [Fact]
    public async Task A_procedure_that_throws_between_two_AVPs_leaves_nothing_of_them()
    {
        await using TestNode node = new((_, answer, _) =>
        {
            answer.Writer.BeginGroup(Avp.SipAuthDataItem);
            answer.Writer.WriteText(Avp.SipAuthenticationScheme, "half");
            throw new InvalidOperationException("a bug");
        });
        FakePeer peer = await node.ConnectOpenAsync();
        ReceivedMessage answer = await AssertFailsAsync(node, peer, faults: 1);
        Assert.False(answer.Find(Avp.SipAuthDataItem).IsPresent);
    }

    [Fact]
    public async Task A_procedure_without_a_result_gives_5012()
    {
        await using TestNode node = new((_, _, _) => default);
        FakePeer peer = await node.ConnectOpenAsync();
        await peer.AskAsync(Requests.Mar());
        Assert.Equal(LogLevel.Critical, Assert.Single(node.Log.Of(2204)).Level);
    }

    [Fact]
    public async Task A_group_left_open_gives_5012()
    {
        await using TestNode node = new((_, answer, _) =>
        {
            answer.Result(ResultCode.Success);
            answer.Writer.BeginGroup(Avp.SipAuthDataItem);
            return default;
        });
        FakePeer peer = await node.ConnectOpenAsync();
        await AssertFailsAsync(node, peer, faults: 1);
    }

    [Fact]
    public async Task Two_results_are_a_bug()
    {
        await using TestNode node = new((_, answer, _) =>
        {
            answer.Result(ResultCode.Success);
            answer.ExperimentalResult(ExperimentalResultCode.ErrorUserUnknown);
            return default;
        });
        FakePeer peer = await node.ConnectOpenAsync();
        await AssertFailsAsync(node, peer, faults: 1);
    }

    [Fact]
    public async Task An_answer_longer_than_peers_take_becomes_5012()
    {
        await using TestNode node = new((_, answer, _) =>
        {
            answer.Result(ResultCode.Success);
            answer.Writer.WriteOctets(Avp.UserData, new byte[DiameterLimits.MaxFrameLengthBytes]);
            return default;
        });
        FakePeer peer = await node.ConnectOpenAsync();
        Assert.Equal(ResultCode.UnableToComply, (await peer.AskAsync(Requests.Mar())).Result);
        Assert.Single(node.Log.Of(2205));
    }

    [Fact]
    public async Task A_request_that_has_too_much_repeated_is_answered_5012_and_is_no_bug_of_ours()
    {
        await using TestNode node = new((_, answer, _) =>
        {
            answer.Result(ResultCode.Success);
            answer.Writer.WriteOctets(Avp.UserData, new byte[2_000]);
            return default;
        });
        FakePeer peer = await node.ConnectOpenAsync(sendBufferBytes: 256 * 1024);
        byte[] request = Requests.Mar(more: writer =>
        {
            writer.BeginGroup(Avp.ProxyInfo);
            writer.WriteText(Avp.ProxyHost, "proxy.example");
            writer.WriteOctets(Avp.ProxyState, new byte[64_000]);
            writer.EndGroup();
        });
        ReceivedMessage answer = await peer.AskAsync(request);
        Assert.Equal(ResultCode.UnableToComply, answer.Result);
        Assert.Equal("alice@" + Requests.Realm, answer.Text(Avp.UserName));
        Assert.Empty(node.Log.Of(2205));
        Assert.Single(node.Log.Of(2201));
    }

    [Fact]
    public async Task A_3xxx_of_the_procedure_becomes_an_answer_message()
    {
        await using TestNode node = new((_, answer, _) =>
        {
            answer.Writer.WriteText(Avp.ServerName, "sip:left.out");
            answer.Result(ResultCode.TooBusy);
            return default;
        });
        FakePeer peer = await node.ConnectOpenAsync();
        ReceivedMessage answer = await peer.AskAsync(Requests.Mar());
        Assert.Equal(ResultCode.TooBusy, answer.Result);
        Assert.True(answer.Header.IsError);
        Assert.False(answer.Find(Avp.ServerName).IsPresent);
        Assert.True(answer.Find(Avp.UserName).IsPresent);
    }

    [Fact]
    public async Task A_fault_found_by_the_procedure_shows_its_AVP()
    {
        await using TestNode node = new((request, answer, _) =>
        {
            answer.Result(ResultCode.InvalidAvpValue, request.ServerName.RawAvp.Span);
            return default;
        });
        FakePeer peer = await node.ConnectOpenAsync();
        byte[] request = Requests.Mar();
        ReceivedMessage answer = await peer.AskAsync(request);
        Assert.Equal(ResultCode.InvalidAvpValue, answer.Result);
        Assert.Equal(new ReceivedMessage(request).Find(Avp.ServerName).RawAvp.ToArray(), answer.Failed);
    }

    [Fact]
    public async Task At_the_deadline_the_answer_is_5012_and_what_comes_later_is_dropped()
    {
        Late late = new();
        await using TestNode node = new(late.Procedure);
        FakePeer peer = await node.ConnectOpenAsync();
        await peer.SendAsync(Requests.Mar("late;1"));
        await peer.FenceAsync();
        node.Time.Advance(node.Options.RequestDeadline - TimeSpan.FromMilliseconds(1));
        Assert.False(late.Token.IsCancellationRequested);
        node.Time.Advance(TimeSpan.FromMilliseconds(1));

        ReceivedMessage answer = await peer.ExpectMaaAsync();
        Assert.Equal(ResultCode.UnableToComply, answer.Result);
        Assert.Equal("late;1", answer.Text(Avp.SessionId));
        Assert.Equal("alice@" + Requests.Realm, answer.Text(Avp.UserName));
        await late.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(20));

        // The procedure goes on: it owns its frame still, reads it and writes its answer, and nobody hears of it.
        Assert.Equal(1, node.Pool.Rented);
        late.Gate.SetResult();
        await late.Ended.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal("late;1", late.SessionIdSeenLate);
        Assert.Equal(ResultCode.UnableToComply, (await AskLateAsync(node, peer, "late;2")).Result);
        Assert.Empty(node.Log.Of(2203));
        Assert.Equal(2, node.Log.Of(2201).Count());
    }

    [Fact]
    public async Task A_procedure_that_gives_up_at_the_deadline_is_no_bug()
    {
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestNode node = new(async (_, _, cancellationToken) =>
        {
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }
            finally
            {
                ended.SetResult();
            }
        });
        FakePeer peer = await node.ConnectOpenAsync();
        await peer.SendAsync(Requests.Mar());
        await peer.FenceAsync();
        node.Time.Advance(node.Options.RequestDeadline);
        Assert.Equal(ResultCode.UnableToComply, (await peer.ExpectMaaAsync()).Result);
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(20));
        await UntilAsync(() => node.Pool.Rented == 0);
        Assert.DoesNotContain(node.Log.Lines, line => line.Level == LogLevel.Critical);
    }

    [Fact]
    public async Task A_procedure_that_throws_behind_the_deadline_is_still_logged()
    {
        Late late = new() { Fault = new InvalidOperationException("a bug") };
        await using TestNode node = new(late.Procedure);
        FakePeer peer = await node.ConnectOpenAsync();
        Assert.Equal(ResultCode.UnableToComply, (await AskLateAsync(node, peer, "late;1")).Result);
        late.Gate.SetResult();
        await UntilAsync(() => node.Log.Of(2203).Any());
        await UntilAsync(() => node.Pool.Rented == 0);
    }

    [Fact]
    public async Task Deadlines_come_in_the_order_of_the_requests_and_each_in_its_own_time()
    {
        Dictionary<string, TaskCompletionSource> gates = Enumerable.Range(1, 3).ToDictionary(i => $"{i}", _ => new TaskCompletionSource());
        await using TestNode node = new(async (request, answer, _) =>
        {
            await gates[request.SessionId.ToText()].Task;
            answer.Result(ResultCode.Success);
        });
        FakePeer peer = await node.ConnectOpenAsync();
        foreach (string session in gates.Keys)
        {
            await peer.SendAsync(Requests.Mar(session));
            await peer.FenceAsync();
            node.Time.Advance(0.5);
        }

        gates["2"].SetResult();
        Assert.Equal("2", (await peer.ExpectMaaAsync()).Text(Avp.SessionId));
        node.Time.Advance(0.5);
        ReceivedMessage first = await peer.ExpectMaaAsync();
        Assert.Equal(("1", ResultCode.UnableToComply), (first.Text(Avp.SessionId), first.Result));
        node.Time.Advance(0.999);
        await peer.FenceAsync();
        node.Time.Advance(0.001);
        ReceivedMessage third = await peer.ExpectMaaAsync();
        Assert.Equal(("3", ResultCode.UnableToComply), (third.Text(Avp.SessionId), third.Result));
        gates["1"].SetResult();
        gates["3"].SetResult();
        await UntilAsync(() => node.Pool.Rented == 0);
    }

    [Fact]
    public async Task An_answer_after_the_end_of_its_connection_is_dropped_and_its_buffers_come_back()
    {
        Late late = new();
        await using TestNode node = new(late.Procedure, options => options with { DrainTimeout = TimeSpan.FromSeconds(1) });
        FakePeer peer = await node.ConnectOpenAsync();
        await peer.SendAsync(Requests.Mar());
        await peer.FenceAsync();
        peer.Connection.Abort();
        await UntilAsync(() =>
        {
            node.Time.Advance(0.1);
            return peer.Served.IsCompleted;
        });
        Assert.Equal(1, node.Pool.Rented);
        late.Gate.SetResult();
        await UntilAsync(() => node.Pool.Rented == 0);
    }

    [Fact]
    public async Task The_writer_is_out_of_reach_when_the_procedure_has_ended()
    {
        Answer? kept = null;
        await using TestNode node = new((_, answer, _) =>
        {
            kept = answer;
            answer.Result(ResultCode.Success);
            return default;
        });
        FakePeer peer = await node.ConnectOpenAsync();
        await peer.AskAsync(Requests.Mar());
        Assert.Throws<InvalidOperationException>(() => kept!.Writer);
    }

    [Fact]
    public async Task Neither_the_log_of_a_fault_nor_a_broken_line_shows_what_it_must_not()
    {
        await using TestNode node = new((_, _, _) => throw new InvalidOperationException("a bug"));
        FakePeer peer = await node.ConnectOpenAsync();
        byte[] secret = Convert.FromHexString("8BAF473F2F8FD09487CCCBD7097C6862");
        await peer.AskAsync(Requests.Mar("with\nnewline", more: writer =>
        {
            writer.BeginGroup(Avp.SipDigestAuthenticate);
            writer.WriteText(Avp.DigestRealm, "realm");
            writer.WriteText(Avp.DigestHa1, Convert.ToHexString(secret));
            writer.EndGroup();
        }));
        Assert.DoesNotContain(node.Log.Lines, line => line.Text.Contains(Convert.ToHexString(secret), StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(node.Log.Of(2201), line => line.Text.Contains('\n', StringComparison.Ordinal));
        Assert.DoesNotContain(node.Log.Of(2200), line => line.Text.Contains('\n', StringComparison.Ordinal));
    }

    private static async Task<ReceivedMessage> AssertFailsAsync(TestNode node, FakePeer peer, int faults)
    {
        ReceivedMessage answer = await peer.AskAsync(Requests.Mar("broken;1"));
        Assert.Equal(ResultCode.UnableToComply, answer.Result);
        Assert.False(answer.Header.IsError);
        Assert.Equal("broken;1", answer.Text(Avp.SessionId));
        Assert.Equal("alice@" + Requests.Realm, answer.Text(Avp.UserName));
        Assert.False(answer.Find(Avp.ServerName).IsPresent);
        Assert.Equal(faults, node.Log.Lines.Count(line => line.Level == LogLevel.Critical));
        Assert.All(node.Log.Of(2203), line => Assert.Contains("Multimedia-Auth-Request", line.Text, StringComparison.Ordinal));
        await peer.FenceAsync();
        return answer;
    }

    private static async Task<ReceivedMessage> AskLateAsync(TestNode node, FakePeer peer, string sessionId)
    {
        await peer.SendAsync(Requests.Mar(sessionId));
        await peer.FenceAsync();
        node.Time.Advance(node.Options.RequestDeadline);
        return await peer.ExpectMaaAsync();
    }

    private static Task UntilAsync(Func<bool> condition) => Eventually.IsTrueAsync(condition);

    /// <summary>A procedure that waits for its gate and never looks at its token.</summary>
    private sealed class Late
    {
        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationToken Token { get; private set; }

        public Exception? Fault { get; init; }

        public string? SessionIdSeenLate { get; private set; }

        public async ValueTask Procedure(MultimediaAuthRequest request, Answer answer, CancellationToken cancellationToken)
        {
            if (Gate.Task.IsCompleted)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }

            Token = cancellationToken;
            cancellationToken.UnsafeRegister(_ => Cancelled.TrySetResult(), null);
            await Gate.Task;
            SessionIdSeenLate = request.SessionId.ToText();
            answer.Writer.WriteText(Avp.ServerName, "sip:too.late");
            answer.Result(ResultCode.Success);
            Ended.TrySetResult();
            if (Fault is not null) throw Fault;
        }
    }
}
