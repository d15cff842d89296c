using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.DiameterNode.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Hss.DiameterNode.Tests;

/// <summary>A request has its answer at the deadline, and a procedure that is still running then harms nobody.</summary>
public sealed class DeadlineTests
{
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
        await late.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(90));

        // The procedure goes on: it owns its frame still, reads it and writes its answer, and nobody hears of it.
        Assert.Equal(1, node.Pool.Rented);
        late.Gate.SetResult();
        await late.Ended.Task.WaitAsync(TimeSpan.FromSeconds(90));
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
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(90));
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
    public async Task What_a_procedure_hung_onto_its_token_ends_with_it()
    {
        bool isFirstCancelled = false;
        TaskCompletionSource second = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using TestNode node = new(async (request, answer, cancellationToken) =>
        {
            if (request.SessionId.ToText() == "1")
            {
                cancellationToken.UnsafeRegister(_ => isFirstCancelled = true, null);
                answer.Result(ResultCode.Success);
                return;
            }

            cancellationToken.UnsafeRegister(_ => second.SetResult(), null);
            await second.Task;
        });
        FakePeer peer = await node.ConnectOpenAsync();
        await peer.SendAsync(Requests.Mar("1"), Requests.Mar("2"));
        await peer.ExpectMaaAsync();
        await peer.FenceAsync();
        node.Time.Advance(node.Options.RequestDeadline);
        Assert.Equal("2", (await peer.ExpectMaaAsync()).Text(Avp.SessionId));
        await second.Task.WaitAsync(TimeSpan.FromSeconds(90));
        Assert.False(isFirstCancelled);
        await UntilAsync(() => node.Pool.Rented == 0);
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
