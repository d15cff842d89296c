using System.Runtime.ExceptionServices;
using Grpc.Core;

namespace Hss.Grpc;

/// <summary>Makes the calls of generated clients on one channel.</summary>
internal sealed class ChannelInvoker(GrpcChannel channel) : CallInvoker
{
    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new ClientCall<TRequest, TResponse>(channel, method, options, request);
        return new(call.ReadOnlyMessageAsync(), call.State);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = new ClientCall<TRequest, TResponse>(channel, method, options, request);
        return new(call, call.State);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = new ClientCall<TRequest, TResponse>(channel, method, options, null);
        return new(call.Requests, call.ReadOnlyMessageAsync(), call.State);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var call = new ClientCall<TRequest, TResponse>(channel, method, options, null);
        return new(call.Requests, call, call.State);
    }

    // Generated clients have such a method for each unary one. The socket has no other way than the asynchronous one: this thread waits beside it.
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        using var done = new ManualResetEventSlim();
        TResponse? response = null;
        ExceptionDispatchInfo? problem = null;
        _ = Task.Run(CallAsync);
        done.Wait(CancellationToken.None);
        problem?.Throw();
        return response!;

        async Task CallAsync()
        {
            try
            {
                using var call = AsyncUnaryCall(method, host, options, request);
                response = await call.ConfigureAwait(false);
            }
            catch (Exception caught)
            {
                problem = ExceptionDispatchInfo.Capture(caught);
            }
            done.Set();
        }
    }
}
