using Google.Protobuf;
using Grpc.Core;
using Hss.Grpc.Tests.V1;

namespace Hss.Grpc.Tests;

/// <summary>Sizes, slow readers, cancellation.</summary>
public sealed class LimitTests
{
    [Fact]
    public async Task A_message_has_the_limit_and_not_one_octet_more()
    {
        var request = new ProbeRequest { Payload = ByteString.CopyFrom(new byte[100_000]) };
        await using var host = await ProbeHost.StartAsync(options => options.MaxReceiveMessageBytes = request.CalculateSize());
        Assert.Equal(100_000, (await host.Client.EchoAsync(request)).Payload.Length);
        request.Payload = ByteString.CopyFrom(new byte[100_001]);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.EchoAsync(request));
        Assert.Equal((StatusCode.ResourceExhausted, "a message of ProbeRequest has 100005 octets; at most 100004 are taken"), (refused.StatusCode, refused.Status.Detail));
    }

    [Fact]
    public async Task A_message_larger_than_every_window_goes_through()
    {
        await using var host = await ProbeHost.StartAsync(options => options.MaxReceiveMessageBytes = 32 * 1024 * 1024);
        Assert.Equal(20_000_000, (await host.Client.EchoAsync(new() { Payload = ByteString.CopyFrom(new byte[20_000_000]) })).Payload.Length);
    }

    [Fact]
    public async Task What_is_too_large_to_send_is_RESOURCE_EXHAUSTED()
    {
        await using var host = await ProbeHost.StartAsync(options => options.MaxSendMessageBytes = 1000, new() { MaxSendMessageBytes = 500 });
        Assert.Equal(StatusCode.ResourceExhausted, (await Assert.ThrowsAsync<RpcException>(async () => await host.Client.EchoAsync(new() { AnswerBytes = 1001 }))).StatusCode);
        var own = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.EchoAsync(new() { Payload = ByteString.CopyFrom(new byte[501]) }));
        Assert.Equal(StatusCode.ResourceExhausted, own.StatusCode);
    }

    [Fact]
    public async Task The_client_takes_no_larger_answers_than_it_says()
    {
        await using var host = await ProbeHost.StartAsync(channel: new() { MaxReceiveMessageBytes = 1000 });
        Assert.Equal(StatusCode.ResourceExhausted, (await Assert.ThrowsAsync<RpcException>(async () => await host.Client.EchoAsync(new() { AnswerBytes = 1001 }))).StatusCode);
    }

    [Fact]
    public async Task A_slow_reader_holds_the_writer_back_and_then_gets_everything()
    {
        await using var host = await ProbeHost.StartAsync(channel: SmallWindow());
        using var call = host.Client.Repeat(new() { Count = 200, AnswerBytes = 100_000 });
        Assert.True(await call.ResponseStream.MoveNext(default));
        var count = 1;
        // Far from all 20 MB was taken from the handler when the client has read one message.
        Assert.InRange(host.Service.Written.Count, 0, 100);
        await foreach (var _ in call.ResponseStream.ReadAllAsync()) count++;
        Assert.Equal((200, 200), (count, host.Service.Written.Count));
    }

    [Fact]
    public async Task A_reader_that_does_not_read_is_cut_off_in_time()
    {
        var time = new SteppedTime();
        await using var host = await ProbeHost.StartAsync(options => options.Time = time, SmallWindow());
        using var call = host.Client.Repeat(new() { Count = 1000, AnswerBytes = 100_000 });
        await call.ResponseHeadersAsync;
        await time.HasTimersAsync(1);
        var written = host.Service.Written.Count;
        Assert.InRange(written, 0, 100);
        // What was in flight may let some writes through: whoever waits in the end is the one that is cut off.
        while (host.Server.RunningCalls > 0)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }
        Assert.InRange(host.Service.Written.Count, 0, 100);
        Assert.NotEmpty(host.Log.Of(7021));
        Assert.Empty(host.Log.Of(7020));
        Assert.NotNull(await host.Client.EchoAsync(new()));
    }

    [Fact]
    public async Task An_only_answer_that_is_not_read_is_cut_off_in_time()
    {
        var time = new SteppedTime();
        await using var host = await ProbeHost.StartAsync(options => options.Time = time);
        using var http = new HttpMessageInvoker(SmallWindow().HttpHandler!);
        using var request = new HttpRequestMessage(HttpMethod.Post, host.Url + RawClient.EchoPath)
        {
            Version = System.Net.HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(RawClient.Frame(new ProbeRequest { AnswerBytes = 5_000_000 })),
        };
        request.Content.Headers.ContentType = new("application/grpc");
        using var response = await http.SendAsync(request, CancellationToken.None);
        await time.HasTimersAsync(1);
        Assert.Equal(1, host.Server.RunningCalls);
        time.Advance(TimeSpan.FromMinutes(1));
        await Assert.ThrowsAsync<HttpRequestException>(() => response.Content.ReadAsByteArrayAsync());
        while (host.Server.RunningCalls > 0) await Task.Yield();
        Assert.Single(host.Log.Of(7021));
    }

    [Fact]
    public async Task A_client_that_cancels_ends_the_handler()
    {
        await using var host = await ProbeHost.StartAsync();
        using var cancel = new CancellationTokenSource();
        using var call = host.Client.EchoAsync(new() { Behaviour = "wait" }, cancellationToken: cancel.Token);
        await host.Service.Waiting.Task;
        await cancel.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
        await host.Service.Cancelled.Task;
        Assert.Empty(host.Log.Of(7020));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_goes_away_ends_its_streams(bool byDispose)
    {
        await using var host = await ProbeHost.StartAsync();
        using var call = host.Client.Repeat(new() { Count = 1, Behaviour = "wait-after" });
        Assert.True(await call.ResponseStream.MoveNext(default));
        if (byDispose) call.Dispose(); else host.Channel.Dispose();
        await host.Service.Cancelled.Task;
        Assert.Empty(host.Log.Of(7020));
    }

    [Fact]
    public async Task More_connections_than_allowed_are_closed_and_the_others_go_on()
    {
        await using var host = await ProbeHost.StartAsync(options => options.MaxConnections = 1);
        await host.Client.EchoAsync(new());
        using var second = new GrpcChannel(host.Url);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(async () => await new Probe.ProbeClient(second).EchoAsync(new()))).StatusCode);
        Assert.NotNull(await host.Client.EchoAsync(new()));
    }

    [Fact]
    public async Task More_calls_than_a_connection_has_streams_use_another_connection()
    {
        await using var host = await ProbeHost.StartAsync(options => options.MaxStreamsPerConnection = 2);
        var waiting = Enumerable.Range(0, 6).Select(_ => host.Client.EchoAsync(new() { Behaviour = "wait-deaf" }).ResponseAsync).ToArray();
        while (host.Server.RunningCalls < 6) await Task.Yield();
        host.Service.Release.SetResult();
        await Task.WhenAll(waiting);
    }

    [Fact]
    public async Task Two_writes_at_a_time_are_the_handlers_mistake()
    {
        await using var host = await ProbeHost.StartAsync(channel: SmallWindow());
        using var call = host.Client.Collect();
        var first = call.RequestStream.WriteAsync(new() { Payload = ByteString.CopyFrom(new byte[4_000_000]) });
        if (!first.IsCompleted) await Assert.ThrowsAsync<InvalidOperationException>(() => call.RequestStream.WriteAsync(new()));
        await first;
        await call.RequestStream.CompleteAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => call.RequestStream.WriteAsync(new()));
        Assert.Equal(1, (await call).Number);
    }

    private static GrpcChannelOptions SmallWindow() =>
        new() { HttpHandler = new SocketsHttpHandler { UseProxy = false, InitialHttp2StreamWindowSize = 65_535 } };
}
