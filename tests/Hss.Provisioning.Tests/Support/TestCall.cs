using Grpc.Core;
using Hss.Subscribers;

namespace Hss.Provisioning.Tests.Support;

/// <summary>A call without a connection.</summary>
internal sealed class TestCall : ServerCallContext
{
    private readonly CancellationToken _cancellation;

    public TestCall(string method, Caller? caller = null, string peer = "ipv4:127.0.0.1:40000", Metadata? headers = null, CancellationToken cancellation = default)
    {
        (MethodCore, PeerCore, RequestHeadersCore, _cancellation) = (method, peer, headers ?? [], cancellation);
        caller?.PutInto(this);
    }

    /// <summary>A call of an operator on loopback.</summary>
    public static TestCall Local(string method, AccessRole role = AccessRole.Operator) => new(method, new Caller("local", role, "127.0.0.1"));

    protected override string MethodCore { get; }

    protected override string HostCore => "hss.example.org";

    protected override string PeerCore { get; }

    protected override DateTime DeadlineCore => DateTime.MaxValue;

    protected override Metadata RequestHeadersCore { get; }

    protected override CancellationToken CancellationTokenCore => _cancellation;

    protected override Metadata ResponseTrailersCore { get; } = [];

    protected override Status StatusCore { get; set; }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
}
