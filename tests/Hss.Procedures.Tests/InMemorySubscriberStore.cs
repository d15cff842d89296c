using System.Collections.Immutable;
using Hss.Subscribers;
using Hss.Testing;

namespace Hss.Procedures.Tests;

/// <summary>The store port without a disk: what procedures see of a store, and a switch that makes it fail.</summary>
internal sealed class InMemorySubscriberStore : ISubscriberStore
{
    private readonly List<Subscriber> _subscribers = [];
    private readonly SemaphoreSlim _gate = new(1, 1);
    private ImmutableSortedDictionary<long, CxJob> _jobs = ImmutableSortedDictionary<long, CxJob>.Empty;
    private long _lastJob;

    /// <summary>Number of changes that were made durable.</summary>
    public int Commits { get; private set; }

    public bool Unavailable { get; set; }

    /// <summary>A full disk: what is in memory can be read.</summary>
    public bool CommitsFail { get; set; }

    /// <summary>What provisioning did to a subscriber while a procedure waited for its turn.</summary>
    public Func<Subscriber, Subscriber>? Meanwhile { get; set; }

    public Subscriber Add(Subscription subscription)
    {
        var subscriber = new Subscriber(
            subscription,
            [.. subscription.ImplicitRegistrationSets.Select(_ => RegistrationState.Initial)],
            subscription.PrivateIdentities.Select(identity => new Authentication.SequenceState(identity.InitialSqn >> 5, identity.InitialSqn >> 5, 24)));
        _subscribers.Add(subscriber);
        return subscriber;
    }

    public ValueTask<Subscriber?> FindByPrivateIdentityAsync(string privateIdentity, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Available()._subscribers.Find(subscriber => subscriber.IndexOfPrivateIdentity(privateIdentity) >= 0));

    public async ValueTask<PublicIdentityMatch?> MatchPublicIdentityAsync(string publicIdentity, CancellationToken cancellationToken)
    {
        if (await FindByPublicIdentityAsync(publicIdentity, cancellationToken) is { } owner) return Match(owner, publicIdentity, isWildcard: false);
        var wildcards = _subscribers.SelectMany(subscriber => subscriber.Subscription.ImplicitRegistrationSets)
            .SelectMany(set => set.PublicIdentities).Where(identity => identity.IsWildcarded)
            .Aggregate(WildcardIndex.Empty, (index, identity) => index.With(identity.Identity));
        return wildcards.TryMatch(publicIdentity, out var wildcard)
            ? Match((await FindByPublicIdentityAsync(wildcard, cancellationToken))!, wildcard, isWildcard: true) : null;
    }

    private static PublicIdentityMatch Match(Subscriber owner, string provisioned, bool isWildcard) =>
        owner.IndexOfSet(provisioned, out var identity) is var set ? new(owner, new(identity!, set), isWildcard) : default;

    public ValueTask<Subscriber?> FindByPublicIdentityAsync(string publicIdentity, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Available()._subscribers.Find(subscriber => subscriber.IndexOfSet(publicIdentity, out _) >= 0));

    public async ValueTask<SubscriberTurn> EnterAsync(Subscriber subscriber, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        return new(_subscribers.Contains(subscriber) ? Meanwhile?.Invoke(subscriber) ?? subscriber : null, new Release(_gate));
    }

    public bool TryEnter(Subscriber subscriber, out SubscriberTurn turn)
    {
        turn = default;
        if (!_gate.Wait(0)) return false;
        turn = new(_subscribers.Contains(subscriber) ? Meanwhile?.Invoke(subscriber) ?? subscriber : null, new Release(_gate));
        return true;
    }

    public ValueTask CommitAsync(SubscriberTurn turn, SubscriberChange change, CancellationToken cancellationToken)
    {
        Available();
        if (CommitsFail) throw new StoreUnavailableException("the disk is full");
        Commits++;
        turn.Subscriber!.Publish(change);
        Write(change.Jobs, change.JobUpdates);
        return ValueTask.CompletedTask;
    }

    public Task<UpsertCounts> UpsertAsync(IReadOnlyList<Subscription> subscriptions, CancellationToken cancellationToken)
    {
        foreach (var subscription in subscriptions) Add(subscription);
        return Task.FromResult(new UpsertCounts(subscriptions.Count, 0));
    }

    public event Action? JobsWritten;

    /// <summary>All jobs, finished ones too.</summary>
    public IReadOnlyList<CxJob> Jobs => [.. _jobs.Values];

    public TimeProvider Time { get; set; } = TimeProvider.System;

    public Task<bool> RemoveAsync(string subscriptionId, CancellationToken cancellationToken)
    {
        if (_subscribers.Find(one => one.Subscription.SubscriptionId == subscriptionId) is not { } subscriber) return Task.FromResult(false);
        _subscribers.Remove(subscriber);
        Write(RegistrationConsequences.OfRemoval(subscriber.Subscription, subscriber.States), []);
        return Task.FromResult(true);
    }

    public Task<IReadOnlyList<CxJob>> ReadJobsAsync(CxJobQuery query, CancellationToken cancellationToken) =>
        Task.FromResult(JobTable.Select(Available()._jobs, query));

    public Task<IReadOnlyList<OpenJobs>> ReadOpenJobsAsync(CancellationToken cancellationToken) => Task.FromResult(JobTable.Open(Available()._jobs));

    public Task WriteJobsAsync(ImmutableArray<CxJob> jobs, ImmutableArray<CxJobUpdate> updates, CancellationToken cancellationToken)
    {
        Available().Write(jobs, updates);
        return Task.CompletedTask;
    }

    public Task<int> PruneJobsAsync(DateTimeOffset finishedBefore, int keep, CancellationToken cancellationToken)
    {
        var before = _jobs.Count;
        _jobs = JobTable.Prune(_jobs, finishedBefore, keep);
        return Task.FromResult(before - _jobs.Count);
    }

    private void Write(ImmutableArray<CxJob> jobs, ImmutableArray<CxJobUpdate> updates)
    {
        if (jobs.IsEmpty && updates.IsEmpty) return;
        _jobs = JobTable.Update(_jobs, updates);
        foreach (var job in jobs) _jobs = _jobs.Add(++_lastJob, JobTable.Stamp(job, _lastJob, Time));
        JobsWritten?.Invoke();
    }

    private InMemorySubscriberStore Available() => Unavailable ? throw new StoreUnavailableException("the store is away") : this;

    private sealed class Release(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }

    public event Action? NotificationsWritten { add { } remove { } }

    public ValueTask<Subscriber?> FindByUserIdentityAsync(ShUserIdentity user, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Available()._subscribers.Find(subscriber => subscriber.Subscription.PrivateIdentities.Any(
            one => (user.Kind == ShUserIdentityKind.Msisdn ? one.Msisdns : one.ExternalIdentifiers).Contains(user.Value, StringComparer.Ordinal))));

    /// <summary>The one application server that may do something.</summary>
    public ApplicationServerPermissions? ApplicationServer { get; set; }

    public ApplicationServerPermissions? FindApplicationServer(ReadOnlySpan<byte> diameterHost) =>
        ApplicationServer is { } one && System.Text.Ascii.EqualsIgnoreCase(diameterHost, one.DiameterHost) ? one : null;

    public Task<ImmutableArray<ChangeOutcome>> ChangeAsync(IReadOnlyList<SubscriptionEdit> edits, ChangeAuthor author, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<Notification>> ReadNotificationsAsync(NotificationQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<OpenNotifications>> ReadOpenNotificationsAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<int> WriteNotificationsAsync(ImmutableArray<NotificationUpdate> updates, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<int> PruneNotificationsAsync(DateTimeOffset finishedBefore, int keep, CancellationToken cancellationToken) => throw new NotSupportedException();
}
