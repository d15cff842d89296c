using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Hss.Authentication;
using Hss.Subscribers;
using Microsoft.Extensions.Logging;

namespace Hss.Storage;

/// <summary>The store: subscribers in memory, every change durable before it shows.</summary>
/// Order: one turn per subscription at a time, first come first served. Loading, changing, replacing and evicting one subscription all
/// happen behind its gate, so memory never holds two versions of it. A caller holds one turn at a time; two would wait in a circle with a
/// batch of provisioning, which holds many.
/// Spec: TS 29.228 6 (data operations); TS 33.102 C.1 (no SEQ twice).
public sealed partial class SubscriberStore : ISubscriberStore, IAsyncDisposable
{
    /// <summary>Tries to load an identity whose owner changes between two looks. More than two in a row is provisioning gone
    /// wild.</summary>
    private const int MaxLoadAttempts = 5;

    /// <summary>Reads at once: misses are short and mostly come from the page cache, so more would only queue inside SQLite.</summary>
    private const int ConcurrentReads = 4;

    private readonly ISubscriberDatabase _database;
    private readonly IndRange _indRange;
    private readonly int _capacity;
    private readonly TimeProvider _time;
    private readonly SubscriberCache _cache;
    private readonly ReadLimiter _reads = new(ConcurrentReads);
    private readonly StorageMetrics _metrics;
    private readonly ProvisionedWildcards _wildcards;
    private readonly ILogger _logger;
    private readonly CommitQueue _commits;
    private readonly Action _tellJobsWritten;
    private readonly Action _tellNotificationsWritten;
    private readonly Action<SubscriberWrite, bool, bool> _tellCommitted;

    /// <summary>Takes the database over and disposes it in the end.</summary>
    /// Errors: <see cref="StoreUnavailableException"/> when it cannot be read; it is still the caller's then.
    public SubscriberStore(
        ISubscriberDatabase database, StoreOptions options, TimeProvider time, ILogger<SubscriberStore> logger,
        IMeterFactory? meterFactory = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.CacheEntries, 1);
        _database = database;
        _indRange = options.IndRange;
        _capacity = options.CacheEntries;
        (_time, _logger) = (time, logger);
        _cache = new(_capacity, options.CachedApplicationDataBytes);
        _wildcards = new(database.WildcardedIdentities(), logger);
        _applicationServers = new(database.ApplicationServers());
        _metrics = new(meterFactory, () => _cache.Count);
        _commits = new(database, time, _metrics, logger);
        _tellJobsWritten = () => JobsWritten?.Invoke();
        _tellNotificationsWritten = () => NotificationsWritten?.Invoke();
        _tellCommitted = TellCommitted;
    }

    public event Action? JobsWritten;

    internal int CachedCount => _cache.Count;

    /// <summary>How long ago a commit failed, while none has succeeded since; null when all is well.</summary>
    public TimeSpan? SinceCommitFailure => _commits.SinceFailure;

    public ValueTask<Subscriber?> FindByPrivateIdentityAsync(string privateIdentity, CancellationToken cancellationToken) =>
        FindAsync(IdentityKind.Private, privateIdentity, cancellationToken);

    public ValueTask<Subscriber?> FindByPublicIdentityAsync(string publicIdentity, CancellationToken cancellationToken) =>
        FindAsync(IdentityKind.Public, publicIdentity, cancellationToken);

    public ValueTask<PublicIdentityMatch?> MatchPublicIdentityAsync(string publicIdentity, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(publicIdentity);
        return _cache.TryMatch(publicIdentity, out var match) ? new(match) : new(MatchSlowlyAsync(publicIdentity, cancellationToken));
    }

    public ValueTask<SubscriberTurn> EnterAsync(Subscriber subscriber, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<SubscriberTurn>(cancellationToken);
        return TryEnter(subscriber, out var turn) ? new(turn) : EnterSlowlyAsync(subscriber.Subscription.SubscriptionId, cancellationToken);
    }

    public bool TryEnter(Subscriber subscriber, out SubscriberTurn turn)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        turn = default;
        var entry = _cache.Find(subscriber.Subscription.SubscriptionId);
        if (entry is null || !entry.Gate.TryEnter()) return false;
        if (entry is { IsDead: false, Subscriber: { } current })
        {
            turn = new(current, entry);
            return true;
        }
        entry.Gate.Exit();
        return false;
    }

    /// Errors: <see cref="StoreUnavailableException"/> also when an earlier change of this turn failed.
    /// <see cref="OperationCanceledException"/> when the token fires while the commit is under way: the outcome is open then, the next turn
    /// begins after it is known and published.
    public ValueTask CommitAsync(SubscriberTurn turn, SubscriberChange change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        var subscriber = turn.Subscriber ?? throw new ArgumentException("a turn without a subscriber changes nothing", nameof(turn));
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        var entry = _cache.Find(subscriber.Subscription.SubscriptionId);
        if (entry is null || entry.IsDead || !ReferenceEquals(entry.Subscriber, subscriber))
            return ValueTask.FromException(new StoreUnavailableException("this turn ended with a failed commit"));

        var sequences = SequenceWrites(subscriber, change);
        var registrations = RegistrationWrites(subscriber, change);
        var (data, notifications) = ApplicationWrites(subscriber, change, registrations);
        if (sequences.IsEmpty && registrations.IsEmpty && change.Jobs.IsEmpty && change.JobUpdates.IsEmpty && data is null && notifications.IsEmpty
            && change.Audit is null)
        {
            // A repeated MAR sets what is set already: memory shows only what is durable, so there is nothing to wait for.
            subscriber.Publish(change);
            return ValueTask.CompletedTask;
        }
        var write = new SubscriberWrite(subscriber.Subscription, entry.Rows!, registrations, sequences)
        {
            Jobs = change.Jobs, JobUpdates = change.JobUpdates, ApplicationData = data, Notifications = notifications, Audit = change.Audit,
        };
        // What becomes visible is what is written: without the subscriptions that the change ended.
        if (data is not null && !ReferenceEquals(data.After, change.ApplicationData)) change = change with { ApplicationData = data.After };
        var item = new SubscriberCommit(_cache, entry, write, change, _tellCommitted);
        entry.StartCommit();
        if (_commits.TryAdd(item)) return item.WaitAsync(cancellationToken);
        entry.EndCommit();
        return ValueTask.FromException(new StoreUnavailableException("the commit queue is full or closed"));
    }

    public async Task<bool> IsEmptyAsync(CancellationToken cancellationToken) =>
        (await CountAsync(cancellationToken).ConfigureAwait(false)).Subscriptions == 0;

    public Task<StoreCounts> CountAsync(CancellationToken cancellationToken) =>
        _reads.ReadAsync(static database => database.Count(), _database, cancellationToken);

    /// <summary>Commits what is queued, then closes the database. Requests that come later are refused.</summary>
    public async ValueTask DisposeAsync()
    {
        await _commits.DisposeAsync().ConfigureAwait(false);
        _database.Dispose();
        _metrics.Dispose();
    }

    private void TellCommitted(SubscriberWrite write, bool writesNotifications, bool isDurable)
    {
        if (isDurable && write.WritesJobs) _tellJobsWritten();
        if (isDurable && writesNotifications) _tellNotificationsWritten();
        TellChanged(write.Audit is not null);
    }

    private ValueTask<Subscriber?> FindAsync(IdentityKind kind, string identity, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(identity);
        return _cache.Find(kind, identity) is { } subscriber
            ? new(subscriber)
            : new(LoadByIdentityAsync(kind, identity, cancellationToken));
    }

    /// <summary>One look into the store for the identity itself; an unknown identity costs no more than that and the walk through the
    /// index.</summary>
    private async Task<PublicIdentityMatch?> MatchSlowlyAsync(string publicIdentity, CancellationToken cancellationToken)
    {
        if (await LoadByIdentityAsync(IdentityKind.Public, publicIdentity, cancellationToken).ConfigureAwait(false) is { } owner)
            return Match(owner, publicIdentity, isWildcard: false);
        // A wildcard without an owner was deleted a moment ago; the next best one counts then.
        for (var wildcards = _wildcards.Index; wildcards.TryMatch(publicIdentity, out var wildcard); wildcards = wildcards.Without(wildcard))
            if (await FindAsync(IdentityKind.Public, wildcard, cancellationToken).ConfigureAwait(false) is { } wildcardOwner)
                return Match(wildcardOwner, wildcard, isWildcard: true);
        return null;
    }

    private static PublicIdentityMatch Match(Subscriber owner, string provisioned, bool isWildcard) =>
        owner.IndexOfSet(provisioned, out var identity) is var set and >= 0 ? new(owner, new(identity!, set), isWildcard)
            : throw new InvalidOperationException("the owner of an identity does not have it");

    private async Task<Subscriber?> LoadByIdentityAsync(IdentityKind kind, string identity, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxLoadAttempts; attempt++)
        {
            var owner = await _reads.ReadAsync(
                static look => look._database.FindOwner(look.kind, look.identity), (_database, kind, identity), cancellationToken)
                .ConfigureAwait(false);
            if (owner is null) return null;
            var subscriber = _cache.Find(owner) is { IsDead: false, Subscriber: { } cached }
                ? cached
                : await LoadAsync(owner, cancellationToken).ConfigureAwait(false);
            if (subscriber is not null && Owns(subscriber, kind, identity)) return subscriber;
        }
        throw new StoreUnavailableException("the owner of an identity changes faster than it can be read");
    }

    private static bool Owns(Subscriber subscriber, IdentityKind kind, string identity) =>
        kind switch
        {
            IdentityKind.Private => subscriber.IndexOfPrivateIdentity(identity) >= 0,
            IdentityKind.Public => subscriber.IndexOfSet(identity, out _) >= 0,
            _ => UserIdentities.In(subscriber.Subscription).Contains((kind, identity)),
        };

    private async Task<Subscriber?> LoadAsync(string subscriptionId, CancellationToken cancellationToken)
    {
        var entry = await EnterLoadedAsync(subscriptionId, cancellationToken).ConfigureAwait(false);
        if (entry is null) return null;
        var subscriber = entry.Subscriber;
        entry.Gate.Exit();
        return subscriber;
    }

    private async ValueTask<SubscriberTurn> EnterSlowlyAsync(string subscriptionId, CancellationToken cancellationToken)
    {
        var entry = await EnterLoadedAsync(subscriptionId, cancellationToken).ConfigureAwait(false);
        return entry is null ? default : new(entry.Subscriber, entry);
    }

    /// <summary>The living, loaded entry of a subscription with its gate held, or null when the subscription does not exist.</summary>
    private async ValueTask<CacheEntry?> EnterLoadedAsync(string subscriptionId, CancellationToken cancellationToken)
    {
        var entry = await EnterEntryAsync(subscriptionId, cancellationToken).ConfigureAwait(false);
        if (entry.Subscriber is not null) return entry;
        StoredSubscriber? stored = null;
        try
        {
            stored = await _reads.ReadAsync(
                static look => look._database.Read(look.subscriptionId), (_database, subscriptionId), cancellationToken).ConfigureAwait(false);
            if (stored is null) return null;
            var sequences = stored.SqnCeilings.Select(ceiling => SequenceState.FromDurable(ceiling, _indRange));
            entry.Load(new Subscriber(stored.Subscription, stored.States, sequences, stored.ApplicationData), stored.Rows);
            _cache.Publish(entry);
            return entry;
        }
        finally
        {
            if (entry.Subscriber is null)
            {
                _cache.Remove(entry);
                entry.Gate.Exit();
            }
        }
    }

    /// <summary>The living entry of a subscription, loaded or not, with its gate held.</summary>
    private async ValueTask<CacheEntry> EnterEntryAsync(string subscriptionId, CancellationToken cancellationToken)
    {
        while (true)
        {
            var entry = _cache.FindOrAdd(subscriptionId);
            await entry.Gate.EnterAsync(cancellationToken).ConfigureAwait(false);
            if (!entry.IsDead) return entry;
            entry.Gate.Exit();
        }
    }

    private ImmutableArray<SequenceWrite> SequenceWrites(Subscriber subscriber, SubscriberChange change)
    {
        if (change.Sequences.IsEmpty) return [];
        var writes = ImmutableArray.CreateBuilder<SequenceWrite>(change.Sequences.Length);
        foreach (var (index, after) in change.Sequences)
        {
            if (after.Seq > after.CeilingSeq)
                throw new ArgumentException("a SEQ above its ceiling would not be safe on disk", nameof(change));
            var current = subscriber.SequenceOf(index);
            if (after.CeilingSeq == current.CeilingSeq) continue;
            // Only a verified resynchronisation asks for less than was promised; a reservation can only raise the ceiling.
            writes.Add(new(index, after.ToDurable(_indRange), MayLower: after.CeilingSeq < current.CeilingSeq));
        }
        return writes.DrainToImmutable();
    }

    private static ImmutableArray<(int SetIndex, RegistrationState State)> RegistrationWrites(
        Subscriber subscriber, SubscriberChange change)
    {
        var current = subscriber.States;
        var unchanged = 0;
        foreach (var (setIndex, state) in change.Registrations)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)setIndex, (uint)current.Length, nameof(change));
            if (state.RestorationData.Sum(data => data.Avps.Length) > Restoration.MaxSetBytes)
                throw new ArgumentException("restoration data beyond its bound would not fit an answer", nameof(change));
            if (state.Equals(current[setIndex])) unchanged++;
        }
        return unchanged == 0 ? change.Registrations : change.Registrations.RemoveAll(write => write.State.Equals(current[write.SetIndex]));
    }
}
