using Grpc.Core;
using Hss.Grpc.Tests.V1;
using Microsoft.Extensions.Logging;

namespace Hss.Grpc.Tests;

/// <summary>The four kinds of calls, with this client and this server.</summary>
public sealed class CallKindTests
{
    [Fact]
    public async Task A_unary_call_brings_its_answer()
    {
        await using var host = await ProbeHost.StartAsync();
        using var call = host.Client.EchoAsync(new() { Text = "größer", Count = 7 });
        var answer = await call;
        Assert.Equal(("größer", 7), (answer.Text, answer.Number));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.DoesNotContain(host.Log.Lines, line => line.Level > LogLevel.Debug && line.Id != 7000);
    }

    [Fact]
    public async Task The_blocking_method_of_a_generated_client_works()
    {
        await using var host = await ProbeHost.StartAsync();
        Assert.Equal("x", host.Client.Echo(new() { Text = "x" }).Text);
        Assert.Equal(StatusCode.NotFound, Assert.Throws<RpcException>(() => host.Client.Echo(new() { Status = 5 })).StatusCode);
    }

    [Fact]
    public async Task A_client_streams_and_gets_one_answer()
    {
        await using var host = await ProbeHost.StartAsync();
        using var call = host.Client.Collect();
        for (var i = 0; i < 1000; i++) await call.RequestStream.WriteAsync(new() { Text = "ab" });
        await call.RequestStream.CompleteAsync();
        var answer = await call;
        Assert.Equal((1000, 2000), (answer.Number, answer.Text.Length));
    }

    [Fact]
    public async Task A_server_streams()
    {
        await using var host = await ProbeHost.StartAsync();
        using var call = host.Client.Repeat(new() { Text = "x", Count = 1000, AnswerBytes = 1000 });
        var numbers = new List<int>();
        await foreach (var one in call.ResponseStream.ReadAllAsync()) numbers.Add(one.Number);
        Assert.Equal(Enumerable.Range(0, 1000), numbers);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Both_stream_in_turn()
    {
        await using var host = await ProbeHost.StartAsync();
        using var call = host.Client.Chat();
        for (var i = 0; i < 100; i++)
        {
            await call.RequestStream.WriteAsync(new() { Count = i });
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
            Assert.Equal(i, call.ResponseStream.Current.Number);
        }
        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task The_hook_runs_before_every_handler_and_may_refuse()
    {
        await using var host = await ProbeHost.StartAsync(options => options.Authorize = context =>
        {
            if (context.RequestHeaders.GetValue("authorization") != "Bearer right") throw new RpcException(new Status(StatusCode.Unauthenticated, "no token"));
            context.UserState["who"] = context.Peer;
            return default;
        });
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.EchoAsync(new()));
        Assert.Equal((StatusCode.Unauthenticated, "no token"), (refused.StatusCode, refused.Status.Detail));
        Assert.NotNull(await host.Client.EchoAsync(new(), new Metadata { { "authorization", "Bearer right" } }));
        using var known = new GrpcChannel(host.Url, new() { Headers = { { "authorization", "Bearer right" } } });
        Assert.NotNull(await new Probe.ProbeClient(known).EchoAsync(new()));
        using var stream = host.Client.Repeat(new() { Count = 1 });
        Assert.Equal(StatusCode.Unauthenticated, (await Assert.ThrowsAsync<RpcException>(() => stream.ResponseStream.MoveNext(default))).StatusCode);
    }

    [Fact]
    public async Task Messages_that_may_wait_leave_together_and_all_arrive()
    {
        await using var host = await ProbeHost.StartAsync();
        using var call = host.Client.Chat();
        call.RequestStream.WriteOptions = new(WriteFlags.BufferHint);
        for (var i = 0; i < 5000; i++) await call.RequestStream.WriteAsync(new() { Count = i, Behaviour = "buffer" });
        await call.RequestStream.CompleteAsync();
        var numbers = new List<int>();
        await foreach (var one in call.ResponseStream.ReadAllAsync()) numbers.Add(one.Number);
        Assert.Equal(Enumerable.Range(0, 5000), numbers);
    }

    [Fact]
    public async Task Who_counts_the_calls_sees_each_with_its_status()
    {
        var seen = new System.Collections.Concurrent.ConcurrentQueue<(string, StatusCode)>();
        await using var host = await ProbeHost.StartAsync(options => options.Ended = (context, status, _) => seen.Enqueue((context.Method, status)));
        using var raw = new RawClient(host.Url);
        await raw.EchoAsync(RawClient.Frame(new ProbeRequest()));
        await raw.EchoAsync(RawClient.Frame(new ProbeRequest { Status = 5 }));
        await raw.PostAsync("/any/text", RawClient.Frame(new ProbeRequest()));
        while (host.Server.RunningCalls > 0 || seen.Count < 2) await Task.Yield();
        Assert.Equal([(RawClient.EchoPath, StatusCode.OK), (RawClient.EchoPath, StatusCode.NotFound)], seen);
    }

    [Fact]
    public async Task Wrong_fields_arrive_by_name()
    {
        await using var host = await ProbeHost.StartAsync();
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.EchoAsync(new() { Behaviour = "details" }));
        Assert.Equal((StatusCode.InvalidArgument, "two fields are wrong"), (refused.StatusCode, refused.Status.Detail));
        Assert.Equal([("text", "must not be empty"), ("nested.text", "größer")], refused.FieldViolations());
    }
}
