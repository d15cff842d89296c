using System.IO.Compression;
using Google.Protobuf;
using Hss.Grpc.Tests.V1;
using static Hss.Grpc.Tests.RawClient;

namespace Hss.Grpc.Tests;

/// <summary>grpc-encoding. Spec: gRPC over HTTP2, "Message-Encoding"; gRPC compression.</summary>
public sealed class CompressionTests
{
    private static readonly (string, string) AcceptGzip = ("grpc-accept-encoding", "identity,gzip");

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Who_compresses_gets_compressed_answers(string encoding)
    {
        await using var host = await ProbeHost.StartAsync();
        using var raw = new RawClient(host.Url);
        var body = Frame(Compress(encoding, new ProbeRequest { Text = "x", AnswerBytes = 10_000 }.ToByteArray()), flag: 1);
        var answer = await raw.EchoAsync(body, ("grpc-encoding", encoding), ("grpc-accept-encoding", "identity, " + encoding));
        Assert.Equal("0 1 " + encoding, $"{answer.Status} {answer.Body[0]} {answer.Headers["grpc-encoding"].Single()}");
        Assert.InRange(answer.Body.Length, 20, 1000);
        using var stream = Decompressor(encoding, new MemoryStream(answer.Body[5..]));
        Assert.Equal(10_000, ProbeResponse.Parser.ParseFrom(stream).Payload.Length);
    }

    [Fact]
    public async Task Who_does_not_compress_or_does_not_accept_gets_plain_answers()
    {
        await using var host = await ProbeHost.StartAsync();
        using var raw = new RawClient(host.Url);
        var request = new ProbeRequest { AnswerBytes = 10_000 };
        var plain = await raw.EchoAsync(Frame(request), AcceptGzip);
        Assert.Equal("0 0", $"{plain.Status} {plain.Body[0]}");
        Assert.Equal("identity,gzip,deflate", plain.Headers["grpc-accept-encoding"].Single());
        var identity = await raw.EchoAsync(Frame(request), ("grpc-encoding", "identity"), AcceptGzip);
        Assert.Equal("0 0", $"{identity.Status} {identity.Body[0]}");
        var oneWay = await raw.EchoAsync(Frame(Compress("gzip", request.ToByteArray()), flag: 1), ("grpc-encoding", "gzip"));
        Assert.Equal("0 0", $"{oneWay.Status} {oneWay.Body[0]}");
    }

    [Fact]
    public async Task A_message_may_be_plain_though_the_encoding_is_gzip()
    {
        await using var host = await ProbeHost.StartAsync();
        using var raw = new RawClient(host.Url);
        Assert.Equal(0, (await raw.EchoAsync(Frame(new ProbeRequest()), ("grpc-encoding", "gzip"), AcceptGzip)).Status);
    }

    [Fact]
    public async Task An_unknown_encoding_is_UNIMPLEMENTED_and_says_what_is_known()
    {
        await using var host = await ProbeHost.StartAsync();
        using var raw = new RawClient(host.Url);
        var answer = await raw.EchoAsync(Frame([1, 2, 3], flag: 1), ("grpc-encoding", "snappy"));
        Assert.Equal((12, "identity,gzip,deflate"), (answer.Status, answer.Headers["grpc-accept-encoding"].Single()));
        Assert.Contains("snappy", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_gzip_is_INTERNAL()
    {
        await using var host = await ProbeHost.StartAsync();
        using var raw = new RawClient(host.Url);
        var good = Compress("gzip", new ProbeRequest { Text = new string('x', 1000) }.ToByteArray());
        foreach (var bad in (byte[][])[[1, 2, 3], good[..^9]])
            Assert.Equal(13, (await raw.EchoAsync(Frame(bad, flag: 1), ("grpc-encoding", "gzip"))).Status);
    }

    [Fact]
    public async Task A_bomb_is_not_blown_up_beyond_the_limit()
    {
        await using var host = await ProbeHost.StartAsync(options => options.MaxReceiveMessageBytes = 1024 * 1024);
        using var raw = new RawClient(host.Url);
        var bomb = Compress("gzip", new byte[512 * 1024 * 1024]);
        Assert.InRange(bomb.Length, 1, 1024 * 1024);
        await raw.EchoAsync(Frame(new ProbeRequest()));
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var answer = await raw.EchoAsync(Frame(bomb, flag: 1), ("grpc-encoding", "gzip"));
        Assert.Equal((8, "a message of ProbeRequest has more once it is decompressed; at most 1048576 are taken"), (answer.Status, answer.Message));

        // The bomb has 512 MiB. What other tests take meanwhile counts along.
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 128 * 1024 * 1024);
    }

    [Fact]
    public async Task The_client_compresses_when_told_to()
    {
        await using var host = await ProbeHost.StartAsync(channel: new() { CompressRequests = true });
        using var call = host.Client.EchoAsync(new() { Text = new string('x', 5000), AnswerBytes = 5000 });
        var answer = await call;
        Assert.Equal((5000, 5000), (answer.Text.Length, answer.Payload.Length));
    }

    private static byte[] Compress(string encoding, byte[] message)
    {
        using var target = new MemoryStream();
        using (Stream stream = encoding == "gzip" ? new GZipStream(target, CompressionLevel.Optimal) : new ZLibStream(target, CompressionLevel.Optimal)) stream.Write(message);
        return target.ToArray();
    }

    private static Stream Decompressor(string encoding, Stream source) =>
        encoding == "gzip" ? new GZipStream(source, CompressionMode.Decompress) : new ZLibStream(source, CompressionMode.Decompress);
}
