using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace Hss.Grpc.Tests;

/// <summary>HTTP/2 that knows nothing of gRPC: sends any octets and shows what came back.</summary>
public sealed class RawClient(string url) : IDisposable
{
    public const string EchoPath = "/hss.grpc.test.v1.Probe/Echo";

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { UseProxy = false, AutomaticDecompression = DecompressionMethods.None });

    public void Dispose() => _http.Dispose();

    public async Task<RawAnswer> PostAsync(
        string path, byte[] body, string? contentType = "application/grpc", string method = "POST", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), url + path) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        if (method == "POST")
        {
            request.Content = new ByteArrayContent(body);
            if (contentType is not null) request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }
        request.Headers.TryAddWithoutValidation("te", "trailers");
        foreach (var (name, value) in headers) Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        using var response = await _http.SendAsync(request, CancellationToken.None);
        using var content = new MemoryStream();
        await response.Content.CopyToAsync(content);
        var inHeaders = response.Headers.TryGetValues("grpc-status", out var early);
        var statuses = (early ?? []).Concat(response.TrailingHeaders.TryGetValues("grpc-status", out var late) ? late : []).ToArray();
        var source = (HttpHeaders)(inHeaders ? response.Headers : response.TrailingHeaders);
        return new((int)response.StatusCode, statuses.Length == 0 ? null : int.Parse(Assert.Single(statuses), System.Globalization.CultureInfo.InvariantCulture), inHeaders,
            source.TryGetValues("grpc-message", out var message) ? string.Join(",", message) : null, content.ToArray(),
            response.Headers.Concat(response.TrailingHeaders).ToLookup(header => header.Key.ToLowerInvariant(), header => string.Join(",", header.Value)));
    }

    public Task<RawAnswer> EchoAsync(byte[] body, params (string Name, string Value)[] headers) => PostAsync(EchoPath, body, headers: headers);

    public static byte[] Frame(IMessage message) => Frame(message.ToByteArray());

    public static byte[] Frame(byte[] message, byte flag = 0, uint? length = null)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), length ?? (uint)message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }
}

/// <summary>What HTTP brought.</summary>
public sealed record RawAnswer(int Http, int? Status, bool IsTrailersOnly, string? Message, byte[] Body, ILookup<string, string> Headers);
