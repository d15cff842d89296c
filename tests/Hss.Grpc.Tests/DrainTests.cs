using Grpc.Core;
using Grpc.Health.V1;
using Hss.Grpc.Tests.V1;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Hss.Grpc.Tests;

/// <summary>The end of a server, and what it says of its health before.</summary>
public sealed class DrainTests
{
    [Fact]
    public async Task A_running_call_ends_by_itself_and_no_new_one_begins()
    {
        await using var host = await ProbeHost.StartAsync(options => options.DrainTimeout = TimeSpan.FromMinutes(1));
        var call = host.Client.EchoAsync(new() { Behaviour = "wait-deaf", Text = "to the end" }).ResponseAsync;
        await host.Service.Waiting.Task;
        var stop = host.Server.StopAsync();
        using var late = new GrpcChannel(host.Url);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(async () => await new Probe.ProbeClient(late).EchoAsync(new()))).StatusCode);
        Assert.False(stop.IsCompleted);
        host.Service.Release.SetResult();
        Assert.Equal("to the end", (await call).Text);
        host.Channel.Dispose();
        await stop;
        Assert.Empty(host.Log.Of(7002));
    }

    [Theory]
    [InlineData("wait")]
    [InlineData("wait-deaf")]
    public async Task A_call_that_does_not_end_is_ended_with_UNAVAILABLE(string behaviour)
    {
        var time = new SteppedTime();
        await using var host = await ProbeHost.StartAsync(options => options.Time = time);
        var call = host.Client.EchoAsync(new() { Behaviour = behaviour }).ResponseAsync;
        await host.Service.Waiting.Task;
        var stop = host.Server.StopAsync();
        await time.HasTimersAsync(1);
        time.Advance(TimeSpan.FromSeconds(1));
        var ended = await Assert.ThrowsAsync<RpcException>(() => call);
        Assert.Equal((StatusCode.Unavailable, "the server is shutting down"), (ended.StatusCode, ended.Status.Detail));
        while (!stop.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            host.Service.Release.TrySetResult();
            await Task.Yield();
        }
        await stop;
        Assert.Single(host.Log.Of(7002));
    }

    [Fact]
    public async Task Services_learn_that_the_server_stops()
    {
        await using var host = await ProbeHost.StartAsync();
        Assert.False(host.Server.Stopping.IsCancellationRequested);
        var seen = false;
        host.Server.Stopping.Register(() => seen = true);
        await host.Server.StopAsync();
        Assert.True(seen);
        await host.Server.StopAsync();
    }

    [Fact]
    public async Task A_taken_port_is_said_at_the_start()
    {
        await using var host = await ProbeHost.StartAsync();
        var options = new GrpcServerOptions();
        options.Listen(host.EndPoint);
        await using var second = new GrpcServer(options, new CollectedLog());
        await Assert.ThrowsAnyAsync<IOException>(() => second.StartAsync());
    }

    [Fact]
    public async Task Health_is_checked()
    {
        await using var host = await ProbeHost.StartAsync();
        var health = new Health.HealthClient(host.Channel);
        foreach (var known in (string[])["", "hss.grpc.test.v1.Probe", "grpc.health.v1.Health"])
            Assert.Equal(ServingStatus.Serving, (await health.CheckAsync(new() { Service = known })).Status);
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(async () => await health.CheckAsync(new() { Service = "nobody" }))).StatusCode);
        host.Server.Health.Set("hss.grpc.test.v1.Probe", isServing: false);
        Assert.Equal(ServingStatus.NotServing, (await health.CheckAsync(new() { Service = "hss.grpc.test.v1.Probe" })).Status);
    }

    [Fact]
    public async Task Health_is_watched_until_the_server_stops()
    {
        await using var host = await ProbeHost.StartAsync();
        using var call = new Health.HealthClient(host.Channel).Watch(new() { Service = "later" });
        var seen = new List<ServingStatus>();
        foreach (var change in (Action[])[() => { }, () => host.Server.Health.Set("later", true), () => host.Server.Health.Set("later", false), () => host.Server.Health.Set("later", true)])
        {
            change();
            Assert.True(await call.ResponseStream.MoveNext(default));
            seen.Add(call.ResponseStream.Current.Status);
        }
        Assert.Equal([ServingStatus.ServiceUnknown, ServingStatus.Serving, ServingStatus.NotServing, ServingStatus.Serving], seen);
        var stop = host.Server.StopAsync();
        Assert.True(await call.ResponseStream.MoveNext(default));
        Assert.Equal(ServingStatus.NotServing, call.ResponseStream.Current.Status);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(default))).StatusCode);
        host.Channel.Dispose();
        await stop;
    }
}
