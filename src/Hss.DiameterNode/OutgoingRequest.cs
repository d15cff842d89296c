using Hss.Diameter;

namespace Hss.DiameterNode;

/// <summary>A request this node sends: what it is, where it goes, and what stands in it.</summary>
/// Shape: the node writes header, Session-Id, the application's preamble, Origin-Host, Origin-Realm, Destination-Host and
/// Destination-Realm; <see cref="Write"/> adds the rest. It is called once; every attempt carries the same octets.
/// Spec: RFC 6733 6.1.1, 6.1.2.
public sealed record OutgoingRequest
{
    /// <summary>The application, one that this node serves.</summary>
    public required uint ApplicationId { get; init; }

    /// <summary>The command.</summary>
    public required uint CommandCode { get; init; }

    /// <summary>Short name for logs and metrics, such as RTR.</summary>
    public required string CommandName { get; init; }

    /// <summary>Origin-Host of the node it is for. Empty: any node of the realm, which a relay chooses; the AVP is left out (RFC 6733 6.1.6).</summary>
    public required string DestinationHost { get; init; }

    /// <summary>Its realm.</summary>
    public required string DestinationRealm { get; init; }

    /// <summary>Writes the AVPs of the command.</summary>
    public required Action<MessageWriter> Write { get; init; }

    /// <summary>DRMP priority, 0 (highest) to 15; null leaves the AVP out, which means 10. Spec: RFC 7944 9.1.</summary>
    public uint? Priority { get; init; }
}
