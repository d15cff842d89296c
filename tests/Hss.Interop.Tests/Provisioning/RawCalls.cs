using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Hss.Interop.Tests.Provisioning;

/// <summary>Calls whose octets the test makes itself: whole HTTP/2, but nothing of gRPC is put right on the way.</summary>
internal sealed class RawCalls : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private readonly SocketsHttpHandler _handler = new() { EnableMultipleHttp2Connections = true };
    private readonly HttpClient _client;
    private readonly Uri _server;
    private readonly string? _host;

    /// <summary>To a listener in clear.</summary>
    public RawCalls(IPEndPoint server)
    {
        _server = new($"http://{server}");
        _client = new HttpClient(_handler) { Timeout = Limit };
    }

    /// <summary>To a listener with TLS.</summary>
    /// <param name="server">Its address.</param>
    /// <param name="host">The name in its certificate.</param>
    /// <param name="authorityFile">Who issued it.</param>
    /// <param name="certificate">Of an operator: what is refused is refused for its octets.</param>
    public RawCalls(IPEndPoint server, string host, string authorityFile, X509Certificate2 certificate) : this(server)
    {
        (_server, _host) = (new($"https://{server}"), host);
        _handler.SslOptions.ClientCertificates = [certificate];
        _handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        _handler.SslOptions.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(authorityFile);
    }

    public static byte[] Message(ReadOnlySpan<byte> payload, byte flag = 0, uint? length = null)
    {
        var message = new byte[5 + payload.Length];
        message[0] = flag;
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(1), length ?? (uint)payload.Length);
        payload.CopyTo(message.AsSpan(5));
        return message;
    }

    public async Task<RawAnswer> SendAsync(string path, byte[] body, string? contentType = "application/grpc", string method = "POST", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new(method), new Uri(_server, path)) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        if (method == "POST") request.Content = new ByteArrayContent(body);
        if (contentType is not null) request.Content?.Headers.TryAddWithoutValidation("content-type", contentType);
        request.Headers.Host = _host;
        request.Headers.TryAddWithoutValidation("te", "trailers");
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var answer = await response.Content.ReadAsByteArrayAsync();
        return new RawAnswer(
            (int)response.StatusCode, Number(response), Uri.UnescapeDataString(One(response, "grpc-message") ?? ""), response.Content.Headers.ContentType?.ToString(),
            One(response, "grpc-encoding"), answer, Text(response, answer));
    }

    public void Dispose() => _client.Dispose();

    private static int? Number(HttpResponseMessage response) => One(response, "grpc-status") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    private static string? One(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var trailers) ? trailers.Single() : response.Headers.TryGetValues(name, out var headers) ? headers.Single() : null;

    /// <summary>All that came, to be searched.</summary>
    private static string Text(HttpResponseMessage response, byte[] body)
    {
        var text = new StringBuilder(Encoding.Latin1.GetString(body));
        foreach (var (name, values) in response.Headers.Concat<KeyValuePair<string, IEnumerable<string>>>(response.TrailingHeaders))
            foreach (var value in values)
            {
                text.Append('\n').Append(name).Append(": ").Append(Uri.UnescapeDataString(value));
                var padded = value.PadRight((value.Length + 3) / 4 * 4, '=');
                if (name.EndsWith("-bin", StringComparison.Ordinal)) text.Append('\n').Append(Encoding.Latin1.GetString(Convert.FromBase64String(padded)));
            }
        return text.ToString();
    }
}

/// <summary>What came back.</summary>
internal sealed record RawAnswer(int HttpStatus, int? GrpcStatus, string Message, string? ContentType, string? Encoding, byte[] Body, string Everything)
{
    public override string ToString() => $"HTTP {HttpStatus}, grpc-status {GrpcStatus?.ToString(CultureInfo.InvariantCulture) ?? "none"}: {Message}";
}
