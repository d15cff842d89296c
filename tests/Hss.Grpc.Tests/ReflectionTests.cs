using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Hss.Grpc.Tests.V1;

namespace Hss.Grpc.Tests;

/// <summary>What tools without .proto files see.</summary>
public sealed class ReflectionTests
{
    private static readonly string[] Symbols =
    [
        "hss.grpc.test.v1.Probe", "hss.grpc.test.v1.Probe.Echo", "hss.grpc.test.v1.ProbeRequest", "hss.grpc.test.v1.ProbeRequest.Nested",
        "hss.grpc.test.v1.ProbeRequest.Nested.text", "hss.grpc.test.v1.ProbeResponse.number",
    ];

    [Fact]
    public async Task Everything_is_found_on_one_stream_and_errors_do_not_end_it()
    {
        await using var host = await ProbeHost.StartAsync();
        using var call = new ServerReflection.ServerReflectionClient(host.Channel).ServerReflectionInfo();

        var list = await AskAsync(call, new() { Host = "h", ListServices = "*" });
        Assert.Equal(["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "hss.grpc.test.v1.Probe"], list.ListServicesResponse.Service.Select(service => service.Name));
        Assert.Equal(("h", "*"), (list.ValidHost, list.OriginalRequest.ListServices));

        foreach (var symbol in Symbols)
        {
            var file = FileDescriptorProto.Parser.ParseFrom((await AskAsync(call, new() { FileContainingSymbol = symbol })).FileDescriptorResponse.FileDescriptorProto[0]);
            Assert.Equal("probe.proto", file.Name);
        }
        var byName = await AskAsync(call, new() { FileByFilename = "grpc/health/v1/health.proto" });
        Assert.Equal("grpc.health.v1", FileDescriptorProto.Parser.ParseFrom(Assert.Single(byName.FileDescriptorResponse.FileDescriptorProto)).Package);
        var enumeration = await AskAsync(call, new() { FileContainingSymbol = "grpc.health.v1.HealthCheckResponse.SERVING" });
        Assert.NotEmpty(enumeration.FileDescriptorResponse.FileDescriptorProto);

        foreach (var missing in (ServerReflectionRequest[])[new() { FileByFilename = "x.proto" }, new() { FileContainingSymbol = "x" },
            new() { FileContainingExtension = new() { ContainingType = "hss.grpc.test.v1.ProbeRequest", ExtensionNumber = 1 } }, new() { AllExtensionNumbersOfType = "x" }])
            Assert.Equal((int)StatusCode.NotFound, (await AskAsync(call, missing)).ErrorResponse.ErrorCode);
        Assert.Equal((int)StatusCode.InvalidArgument, (await AskAsync(call, new())).ErrorResponse.ErrorCode);
        Assert.Empty((await AskAsync(call, new() { AllExtensionNumbersOfType = "hss.grpc.test.v1.ProbeRequest" })).AllExtensionNumbersResponse.ExtensionNumber);

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(default));
    }

    [Fact]
    public async Task A_file_comes_with_what_it_imports()
    {
        await using var host = await ProbeHost.StartAsync();
        using var call = new ServerReflection.ServerReflectionClient(host.Channel).ServerReflectionInfo();
        var files = (await AskAsync(call, new() { FileContainingSymbol = "hss.grpc.test.v1.ProbeRequest" })).FileDescriptorResponse.FileDescriptorProto
            .Select(octets => FileDescriptorProto.Parser.ParseFrom(octets).Name);
        Assert.Equal(["probe.proto", "google/protobuf/timestamp.proto"], files);
        Assert.Equal("google/protobuf/timestamp.proto", FileDescriptorProto.Parser.ParseFrom(
            (await AskAsync(call, new() { FileContainingSymbol = "google.protobuf.Timestamp" })).FileDescriptorResponse.FileDescriptorProto[0]).Name);
    }

    [Fact]
    public async Task The_old_name_is_served_too_and_both_may_be_off()
    {
        await using var host = await ProbeHost.StartAsync();
        using var raw = new RawClient(host.Url);
        var body = RawClient.Frame(new ServerReflectionRequest { ListServices = "" });
        var answer = await raw.PostAsync("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", body);
        Assert.Equal(0, answer.Status);
        Assert.Equal(3, ServerReflectionResponse.Parser.ParseFrom(answer.Body.AsSpan(5)).ListServicesResponse.Service.Count);

        await using var silent = await ProbeHost.StartAsync(options => options.Reflection = false);
        using var other = new RawClient(silent.Url);
        foreach (var version in (string[])["v1", "v1alpha"])
            Assert.Equal(12, (await other.PostAsync($"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo", body)).Status);
    }

    private static async Task<ServerReflectionResponse> AskAsync(AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> call, ServerReflectionRequest request)
    {
        await call.RequestStream.WriteAsync(request);
        Assert.True(await call.ResponseStream.MoveNext(default));
        return call.ResponseStream.Current;
    }
}
