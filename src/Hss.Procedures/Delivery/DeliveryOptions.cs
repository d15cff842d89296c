using System.Security.Cryptography;

namespace Hss.Procedures;

/// <summary>How patiently requests of this HSS are delivered: RTRs and PPRs to S-CSCFs, PNRs to application servers.</summary>
public sealed record DeliveryOptions
{
    /// <summary>Requests under way at once, to all servers together.</summary>
    public int MaxInFlight { get; init; } = 64;

    /// <summary>To one server. One that does not answer gets one at a time, so that it holds few of the places above.</summary>
    public int MaxInFlightPerServer { get; init; } = 8;

    /// <summary>Before the second attempt; doubled for each further one.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a server without any path to it is left alone at most. Asking again costs next to nothing, and it may be back.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Requests sent for one item before it has failed: about twenty minutes.</summary>
    public int MaxAttempts { get; init; } = 10;

    /// <summary>What could not be delivered by then has failed: longer than any server is away for maintenance.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long what is finished can be seen: over a weekend, and the Monday after it.</summary>
    public TimeSpan KeepFinished { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How many of them: a mass change leaves a table of some 30 MB behind and not more.</summary>
    public int KeepFinishedCount { get; init; } = 100_000;

    /// <summary>Until the next attempt, after so many.</summary>
    internal TimeSpan RetryAfter(int attempts) => Backoff(attempts, LongestRetry);

    /// <summary>Until the next look for a path, after so many.</summary>
    internal TimeSpan PauseAfter(int looks) => Backoff(looks, LongestPause);

    /// <summary>Doubles from the first one on, and spreads by a quarter either way: a thousand that failed together do not come back together.</summary>
    private TimeSpan Backoff(int count, TimeSpan longest)
    {
        var doubled = FirstRetry * Math.Pow(2, Math.Min(count - 1, 30));
        var spread = 0.75 + (RandomNumberGenerator.GetInt32(0, 1_001) / 2_000.0);
        return (doubled < longest ? doubled : longest) * spread;
    }
}
