using System.Collections.Immutable;
using Hss.Storage;
using Hss.Subscribers;
using Hss.Testing;

namespace Hss.Simulation.Tests;

/// <summary>One part of a commit: what it did to one subscription. A null write is one of provisioning.</summary>
internal sealed record DurableStep(string SubscriptionId, SubscriberWrite? Write);

/// <summary>A database without a disk whose every commit is told the moment it is durable, before anybody else can know.</summary>
/// Order: of its owner, one commit at a time.
internal sealed class ObservedDatabase : ISubscriberDatabase
{
    private readonly MemoryDatabase _inner;
    private readonly List<DurableStep> _steps = [];
    private bool _writesJobs;

    /// <param name="inner">The database.</param>
    /// <param name="observe">Given what makes it durable, the parts of the commit, and whether jobs are among them.</param>
    public ObservedDatabase(MemoryDatabase inner, Action<Action, IReadOnlyList<DurableStep>, bool> observe)
    {
        _inner = inner;
        inner.OnDurable = keep => observe(keep, _steps, _writesJobs);
    }

    public string? FindOwner(IdentityKind kind, string identity) => _inner.FindOwner(kind, identity);

    public StoredSubscriber? Read(string subscriptionId) => _inner.Read(subscriptionId);

    public StoreCounts Count() => _inner.Count();

    public IReadOnlyList<string> SubscriptionIds(int most) => _inner.SubscriptionIds(most);

    public IReadOnlyList<(string SubscriptionId, string Identity)> WildcardedIdentities() => _inner.WildcardedIdentities();

    public IReadOnlyList<CxJob> Jobs(CxJobQuery query) => _inner.Jobs(query);

    public IReadOnlyList<OpenJobs> OpenJobs() => _inner.OpenJobs();

    public void WriteJobs(ImmutableArray<CxJob> jobs, ImmutableArray<CxJobUpdate> updates)
    {
        _writesJobs = true;
        _inner.WriteJobs(jobs, updates);
    }

    public int PruneJobs(DateTimeOffset finishedBefore, int keep)
    {
        _writesJobs = true;
        return _inner.PruneJobs(finishedBefore, keep);
    }

    public IReadOnlyList<Notification> Notifications(NotificationQuery query) => _inner.Notifications(query);

    public IReadOnlyList<OpenNotifications> OpenNotifications() => _inner.OpenNotifications();

    public int WriteNotifications(ImmutableArray<NotificationUpdate> updates) => _inner.WriteNotifications(updates);

    public int PruneNotifications(DateTimeOffset finishedBefore, int keep) => _inner.PruneNotifications(finishedBefore, keep);

    public IReadOnlyList<ApplicationServerPermissions> ApplicationServers() => _inner.ApplicationServers();

    public ApplicationServerOutcome ChangeApplicationServer(string diameterHost, ApplicationServerPermissions? now, long? expected, ChangeAuthor author) =>
        _inner.ChangeApplicationServer(diameterHost, now, expected, author);

    public IReadOnlyList<(string ApplicationServer, ShDataReference Reference)> SubscribedPairs() => _inner.SubscribedPairs();

    public IReadOnlyList<string> SubscribedDetails(string applicationServer, ShDataReference reference) => _inner.SubscribedDetails(applicationServer, reference);

    public IReadOnlyList<string> SubscribersOf(WatchedData what, int most) => _inner.SubscribersOf(what, most);

    public void DropSubscriptions(IReadOnlyList<string> subscriptionIds, WatchedData what) => _inner.DropSubscriptions(subscriptionIds, what);

    public IReadOnlyList<long> PendingNotifications(WatchedData what, int most) => _inner.PendingNotifications(what, most);

    public void WithdrawNotifications(IReadOnlyList<long> ids, string why) => _inner.WithdrawNotifications(ids, why);

    public StoredSubscription? ReadVersion(string subscriptionId) => _inner.ReadVersion(subscriptionId);

    public IReadOnlyList<StoredSubscription> List(SubscriptionQuery query) => _inner.List(query);

    public ServedRequest? FindRequest(ChangeAuthor author) => _inner.FindRequest(author);

    public IReadOnlyList<ChangeRecord> Changes(ChangeQuery query) => _inner.Changes(query);

    public ChangeSpan Span() => _inner.Span();

    public IReadOnlyList<AccessToken> AccessTokens() => _inner.AccessTokens();

    public ChangeOutcome RecordAction(string subscriptionId, string summary, ChangeAuthor author) => _inner.RecordAction(subscriptionId, summary, author);

    public int PruneChanges(DateTimeOffset before, long keep) => _inner.PruneChanges(before, keep);

    public bool AddAccessToken(AccessToken token, ChangeAuthor author) => _inner.AddAccessToken(token, author);

    public bool RemoveAccessToken(string name, ChangeAuthor author) => _inner.RemoveAccessToken(name, author);

    public bool Write(SubscriberWrite write)
    {
        bool writesNotifications = _inner.Write(write);
        _steps.Add(new DurableStep(write.Subscription.SubscriptionId, write));
        _writesJobs |= write.WritesJobs;
        return writesNotifications;
    }

    public PreparedChange PrepareChange(IReadOnlyList<SubscriptionEdit> edits, ChangeAuthor author)
    {
        PreparedChange prepared = _inner.PrepareChange(edits, author);
        return prepared with
        {
            Write = () =>
            {
                foreach (var (subscriptionId, _) in prepared.Writes) Note(new DurableStep(subscriptionId, null));
                return prepared.Write();
            },
        };
    }

    public void Commit()
    {
        try
        {
            _inner.Commit();
        }
        finally
        {
            Forget();
        }
    }

    public void Rollback()
    {
        Forget();
        _inner.Rollback();
    }

    public void Dispose() => _inner.Dispose();

    private void Note(DurableStep step)
    {
        _steps.Add(step);
        _writesJobs = true;
    }

    private void Forget()
    {
        _steps.Clear();
        _writesJobs = false;
    }
}
