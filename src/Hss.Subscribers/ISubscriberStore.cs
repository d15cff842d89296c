using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>Where subscribers live. Procedures and provisioning meet here and nowhere else.</summary>
/// Errors: every method throws <see cref="StoreUnavailableException"/> when the store cannot answer; nothing has changed then.
/// Spec: TS 29.228 6 (data operations of each procedure).
public interface ISubscriberStore
{
    /// <summary>The subscriber that owns a canonical IMPI, or null.</summary>
    ValueTask<Subscriber?> FindByPrivateIdentityAsync(string privateIdentity, CancellationToken cancellationToken);

    /// <summary>The subscriber that owns a canonical public identity, or null.</summary>
    ValueTask<Subscriber?> FindByPublicIdentityAsync(string publicIdentity, CancellationToken cancellationToken);

    /// <summary>The owner of a canonical public identity: of the identity itself, else of the most specific wildcard it falls into. Null: nobody.</summary>
    /// Order: a provisioned identity always wins over a wildcard (TS 29.228 6.1, TS 23.003 13.4A, 13.5).
    ValueTask<PublicIdentityMatch?> MatchPublicIdentityAsync(string publicIdentity, CancellationToken cancellationToken);

    /// <summary>The subscriber that owns a canonical MSISDN or External-Identifier, or null.</summary>
    ValueTask<Subscriber?> FindByUserIdentityAsync(ShUserIdentity user, CancellationToken cancellationToken);

    /// <summary>What the application server with that Origin-Host may do; null: it is not known. From memory, whatever its case.</summary>
    ApplicationServerPermissions? FindApplicationServer(ReadOnlySpan<byte> diameterHost);

    /// <summary>Waits for the subscriber's turn: until it is disposed nobody else changes this subscription.</summary>
    /// The turn's subscriber may be a newer object than the one asked with (provisioned meanwhile), or null when it was deleted.
    ValueTask<SubscriberTurn> EnterAsync(Subscriber subscriber, CancellationToken cancellationToken);

    /// <summary>The turn if it can be had without waiting. False says nothing about the subscriber: ask <see cref="EnterAsync"/>.</summary>
    bool TryEnter(Subscriber subscriber, out SubscriberTurn turn);

    /// <summary>Makes a change durable, then publishes it to the turn's subscriber. When this returns, the answer may leave.</summary>
    ValueTask CommitAsync(SubscriberTurn turn, SubscriberChange change, CancellationToken cancellationToken);

    /// <summary>Creates or replaces subscriptions, all or none; what stands as given is left alone. Registration state and counters of what stays the same are kept; what their
    /// S-CSCFs must be told is written as jobs with them (<see cref="RegistrationConsequences"/>).</summary>
    /// Errors: a <see cref="SubscriptionRefusedException"/>, and nothing is written: an identity that belongs to another subscription
    /// (<see cref="IdentityConflictException"/>), or a wildcard that overlaps too many (<see cref="WildcardOverlapException"/>).
    Task<UpsertCounts> UpsertAsync(IReadOnlyList<Subscription> subscriptions, CancellationToken cancellationToken);

    /// <summary>Creates, replaces and removes subscriptions, all or none, with one audit record each and the jobs that follow. Not from within a turn.</summary>
    Task<ImmutableArray<ChangeOutcome>> ChangeAsync(IReadOnlyList<SubscriptionEdit> edits, ChangeAuthor author, CancellationToken cancellationToken);

    /// <summary>Removes a subscription, and writes the RTRs that end what is registered of it. False: there is none of that name.</summary>
    Task<bool> RemoveAsync(string subscriptionId, CancellationToken cancellationToken);

    /// <summary>Jobs were written and are durable: somebody may have something to send. Any thread; handlers return at once.</summary>
    event Action? JobsWritten;

    Task<IReadOnlyList<CxJob>> ReadJobsAsync(CxJobQuery query, CancellationToken cancellationToken);

    /// <summary>What is pending, by S-CSCF and kind.</summary>
    Task<IReadOnlyList<OpenJobs>> ReadOpenJobsAsync(CancellationToken cancellationToken);

    /// <summary>Writes and updates jobs without changing any registration state, such as those of a removed subscription.</summary>
    Task WriteJobsAsync(ImmutableArray<CxJob> jobs, ImmutableArray<CxJobUpdate> updates, CancellationToken cancellationToken);

    /// <summary>Forgets finished jobs that ended before a moment, and those beyond a number, oldest first; some at a time. Returns how many.</summary>
    Task<int> PruneJobsAsync(DateTimeOffset finishedBefore, int keep, CancellationToken cancellationToken);

    /// <summary>Notifications were written and are durable: somebody may have something to send. Any thread; handlers return at once.</summary>
    event Action? NotificationsWritten;

    Task<IReadOnlyList<Notification>> ReadNotificationsAsync(NotificationQuery query, CancellationToken cancellationToken);

    /// <summary>What is pending, by application server.</summary>
    Task<IReadOnlyList<OpenNotifications>> ReadOpenNotificationsAsync(CancellationToken cancellationToken);

    /// <summary>Updates notifications without changing any subscriber. Each is written only if it still has its version and is in its From state.
    /// Returns how many were.</summary>
    Task<int> WriteNotificationsAsync(ImmutableArray<NotificationUpdate> updates, CancellationToken cancellationToken);

    /// <summary>Forgets finished notifications that ended before a moment, and those beyond a number, oldest first; some at a time. Returns how many.</summary>
    Task<int> PruneNotificationsAsync(DateTimeOffset finishedBefore, int keep, CancellationToken cancellationToken);
}

/// <summary>What a public identity was found as.</summary>
/// Shape: the place is that of the identity as provisioned: the same text, or the wildcard it falls into.
public readonly record struct PublicIdentityMatch(Subscriber Subscriber, PublicIdentityPlace Place, bool IsWildcard)
{
    public string Provisioned => Place.Identity.Identity;
}

/// <summary>Where a public identity stands inside its subscription.</summary>
/// Shape: SetIndex is that of <see cref="Subscription.ImplicitRegistrationSets"/>.
public readonly record struct PublicIdentityPlace(PublicIdentity Identity, int SetIndex);

/// <summary>The right to change one subscriber. Dispose it when the answer is decided.</summary>
public readonly struct SubscriberTurn(Subscriber? subscriber, IDisposable? gate) : IDisposable
{
    /// <summary>The current subscriber, or null when it no longer exists.</summary>
    public Subscriber? Subscriber { get; } = subscriber;

    public void Dispose() => gate?.Dispose();
}

public readonly record struct UpsertCounts(int Created, int Updated)
{
    /// <summary>They stood there already as given: nothing was written for them.</summary>
    public int Unchanged { get; init; }

    /// <summary>RTRs and PPRs that follow from it.</summary>
    public int Jobs { get; init; }
}

/// <summary>The store cannot be read or written now. Nothing was changed and nothing may be told (TS 29.228: 5012).</summary>
public sealed class StoreUnavailableException : Exception
{
    public StoreUnavailableException() { }
    public StoreUnavailableException(string message) : base(message) { }
    public StoreUnavailableException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>A subscription that the store does not take beside what it holds already. The message says how to mend it.</summary>
public abstract class SubscriptionRefusedException(string subscriptionId, string message) : Exception(message)
{
    public string SubscriptionId { get; } = subscriptionId;
}

/// <summary>One identity could fall into more wildcards than <see cref="WildcardIndex.MaxCandidates"/>.</summary>
public sealed class WildcardOverlapException(string identity, string subscriptionId)
    : SubscriptionRefusedException(subscriptionId, $"wildcarded identity {identity} of subscription {subscriptionId} overlaps too many others: one identity would have to be "
        + $"tested against more than {WildcardIndex.MaxCandidates} expressions; move literal text out of the expression, or join wildcards")
{
    public string Identity { get; } = identity;
}

/// <summary>An identity is already owned by another subscription.</summary>
public sealed class IdentityConflictException(string identity, string subscriptionId, string ownerSubscriptionId)
    : SubscriptionRefusedException(subscriptionId, $"identity {identity} of subscription {subscriptionId} already belongs to subscription {ownerSubscriptionId}")
{
    public string Identity { get; } = identity;
    public string OwnerSubscriptionId { get; } = ownerSubscriptionId;
}
