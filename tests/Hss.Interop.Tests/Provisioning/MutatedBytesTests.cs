using System.IO.Compression;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Hss.Provisioning.V1;

namespace Hss.Interop.Tests.Provisioning;

/// <summary>Octets that no client library would send, to every method: each gets the status it ought to, no handler fails, and the server lives on.</summary>
[Collection(ProvisioningTests.Name)]
public sealed class MutatedBytesTests(ProvisioningRig rig) : IDisposable
{
    private const int Seed = 9113;
    private const int RandomMessagesPerMethod = 10;
    private const int DamagedMessagesPerMethod = 9;
    private const int AtOnce = 8;
    private const int MaxMessageBytes = 4 * 1024 * 1024;
    private const int MaxTrailerBytes = 8 * 1024;

    // Streams without end are told when to end.
    private const string StreamTimeout = "300m";

    private const int DeadlineExceeded = 4, ResourceExhausted = 8, Unimplemented = 12, Internal = 13;

    /// <summary>OK, INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, RESOURCE_EXHAUSTED, FAILED_PRECONDITION, ABORTED, OUT_OF_RANGE: the caller's business.</summary>
    private static readonly int[] Decent = [0, 3, 5, 6, 8, 9, 10, 11];

    private readonly RawCalls _calls = rig.CallAsOperator();

    public void Dispose() => _calls.Dispose();

    [SkippableTheory]
    [InlineData("cut off in the prefix", new byte[] { 0, 0, 0 }, Internal)]
    [InlineData("cut off in the message", new byte[] { 0, 0, 0, 0, 9, 1, 2 }, Internal)]
    [InlineData("a flag that is none", new byte[] { 2, 0, 0, 0, 0 }, Internal)]
    [InlineData("all ones", new byte[] { 255, 255, 255, 255, 255, 255 }, Internal)]
    [InlineData("4 GiB claimed", new byte[] { 0, 255, 255, 255, 255, 1 }, ResourceExhausted)]
    [InlineData("2 GiB claimed", new byte[] { 0, 128, 0, 0, 0, 1 }, ResourceExhausted)]
    [InlineData("one octet more than may be", new byte[] { 0, 0, 64, 0, 1, 1 }, ResourceExhausted)]
    [InlineData("compressed, nobody says how", new byte[] { 1, 0, 0, 0, 1, 1 }, Internal)]
    [InlineData("no protocol buffer", new byte[] { 0, 0, 0, 0, 2, 255, 255 }, Internal)]
    [InlineData("a field number of 0", new byte[] { 0, 0, 0, 0, 2, 0, 0 }, Internal)]
    [InlineData("a string longer than its message", new byte[] { 0, 0, 0, 0, 3, 10, 127, 65 }, Internal)]
    [InlineData("an end without a beginning", new byte[] { 0, 0, 0, 0, 1, 12 }, Internal)]
    public Task A_broken_message(string what, byte[] body, int status) => EveryMethodAsync(async method =>
        Demand(await SendAsync(method, body), what, method, status));

    [SkippableFact]
    public Task None_or_two_where_one_message_is_expected() => EveryMethodAsync(async method =>
    {
        if (method.IsClientStreaming) return;
        Demand(await SendAsync(method, []), "no message", method, Unimplemented);
        // A stream of answers may have begun when the second one comes.
        if (!method.IsServerStreaming) Demand(await SendAsync(method, [.. RawCalls.Message([]), .. RawCalls.Message([])]), "two messages", method, Unimplemented);
    });

    [SkippableFact]
    public Task Compression_that_is_none() => EveryMethodAsync(async method =>
    {
        Demand(await SendAsync(method, RawCalls.Message([1, 2, 3], flag: 1), ("grpc-encoding", "gzip")), "no gzip", method, Internal);
        Demand(await SendAsync(method, RawCalls.Message([1, 2, 3], flag: 1), ("grpc-encoding", "identity")), "compressed by identity", method, Internal);
        Demand(await SendAsync(method, RawCalls.Message(Gzip(new byte[300]).AsSpan(..^6), flag: 1), ("grpc-encoding", "gzip")), "gzip cut off", method, Internal);
        Demand(await SendAsync(method, RawCalls.Message(Gzip(new byte[MaxMessageBytes + 1]), flag: 1), ("grpc-encoding", "gzip")), "a gzip bomb", method, ResourceExhausted);
        Demand(await SendAsync(method, RawCalls.Message([]), ("grpc-encoding", "lzma")), "an unknown compression", method, Unimplemented);
    });

    [SkippableFact]
    public async Task Compressed_answers_come_to_who_compresses()
    {
        var path = ProvisionedMethods.All.Single(method => method.Name == "ListTemplates").Path();
        // One field that nobody knows.
        var answer = await _calls.SendAsync(path, RawCalls.Message(Gzip([0x78, 1]), flag: 1), headers: [("grpc-encoding", "gzip"), ("grpc-accept-encoding", "identity,gzip")]);
        Assert.True(answer is { GrpcStatus: 0, Encoding: "gzip" } && answer.Body[0] == 1, answer.ToString());
        using var plain = new GZipStream(new MemoryStream(answer.Body[5..]), CompressionMode.Decompress);
        Assert.NotEmpty(ListTemplatesResponse.Parser.ParseFrom(plain).Templates);
    }

    [SkippableFact]
    public Task Headers_that_are_wrong() => EveryMethodAsync(async method =>
    {
        var body = RawCalls.Message([]);
        foreach (var type in (string?[])[null, "application/json", "text/plain", "application/grpc-web", "application/grpc+json", "application/grpcx", "application/x-protobuf"])
        {
            var answer = await _calls.SendAsync(method.Path(), body, type);
            Assert.True(answer is { HttpStatus: 415, GrpcStatus: null }, $"{method.FullName} with the content-type {type}: {answer}");
        }
        foreach (var verb in (string[])["GET", "PUT", "DELETE", "OPTIONS"])
        {
            var answer = await _calls.SendAsync(method.Path(), body, method: verb);
            Assert.True(answer is { HttpStatus: 405, GrpcStatus: null }, $"{method.FullName} by {verb}: {answer}");
        }
        foreach (var timeout in (string[])["soon", "1", "-1S", "123456789S", "1X", "S"])
            Demand(await _calls.SendAsync(method.Path(), body, headers: [("grpc-timeout", timeout)]), $"grpc-timeout {timeout}", method, Internal);
        Demand(await SendAsync(method, body, ("x-trace-bin", "!!!")), "a binary header that is no base64", method, Internal);
        var other = await _calls.SendAsync(method.Path() + "x", body);
        Demand(other, "an unknown method", method, Unimplemented);
    });

    [SkippableFact]
    public Task Messages_nested_without_end() => EveryMethodAsync(async method =>
    {
        // Groups of an unknown field: they begin and begin, or end in order.
        var open = Enumerable.Repeat((byte)0x7b, 10_000).ToArray();
        Demand(await SendAsync(method, RawCalls.Message(open)), "groups that never end", method, Internal);
        Demand(await SendAsync(method, RawCalls.Message([.. open, .. Enumerable.Repeat((byte)0x7c, open.Length)])), "groups that go too deep", method, Internal);
    });

    [SkippableTheory]
    [InlineData(Seed)]
    public Task Random_messages(int seed) => EveryMethodAsync(async method =>
    {
        var random = new Random(SeedOf(seed, method));
        var messages = new RandomMessages(random);
        for (var i = 0; i < RandomMessagesPerMethod; i++)
        {
            byte[] body = [];
            // A stream of requests gets several.
            for (var count = method.IsClientStreaming ? 3 : 1; count > 0; count--) body = [.. body, .. RawCalls.Message(messages.Of(method.InputType).ToByteArray())];
            Demand(await SendAsync(method, body), $"random message {i} of seed {seed}", method, Decent);
        }
    });

    [SkippableTheory]
    [InlineData(Seed)]
    public Task Damaged_messages(int seed) => EveryMethodAsync(async method =>
    {
        var random = new Random(SeedOf(seed, method));
        var messages = new RandomMessages(random);
        for (var i = 0; i < DamagedMessagesPerMethod; i++)
        {
            var payload = messages.Of(method.InputType).ToByteArray();
            if (i % 3 == 0) random.NextBytes(payload);
            else if (payload.Length > 0)
                for (var hits = random.Next(1, 8); hits > 0; hits--) payload[random.Next(payload.Length)] = (byte)random.Next(256);
            Demand(await SendAsync(method, RawCalls.Message(payload)), $"damaged message {i} of seed {seed}", method, [.. Decent, Internal]);
        }
    });

    /// <summary>Each field of text at the top of a message, and what a message in it has, as long as a message may be.</summary>
    [SkippableFact]
    public Task Huge_fields() => EveryMethodAsync(async method =>
    {
        foreach (var path in TextFields(method.InputType, 2))
        {
            var value = Encoding.ASCII.GetBytes(new string('A', MaxMessageBytes - 100));
            foreach (var field in path.Reverse())
                value = [.. Tag(field), .. Varint(value.Length), .. value];
            Demand(await SendAsync(method, RawCalls.Message(value)), $"4 MiB in {string.Join('.', path.Select(field => field.Name))}", method, Decent);
        }
    });

    private static IEnumerable<FieldDescriptor[]> TextFields(MessageDescriptor type, int depth)
    {
        foreach (var field in type.Fields.InFieldNumberOrder())
        {
            if (field.FieldType is FieldType.String or FieldType.Bytes) yield return [field];
            // One of each kind of message will do below the top.
            if (field.FieldType == FieldType.Message && !field.IsMap && depth > 1)
                foreach (var inner in TextFields(field.MessageType, depth - 1).Take(2)) yield return [field, .. inner];
        }
    }

    private static byte[] Tag(FieldDescriptor field) => Varint(field.FieldNumber << 3 | 2);

    private static byte[] Varint(int number)
    {
        using var octets = new MemoryStream();
        using (var writer = new CodedOutputStream(octets, leaveOpen: true)) writer.WriteUInt32((uint)number);
        return octets.ToArray();
    }

    private Task<RawAnswer> SendAsync(MethodDescriptor method, byte[] body, params (string Name, string Value)[] headers) =>
        _calls.SendAsync(method.Path(), body, headers: method.IsServerStreaming && !method.IsClientStreaming ? [("grpc-timeout", StreamTimeout), .. headers] : headers);

    private static void Demand(RawAnswer answer, string what, MethodDescriptor method, params int[] allowed)
    {
        // Whoever asks for a stream in time gets as much as there is time for.
        int[] all = method.IsServerStreaming && allowed.Contains(0) ? [.. allowed, DeadlineExceeded] : allowed;
        var isGood = answer.HttpStatus == 200 && answer.ContentType == "application/grpc" && answer.GrpcStatus is { } status && all.Contains(status);
        Assert.True(isGood, $"{method.FullName}, {what}: {answer}; expected {string.Join(" or ", all)}");
        Assert.True(answer.GrpcStatus == 0 || answer.Message.Length > 0, $"{method.FullName}, {what}: {answer} says nothing");
        var trailers = answer.Everything.Length - answer.Body.Length;
        Assert.True(trailers < MaxTrailerBytes * 2, $"{method.FullName}, {what}: {trailers} octets of trailers are too many for common clients");
        // Reflection gives back what it was asked, as it has to.
        if (method.Service.Name == "ServerReflection") return;
        Assert.False(answer.Everything.Contains(RandomMessages.Canary, StringComparison.OrdinalIgnoreCase), $"{method.FullName}, {what}: a key comes back: {answer}");
    }

    /// <summary>The same for the same method, whatever order the methods run in.</summary>
    private static int SeedOf(int seed, MethodDescriptor method) => method.FullName.Aggregate(seed, (hash, letter) => unchecked(hash * 31 + letter));

    private async Task EveryMethodAsync(Func<MethodDescriptor, Task> test)
    {
        await Parallel.ForEachAsync(ProvisionedMethods.All, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (method, _) => await test(method));
        var health = await _calls.SendAsync("/grpc.health.v1.Health/Check", RawCalls.Message([]));
        Assert.True(health.GrpcStatus == 0 && health.Body is [0, 0, 0, 0, 2, 8, 1], $"behind it the server is not healthy: {health}");
        ForeignClientTests.DemandGoodLog(rig);
    }

    private static byte[] Gzip(byte[] octets)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal)) gzip.Write(octets);
        return packed.ToArray();
    }
}
