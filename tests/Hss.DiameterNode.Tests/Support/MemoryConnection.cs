using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Hss.DiameterNode.Tests.Support;

/// <summary>A connection made of two pipes instead of a socket.</summary>
internal sealed class MemoryConnection : ConnectionContext, IConnectionLifetimeNotificationFeature
{
    private readonly Pipe _toNode;
    private readonly Pipe _toPeer;
    private readonly CancellationTokenSource _closed = new();
    private readonly CancellationTokenSource _closeRequested = new();

    /// <param name="number">Tells connections apart.</param>
    /// <param name="sendBufferBytes">How much the node may send that the peer has not read.</param>
    public MemoryConnection(int number, int sendBufferBytes)
    {
        ConnectionId = $"memory-{number}";
        _toNode = new Pipe(new PipeOptions(useSynchronizationContext: false));
        _toPeer = new Pipe(new PipeOptions(
            pauseWriterThreshold: sendBufferBytes, resumeWriterThreshold: sendBufferBytes / 2, useSynchronizationContext: false));
        Transport = new Duplex(_toNode.Reader, _toPeer.Writer);
        LocalEndPoint = new IPEndPoint(IPAddress.Parse("127.0.0.10"), 3868);
        RemoteEndPoint = new IPEndPoint(IPAddress.Parse("127.0.0.30"), 40000 + number);
        Features = new FeatureCollection();
        Features.Set<IConnectionLifetimeNotificationFeature>(this);
    }

    public override string ConnectionId { get; set; }

    public override IFeatureCollection Features { get; }

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public override IDuplexPipe Transport { get; set; }

    public override CancellationToken ConnectionClosed
    {
        get => _closed.Token;
        set => throw new NotSupportedException();
    }

    public CancellationToken ConnectionClosedRequested
    {
        get => _closeRequested.Token;
        set => throw new NotSupportedException();
    }

    public bool IsAborted { get; private set; }

    public PipeWriter ToNode => _toNode.Writer;

    public PipeReader FromNode => _toPeer.Reader;

    public void RequestClose() => _closeRequested.Cancel();

    // As Kestrel does: both directions end, whoever waits is woken.
    public override void Abort(ConnectionAbortedException abortReason)
    {
        IsAborted = true;
        _closed.Cancel();
        _toNode.Writer.Complete(abortReason);
    }

    public override void Abort() => Abort(new ConnectionAbortedException());

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
