using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Hss.Diameter;
using Hss.Diameter.Commands.Base;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging;

namespace Hss.DiameterNode;

/// <summary>The Diameter node: the door for connections, for requests of this node, and for requests that come without a connection.</summary>
/// Shape: <see cref="HandleAsync"/> is a Kestrel connection delegate: <c>listen.Run(node.HandleAsync)</c>. Order: any thread.
/// Errors: ArgumentException for options or applications that cannot be. Spec: RFC 6733, RFC 3539.
public sealed class DiameterNode : IAsyncDisposable
{
    /// <summary>The meter of hss_diameter_requests_total, hss_diameter_request_duration_seconds and hss_diameter_peer_state.</summary>
    public const string MeterName = "Hss.DiameterNode";

    /// <summary>RFC 3539 3.4.1: the jitter of Tw is plus or minus two seconds.</summary>
    private static readonly TimeSpan WatchdogJitter = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<PeerConnection, Task> _connections = new();
    private readonly Dictionary<string, Dialler> _diallers = new(StringComparer.OrdinalIgnoreCase);
    private readonly CancellationTokenSource _stopDialling = new();
    private readonly SocketDial _sockets;
    private Task _dialling = Task.CompletedTask;
    private readonly NodeMetrics _metrics;
    private readonly KnownPeers _knownPeers;
    private readonly OutgoingRequests _outgoing;
    private readonly Func<double> _jitter;
    private readonly Lock _gate = new();
    private int _count;
    private readonly Newcomers _unidentified;
    private volatile bool _isStopping;

    /// <param name="options">Identity, peers, limits, times.</param>
    /// <param name="applications">What the node serves.</param>
    /// <param name="time">The clock; Origin-State-Id is its time of now.</param>
    /// <param name="logs">Where to log; the category is this class.</param>
    /// <param name="jitter">Numbers from 0 to 1 for the watchdog and for reconnecting; the system's random numbers when left out.</param>
    /// <param name="secureDialled">Puts TLS on a connection this node dialled; needed for a peer with Connect and Tls. Its result owns the connection; when it fails the connection is disposed of here.</param>
    public DiameterNode(
        NodeOptions options, IEnumerable<DiameterApplication> applications, TimeProvider time, ILoggerFactory logs, Func<double>? jitter = null,
        Func<ConnectionContext, PeerOptions, CancellationToken, ValueTask<ConnectionContext>>? secureDialled = null)
        : this(options, applications, time, logs, jitter, ArrayPool<byte>.Shared, secureDialled)
    {
    }

    /// <param name="frames">Where received messages are kept.</param>
    /// <param name="connect">Connects to a peer in place of a socket.</param>
    internal DiameterNode(
        NodeOptions options, IEnumerable<DiameterApplication> applications, TimeProvider time, ILoggerFactory logs, Func<double>? jitter,
        ArrayPool<byte> frames, Func<ConnectionContext, PeerOptions, CancellationToken, ValueTask<ConnectionContext>>? secureDialled = null,
        Func<PeerOptions, CancellationToken, ValueTask<ConnectionContext>>? connect = null)
    {
        IReadOnlyList<string> faults = options.Validate();
        if (faults.Count > 0) throw new ArgumentException(string.Join(Environment.NewLine, faults), nameof(options));
        IReadOnlyList<DiameterApplication> served = [.. applications];
        ServedApplications.Check(options, served);

        Options = options;
        _unidentified = new Newcomers(options.MaxUnidentifiedConnections);
        Time = time;
        Log = logs.CreateLogger<DiameterNode>();
        _jitter = jitter ?? SystemRandom;
        Identity = new NodeIdentity(options, unchecked((uint)time.GetUtcNow().ToUnixTimeSeconds()));
        KnownPeers knownPeers = new(options.Peers);
        _knownPeers = knownPeers;
        Frames = new FramePool(frames);
        Peers = new PeerTable();
        _metrics = new NodeMetrics(Peers, options, () => Dispatcher!.ReductionPercent);
        OriginStates = new OriginStates(_metrics, Log);
        MessageIdentifiers identifiers = new(options.Identity, Identity.OriginStateId);
        BaseMessages = new BaseMessages(options, Identity, identifiers, served);
        Capabilities = new CapabilitiesExchange(options, Identity, knownPeers, served);
        Dispatcher = new Dispatcher(options, Identity, knownPeers, served, Frames, _metrics, time, Log);
        _sockets = new SocketDial(secureDialled);
        foreach (PeerOptions peer in options.Peers.Where(peer => peer.Connect))
        {
            if (peer.Tls && secureDialled is null) throw new ArgumentException($"Diameter:Peers: '{peer.Identity}' is to be dialled over TLS, but this node has no certificate to do it with.");
            _diallers.Add(peer.Identity, new Dialler(this, peer, connect ?? _sockets.ConnectAsync, _jitter));
        }

        _outgoing = new OutgoingRequests(options, Identity, identifiers, served, Peers, _metrics, time, Log);
    }

    /// <summary>Requests can go to a peer again, or for the first time. Any thread; handlers return at once.</summary>
    public event Action? PathOpened;

    /// <summary>The open peers, by identity.</summary>
    public IReadOnlyList<PeerSnapshot> OpenPeers => Peers.Snapshot();

    /// <summary>The peers of the configuration, open or not.</summary>
    public IReadOnlyList<PeerOptions> ConfiguredPeers => Options.Peers;

    /// <summary>Origin-State-Id of every message that has one. Spec: RFC 6733 8.16.</summary>
    public uint OriginStateId => Identity.OriginStateId;

    /// <summary>Requests that are still being worked on, those included whose deadline has passed.</summary>
    public int RequestsInProgress => Frames.Outstanding;

    internal void TellPathOpened() => PathOpened?.Invoke();

    /// <summary>Whether connections are to end; one that begins meanwhile looks here.</summary>
    internal bool IsStopping => _isStopping;

    /// <summary>For connections that get no thread, which would fill the log.</summary>
    internal LogThrottle NoThreadLog { get; } = new();

    internal LogThrottle TooLongLog { get; } = new();

    internal NodeOptions Options { get; }

    internal NodeIdentity Identity { get; }

    internal TimeProvider Time { get; }

    internal ILogger Log { get; }

    internal FramePool Frames { get; }

    internal PeerTable Peers { get; }

    internal BaseMessages BaseMessages { get; }

    internal CapabilitiesExchange Capabilities { get; }

    internal Dispatcher Dispatcher { get; }

    internal OriginStates OriginStates { get; }

    internal NodeMetrics Metrics => _metrics;

    /// <summary>Begins to dial the peers that are configured to be dialled. To be called once the node can be reached itself.</summary>
    /// Errors: InvalidOperationException when called twice.
    public void Start()
    {
        lock (_gate)
        {
            if (!_dialling.IsCompleted) throw new InvalidOperationException("The node dials already.");
            if (!_isStopping) _dialling = Task.WhenAll(_diallers.Values.Select(dialler => dialler.RunAsync(_stopDialling.Token)));
        }
    }

    /// <summary>Serves one accepted connection until it ends. Never throws for anything a peer does.</summary>
    public async Task HandleAsync(ConnectionContext connection)
    {
        if (!TryEnter(out string? reason))
        {
            Log.ConnectionRefused(connection.RemoteEndPoint?.ToString() ?? connection.ConnectionId, reason!);
            connection.Abort();
            return;
        }

        try
        {
            using Newcomers.Newcomer newcomer = _unidentified.Enter(connection);
            using PeerConnection served = new(this, connection, newcomer);
            await ServeAsync(served, connection);
            if (newcomer.IsPushedOut) Log.ConnectionRefused(served.RemoteEndPoint, "newer connections needed the place of one that showed no CER");
        }
        finally
        {
            Interlocked.Decrement(ref _count);
        }
    }

    /// <summary>Serves one connection that a dialler opened until it ends, and disposes of its transport.</summary>
    internal async Task RunDialledAsync(ConnectionContext connection, Dialler dialler)
    {
        await using (connection)
        {
            using PeerConnection served = new(this, connection, newcomer: null, dialler);
            await ServeAsync(served, connection);
        }
    }

    /// <summary>The election among the connections of a peer that is dialled; null for one that is not.</summary>
    internal Election? ElectionOf(string identity) => _diallers.GetValueOrDefault(identity)?.Election;

    private async Task ServeAsync(PeerConnection served, ConnectionContext connection)
    {
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _connections.TryAdd(served, ended.Task);
        CancellationToken closeRequested = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? default;
        try
        {
            await using CancellationTokenRegistration stop = closeRequested.UnsafeRegister(static one => ((PeerConnection)one!).Stop(), served);
            await served.RunAsync();
        }
        finally
        {
            _connections.TryRemove(served, out _);
            ended.SetResult();
        }
    }

    /// <summary>Sends a request of this node and ends with its one outcome.</summary>
    /// Order: over the destination's own connection, else over relays; each path once, the next one when a path fails or is silent,
    /// with the T bit and the same End-to-End identifier. Ends within three times <see cref="NodeOptions.AnswerTimeout"/>.
    /// Errors: ArgumentException for an application that is not served; OperationCanceledException. Spec: RFC 6733 5.5.4, 6.1.
    public Task<OutgoingAnswer> SendAsync(OutgoingRequest request, CancellationToken cancellationToken) => _outgoing.SendAsync(request, cancellationToken);

    /// <summary>The configured habits of a node, open or not.</summary>
    public PeerQuirks QuirksOf(string originHost) => _knownPeers.Find(originHost)?.Quirks ?? PeerQuirks.None;

    /// <summary>Sends an open peer away: DPR, DPA awaited, requests in flight answered, flushed, closed. False: it is not open.</summary>
    /// <param name="identity">Its Origin-Host.</param>
    /// <param name="cause">What it is told, and what this node itself keeps to when it dials the peer (<see cref="ReconnectDelay"/>): REBOOTING
    /// is a fresh start, BUSY a longer wait, DO_NOT_WANT_TO_TALK_TO_YOU an hour. A peer that comes by itself is let in at any time.</param>
    /// <param name="cancellationToken">Ends the wait, not the farewell.</param>
    /// Order: when it ends the connection is gone; each step is bounded by its option. Spec: RFC 6733 5.4.
    public async Task<bool> DisconnectAsync(string identity, DisconnectCause cause, CancellationToken cancellationToken)
    {
        if (Peers.Find(identity) is not { } session) return false;
        Task ended = _connections.GetValueOrDefault(session.Connection) ?? Task.CompletedTask;
        session.Dismiss(cause);
        await ended.WaitAsync(cancellationToken);
        return true;
    }

    /// <summary>Ends every connection in good order: DPR (REBOOTING), DPA awaited, requests in flight answered, flushed, closed.</summary>
    /// Order: each step is bounded by its option; <paramref name="cancellationToken"/> ends them all at once.
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _isStopping = true;
        _outgoing.Stop();
        await _stopDialling.CancelAsync();
        if (!_connections.IsEmpty) Log.Stopping(Options.Identity, Options.Realm, _connections.Count);
        foreach (PeerConnection connection in _connections.Keys) connection.Stop();
        try
        {
            // A connection may wait for its DPA and then drain; nothing it does takes longer.
            TimeSpan most = Options.DisconnectTimeout + Options.DrainTimeout + Options.SendTimeout;
            await Task.WhenAll([.. _connections.Values, Dialling()]).WaitAsync(most, Time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            Log.StopTookTooLong(_connections.Count);
            foreach (PeerConnection connection in _connections.Keys) connection.Abort();
            await Task.WhenAll([.. _connections.Values, Dialling()]);
        }
    }

    /// <summary>Answers one request handed over in memory: the same way as one from a peer, without a connection.</summary>
    /// Shape: for benchmarks, simulation and tests of procedures. Errors: ArgumentException when there is no header, or it is no request.
    public async Task<byte[]> AnswerAsync(ReadOnlyMemory<byte> request)
    {
        if (request.Length < DiameterHeader.SizeBytes || !DiameterHeader.Read(request.Span).IsRequest)
        {
            throw new ArgumentException("These octets are no request.", nameof(request));
        }

        using MemoryStream answer = new();
        InFlight inFlight = new(bound: 1);
        PipeWriter output = PipeWriter.Create(answer);
        using AnswerQueue queue = new(output, inFlight, Time, Options.SendTimeout, static () => { });
        inFlight.Enter();
        Dispatcher.Dispatch(new Peer("memory", Options.Realm, "memory", null, inFlight) { IsRelay = true }, queue, Frames.Copy(request.Span), Time.GetTimestamp());
        queue.Flush();
        await inFlight.WaitUntilEmptyAsync();
        await queue.WhenIdleAsync();
        await output.CompleteAsync();
        return answer.ToArray();
    }

    /// <summary>Stops at once what is left and frees timers and instruments.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        Dispatcher.Dispose();
        _metrics.Dispose();
    }

    /// <summary>Tw with its jitter. Spec: RFC 3539 3.4.1; below its least Tw of 6 seconds the jitter shrinks with it.</summary>
    internal TimeSpan NextWatchdogInterval()
    {
        TimeSpan tw = Options.WatchdogInterval;
        TimeSpan most = tw / 3 < WatchdogJitter ? tw / 3 : WatchdogJitter;
        return tw + (most * ((2 * _jitter()) - 1));
    }

    private Task Dialling()
    {
        lock (_gate) return _dialling;
    }

    private bool TryEnter(out string? reason)
    {
        lock (_gate)
        {
            reason = _isStopping ? "the node is stopping"
                : Volatile.Read(ref _count) >= Options.MaxConnections ? $"there are {Options.MaxConnections} connections"
                : null;
            if (reason is not null) return false;
            Interlocked.Increment(ref _count);
            return true;
        }
    }

    private static double SystemRandom() => RandomNumberGenerator.GetInt32(int.MaxValue) / (double)int.MaxValue;
}
