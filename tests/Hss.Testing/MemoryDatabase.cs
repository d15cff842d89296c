using System.Collections.Immutable;
using Hss.Storage;
using Hss.Subscribers;

namespace Hss.Testing;

/// <summary>How one commit of a <see cref="MemoryDatabase"/> goes wrong.</summary>
public enum CommitFault
{
    None = 0,

    /// <summary>Fails before anything is durable: disk full, I/O error.</summary>
    Refused = 1,

    /// <summary>Is durable, yet reports a failure: power lost between write and acknowledgement.</summary>
    AcknowledgementLost = 2,
}

/// <summary>A database without a disk, for simulations: what a crash leaves is an object, and faults come when they are asked
/// for.</summary>
/// Order: the transaction rules of <see cref="ISubscriberDatabase"/>; readers see only what is committed.
public sealed partial class MemoryDatabase : ISubscriberDatabase
{
    private readonly ManualResetEventSlim _commitsMayGo = new(true);
    private volatile Tables _durable;
    private Tables? _open;
    private int _commits;
    private int _writes;
    private int _reads;

    public MemoryDatabase() : this(Tables.Empty) { }

    private MemoryDatabase(Tables tables) => _durable = tables;

    /// <summary>Asked before each commit with its number, counted from 1; null: no commit fails.</summary>
    public Func<int, CommitFault>? CommitFaults { get; set; }

    /// <summary>Every write fails, as when the file cannot even be opened.</summary>
    public bool RefusesWrites { get; set; }

    public bool RefusesReads { get; set; }

    /// <summary>Called on the commit thread, in the middle of each write and commit: to let time pass, or to do something at that very
    /// moment.</summary>
    public Action? OnWrite { get; set; }

    /// <summary>What stamps jobs.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    public Action? OnCommit { get; set; }

    /// <summary>Given the very moment at which a commit becomes durable, to be called once: whoever watches sees before and after with nothing
    /// in between.</summary>
    public Action<Action>? OnDurable { get; set; }

    /// <summary>Called when somebody counts the pending jobs.</summary>
    public Action? OnCount { get; set; }

    /// <summary>Commits that were tried.</summary>
    public int Commits => Volatile.Read(ref _commits);

    public int Writes => Volatile.Read(ref _writes);

    public int Reads => Volatile.Read(ref _reads);

    /// <summary>Keeps commits from ending until it is disposed: a disk that does not answer.</summary>
    public IDisposable HoldCommits()
    {
        _commitsMayGo.Reset();
        return new Hold(_commitsMayGo);
    }

    /// <summary>What is on the disk at this moment, as the next start would find it.</summary>
    public MemoryDatabase PowerOff() => new(_durable) { Time = Time };

    public string? FindOwner(IdentityKind kind, string identity)
    {
        var tables = Reading();
        return kind switch
        {
            IdentityKind.Private => tables.PrivateOwners.GetValueOrDefault(identity),
            IdentityKind.Public => tables.PublicOwners.GetValueOrDefault(identity),
            _ => tables.UserOwners.GetValueOrDefault((kind, identity)),
        };
    }

    public StoredSubscriber? Read(string subscriptionId) => Reading().Subscriptions.GetValueOrDefault(subscriptionId);

    public IReadOnlyList<string> SubscriptionIds(int most) => [.. Reading().Subscriptions.Keys.Take(most)];

    public IReadOnlyList<(string SubscriptionId, string Identity)> WildcardedIdentities() =>
    [
        .. from row in _durable.Subscriptions.Values
           from set in row.Subscription.ImplicitRegistrationSets
           from identity in set.PublicIdentities
           where identity.IsWildcarded
           select (row.Subscription.SubscriptionId, identity.Identity),
    ];

    public StoreCounts Count()
    {
        var tables = Reading();
        return new(tables.Subscriptions.Count, tables.PrivateOwners.Count, tables.PublicOwners.Count,
            tables.Subscriptions.Values.Sum(row => row.States.Count(state => state.Status == RegistrationStatus.Registered)));
    }

    public IReadOnlyList<CxJob> Jobs(CxJobQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        return JobTable.Select(Reading().Jobs, query);
    }

    public IReadOnlyList<OpenJobs> OpenJobs()
    {
        OnCount?.Invoke();
        return JobTable.Open(Reading().Jobs);
    }

    public void WriteJobs(ImmutableArray<CxJob> jobs, ImmutableArray<CxJobUpdate> updates)
    {
        var tables = Writing();
        _open = (tables with { Jobs = JobTable.Update(tables.Jobs, updates) }).WithJobs(jobs, Time);
    }

    public int PruneJobs(DateTimeOffset finishedBefore, int keep)
    {
        var tables = Writing();
        var pruned = JobTable.Prune(tables.Jobs, finishedBefore, keep);
        _open = tables with { Jobs = pruned };
        return tables.Jobs.Count - pruned.Count;
    }

    public bool Write(SubscriberWrite write)
    {
        ArgumentNullException.ThrowIfNull(write);
        var tables = Writing();
        var id = write.Subscription.SubscriptionId;
        if (!tables.Subscriptions.TryGetValue(id, out var row) || !ReferenceEquals(row.Rows, write.Rows))
            throw new StoreUnavailableException("the subscription left the store while its turn was held");
        var ceilings = row.SqnCeilings.ToBuilder();
        foreach (var (index, ceiling, mayLower) in write.Sequences) ceilings[index] = mayLower ? ceiling : Math.Max(ceilings[index], ceiling);
        var states = row.States.ToBuilder();
        foreach (var (set, state) in write.Registrations) states[set] = state;
        _open = tables with
        {
            Subscriptions = tables.Subscriptions.SetItem(id, row with
            {
                SqnCeilings = ceilings.ToImmutable(), States = states.ToImmutable(), ApplicationData = write.ApplicationData?.After ?? row.ApplicationData,
            }),
            Jobs = JobTable.Update(tables.Jobs, write.JobUpdates),
            Notifications = tables.Notifications.Write(id, write.Notifications, Now),
        };
        _open = _open.WithJobs(write.Jobs, Time);
        if (write.Audit is { } note)
        {
            _open = _open.WithRecord(id, ChangeKind.Action, note.Summary, null, note.Author, Time.GetUtcNow());
            if (note.Author.RequestId is null || !_open.Requests.ContainsKey(note.Author.RequestId))
                _open = _open.Remember(note.Author, [new(id, ChangeKind.Action, _open.LastChange, 0, false)], Time.GetUtcNow());
        }
        return _open.Notifications.Rows != tables.Notifications.Rows;
    }

    public void Commit()
    {
        if (_open is null) return;
        OnCommit?.Invoke();
        _commitsMayGo.Wait();
        var number = Interlocked.Increment(ref _commits);
        var fault = CommitFaults?.Invoke(number) ?? CommitFault.None;
        if (fault == CommitFault.Refused) throw new StoreUnavailableException("planned: the disk is full");
        if (OnDurable is { } watch) watch(Keep);
        else Keep();
        if (fault == CommitFault.AcknowledgementLost) throw new StoreUnavailableException("planned: the acknowledgement is lost");
    }

    public void Rollback() => _open = null;

    public void Dispose() => _commitsMayGo.Dispose();

    private void Keep()
    {
        _durable = _open!;
        _open = null;
    }

    private static StoredSubscriber Successor(
        Subscription subscription, StoredSubscriber? old, Tables before, IReadOnlyDictionary<string, ulong> least, ChangeAuthor author, DateTimeOffset now,
        out ImmutableArray<CxJob> jobs, out NotificationWrites notifications)
    {
        (jobs, notifications) = ([], NotificationWrites.None);
        var ceilings = subscription.PrivateIdentities.Select(identity => Math.Max(CarriedOver(identity), least.GetValueOrDefault(identity.Identity))).ToArray();

        var oldSetOf = new Dictionary<string, int>(StringComparer.Ordinal);
        var oldStates = new Dictionary<int, RegistrationState>();
        for (var set = 0; old is not null && set < old.States.Length; set++)
        {
            oldStates[set] = old.States[set];
            foreach (var identity in old.Subscription.ImplicitRegistrationSets[set].PublicIdentities) oldSetOf[identity.Identity] = set;
        }
        // A new object for every version: a write that was made for an older one is recognised by it.
        var rows = new SubscriberRows(0, [.. subscription.PrivateIdentities.Select((_, index) => (long)index)]);
        var states = CarryOver.States(subscription, oldSetOf, oldStates);
        if (old is not null && old.States.Any(state => state.Server is not null))
            (states, jobs) = RegistrationConsequences.Of(old.Subscription, old.States, subscription, states, new(old.ApplicationData.InactiveServices));
        var data = ApplicationData.Empty;
        if (old is { ApplicationData.IsEmpty: false })
        {
            var consequences = NotificationConsequences.Of(SourceOf(old), new(subscription, states, old.ApplicationData), author.ApplicationServer, now);
            notifications = new() { New = consequences.Notifications, Withdrawn = consequences.Overtaken, Refreshed = consequences.Refreshed };
            data = consequences.After;
        }
        return new(subscription, rows, states, [.. ceilings]) { ApplicationData = data };

        ulong CarriedOver(PrivateIdentity identity)
        {
            if (!before.PrivateOwners.TryGetValue(identity.Identity, out var owner))
                return CarryOver.SqnCeiling(old: null, oldIsUnreadable: true, before.RetiredCeilings.GetValueOrDefault(identity.Identity), identity);
            var row = before.Subscriptions[owner];
            var index = row.Subscription.PrivateIdentities.ToList().FindIndex(p => p.Identity == identity.Identity);
            return CarryOver.SqnCeiling(row.Subscription.PrivateIdentities[index].Credentials, oldIsUnreadable: false, row.SqnCeilings[index], identity);
        }
    }

    private static ShSource SourceOf(StoredSubscriber stored) => new(stored.Subscription, stored.States, stored.ApplicationData);

    private Tables Reading()
    {
        Interlocked.Increment(ref _reads);
        return RefusesReads ? throw new StoreUnavailableException("planned: the disk cannot be read") : _durable;
    }

    private Tables Writing()
    {
        Interlocked.Increment(ref _writes);
        if (RefusesWrites) throw new StoreUnavailableException("planned: the disk cannot be written");
        OnWrite?.Invoke();
        return _open ?? _durable;
    }

    private sealed class Hold(ManualResetEventSlim commitsMayGo) : IDisposable
    {
        public void Dispose() => commitsMayGo.Set();
    }

    private sealed partial record Tables(
        ImmutableDictionary<string, StoredSubscriber> Subscriptions,
        ImmutableDictionary<string, string> PrivateOwners,
        ImmutableDictionary<string, string> PublicOwners,
        ImmutableDictionary<string, ulong> RetiredCeilings)
    {
        public static readonly Tables Empty = new(
            ImmutableDictionary<string, StoredSubscriber>.Empty, ImmutableDictionary<string, string>.Empty, ImmutableDictionary<string, string>.Empty,
            ImmutableDictionary<string, ulong>.Empty);

        public ImmutableSortedDictionary<long, CxJob> Jobs { get; init; } = ImmutableSortedDictionary<long, CxJob>.Empty;

        public long LastJob { get; init; }

        public Tables WithJobs(ImmutableArray<CxJob> jobs, TimeProvider time)
        {
            var tables = this;
            foreach (var job in jobs)
                tables = tables with { LastJob = tables.LastJob + 1, Jobs = tables.Jobs.Add(tables.LastJob + 1, JobTable.Stamp(job, tables.LastJob + 1, time)) };
            return tables;
        }

        public Tables Without(StoredSubscriber old) => this with
        {
            Subscriptions = Subscriptions.Remove(old.Subscription.SubscriptionId),
            PrivateOwners = PrivateOwners.RemoveRange(PrivateIdentitiesOf(old.Subscription)),
            PublicOwners = PublicOwners.RemoveRange(PublicIdentitiesOf(old.Subscription)),
            UserOwners = UserOwners.RemoveRange(UserIdentities.In(old.Subscription)),
        };

        public Tables With(StoredSubscriber row)
        {
            var id = row.Subscription.SubscriptionId;
            return this with
            {
                Subscriptions = Subscriptions.SetItem(id, row),
                PrivateOwners = Own(PrivateOwners, PrivateIdentitiesOf(row.Subscription), id),
                PublicOwners = Own(PublicOwners, PublicIdentitiesOf(row.Subscription), id),
                UserOwners = OwnNames(row.Subscription, id),
            };
        }

        /// <summary>Keeps the ceilings of those private identities of an old version that are nobody's now.</summary>
        public Tables Retire(StoredSubscriber old)
        {
            var retired = RetiredCeilings;
            for (var i = 0; i < old.SqnCeilings.Length; i++)
                if (old.Subscription.PrivateIdentities[i].Identity is var identity && !PrivateOwners.ContainsKey(identity))
                    retired = retired.SetItem(identity, old.SqnCeilings[i]);
            return this with { RetiredCeilings = retired };
        }

        private static ImmutableDictionary<string, string> Own(ImmutableDictionary<string, string> owners, IEnumerable<string> identities, string id)
        {
            foreach (var identity in identities)
            {
                if (owners.TryGetValue(identity, out var owner)) throw new IdentityConflictException(identity, id, owner);
                owners = owners.Add(identity, id);
            }
            return owners;
        }

        private ImmutableDictionary<(IdentityKind Kind, string Identity), string> OwnNames(Subscription subscription, string id)
        {
            var owners = UserOwners;
            foreach (var name in UserIdentities.In(subscription))
            {
                if (owners.TryGetValue(name, out var owner) && owner != id) throw new IdentityConflictException(name.Identity, id, owner);
                owners = owners.SetItem(name, id);
            }
            return owners;
        }

        private static IEnumerable<string> PrivateIdentitiesOf(Subscription subscription) => subscription.PrivateIdentities.Select(p => p.Identity);

        private static IEnumerable<string> PublicIdentitiesOf(Subscription subscription) =>
            subscription.ImplicitRegistrationSets.SelectMany(set => set.PublicIdentities).Select(p => p.Identity);
    }
}
