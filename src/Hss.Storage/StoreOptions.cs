using Hss.Authentication;

namespace Hss.Storage;

/// <summary>Where the store is and how much of it stays in memory. The names are those of the configuration section "Storage".</summary>
public sealed record StoreOptions
{
    /// <summary>An SQLite connection string; only its Data Source counts, and it names a file.</summary>
    public string ConnectionString { get; init; } = "Data Source=db/hss.db";

    /// <summary>32 octets that seal K, OPc, HA1 and passwords at rest.</summary>
    public string MasterKeyFile { get; init; } = "db/master.key";

    /// <summary>How many subscriptions stay in memory. About 3 kB each.</summary>
    public int CacheEntries { get; init; } = 200_000;

    /// <summary>How much of what application servers keep stays in memory: a subscriber with a lot of it takes the place of many without.</summary>
    public long CachedApplicationDataBytes { get; init; } = 512L << 20;

    /// <summary>How SQN splits into SEQ and IND on this front end: decides which SEQ a durable 48-bit ceiling stands for.</summary>
    public IndRange IndRange { get; init; } = new(5, 24, 27);
}
