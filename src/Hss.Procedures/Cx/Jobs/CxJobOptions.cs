namespace Hss.Procedures.Cx;

/// <summary>How patiently RTRs and PPRs are delivered.</summary>
public sealed record CxJobOptions
{
    /// <summary>Requests under way at once, to all S-CSCFs together.</summary>
    public int MaxInFlight { get; init; } = 64;

    /// <summary>To one S-CSCF. One that does not answer gets one at a time, so that it holds few of the places above.</summary>
    public int MaxInFlightPerServer { get; init; } = 8;

    /// <summary>Before the second attempt; doubled for each further one.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long an S-CSCF without any path to it is left alone at most. Asking again costs next to nothing, and it may be back.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Requests sent for one job before it has failed: about twenty minutes.</summary>
    public int MaxAttempts { get; init; } = 10;

    /// <summary>A job that could not be delivered by then has failed: longer than any S-CSCF is away for maintenance.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long finished jobs can be seen: over a weekend, and the Monday after it.</summary>
    public TimeSpan KeepFinished { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How many of them: a mass change leaves a table of some 30 MB behind and not more.</summary>
    public int KeepFinishedCount { get; init; } = 100_000;
}
