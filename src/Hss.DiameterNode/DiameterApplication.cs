using Hss.Diameter;

namespace Hss.DiameterNode;

/// <summary>An application this node serves: how it is advertised, what each of its answers begins with, and its procedures.</summary>
/// Spec: RFC 6733 1.3.4, 2.4 and 6.11.
public sealed class DiameterApplication
{
    /// <summary>The short name the standards use; label of metrics and logs, and what a peer's Applications may list.</summary>
    public required string Name { get; init; }

    /// <summary>The Application-Id of the message header.</summary>
    public required uint Id { get; init; }

    /// <summary>The vendor of the application; 0 advertises it by a plain Auth-Application-Id.</summary>
    public required uint VendorId { get; init; }

    /// <summary>Vendors whose AVPs the application uses, advertised with it in a Vendor-Specific-Application-Id each.</summary>
    /// Spec: TS 29.229 5.6 asks for 13019 (ETSI) beside 10415.
    public IReadOnlyList<uint> FurtherVendorIds { get; init; } = [];

    /// <summary>Writes what every answer of the application that is no answer-message carries behind its Session-Id.</summary>
    /// Order: called once, when the node is made; the octets are used again for every answer.
    public Action<MessageWriter>? AnswerPreamble { get; init; }

    /// <summary>One procedure per command.</summary>
    public required IReadOnlyList<ProcedureRegistration> Procedures { get; init; }
}
