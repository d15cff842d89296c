namespace Grpc.Core;

/// <summary>What a handler may know of its call and do to it.</summary>
public abstract class ServerCallContext
{
    /// <summary>/package.Service/Method.</summary>
    public string Method => MethodCore;

    /// <summary>Authority of the request.</summary>
    public string Host => HostCore;

    /// <summary>Address of the client: ipv4:127.0.0.1:40000.</summary>
    public string Peer => PeerCore;

    /// <summary>UTC; <see cref="DateTime.MaxValue"/> when the client set none.</summary>
    public DateTime Deadline => DeadlineCore;

    public Metadata RequestHeaders => RequestHeadersCore;

    /// <summary>Fires when the client gives up or the deadline passes.</summary>
    public CancellationToken CancellationToken => CancellationTokenCore;

    public Metadata ResponseTrailers => ResponseTrailersCore;

    public Status Status
    {
        get => StatusCore;
        set => StatusCore = value;
    }

    public WriteOptions? WriteOptions
    {
        get => WriteOptionsCore;
        set => WriteOptionsCore = value;
    }

    /// <summary>For whoever stands before the handler, such as who the caller is.</summary>
    public IDictionary<object, object> UserState => UserStateCore;

    /// <summary>Sends the headers before the first message; without it they go with that message.</summary>
    public Task WriteResponseHeadersAsync(Metadata responseHeaders) => WriteResponseHeadersAsyncCore(responseHeaders);

    protected abstract string MethodCore { get; }

    protected abstract string HostCore { get; }

    protected abstract string PeerCore { get; }

    protected abstract DateTime DeadlineCore { get; }

    protected abstract Metadata RequestHeadersCore { get; }

    protected abstract CancellationToken CancellationTokenCore { get; }

    protected abstract Metadata ResponseTrailersCore { get; }

    protected abstract Status StatusCore { get; set; }

    protected abstract WriteOptions? WriteOptionsCore { get; set; }

    protected virtual IDictionary<object, object> UserStateCore { get; } = new Dictionary<object, object>();

    protected abstract Task WriteResponseHeadersAsyncCore(Metadata responseHeaders);
}

[Flags]
public enum WriteFlags
{
    None = 0,
    BufferHint = 1,
    NoCompress = 2,
}

public sealed class WriteOptions(WriteFlags flags = WriteFlags.None)
{
    public static readonly WriteOptions Default = new();

    public WriteFlags Flags { get; } = flags;
}
