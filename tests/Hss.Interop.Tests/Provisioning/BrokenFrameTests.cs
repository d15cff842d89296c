using System.Text;
using static Hss.Interop.Tests.Provisioning.RawHttp2;

namespace Hss.Interop.Tests.Provisioning;

/// <summary>What is no HTTP/2, and HTTP/2 that breaks its rules: the connection ends with the reason, and nothing else does.</summary>
[Collection(ProvisioningTests.Name)]
public sealed class BrokenFrameTests(ProvisioningRig rig)
{
    private const uint ProtocolError = 1, InternalError = 2, FlowControlError = 3, StreamClosed = 5, FrameSizeError = 6, CompressionError = 9, EnhanceYourCalm = 11;
    private const string HealthPath = "/grpc.health.v1.Health/Check";

    private static readonly byte[] Call = CallHeaders(HealthPath);

    public static TheoryData<string, byte[], uint[]> BrokenFrames => new()
    {
        { "16 MiB claimed", [0xff, 0xff, 0xff, Data, 0, 0, 0, 0, 1], [FrameSizeError] },
        { "DATA on no stream", Frame(Data, 0, 0, 1, 2, 3), [ProtocolError] },
        { "DATA on a stream that was never opened", Frame(Data, 0, 1, 1, 2, 3), [ProtocolError, StreamClosed] },
        { "DATA with more padding than data", [.. Frame(Headers, EndHeaders, 1, Call), .. Frame(Data, Padded, 1, 200, 1)], [ProtocolError] },
        { "HEADERS on an even stream", Frame(Headers, EndHeaders, 2, Call), [ProtocolError] },
        { "HEADERS on a stream before the last one", [.. Frame(Headers, EndHeaders, 5, Call), .. Frame(Headers, EndHeaders, 3, Call)], [ProtocolError, StreamClosed] },
        { "headers that are no HPACK", Frame(Headers, EndHeaders, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), [CompressionError] },
        { "a header from an empty table", Frame(Headers, EndHeaders, 1, 0xfe), [CompressionError] },
        { "HEADERS that another frame interrupts", [.. Frame(Headers, 0, 1, Call), .. Frame(Ping, 0, 0, new byte[8])], [ProtocolError] },
        { "CONTINUATION of nothing", Frame(Continuation, EndHeaders, 1, Call), [ProtocolError] },
        { "PRIORITY that is too short", Frame(Priority, 0, 1, 0, 0), [FrameSizeError] },
        { "RST_STREAM of a stream that was never opened", Frame(ResetStream, 0, 1, 0, 0, 0, 8), [ProtocolError] },
        { "SETTINGS that are cut off", Frame(Settings, 0, 0, 0, 3, 0), [FrameSizeError] },
        { "SETTINGS on a stream", Frame(Settings, 0, 1), [ProtocolError] },
        { "SETTINGS out of range", Frame(Settings, 0, 0, 0, 4, 0xff, 0xff, 0xff, 0xff), [FlowControlError] },
        { "PUSH_PROMISE of a client", Frame(PushPromise, EndHeaders, 1, 0, 0, 0, 2), [ProtocolError] },
        { "PING of seven octets", Frame(Ping, 0, 0, new byte[7]), [FrameSizeError] },
        { "WINDOW_UPDATE by nothing", Frame(WindowUpdate, 0, 0, 0, 0, 0, 0), [ProtocolError] },
        { "a window beyond its limit", Frame(WindowUpdate, 0, 0, 0x7f, 0xff, 0xff, 0xff), [FlowControlError] },
    };

    [SkippableTheory]
    [MemberData(nameof(BrokenFrames))]
    public async Task A_broken_frame_ends_its_connection_with_the_reason(string what, byte[] frames, uint[] codes)
    {
        using var connection = await OpenAsync();
        await connection.WriteAsync(Preface, frames);
        var answer = await connection.ReadToEndAsync();
        Assert.True(GoAwayCode(answer) is { } code && codes.Contains(code), $"{what}: GOAWAY {GoAwayCode(answer)?.ToString() ?? "none"} in {Convert.ToHexString(answer)}");
        await DemandLivingAsync();
    }

    [SkippableFact]
    public async Task HTTP_1_1_is_refused_at_every_method()
    {
        foreach (var method in ProvisionedMethods.All)
        {
            using var connection = await OpenAsync();
            await connection.WriteAsync(Encoding.ASCII.GetBytes($"POST {method.Path()} HTTP/1.1\r\nHost: hss\r\nContent-Type: application/grpc\r\nContent-Length: 5\r\n\r\n\0\0\0\0\0"));
            var answer = Encoding.ASCII.GetString(await connection.ReadToEndAsync());
            Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        }
        await DemandLivingAsync();
    }

    [SkippableFact]
    public async Task What_is_no_HTTP_is_not_listened_to()
    {
        var random = new Random(9113);
        for (var i = 0; i < 10; i++)
        {
            var octets = new byte[random.Next(24, 4096)];
            random.NextBytes(octets);
            using var connection = await OpenAsync();
            // Until a line ends it might still be an old protocol's.
            await connection.WriteAsync(octets, "\r\n"u8.ToArray());
            Assert.True(GoAwayCode(await connection.ReadToEndAsync()) is null or ProtocolError, $"octets {i} of seed 9113");
        }
        await DemandLivingAsync();
    }

    /// <summary>Half a message, then a reset of the stream, an end of the connection, or silence that a reset ends.</summary>
    [SkippableFact]
    public async Task A_client_that_goes_in_the_middle_of_a_message_leaves_nothing_behind()
    {
        foreach (var method in ProvisionedMethods.All)
        {
            using var connection = await OpenAsync();
            var headers = CallHeaders(method.Path());
            byte[] half = [0, 0, 0, 1, 0, 10];
            await connection.WriteAsync(Preface, Frame(Headers, EndHeaders, 1, headers), Frame(Data, 0, 1, half), Frame(ResetStream, 0, 1, 0, 0, 0, 8),
                Frame(Headers, EndHeaders, 3, headers), Frame(Data, 0, 3, half), Frame(Headers, EndHeaders, 5, headers)[..20]);
            connection.Abort();
        }
        await DemandLivingAsync();
    }

    [SkippableFact]
    public async Task Headers_without_end_are_not_collected_for_ever()
    {
        using var connection = await OpenAsync();
        await connection.WriteAsync(Preface, Frame(Headers, 0, 1, CallHeaders(HealthPath)));
        var more = Frame(Continuation, 0, 1, Literals(Enumerable.Range(0, 100).Select(i => ($"x-{i}", new string('v', 100)))));
        for (var i = 0; i < 200; i++) await connection.WriteAsync(more);
        var code = GoAwayCode(await connection.ReadToEndAsync());
        Assert.True(code is null or ProtocolError or CompressionError or EnhanceYourCalm, $"GOAWAY {code}");
        await DemandLivingAsync();
    }

    /// <summary>CVE-2023-44487: streams that are opened and reset at once are free of charge for the client and must not be for long.</summary>
    [SkippableFact]
    public async Task Streams_that_are_opened_and_reset_at_once_are_borne_or_stopped()
    {
        using var connection = await OpenAsync();
        await connection.WriteAsync(Preface);
        for (var stream = 1u; stream < 4000; stream += 2) await connection.WriteAsync(Frame(Headers, EndHeaders, stream, Call), Frame(ResetStream, 0, stream, 0, 0, 0, 8));
        await DemandLivingAsync();
        // An answer to a broken frame shows that it is still there, unless it has gone for the reason that there is one for.
        await connection.WriteAsync(Frame(Ping, 0, 0, new byte[7]));
        var code = GoAwayCode(await connection.ReadToEndAsync());
        Assert.True(code is null or InternalError or FrameSizeError or EnhanceYourCalm, $"GOAWAY {code}");
    }

    private Task<RawHttp2> OpenAsync()
    {
        Requirement.Demand(Requirement.Linux);
        return ConnectAsync(rig.Clear);
    }

    private async Task DemandLivingAsync()
    {
        using var calls = new RawCalls(rig.Clear);
        var health = await calls.SendAsync(HealthPath, RawCalls.Message([]));
        Assert.True(health.GrpcStatus == 0 && health.Body is [0, 0, 0, 0, 2, 8, 1], $"behind it the server is not healthy: {health}");
        ForeignClientTests.DemandGoodLog(rig);
    }
}
