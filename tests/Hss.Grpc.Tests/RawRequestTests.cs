using System.Net;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;
using Hss.Grpc.Tests.V1;
using static Hss.Grpc.Tests.RawClient;

namespace Hss.Grpc.Tests;

/// <summary>Requests no client of ours would send.</summary>
public sealed class RawRequestTests
{
    private static readonly byte[] Good = Frame(new ProbeRequest { Text = "x" });

    public static TheoryData<string, byte[], int, string> BadBodies => new()
    {
        { "none", [], 12, "this method takes one message, and none came" },
        { "two", [.. Good, .. Good], 12, "this method takes one message, and more came" },
        { "cut in the prefix", Good[..3], 13, "the stream ends inside a message" },
        { "cut in the message", Good[..^1], 13, "the stream ends inside a message" },
        { "garbage behind", [.. Good, 0, 0], 13, "the stream ends inside a message" },
        { "flag 2", Frame([], flag: 2), 13, "a message begins with the compressed flag, 0 or 1, not 2" },
        { "compressed without encoding", Frame([1, 2, 3], flag: 1), 13, "a message is marked compressed, but grpc-encoding names no compression" },
        { "4 GiB claimed", Frame([1], length: uint.MaxValue), 8, "a message of ProbeRequest has 4294967295 octets; at most 4194304 are taken" },
        { "2 GiB claimed", Frame([1], length: int.MaxValue), 8, "a message of ProbeRequest has 2147483647 octets; at most 4194304 are taken" },
        { "not protobuf", Frame([0xFF, 0xFF, 0xFF, 0xFF]), 13, "a message cannot be read as ProbeRequest" },
    };

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task Bad_bodies_have_their_status(string name, byte[] body, int status, string text)
    {
        await using var host = await ProbeHost.StartAsync();
        using var raw = new RawClient(host.Url);
        var answer = await raw.EchoAsync(body);
        Assert.Equal((name, 200, status, true, text), (name, answer.Http, answer.Status, answer.IsTrailersOnly, answer.Message));
        Assert.Equal(0, (await raw.EchoAsync(Good)).Status);
        Assert.Empty(host.Log.Of(7020));
    }

    [Fact]
    public async Task A_claimed_length_costs_nothing_before_its_octets_come()
    {
        await using var host = await ProbeHost.StartAsync(options => options.MaxReceiveMessageBytes = int.MaxValue);
        using var raw = new RawClient(host.Url);
        await raw.EchoAsync(Good);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.Equal(13, (await raw.EchoAsync(Frame([1], length: int.MaxValue - 1))).Status);

        // It claims 2 GiB. What other tests take meanwhile counts along.
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 128 * 1024 * 1024);
    }

    [Theory]
    [InlineData("application/grpc", 200)]
    [InlineData("application/grpc+proto", 200)]
    [InlineData("application/grpc; charset=utf-8", 200)]
    [InlineData("application/grpc+json", 415)]
    [InlineData("application/grpc-web", 415)]
    [InlineData("application/grpcx", 415)]
    [InlineData("application/json", 415)]
    [InlineData(null, 415)]
    public async Task The_content_type_tells_gRPC_from_other_HTTP(string? contentType, int http)
    {
        await using var host = await ProbeHost.StartAsync();
        using var raw = new RawClient(host.Url);
        var answer = await raw.PostAsync(EchoPath, Good, contentType);
        Assert.Equal((http, http == 200 ? 0 : null), (answer.Http, answer.Status));
    }

    [Fact]
    public async Task Other_methods_than_POST_are_405()
    {
        await using var host = await ProbeHost.StartAsync();
        using var raw = new RawClient(host.Url);
        foreach (var method in (string[])["GET", "HEAD", "PUT", "OPTIONS"])
            Assert.Equal((method, 405), (method, (await raw.PostAsync(EchoPath, [], method: method)).Http));
    }

    [Fact]
    public async Task HTTP_1_is_told_so()
    {
        await using var host = await ProbeHost.StartAsync();
        using var socket = new TcpClient();
        await socket.ConnectAsync(host.EndPoint);
        await socket.GetStream().WriteAsync("POST /hss.grpc.test.v1.Probe/Echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/grpc\r\ncontent-length: 0\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(socket.GetStream(), Encoding.ASCII);
        Assert.Equal("HTTP/1.1 400 Bad Request", await reader.ReadLineAsync());
        Assert.Contains("HTTP/2", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.NotNull(await host.Client.EchoAsync(new()));
    }

    [Fact]
    public async Task Octets_that_are_no_HTTP_close_their_connection_alone()
    {
        await using var host = await ProbeHost.StartAsync();
        using var socket = new TcpClient();
        await socket.ConnectAsync(host.EndPoint);
        await socket.GetStream().WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"u8.ToArray());
        var buffer = new byte[1024];
        while (await socket.GetStream().ReadAsync(buffer) > 0)
        {
        }
        Assert.NotNull(await host.Client.EchoAsync(new()));
    }

    [Fact]
    public async Task A_message_may_come_in_any_pieces()
    {
        await using var host = await ProbeHost.StartAsync();
        using var http = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        var body = Frame(new ProbeRequest { Text = "pieces", Payload = ByteString.CopyFrom(new byte[200]) });
        using var request = new HttpRequestMessage(HttpMethod.Post, host.Url + EchoPath)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new Pieces(body),
        };
        request.Content.Headers.ContentType = new("application/grpc");
        using var response = await http.SendAsync(request, CancellationToken.None);
        var answer = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal("pieces", ProbeResponse.Parser.ParseFrom(answer.AsSpan(5)).Text);
        Assert.Equal("0", Assert.Single(response.TrailingHeaders.GetValues("grpc-status")));
    }

    /// <summary>Each octet in a frame of its own.</summary>
    private sealed class Pieces(byte[] body) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (var i = 0; i < body.Length; i++)
            {
                await stream.WriteAsync(body.AsMemory(i, 1));
                await stream.FlushAsync();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
