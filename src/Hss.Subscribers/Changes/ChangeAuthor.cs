namespace Hss.Subscribers;

/// <summary>Who asks for a change: written into the audit record in the same commit as the change.</summary>
/// <param name="Actor">Name of a token or certificate, "local" or "offline".</param>
/// <param name="Method">What was called, such as UpsertSubscription.</param>
public sealed record ChangeAuthor(string Actor, string Method)
{
    /// <summary>A verb of the server on a store that nobody else has open.</summary>
    public static ChangeAuthor Offline(string verb) => new("offline", verb);

    public string? RemoteAddress { get; init; }

    /// <summary>The caller's own name for this request: a second one with it changes nothing. Null: none.</summary>
    public string? RequestId { get; init; }

    /// <summary>SHA-256 of the request: the same id with another request is refused. Secrets may be guessed from it, so it is stored under a key only.</summary>
    public ReadOnlyMemory<byte> RequestHash { get; init; }

    /// <summary>Origin-Host (lower case) of the application server whose PUR this is, or null: it is not notified of its own change (TS 29.328 6.1.2.1).</summary>
    public string? ApplicationServer { get; init; }

    /// <summary>The record this change undoes; 0: none.</summary>
    public long Undoes { get; init; }
}

/// <summary>A subscription with what the store knows about its history.</summary>
/// <param name="Revision">Number of the change that made this version; never the same for two versions, not even of a subscription that was removed and came back.</param>
public sealed record StoredSubscription(Subscription Subscription, long Revision, DateTimeOffset Created, DateTimeOffset Updated);

/// <summary>One subscription to change.</summary>
/// <param name="Edit">Gets the stored version (null: there is none, or <paramref name="ReadsStored"/> is false) and returns the new one; null
/// removes. It runs while nobody else can change the subscription, may run once only, and what it throws ends the whole change with nothing written.</param>
/// <param name="ReadsStored">False spares reading the stored version, for documents that are complete in themselves.</param>
public sealed record SubscriptionEdit(string SubscriptionId, Func<StoredSubscription?, Subscription?> Edit, bool ReadsStored = true)
{
    public static SubscriptionEdit Replace(Subscription subscription) => new(subscription.SubscriptionId, _ => subscription, ReadsStored: false);
}

/// <summary>What the audit record of a change of a subscriber's state says. Nothing of the subscriber's data.</summary>
public sealed record AuditNote(string Summary, ChangeAuthor Author);

public enum ChangeKind
{
    /// <summary>What was asked for is what stands: nothing was written.</summary>
    None = 0,
    Created = 1,
    Updated = 2,
    Deleted = 3,

    /// <summary>Something that changes no subscription, such as a de-registration.</summary>
    Action = 4,
}

/// <summary>What became of one edit.</summary>
/// <param name="Revision">Of the version that stands now; of the change itself when it removed.</param>
/// <param name="Jobs">RTRs and PPRs that follow.</param>
/// <param name="IsRepeated">The request had been served before: nothing was written now.</param>
public readonly record struct ChangeOutcome(string SubscriptionId, ChangeKind Kind, long Revision, int Jobs, bool IsRepeated)
{
    /// <summary>PNRs that follow. Not remembered: 0 when <see cref="IsRepeated"/>.</summary>
    public int Notifications { get; init; }
}

/// <summary>One change, as the audit shows it. Before and After hold credentials: whoever shows them masks them.</summary>
public sealed record ChangeRecord(long Id, DateTimeOffset Time, ChangeAuthor Author, string SubscriptionId, ChangeKind Kind, string? Summary)
{
    public Subscription? Before { get; init; }

    public Subscription? After { get; init; }

    /// <summary>Why Before and After are missing though they were asked for: they are there and cannot be read. Null: all is well.</summary>
    public string? Trouble { get; init; }
}

/// <summary>Which changes to read.</summary>
/// Order: ascending by number from After on, or descending below Before.
public sealed record ChangeQuery
{
    public const int MaxRecords = 1000;

    public long? After { get; init; }

    public long? Before { get; init; }

    public long? Id { get; init; }

    public string? SubscriptionId { get; init; }

    public string? Actor { get; init; }

    public DateTimeOffset? Since { get; init; }

    /// <summary>False leaves Before and After of the records out, which is much cheaper.</summary>
    public bool WithSubscriptions { get; init; } = true;

    public int Most { get; init; } = 100;
}

/// <summary>Which subscriptions to read, in ordinal order of their names.</summary>
public sealed record SubscriptionQuery
{
    public const int MaxSubscriptions = 1000;

    /// <summary>Names after this one.</summary>
    public string? After { get; init; }

    /// <summary>Only names that begin so.</summary>
    public string? Prefix { get; init; }

    /// <summary>Only those of which an S-CSCF serves something (true) or nothing (false).</summary>
    public bool? IsServed { get; init; }

    /// <summary>Only those with a set served by this S-CSCF: its Server-Name, or its Diameter host.</summary>
    public string? ServerName { get; init; }

    public string? DiameterHost { get; init; }

    /// <summary>Only those of which this application server wants to hear something. Origin-Host in lower case.</summary>
    public string? WatchedBy { get; init; }

    public int Most { get; init; } = 100;
}

/// <summary>A request id came again with another request. Nothing was written.</summary>
public sealed class RequestIdReusedException(string requestId) : Exception($"request id {requestId} was used for another request; take a new one")
{
    public string RequestId { get; } = requestId;
}
