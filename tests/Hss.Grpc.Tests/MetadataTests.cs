using Grpc.Core;
using Hss.Grpc.Tests.V1;
using Hss.Grpc.Wire;
using static Hss.Grpc.Tests.RawClient;

namespace Hss.Grpc.Tests;

/// <summary>Headers and trailers both ways. Spec: gRPC over HTTP2, "Custom-Metadata".</summary>
public sealed class MetadataTests
{
    [Fact]
    public async Task Text_and_octets_go_there_and_come_back_as_headers_and_as_trailers()
    {
        await using var host = await ProbeHost.StartAsync();
        byte[] octets = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        using var call = host.Client.EchoAsync(new() { Behaviour = "headers" }, new Metadata
        {
            { "x-text", "a, b" }, { "x-twice", "1" }, { "x-twice", "2" }, { "x-octets-bin", octets }, { "x-none-bin", Array.Empty<byte>() }, { "x-two-bin", new byte[] { 1 } }, { "x-two-bin", new byte[] { 2, 3 } },
        });
        await call;
        foreach (var metadata in (Metadata[])[await call.ResponseHeadersAsync, call.GetTrailers()])
        {
            Assert.Equal("a, b", metadata.GetValue("x-text"));
            // HTTP may join what has the same name.
            Assert.Equal("1, 2", string.Join(", ", metadata.GetAll("x-twice").Select(entry => entry.Value)));
            Assert.Equal(octets, metadata.GetValueBytes("x-octets-bin")!);
            Assert.Empty(metadata.GetValueBytes("x-none-bin")!);
            Assert.Equal([[1], [2, 3]], metadata.GetAll("x-two-bin").Select(entry => entry.ValueBytes));
            Assert.DoesNotContain(metadata, entry => entry.Key.StartsWith("grpc-", StringComparison.Ordinal) || entry.Key is "te" or "content-type" or ":path" or "host");
        }
        Assert.Equal((StatusCode.OK, ""), (call.GetStatus().StatusCode, call.GetStatus().Detail));
    }

    [Theory]
    [InlineData("AQID", "010203")]
    [InlineData("AQ", "01")]
    [InlineData("AQ==", "01")]
    [InlineData("AQI", "0102")]
    [InlineData("AQI=", "0102")]
    [InlineData("AQ==,AgM", "01|0203")]
    [InlineData("AQ, AgM=", "01|0203")]
    public async Task Octets_come_with_and_without_padding_and_several_at_once(string text, string expected)
    {
        var seen = "";
        await using var host = await ProbeHost.StartAsync(options => options.Authorize = context =>
        {
            seen = string.Join('|', context.RequestHeaders.GetAll("x-bin").Select(entry => Convert.ToHexString(entry.ValueBytes)));
            return default;
        });
        using var raw = new RawClient(host.Url);
        Assert.Equal(0, (await raw.EchoAsync(Frame(new ProbeRequest()), ("x-bin", text))).Status);
        Assert.Equal(expected, seen);
    }

    [Theory]
    [InlineData("A")]
    [InlineData("AQID!")]
    [InlineData("AQ==,A")]
    public async Task What_is_not_base64_is_refused(string text)
    {
        await using var host = await ProbeHost.StartAsync();
        using var raw = new RawClient(host.Url);
        var answer = await raw.EchoAsync(Frame(new ProbeRequest()), ("x-bin", text));
        Assert.Equal((13, "the header x-bin is not base64"), (answer.Status, answer.Message));
    }

    [Fact]
    public async Task Names_that_metadata_does_not_know_are_passed_over()
    {
        await using var host = await ProbeHost.StartAsync();
        using var raw = new RawClient(host.Url);
        Assert.Equal(0, (await raw.EchoAsync(Frame(new ProbeRequest { Behaviour = "headers" }), ("x!y", "1"), ("grpc-unknown", "2"), ("X-Upper", "3"))).Status);
    }

    [Fact]
    public async Task The_peer_and_the_authority_are_known()
    {
        (string Peer, string Host, string Method) seen = default;
        await using var host = await ProbeHost.StartAsync(options => options.Authorize = context =>
        {
            Assert.Null(context.ClientCertificate());
            Assert.True(System.Net.IPAddress.IsLoopback(context.RemoteAddress()!));
            seen = (context.Peer, context.Host, context.Method);
            return default;
        });
        await host.Client.EchoAsync(new());
        Assert.Matches("^ipv4:127\\.0\\.[0-9.]+:[0-9]+$", seen.Peer);
        Assert.Equal((host.EndPoint.ToString(), EchoPath), (seen.Host, seen.Method));
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("50%", "50%25")]
    [InlineData("\0\n~\u007f", "%00%0A~%7F")]
    [InlineData("\U0001F600", "%F0%9F%98%80")]
    public void Messages_are_percent_encoded(string text, string expected) => Assert.Equal(expected, MetadataText.EncodeMessage(text));

    [Fact]
    public void Half_a_character_does_not_end_a_status() => Assert.Equal("%EF%BF%BD", MetadataText.EncodeMessage("\ud800"));

    [Theory]
    [InlineData("%41%", "A%")]
    [InlineData("%4", "%4")]
    [InlineData("%zz%42", "%zzB")]
    [InlineData("%FF", "\ufffd")]
    public void Badly_encoded_messages_are_shown_as_they_are(string text, string expected) => Assert.Equal(expected, MetadataText.DecodeMessage(text));
}
