namespace Hss.Subscribers;

/// <summary>Which jobs to read. Members that are null do not restrict.</summary>
public sealed record CxJobQuery
{
    public const int MaxJobs = 10_000;

    public long? Id { get; init; }

    /// <summary>Jobs with higher numbers.</summary>
    public long? After { get; init; }

    public string? SubscriptionId { get; init; }

    /// <summary>A canonical IMPI or public identity that the job names.</summary>
    public string? Identity { get; init; }

    public string? DiameterHost { get; init; }

    public CxJobState? State { get; init; }

    /// <summary>Pending jobs that may be sent now: due by then, and no earlier pending job of their subscription for the same S-CSCF.</summary>
    public DateTimeOffset? DueBy { get; init; }

    /// <summary>At most so many, in the order of their numbers (due ones: the longest due first).</summary>
    public int Most { get; init; } = 1_000;
}

/// <summary>How many jobs of one kind wait for one S-CSCF, since when, and when the first of them may be sent.</summary>
public sealed record OpenJobs(string DiameterHost, CxJobKind Kind, int Count, DateTimeOffset Oldest, DateTimeOffset NextAttempt);
