using Grpc.Core;
using Hss.Grpc.Tests.V1;
using Microsoft.Extensions.Logging;
using static Hss.Grpc.Tests.RawClient;

namespace Hss.Grpc.Tests;

/// <summary>How calls end. Spec: gRPC over HTTP2, "Responses"; gRPC status codes.</summary>
public sealed class StatusTests
{
    [Theory]
    [InlineData("throw")]
    [InlineData("null")]
    [InlineData("cancelled")]
    public async Task A_handler_that_fails_is_UNKNOWN_says_nothing_and_is_logged_once(string behaviour)
    {
        await using var host = await ProbeHost.StartAsync();
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.EchoAsync(new() { Behaviour = behaviour }));
        Assert.Equal(StatusCode.Unknown, refused.StatusCode);
        Assert.DoesNotContain(ProbeService.SecretText, refused.ToString(), StringComparison.Ordinal);
        Assert.Equal(LogLevel.Error, Assert.Single(host.Log.Lines, line => line.Id == 7020).Level);
    }

    [Theory]
    [InlineData("throw-after", 0, StatusCode.Unknown)]
    [InlineData("status-after", 9, StatusCode.FailedPrecondition)]
    public async Task What_was_streamed_before_an_error_arrives(string behaviour, int status, StatusCode expected)
    {
        await using var host = await ProbeHost.StartAsync();
        using var call = host.Client.Repeat(new() { Count = 3, Behaviour = behaviour, Status = status });
        var count = 0;
        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (var _ in call.ResponseStream.ReadAllAsync()) count++;
        });
        Assert.Equal((3, expected, expected), (count, refused.StatusCode, call.GetStatus().StatusCode));
    }

    [Fact]
    public async Task Every_code_and_any_text_arrive()
    {
        await using var host = await ProbeHost.StartAsync();
        foreach (var code in Enum.GetValues<StatusCode>().Where(code => code != StatusCode.OK))
        {
            var text = $"100 % größer\r\n\U0001F600 {code}";
            var refused = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.EchoAsync(new() { Status = (int)code, Text = text }));
            Assert.Equal((code, text), (refused.StatusCode, refused.Status.Detail));
        }
        Assert.Empty(host.Log.Of(7020));
    }

    [Fact]
    public async Task A_status_that_was_set_is_sent_in_place_of_the_message()
    {
        await using var host = await ProbeHost.StartAsync();
        using var raw = new RawClient(host.Url);
        var answer = await raw.EchoAsync(Frame(new ProbeRequest { Behaviour = "set-status", Status = 9, Text = "not now" }));
        Assert.Equal((200, 9, true, "not now"), (answer.Http, answer.Status, answer.IsTrailersOnly, answer.Message));
    }

    [Fact]
    public async Task Errors_are_trailers_only_and_messages_are_percent_encoded()
    {
        await using var host = await ProbeHost.StartAsync();
        using var raw = new RawClient(host.Url);
        var answer = await raw.EchoAsync(Frame(new ProbeRequest { Status = 5, Text = "50 % größer" }));
        Assert.Equal((200, 5, true, "50 %25 gr%C3%B6%C3%9Fer"), (answer.Http, answer.Status, answer.IsTrailersOnly, answer.Message));
        Assert.Empty(answer.Body);
    }

    [Fact]
    public async Task A_long_text_and_many_wrong_fields_stay_small_enough_for_common_clients()
    {
        await using var host = await ProbeHost.StartAsync(options => options.Authorize = _ =>
            throw RpcErrors.InvalidArgument(new string('ö', 5000), Enumerable.Range(0, 1000).Select(i => ($"field[{i}]", "is wrong, in many words"))));
        using var raw = new RawClient(host.Url);
        var answer = await raw.EchoAsync(Frame(new ProbeRequest()));
        Assert.Equal(3, answer.Status);
        Assert.True(answer.Headers.Sum(header => header.Key.Length + header.Sum(value => value.Length)) < 8 * 1024);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.EchoAsync(new()));
        Assert.Matches("^and [0-9]+ more$", refused.FieldViolations()[^1].Description);
    }

    [Theory]
    [InlineData("/hss.grpc.test.v1.Probe/Nothing", "service hss.grpc.test.v1.Probe has no method Nothing")]
    [InlineData("/hss.grpc.test.v1.Nobody/Echo", "there is no service hss.grpc.test.v1.Nobody")]
    [InlineData("/", "there is no service /")]
    [InlineData("/%2e/x", "there is no service %252e")]
    public async Task What_is_not_served_is_UNIMPLEMENTED(string path, string text)
    {
        await using var host = await ProbeHost.StartAsync();
        using var raw = new RawClient(host.Url);
        var answer = await raw.PostAsync(path, Frame(new ProbeRequest()));
        Assert.Equal((200, 12, true), (answer.Http, answer.Status, answer.IsTrailersOnly));
        if (!path.Contains('%', StringComparison.Ordinal)) Assert.Equal(text, answer.Message);
    }

    [Fact]
    public async Task Details_and_reasons_go_with_any_status()
    {
        await using var host = await ProbeHost.StartAsync(options => options.Authorize = _ =>
            throw RpcErrors.WithReason(StatusCode.ResourceExhausted, "too many", "RATE_LIMIT", "probe.test", [new("limit", "5")]));
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await host.Client.EchoAsync(new()));
        Assert.Equal(("RATE_LIMIT", "probe.test", "5"), (refused.Reason()!.Reason, refused.Reason()!.Domain, refused.Reason()!.Metadata["limit"]));
        Assert.Equal(8, refused.Details()!.Code);
        Assert.Empty(refused.FieldViolations());
    }
}
