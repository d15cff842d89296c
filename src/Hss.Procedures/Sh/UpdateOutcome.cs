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

    public bool IsDone => Code == ExperimentalResultCode.None;
}
