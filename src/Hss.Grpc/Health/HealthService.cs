using System.Threading.Channels;
using Grpc.Core;
using Grpc.Health.V1;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Hss.Grpc;

/// <summary>grpc.health.v1.Health: says whether services take calls, now and whenever that changes.</summary>
/// Shape: the empty name is the server as a whole. Order: a watcher that is slow sees the newest status, not every one.
/// Spec: GRPC Health Checking Protocol (NOT_FOUND in Check, SERVICE_UNKNOWN in Watch).
public sealed class HealthService : Health.HealthBase
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ServingStatus> _statuses = new(StringComparer.Ordinal) { [""] = ServingStatus.Serving };
    private readonly HashSet<(string Service, ChannelWriter<ServingStatus> Watcher)> _watchers = [];
    private bool _isEnded;

    /// <param name="service">Full name as in the .proto; empty for the server as a whole.</param>
    public void Set(string service, bool isServing)
    {
        lock (_lock)
            if (!_isEnded) Put(service, isServing ? ServingStatus.Serving : ServingStatus.NotServing);
    }

    /// <summary>NOT_SERVING from now on; those who watch are told, and then let go.</summary>
    public void End()
    {
        lock (_lock)
        {
            _isEnded = true;
            foreach (var service in _statuses.Keys.ToArray()) Put(service, ServingStatus.NotServing);
            foreach (var (_, watcher) in _watchers) watcher.TryComplete();
        }
    }

    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        lock (_lock)
        {
            if (_statuses.TryGetValue(request.Service, out var status)) return Task.FromResult(new HealthCheckResponse { Status = status });
        }
        throw new RpcException(new Status(StatusCode.NotFound, $"there is no service '{request.Service}'"));
    }

    public override async Task Watch(HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        var changes = Channel.CreateBounded<ServingStatus>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        var watcher = (request.Service, changes.Writer);
        lock (_lock)
        {
            changes.Writer.TryWrite(_statuses.GetValueOrDefault(request.Service, ServingStatus.ServiceUnknown));
            if (_isEnded) changes.Writer.TryComplete(); else _watchers.Add(watcher);
        }
        try
        {
            await foreach (var status in changes.Reader.ReadAllAsync(context.CancellationToken).ConfigureAwait(false))
                await responseStream.WriteAsync(new HealthCheckResponse { Status = status }, context.CancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock) _watchers.Remove(watcher);
        }
        throw new RpcException(new Status(StatusCode.Unavailable, "the server is shutting down"));
    }

    private void Put(string service, ServingStatus status)
    {
        if (_statuses.TryGetValue(service, out var before) && before == status) return;
        _statuses[service] = status;
        foreach (var (watched, watcher) in _watchers)
            if (watched == service) watcher.TryWrite(status);
    }
}
