namespace Hss.Subscribers;

/// <summary>What became of a change of one entry of the AS permission list.</summary>
/// <param name="Kind">None: it stands as given already, or nothing was written because <paramref name="IsStale"/>.</param>
/// <param name="Standing">What stands now; null: nothing.</param>
/// <param name="IsStale">Another revision stands than the one that was to be replaced.</param>
/// <param name="IsRepeated">The request had been served before: nothing was written now.</param>
public readonly record struct ApplicationServerOutcome(ChangeKind Kind, ApplicationServerPermissions? Standing, bool IsStale, bool IsRepeated)
{
    /// <summary>What stood before; null: nothing, or it was not looked at.</summary>
    public ApplicationServerPermissions? Before { get; init; }

    /// <summary>Number of the record; 0: none was written.</summary>
    public long Record { get; init; }
}
