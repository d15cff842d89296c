using Grpc.Core;

namespace Hss.Grpc;

/// <summary>How one kind of call is brought to its handler.</summary>
internal abstract class ServerMethod
{
    /// <summary>Runs the handler; whatever it throws is judged by the call.</summary>
    public abstract Task InvokeAsync(ServerCall call);

    protected static TResponse Check<TResponse>(TResponse? response) where TResponse : class =>
        response ?? throw new InvalidOperationException("the handler returned no message");
}

internal sealed class UnaryMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse> handler)
    : ServerMethod where TRequest : class where TResponse : class
{
    public override async Task InvokeAsync(ServerCall call)
    {
        var request = await new RequestStream<TRequest>(call, method.RequestMarshaller).ReadOnlyMessageAsync().ConfigureAwait(false);
        var response = Check(await handler(request, call).ConfigureAwait(false));
        await new ResponseStream<TResponse>(call, method.ResponseMarshaller).WriteLastAsync(response).ConfigureAwait(false);
    }
}

internal sealed class ClientStreamingMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse> handler)
    : ServerMethod where TRequest : class where TResponse : class
{
    public override async Task InvokeAsync(ServerCall call)
    {
        var response = Check(await handler(new RequestStream<TRequest>(call, method.RequestMarshaller), call).ConfigureAwait(false));
        await new ResponseStream<TResponse>(call, method.ResponseMarshaller).WriteLastAsync(response).ConfigureAwait(false);
    }
}

internal sealed class ServerStreamingMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse> handler)
    : ServerMethod where TRequest : class where TResponse : class
{
    public override async Task InvokeAsync(ServerCall call)
    {
        var request = await new RequestStream<TRequest>(call, method.RequestMarshaller).ReadOnlyMessageAsync().ConfigureAwait(false);
        await handler(request, new ResponseStream<TResponse>(call, method.ResponseMarshaller), call).ConfigureAwait(false);
    }
}

internal sealed class DuplexStreamingMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse> handler)
    : ServerMethod where TRequest : class where TResponse : class
{
    public override Task InvokeAsync(ServerCall call) =>
        handler(new RequestStream<TRequest>(call, method.RequestMarshaller), new ResponseStream<TResponse>(call, method.ResponseMarshaller), call);
}
