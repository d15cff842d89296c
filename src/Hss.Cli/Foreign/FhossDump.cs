namespace Hss.Cli.Foreign;

/// <summary>What an FHoSS dump leaves open.</summary>
public sealed record FhossOptions
{
    /// <summary>True: the filters of shared sets are written into each profile. False: sets are named by number and stand in ifc-templates/shared.</summary>
    public bool WritesOutSharedSets { get; init; }
}

/// <summary>Subscriptions out of a MySQL dump of FHoSS: one per row of imsu.</summary>
/// Order: by imsu.id. Errors: <see cref="ForeignFormatException"/> for a file that is none; a bad subscription is refused in the report and the
/// others go on. Spec: docs/migration.md (what becomes of each table and column).
public static class FhossDump
{
    public static IEnumerable<ForeignDocument> Read(string file, FhossOptions options, ForeignReport report)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(report);
        return Stream();

        IEnumerable<ForeignDocument> Stream()
        {
            var subscriptions = new FhossSubscriptions(FhossTables.Read(file, report), options, report);
            foreach (var document in subscriptions.All()) yield return document;
        }
    }
}
