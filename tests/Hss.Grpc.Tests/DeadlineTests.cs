using Grpc.Core;
using Hss.Grpc.Tests.V1;
using Hss.Grpc.Wire;
using static Hss.Grpc.Tests.RawClient;

namespace Hss.Grpc.Tests;

/// <summary>grpc-timeout, and who gives up when.</summary>
public sealed class DeadlineTests
{
    [Theory]
    [InlineData("1H", 36_000_000_000)]
    [InlineData("2M", 1_200_000_000)]
    [InlineData("3S", 30_000_000)]
    [InlineData("4m", 40_000)]
    [InlineData("5u", 50)]
    [InlineData("600n", 6)]
    [InlineData("99n", 0)]
    [InlineData("0S", 0)]
    [InlineData("00000001S", 10_000_000)]
    [InlineData("99999999H", 40 * TimeSpan.TicksPerDay)]
    public void A_timeout_is_a_number_and_a_unit(string text, long ticks)
    {
        Assert.True(GrpcTimeout.TryRead(text, out var timeout));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("1")]
    [InlineData("1s")]
    [InlineData("-1S")]
    [InlineData("+1S")]
    [InlineData("1.5S")]
    [InlineData(" 1S")]
    [InlineData("1 S")]
    [InlineData("123456789S")]
    [InlineData("1S,2S")]
    [InlineData("\u0661S")]
    public void Anything_else_is_not(string text) => Assert.False(GrpcTimeout.TryRead(text, out _));

    [Theory]
    [InlineData(0, "1u")]
    [InlineData(1, "1u")]
    [InlineData(15, "2u")]
    [InlineData(999_999_990, "99999999u")]
    [InlineData(999_999_991, "100000m")]
    [InlineData(3_600_000_000_000, "360000S")]
    public void What_is_sent_is_never_shorter_than_what_is_left(long ticks, string text)
    {
        Assert.Equal(text, GrpcTimeout.Write(TimeSpan.FromTicks(ticks)));
        Assert.True(GrpcTimeout.TryRead(text, out var timeout) && timeout.Ticks >= ticks);
    }

    [Fact]
    public async Task A_bad_timeout_is_INTERNAL()
    {
        await using var host = await ProbeHost.StartAsync();
        using var raw = new RawClient(host.Url);
        var answer = await raw.EchoAsync(Frame(new ProbeRequest()), ("grpc-timeout", "soon"));
        Assert.Equal((13, "grpc-timeout is not a number and a unit of H M S m u n"), (answer.Status, answer.Message));
    }

    [Theory]
    [InlineData("wait")]
    [InlineData("wait-deaf")]
    public async Task When_it_passes_the_status_goes_out_whatever_the_handler_does(string behaviour)
    {
        var time = new SteppedTime();
        await using var host = await ProbeHost.StartAsync(options => options.Time = time);
        using var raw = new RawClient(host.Url);
        var call = raw.EchoAsync(Frame(new ProbeRequest { Behaviour = behaviour }), ("grpc-timeout", "10S"));
        await host.Service.Waiting.Task;
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(call.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        var answer = await call;
        Assert.Equal((200, 4, true, "the deadline has passed"), (answer.Http, answer.Status, answer.IsTrailersOnly, answer.Message));
        if (behaviour == "wait") await host.Service.Cancelled.Task;
        else Assert.Equal(1, host.Server.RunningCalls);
        Assert.Empty(host.Log.Of(7020));
    }

    [Fact]
    public async Task In_the_middle_of_a_stream_it_ends_the_stream()
    {
        var time = new SteppedTime();
        await using var host = await ProbeHost.StartAsync(options => options.Time = time);
        using var raw = new RawClient(host.Url);
        var call = raw.PostAsync("/hss.grpc.test.v1.Probe/Repeat", Frame(new ProbeRequest { Count = 3, Behaviour = "wait-after" }), headers: ("grpc-timeout", "1S"));
        await host.Service.Waiting.Task;
        time.Advance(TimeSpan.FromSeconds(1));
        var answer = await call;
        Assert.Equal((4, false), (answer.Status, answer.IsTrailersOnly));
        Assert.NotEmpty(answer.Body);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_is_behind_gets_the_status_if_it_reads_and_is_cut_off_if_not(bool reads)
    {
        var time = new SteppedTime();
        await using var host = await ProbeHost.StartAsync(
            options => options.Time = time, new() { HttpHandler = new SocketsHttpHandler { UseProxy = false, InitialHttp2StreamWindowSize = 65_535 } });
        using var call = host.Client.Repeat(
            new() { Count = 1000, AnswerBytes = 100_000 });
        await call.ResponseHeadersAsync;
        // The write that waits.
        await time.HasTimersAsync(1);
        host.Server.CutAll(new Status(StatusCode.DeadlineExceeded, "now"));
        if (reads)
        {
            var ended = await Assert.ThrowsAsync<RpcException>(async () =>
            {
                while (await call.ResponseStream.MoveNext(default))
                {
                }
            });
            Assert.Equal(StatusCode.DeadlineExceeded, ended.StatusCode);
        }
        else
        {
            while (host.Server.RunningCalls > 0)
            {
                time.Advance(TimeSpan.FromMinutes(1));
                await Task.Yield();
            }
            Assert.NotEmpty(host.Log.Of(7021));
        }
        Assert.Empty(host.Log.Of(7020));
    }

    [Fact]
    public async Task A_deadline_of_zero_never_reaches_the_handler()
    {
        await using var host = await ProbeHost.StartAsync();
        using var raw = new RawClient(host.Url);
        Assert.Equal(4, (await raw.EchoAsync(Frame(new ProbeRequest { Behaviour = "wait" }), ("grpc-timeout", "0n"))).Status);
        Assert.False(host.Service.Waiting.Task.IsCompleted);
    }

    [Fact]
    public async Task The_handler_knows_its_deadline()
    {
        var time = new SteppedTime();
        DateTime? seen = null;
        await using var host = await ProbeHost.StartAsync(options => (options.Time, options.Authorize) = (time, context =>
        {
            seen = context.Deadline;
            return default;
        }));
        using var raw = new RawClient(host.Url);
        await raw.EchoAsync(Frame(new ProbeRequest()), ("grpc-timeout", "90S"));
        Assert.Equal(time.GetUtcNow().UtcDateTime.AddSeconds(90), seen);
        await raw.EchoAsync(Frame(new ProbeRequest()));
        Assert.Equal(DateTime.MaxValue, seen);
        Assert.Equal(0, time.Timers);
    }

    [Fact]
    public async Task The_client_sends_its_deadline_and_keeps_it_itself()
    {
        var time = new SteppedTime();
        // The server's clock stands still: it is the client that gives up here, and the server sees it as cancellation.
        await using var host = await ProbeHost.StartAsync(options => options.Time = new SteppedTime(), new() { Time = time });
        using var call = host.Client.EchoAsync(new() { Behaviour = "wait" }, deadline: time.GetUtcNow().UtcDateTime.AddSeconds(5));
        await host.Service.Waiting.Task;
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
        await host.Service.Cancelled.Task;
        var late = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.EchoAsync(new(), deadline: time.GetUtcNow().UtcDateTime.AddTicks(-1)));
        Assert.Equal(StatusCode.DeadlineExceeded, late.StatusCode);
    }

    // The raw client refuses two statuses; each answer has one or the other, and the server lives on.
    [Fact]
    public async Task When_deadline_and_answer_race_there_is_exactly_one_status()
    {
        await using var host = await ProbeHost.StartAsync();
        using var raw = new RawClient(host.Url);
        var seen = new HashSet<int?>();
        for (var round = 0; round < 40; round++)
        {
            var timeout = 50 + round * 50;
            var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => raw.PostAsync(
                "/hss.grpc.test.v1.Probe/Repeat", Frame(new ProbeRequest { Count = 3 }), headers: ("grpc-timeout", $"{timeout}u"))));
            foreach (var answer in answers)
            {
                Assert.Contains(answer.Status, (int?[])[0, 4]);
                seen.Add(answer.Status);
            }
        }
        Assert.Contains(4, seen);
        Assert.Equal(0, (await raw.EchoAsync(Frame(new ProbeRequest()))).Status);
        Assert.Empty(host.Log.Of(7020));
    }
}
