namespace Hss.DiameterNode;

/// <summary>An open peer at one moment, for the console and the metrics.</summary>
public sealed record PeerSnapshot
{
    /// <summary>The Origin-Host of its CER.</summary>
    public required string Identity { get; init; }

    /// <summary>The Origin-Realm of its CER.</summary>
    public required string Realm { get; init; }

    /// <summary>Where it comes from.</summary>
    public required string RemoteEndPoint { get; init; }

    /// <summary>Product-Name of its CER.</summary>
    public required string ProductName { get; init; }

    /// <summary>The watchdog's opinion.</summary>
    public required WatchdogState State { get; init; }

    /// <summary>The applications in common, by name.</summary>
    public required IReadOnlyList<string> Applications { get; init; }

    /// <summary>Whether it forwards requests of others.</summary>
    public required bool IsRelay { get; init; }

    /// <summary>When its capabilities were exchanged.</summary>
    public DateTimeOffset OpenSince { get; init; }

    /// <summary>Whether this node opened the connection; otherwise the peer did.</summary>
    public bool IsDialled { get; init; }

    public bool IsTls { get; init; }

    /// <summary>Its configured habits.</summary>
    public required PeerQuirks Quirks { get; init; }

    /// <summary>Requests whose answers the transport has not taken yet.</summary>
    public required int InFlight { get; init; }

    /// <summary>Application requests received over this connection.</summary>
    public required long Received { get; init; }

    /// <summary>Of these, answered.</summary>
    public required long Answered { get; init; }

    /// <summary>Of these, refused by the node itself: protocol errors, grammar faults, missed deadlines, our own bugs.</summary>
    public required long Errors { get; init; }

    /// <summary>Of the errors, requests it may not send (5003).</summary>
    public long Unauthorized { get; init; }

    /// <summary>Its Origin-State-Id as last heard; 0 when it gives none. Spec: RFC 6733 8.16.</summary>
    public uint OriginStateId { get; init; }

    /// <summary>How often it has restarted since this node started, as its Origin-State-Id tells.</summary>
    public int Restarts { get; init; }

    /// <summary>Attempts to deliver a request of this node over this connection.</summary>
    public long Sent { get; init; }

    /// <summary>Of these, answered.</summary>
    public long AnswersReceived { get; init; }

    /// <summary>Of these, still waited for.</summary>
    public int AwaitingAnswers { get; init; }
}
