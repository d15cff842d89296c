using System.Runtime.CompilerServices;

namespace Grpc.Core;

/// <summary>What is known of a call that is under way or has ended.</summary>
public sealed class CallState(Task<Metadata> responseHeaders, Func<Status> status, Func<Metadata> trailers, Action dispose)
{
    internal Task<Metadata> ResponseHeaders { get; } = responseHeaders;

    internal Func<Status> Status { get; } = status;

    internal Func<Metadata> Trailers { get; } = trailers;

    internal Action Dispose { get; } = dispose;
}

public sealed class AsyncUnaryCall<TResponse>(Task<TResponse> responseAsync, CallState state) : IDisposable
{
    public Task<TResponse> ResponseAsync { get; } = responseAsync;

    public Task<Metadata> ResponseHeadersAsync => state.ResponseHeaders;

    public TaskAwaiter<TResponse> GetAwaiter() => ResponseAsync.GetAwaiter();

    public ConfiguredTaskAwaitable<TResponse> ConfigureAwait(bool continueOnCapturedContext) => ResponseAsync.ConfigureAwait(continueOnCapturedContext);

    public Status GetStatus() => state.Status();

    public Metadata GetTrailers() => state.Trailers();

    public void Dispose() => state.Dispose();
}

public sealed class AsyncServerStreamingCall<TResponse>(IAsyncStreamReader<TResponse> responseStream, CallState state) : IDisposable
{
    public IAsyncStreamReader<TResponse> ResponseStream { get; } = responseStream;

    public Task<Metadata> ResponseHeadersAsync => state.ResponseHeaders;

    public Status GetStatus() => state.Status();

    public Metadata GetTrailers() => state.Trailers();

    public void Dispose() => state.Dispose();
}

public sealed class AsyncClientStreamingCall<TRequest, TResponse>(
    IClientStreamWriter<TRequest> requestStream, Task<TResponse> responseAsync, CallState state) : IDisposable
{
    public IClientStreamWriter<TRequest> RequestStream { get; } = requestStream;

    public Task<TResponse> ResponseAsync { get; } = responseAsync;

    public Task<Metadata> ResponseHeadersAsync => state.ResponseHeaders;

    public TaskAwaiter<TResponse> GetAwaiter() => ResponseAsync.GetAwaiter();

    public ConfiguredTaskAwaitable<TResponse> ConfigureAwait(bool continueOnCapturedContext) => ResponseAsync.ConfigureAwait(continueOnCapturedContext);

    public Status GetStatus() => state.Status();

    public Metadata GetTrailers() => state.Trailers();

    public void Dispose() => state.Dispose();
}

public sealed class AsyncDuplexStreamingCall<TRequest, TResponse>(
    IClientStreamWriter<TRequest> requestStream, IAsyncStreamReader<TResponse> responseStream, CallState state) : IDisposable
{
    public IClientStreamWriter<TRequest> RequestStream { get; } = requestStream;

    public IAsyncStreamReader<TResponse> ResponseStream { get; } = responseStream;

    public Task<Metadata> ResponseHeadersAsync => state.ResponseHeaders;

    public Status GetStatus() => state.Status();

    public Metadata GetTrailers() => state.Trailers();

    public void Dispose() => state.Dispose();
}
