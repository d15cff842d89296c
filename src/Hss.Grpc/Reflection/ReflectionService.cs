using Grpc.Core;
using Grpc.Reflection.V1;

namespace Hss.Grpc;

/// <summary>grpc.reflection.v1.ServerReflection: what the services look like, for tools without .proto files.</summary>
/// Errors: NOT_FOUND and INVALID_ARGUMENT as messages of the stream, which goes on. Spec: gRPC Server Reflection Protocol.
internal sealed class ReflectionService : ServerReflection.ServerReflectionBase
{
    private const string OldName = "grpc.reflection.v1alpha.ServerReflection";

    private readonly ServiceTable _services;
    private readonly Lazy<DescriptorIndex> _index;

    public ReflectionService(ServiceTable services) => (_services, _index) = (services, new(() => new DescriptorIndex(services.Services)));

    /// <summary>Serves the same under the name of old, which many tools still ask for: the messages of v1alpha have the same fields.</summary>
    public void BindOldName(ServiceBinderBase binder)
    {
        var capture = new Capture(binder);
        ServerReflection.BindService(capture, this);
    }

    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream, IServerStreamWriter<ServerReflectionResponse> responseStream, ServerCallContext context)
    {
        while (await requestStream.MoveNext(context.CancellationToken).ConfigureAwait(false))
        {
            var response = Answer(requestStream.Current);
            response.ValidHost = requestStream.Current.Host;
            response.OriginalRequest = requestStream.Current;
            await responseStream.WriteAsync(response, context.CancellationToken).ConfigureAwait(false);
        }
    }

    private ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        switch (request.MessageRequestCase)
        {
            case ServerReflectionRequest.MessageRequestOneofCase.ListServices:
                var list = new ListServiceResponse();
                list.Service.AddRange(_services.Services.Select(service => service.FullName).Order(StringComparer.Ordinal).Select(name => new ServiceResponse { Name = name }));
                return new() { ListServicesResponse = list };
            case ServerReflectionRequest.MessageRequestOneofCase.FileByFilename:
                return File(_index.Value.FileByName(request.FileByFilename), $"file {request.FileByFilename}");
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol:
                return File(_index.Value.FileOfSymbol(request.FileContainingSymbol), $"symbol {request.FileContainingSymbol}");
            case ServerReflectionRequest.MessageRequestOneofCase.FileContainingExtension:
                var extension = request.FileContainingExtension;
                return File(_index.Value.FileOfExtension(extension.ContainingType, extension.ExtensionNumber), $"extension {extension.ExtensionNumber} of {extension.ContainingType}");
            case ServerReflectionRequest.MessageRequestOneofCase.AllExtensionNumbersOfType:
                var type = request.AllExtensionNumbersOfType;
                if (_index.Value.ExtensionsOf(type) is not { } numbers) return Error(StatusCode.NotFound, $"there is no message {type}");
                var extensions = new ExtensionNumberResponse { BaseTypeName = type };
                extensions.ExtensionNumber.AddRange(numbers);
                return new() { AllExtensionNumbersResponse = extensions };
            default:
                return Error(StatusCode.InvalidArgument, "the request asks for nothing");
        }
    }

    private static ServerReflectionResponse File(Google.Protobuf.Reflection.FileDescriptor? file, string what)
    {
        if (file is null) return Error(StatusCode.NotFound, $"there is no {what}");
        var response = new FileDescriptorResponse();
        response.FileDescriptorProto.AddRange(DescriptorIndex.WithImports(file));
        return new() { FileDescriptorResponse = response };
    }

    private static ServerReflectionResponse Error(StatusCode code, string text) => new() { ErrorResponse = new() { ErrorCode = (int)code, ErrorMessage = text } };

    /// <summary>Binds the one method once more, under the old name of its service.</summary>
    private sealed class Capture(ServiceBinderBase target) : ServiceBinderBase
    {
        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
            target.AddMethod(new Method<TRequest, TResponse>(method.Type, OldName, method.Name, method.RequestMarshaller, method.ResponseMarshaller), handler);
    }
}
