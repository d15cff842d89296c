namespace Hss.DiameterNode;

/// <summary>A peer as the node sees it while it is connected: who it is, what it may do, what it did.</summary>
/// Order: counters from any thread; the states are written inside the connection's mailbox.
internal sealed class Peer(string identity, string realm, string remoteEndPoint, PeerOptions? options, InFlight inFlight)
{
    private long _received;
    private long _answered;
    private long _errors;
    private long _unauthorized;
    private uint _originStateId;
    private long _sent;
    private long _answersReceived;
    private int _watchdogState;

    /// <summary>The Origin-Host of its CER.</summary>
    public string Identity { get; } = identity;

    /// <summary>The Origin-Realm of its CER.</summary>
    public string Realm { get; } = realm;

    /// <summary>Where it comes from.</summary>
    public string RemoteEndPoint { get; } = remoteEndPoint;

    /// <summary>Its entry in the configuration; null for one that is not listed.</summary>
    public PeerOptions? Options { get; } = options;

    /// <summary>Product-Name of its CER.</summary>
    public string ProductName { get; init; } = "";

    /// <summary>The applications in common.</summary>
    public IReadOnlyList<DiameterApplication> Applications { get; init; } = [];

    /// <summary>The applications it may use; null when the configuration does not restrict it.</summary>
    public IReadOnlySet<uint>? AllowedApplications { get; init; }

    /// <summary>Whether it forwards requests of others: it says so (Relay, 0xffffffff) or the configuration does.</summary>
    public bool IsRelay { get; init; }

    /// <summary>Its Origin-State-Id as last heard; 0 when it gives none. Spec: RFC 6733 8.16.</summary>
    public uint OriginStateId
    {
        get => Volatile.Read(ref _originStateId);
        set => Volatile.Write(ref _originStateId, value);
    }

    /// <summary>How often its Origin-State-Id has grown, over all its connections.</summary>
    public int Restarts { get; set; }

    /// <summary>Whether to log that it asked for what it may not.</summary>
    public LogThrottle UnauthorizedLog { get; } = new();

    /// <summary>The watchdog's opinion.</summary>
    public WatchdogState WatchdogState
    {
        get => (WatchdogState)Volatile.Read(ref _watchdogState);
        set => Volatile.Write(ref _watchdogState, (int)value);
    }

    public void CountReceived() => Interlocked.Increment(ref _received);

    public void CountAnswered(bool isError)
    {
        Interlocked.Increment(ref _answered);
        if (isError) Interlocked.Increment(ref _errors);
    }

    public void CountUnauthorized() => Interlocked.Increment(ref _unauthorized);

    public void CountSent() => Interlocked.Increment(ref _sent);

    public void CountAnswerReceived() => Interlocked.Increment(ref _answersReceived);

    public PeerSnapshot Snapshot() => new()
    {
        Identity = Identity,
        Realm = Realm,
        RemoteEndPoint = RemoteEndPoint,
        ProductName = ProductName,
        State = WatchdogState,
        Applications = [.. Applications.Select(application => application.Name)],
        IsRelay = IsRelay,
        Quirks = Options?.Quirks ?? PeerQuirks.None,
        InFlight = inFlight.Count,
        Received = Interlocked.Read(ref _received),
        Answered = Interlocked.Read(ref _answered),
        Errors = Interlocked.Read(ref _errors),
        Unauthorized = Interlocked.Read(ref _unauthorized),
        OriginStateId = OriginStateId,
        Restarts = Restarts,
        Sent = Interlocked.Read(ref _sent),
        AnswersReceived = Interlocked.Read(ref _answersReceived),
    };
}
