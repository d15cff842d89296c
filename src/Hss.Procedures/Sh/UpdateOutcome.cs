using Hss.Diameter;
using Hss.Subscribers;

namespace Hss.Procedures.Sh;

/// <summary>What became of a PUR: carried out, or why not and because of which part.</summary>
/// Shape: Code is None when it was carried out. Instance is the RepositoryData that was refused, Stored what is stored in its place.
internal readonly record struct UpdateOutcome(ExperimentalResultCode Code, ShDataReference? Culprit = null)
{
    public static readonly UpdateOutcome Done = new(ExperimentalResultCode.None);

    public ShRepositoryData? Instance { get; init; }

    public RepositoryData? Stored { get; init; }

    public string? Reason { get; init; }

    /// <summary>An AVP without which it cannot be carried out: R:5005 in place of Code.</summary>
    public AvpDefinition? Missing { get; init; }

    public bool IsDone => Code == ExperimentalResultCode.None && Missing is null;

    /// <summary>The value is that of one private identity, and the identity belongs to several.</summary>
    /// Why it is refused: to choose one would change somebody else's telephone. The text names no code; the AVP that tells which one is what is missing
    /// (Table 7.6.1 note 5).
    public static UpdateOutcome NeedsUserName(ShDataReference culprit) => new(ExperimentalResultCode.None, culprit) { Missing = Avp.UserName };
}
