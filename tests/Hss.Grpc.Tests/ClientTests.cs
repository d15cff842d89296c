using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Hss.Grpc.Tests.V1;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Hss.Grpc.Tests;

/// <summary>The client before servers that are not there, not gRPC, or wrong; and TLS.</summary>
public sealed class ClientTests
{
    [Fact]
    public async Task A_server_that_is_not_there_is_UNAVAILABLE_in_one_line()
    {
        string url;
        await using (var host = await ProbeHost.StartAsync()) url = host.Url;
        using var channel = new GrpcChannel(url);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await new Probe.ProbeClient(channel).EchoAsync(new()));
        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
        Assert.Matches("^127\\.0\\.20\\.1:[0-9]+ cannot be reached: Connection refused$", refused.Status.Detail);
        using var stream = new Probe.ProbeClient(channel).Chat();
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => stream.RequestStream.WriteAsync(new()))).StatusCode);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => stream.ResponseStream.MoveNext(default))).StatusCode);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => stream.ResponseHeadersAsync)).StatusCode);
    }

    [Theory]
    [InlineData("127.0.0.1:1")]
    [InlineData("ftp://127.0.0.1:1")]
    [InlineData("http://127.0.0.1:1/path")]
    [InlineData("http://user@127.0.0.1:1")]
    [InlineData("")]
    public void A_bad_address_says_what_a_good_one_is(string address) =>
        Assert.Contains("write http://HOST:PORT", Assert.Throws<ArgumentException>(() => new GrpcChannel(address)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(400, StatusCode.Internal)]
    [InlineData(401, StatusCode.Unauthenticated)]
    [InlineData(403, StatusCode.PermissionDenied)]
    [InlineData(404, StatusCode.Unimplemented)]
    [InlineData(429, StatusCode.Unavailable)]
    [InlineData(502, StatusCode.Unavailable)]
    [InlineData(503, StatusCode.Unavailable)]
    [InlineData(504, StatusCode.Unavailable)]
    [InlineData(500, StatusCode.Unknown)]
    [InlineData(302, StatusCode.Unknown)]
    public async Task HTTP_errors_have_their_codes(int http, StatusCode expected) =>
        Assert.Equal(expected, (await FailAsync(new((HttpStatusCode)http))).StatusCode);

    [Fact]
    public async Task Other_content_is_UNKNOWN() =>
        Assert.Equal(StatusCode.Unknown, (await FailAsync(new(HttpStatusCode.OK) { Content = new StringContent("hello") })).StatusCode);

    [Theory]
    [InlineData(null, new byte[0], StatusCode.Unknown)]
    [InlineData("x", new byte[0], StatusCode.Unknown)]
    [InlineData("99", new byte[0], StatusCode.Unknown)]
    [InlineData("0", new byte[0], StatusCode.Internal)]
    [InlineData("0", new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, StatusCode.Internal)]
    [InlineData("0", new byte[] { 0, 0, 0, 0, 1 }, StatusCode.Internal)]
    [InlineData("0", new byte[] { 7, 0, 0, 0, 0 }, StatusCode.Internal)]
    [InlineData("0", new byte[] { 0, 255, 255, 255, 255, 1 }, StatusCode.ResourceExhausted)]
    [InlineData("5", new byte[] { 0, 0, 0, 0, 0 }, StatusCode.NotFound)]
    public async Task Wrong_answers_have_a_status(string? status, byte[] body, StatusCode expected)
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(body) };
        response.Content.Headers.ContentType = new("application/grpc");
        if (status is not null) response.TrailingHeaders.TryAddWithoutValidation("grpc-status", status);
        Assert.Equal(expected, (await FailAsync(response)).StatusCode);
    }

    [Fact]
    public async Task TLS_with_an_own_authority_and_a_client_certificate()
    {
        using var authority = Certificate("CN=authority", null, isAuthority: true);
        using var server = Certificate("CN=127.0.20.1", authority, isAuthority: false);
        using var client = Certificate("CN=provisioning", authority, isAuthority: false);
        string? seen = null;
        await using var host = await ProbeHost.StartAsync(options =>
        {
            options.Listeners.Clear();
            options.Listen(new IPEndPoint(IPAddress.Parse("127.0.20.1"), 0), listener => listener.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificate = server,
                ClientCertificateMode = ClientCertificateMode.AllowCertificate,
                ClientCertificateValidation = (_, _, _) => true,
            }));
            options.Authorize = context =>
            {
                seen = context.ClientCertificate()?.Subject;
                return default;
            };
        });
        var url = $"https://{host.EndPoint}";
        using var trusting = new GrpcChannel(url, new() { TrustedAuthorities = [authority], ClientCertificate = client });
        Assert.Equal("x", (await new Probe.ProbeClient(trusting).EchoAsync(new() { Text = "x" })).Text);
        Assert.Equal("CN=provisioning", seen);
        using var nobody = new GrpcChannel(url, new() { TrustedAuthorities = [authority] });
        await new Probe.ProbeClient(nobody).EchoAsync(new());
        Assert.Null(seen);
        using var doubting = new GrpcChannel(url);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await new Probe.ProbeClient(doubting).EchoAsync(new()));
        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
        Assert.Contains("TLS failed", refused.Status.Detail, StringComparison.Ordinal);
        using var clear = new GrpcChannel($"http://{host.EndPoint}");
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(async () => await new Probe.ProbeClient(clear).EchoAsync(new()))).StatusCode);
    }

    private static async Task<RpcException> FailAsync(HttpResponseMessage response)
    {
        using var channel = new GrpcChannel("http://127.0.20.1:1", new() { HttpHandler = new Canned(response) });
        return await Assert.ThrowsAsync<RpcException>(async () => await new Probe.ProbeClient(channel).EchoAsync(new()));
    }

    private static X509Certificate2 Certificate(string name, X509Certificate2? issuer, bool isAuthority)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse("127.0.20.1"));
        request.CertificateExtensions.Add(names.Build());
        var (from, to) = (TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        if (issuer is null) return request.CreateSelfSigned(from, to);
        using var certificate = request.Create(issuer, from.AddMinutes(1), to.AddMinutes(-1), [1, 2, 3, (byte)name.Length]);
        using var withKey = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }

    private sealed class Canned(HttpResponseMessage response) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await request.Content!.CopyToAsync(Stream.Null, cancellationToken);
            return response;
        }
    }
}
