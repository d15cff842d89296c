using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Hss.DiameterNode.Tests.Support;

/// <summary>The far end of a <see cref="MemoryConnection"/>, for another node to serve.</summary>
internal sealed class MemoryLink : ConnectionContext
{
    private readonly CancellationTokenSource _closed = new();
    private readonly MemoryConnection _near;

    public MemoryLink(MemoryConnection near)
    {
        _near = near;
        ConnectionId = near.ConnectionId + "-far";
        Transport = new Duplex(near.FromNode, near.ToNode);
        LocalEndPoint = near.RemoteEndPoint;
        RemoteEndPoint = new IPEndPoint(((IPEndPoint)near.LocalEndPoint!).Address, ((IPEndPoint)near.RemoteEndPoint!).Port);
    }

    public override string ConnectionId { get; set; }

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public override IDuplexPipe Transport { get; set; }

    public override CancellationToken ConnectionClosed
    {
        get => _closed.Token;
        set => throw new NotSupportedException();
    }

    // As a reset: both ends read the end.
    public override void Abort(ConnectionAbortedException abortReason)
    {
        _closed.Cancel();
        _near.Transport.Output.Complete(abortReason);
    }

    public override void Abort() => Abort(new ConnectionAbortedException());

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
