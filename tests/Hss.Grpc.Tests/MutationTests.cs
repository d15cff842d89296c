using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using Google.Protobuf;
using Hss.Grpc.Tests.V1;
using static Hss.Grpc.Tests.RawClient;

namespace Hss.Grpc.Tests;

/// <summary>Mutated octets at every layer: each request gets exactly one fitting status, and the server lives on.</summary>
public sealed class MutationTests
{
    private const int Default = 20261122;

    private static readonly int Seed =
        int.TryParse(Environment.GetEnvironmentVariable("HSS_TEST_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed : Default;

    private static readonly string[] Paths = ["Echo", "Collect", "Repeat", "Chat"];

    private static readonly string[] ContentTypes = ["application/grpc", "application/grpc+proto", "application/grpc+json", "text/plain", "application/json"];

    // OK, or what the specification gives to bad messages: RESOURCE_EXHAUSTED, UNIMPLEMENTED, INTERNAL.
    private static readonly int?[] Fitting = [0, 8, 12, 13];

    [Fact]
    public async Task Mutated_bodies_get_one_fitting_status()
    {
        await using var host = await ProbeHost.StartAsync(options => options.MaxReceiveMessageBytes = 64 * 1024);
        using var raw = new RawClient(host.Url);
        for (var iteration = 0; iteration < 400; iteration++)
        {
            var random = new Random(unchecked(Seed * 1_000_003 ^ iteration * 7_919));
            var body = Mutate(random, Body(random));
            var contentType = ContentTypes[random.Next(10) == 0 ? random.Next(ContentTypes.Length) : 0];
            var path = "/hss.grpc.test.v1.Probe/" + Paths[random.Next(Paths.Length)];
            (string, string)[] headers = random.Next(4) == 0 ? [("grpc-encoding", random.Next(2) == 0 ? "gzip" : "deflate")] : [];
            var what = $"HSS_TEST_SEED={Seed}, iteration {iteration}, {path}, {contentType}: {Convert.ToHexString(body)}";
            var answer = await raw.PostAsync(path, body, contentType, headers: headers);
            if (contentType.StartsWith("application/grpc", StringComparison.Ordinal) && !contentType.EndsWith("json", StringComparison.Ordinal))
                Assert.True(answer.Http == 200 && Fitting.Contains(answer.Status), $"{answer.Http} {answer.Status} for {what}");
            else
                Assert.True((answer.Http, answer.Status) == (415, null), $"{answer.Http} {answer.Status} for {what}");
        }
        await LivesOnAsync(host);
    }

    [Fact]
    public async Task Mutated_frames_and_other_protocols_end_their_connection_at_most()
    {
        await using var host = await ProbeHost.StartAsync();
        for (var iteration = 0; iteration < 150; iteration++)
        {
            var random = new Random(unchecked(Seed * 1_000_003 ^ iteration * 7_919));
            var octets = random.Next(4) == 0
                ? "POST /hss.grpc.test.v1.Probe/Echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/grpc\r\n\r\n"u8.ToArray()
                : [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Http2Frame(4, 0, 0, []), .. Mutate(random, Http2Frames(random))];
            using var socket = new TcpClient();
            await socket.ConnectAsync(host.EndPoint);
            var stream = socket.GetStream();
            try
            {
                await stream.WriteAsync(octets);
                socket.Client.Shutdown(SocketShutdown.Send);
                var buffer = new byte[4096];
                while (await stream.ReadAsync(buffer) > 0)
                {
                }
            }
            catch (Exception problem) when (problem is IOException or SocketException)
            {
                // Reset: that is what such a peer gets.
            }
        }
        await LivesOnAsync(host);
        while (host.Server.RunningCalls > 0) await Task.Yield();
    }

    private static async Task LivesOnAsync(ProbeHost host)
    {
        Assert.Equal("alive", (await host.Client.EchoAsync(new() { Text = "alive" })).Text);
        Assert.Empty(host.Log.Of(7020));
    }

    private static byte[] Body(Random random)
    {
        var body = new List<byte>();
        for (var i = random.Next(3); i >= 0; i--)
            body.AddRange(Frame(new ProbeRequest { Text = "text", Nested = new() { Text = "nested" }, Payload = ByteString.CopyFrom(new byte[random.Next(100)]) }));
        return [.. body];
    }

    private static byte[] Mutate(Random random, byte[] octets)
    {
        for (var i = random.Next(4); i > 0; i--)
        {
            if (octets.Length == 0) return octets;
            var at = random.Next(octets.Length);
            switch (random.Next(5))
            {
                case 0:
                    octets[at] = (byte)random.Next(256);
                    break;
                case 1:
                    octets[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    octets = octets[..at];
                    break;
                case 3:
                    octets = [.. octets[..at], (byte)random.Next(256), .. octets[at..]];
                    break;
                default:
                    octets = [.. octets, .. octets[at..]];
                    break;
            }
        }
        return octets;
    }

    // HEADERS with literal fields without indexing (RFC 7541 6.2.2), then DATA.
    private static byte[] Http2Frames(Random random)
    {
        var headers = new List<byte>();
        foreach (var (name, value) in ((string, string)[])
            [(":method", "POST"), (":scheme", "http"), (":path", EchoPath), (":authority", "x"), ("content-type", "application/grpc"), ("te", "trailers")])
        {
            headers.Add(0);
            headers.Add((byte)name.Length);
            headers.AddRange(name.Select(c => (byte)c));
            headers.Add((byte)value.Length);
            headers.AddRange(value.Select(c => (byte)c));
        }
        return [.. Http2Frame(1, 4, 1, [.. headers]), .. Http2Frame(0, 1, 1, Body(random))];
    }

    private static byte[] Http2Frame(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8 | type);
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return frame;
    }
}
