namespace Grpc.Core;

/// <summary>What a caller asks of one call.</summary>
public readonly struct CallOptions(Metadata? headers = null, DateTime? deadline = null, CancellationToken cancellationToken = default)
{
    public Metadata? Headers { get; } = headers;

    /// <summary>UTC.</summary>
    public DateTime? Deadline { get; } = deadline;

    public CancellationToken CancellationToken { get; } = cancellationToken;

    public CallOptions WithHeaders(Metadata headers) => new(headers, Deadline, CancellationToken);

    public CallOptions WithDeadline(DateTime deadline) => new(Headers, deadline, CancellationToken);

    public CallOptions WithCancellationToken(CancellationToken cancellationToken) => new(Headers, Deadline, cancellationToken);
}

/// <summary>Makes calls; generated clients stand on it.</summary>
public abstract class CallInvoker
{
    public abstract TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) where TRequest : class where TResponse : class;

    public abstract AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) where TRequest : class where TResponse : class;

    public abstract AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) where TRequest : class where TResponse : class;

    public abstract AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) where TRequest : class where TResponse : class;

    public abstract AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) where TRequest : class where TResponse : class;
}

/// <summary>A connection to a server that makes call invokers.</summary>
public abstract class ChannelBase(string target)
{
    public string Target { get; } = target;

    public abstract CallInvoker CreateCallInvoker();
}

public abstract class ClientBase
{
    /// <summary>How a client of the same kind is made anew.</summary>
    protected internal sealed class ClientBaseConfiguration(CallInvoker undecoratedCallInvoker, string? host)
    {
        internal CallInvoker CallInvoker { get; } = undecoratedCallInvoker;

        internal string? Host { get; } = host;
    }
}

public abstract class ClientBase<T> : ClientBase where T : ClientBase<T>
{
    private readonly ClientBaseConfiguration? _configuration;

    protected ClientBase() { }

    protected ClientBase(ChannelBase channel) : this((channel ?? throw new ArgumentNullException(nameof(channel))).CreateCallInvoker()) { }

    protected ClientBase(CallInvoker callInvoker) => _configuration = new(callInvoker, null);

    protected ClientBase(ClientBaseConfiguration configuration) => _configuration = configuration;

    protected CallInvoker CallInvoker => _configuration?.CallInvoker ?? throw new NotSupportedException("this client was made without a channel");

    protected abstract T NewInstance(ClientBaseConfiguration configuration);
}
