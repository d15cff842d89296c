namespace Hss.Subscribers;

/// <summary>Where a notification stands. Everything but Pending is final until an operator says otherwise. Values are stored.</summary>
public enum NotificationState
{
    Pending = 0,

    /// <summary>The application server answered 2001.</summary>
    Acknowledged = 1,

    /// <summary>Given up, or refused.</summary>
    Failed = 2,

    /// <summary>Not sent any more, on purpose: LastResult says why.</summary>
    Withdrawn = 4,
}

/// <summary>One change that the HSS owes to one application server: content of a PNR, durable with the change itself.</summary>
/// Shape: Content is Sh-Data with this one piece as the change left it, so that it can be sent after the data, or its subscription, is gone. Behind an
/// end that nobody can take back (acknowledged, withdrawn) it is empty: the store does not keep data of a user that nobody needs.
/// Order: at most one is pending per <see cref="Key"/> and subscription; a newer change takes its place and raises Version, so an application server
/// that is away gets the newest content once, and never an older one after a newer one.
/// Spec: TS 29.328 6.1.4, TS 29.329 6.1.7.
public sealed record Notification
{
    /// <summary>Given by the store, rising; 0 before it is written.</summary>
    public long Id { get; init; }

    public required string SubscriptionId { get; init; }

    public required NotificationKey Key { get; init; }

    /// <summary>As in <see cref="NotificationSubscription"/>.</summary>
    public required string ApplicationServerRealm { get; init; }

    public string? AskedIdentity { get; init; }

    public bool CombinesChanges { get; init; }

    public required ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>Counts the contents that this one took the place of. What was sent is done only if it has not risen meanwhile.</summary>
    public int Version { get; init; }

    public NotificationState State { get; init; }

    /// <summary>How often this content was sent.</summary>
    public int Attempts { get; init; }

    /// <summary>When this content was written. Left at its default, the store fills it in.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>Not to be sent before.</summary>
    public DateTimeOffset NextAttempt { get; init; }

    public DateTimeOffset? Finished { get; init; }

    /// <summary>What came of the last attempt, for people.</summary>
    public string? LastResult { get; init; }
}

/// <summary>New values of a notification: written only while it is still in the state <paramref name="From"/> and has the version it had.</summary>
public sealed record NotificationUpdate(Notification Notification, NotificationState From = NotificationState.Pending);

/// <summary>Which notifications to read. Members that are null do not restrict.</summary>
public sealed record NotificationQuery
{
    public const int MaxNotifications = 10_000;

    public long? Id { get; init; }

    /// <summary>Those with higher numbers.</summary>
    public long? After { get; init; }

    public string? SubscriptionId { get; init; }

    /// <summary>Value of the user identity.</summary>
    public string? User { get; init; }

    public string? ApplicationServer { get; init; }

    public NotificationState? State { get; init; }

    /// <summary>Pending ones that may be sent now, the longest due first.</summary>
    public DateTimeOffset? DueBy { get; init; }

    /// <summary>Of what is due only the first of each user: what follows goes with it or after it, and must not hide the other users.</summary>
    public bool FirstsOnly { get; init; }

    public int Most { get; init; } = 1_000;
}

/// <summary>How many notifications wait for one application server, since when, and when the first of them may be sent.</summary>
public sealed record OpenNotifications(string ApplicationServer, int Count, DateTimeOffset Oldest, DateTimeOffset NextAttempt);
