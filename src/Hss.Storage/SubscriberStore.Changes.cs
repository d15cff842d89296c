using System.Collections.Immutable;
using Hss.Subscribers;

namespace Hss.Storage;

// Provisioning: changes with their audit records, lists, and tokens.
public sealed partial class SubscriberStore
{
    /// <summary>Edits of one <see cref="ChangeAsync"/>: bounds how long the commit thread is kept from the requests. 500 subscriptions of one
    /// private identity take it about 20 ms.</summary>
    public const int MaxEditsPerChange = 500;

    /// <summary>Changes that are compared and serialised at once. Apart from the reads of requests, which must not wait behind them.</summary>
    private const int ConcurrentChanges = 2;

    /// <summary>Lists that are read at once, for the same reason.</summary>
    private const int ConcurrentLists = 2;

    private readonly ReadLimiter _changes = new(ConcurrentChanges);
    private readonly ReadLimiter _lists = new(ConcurrentLists);

    /// <summary>Changes were written and are durable. Any thread; handlers return at once.</summary>
    /// After a failed commit as well, because then nobody knows whether it was.
    public event Action? SubscriptionsChanged;

    /// <summary>Creates, replaces and removes subscriptions, all or none, with one audit record each and the jobs that follow.</summary>
    /// Shape: at most <see cref="MaxEditsPerChange"/> edits; the outcomes in their order. Several edits of one subscription are allowed only when none
    /// reads the stored version: the last one counts then, and all of them have its outcome.
    /// Order: an edit runs once, while nobody else can change any of these subscriptions; it must not call the store.
    /// Errors: <see cref="SubscriptionRefusedException"/>, <see cref="RequestIdReusedException"/>, <see cref="StoreUnavailableException"/>,
    /// and whatever an edit throws; nothing is written then. <see cref="OperationCanceledException"/> only before it is queued for the commit;
    /// from then on it waits for the outcome.
    public Task<ImmutableArray<ChangeOutcome>> ChangeAsync(IReadOnlyList<SubscriptionEdit> edits, ChangeAuthor author, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(edits);
        ArgumentNullException.ThrowIfNull(author);
        if (edits.Count > MaxEditsPerChange)
            throw new ArgumentException($"a change has {edits.Count} edits, at most {MaxEditsPerChange} are allowed", nameof(edits));
        return ChangeTogetherAsync(edits, author, cancellationToken);
    }

    public Task<UpsertCounts> UpsertAsync(IReadOnlyList<Subscription> subscriptions, CancellationToken cancellationToken) =>
        UpsertAsync(subscriptions, ChangeAuthor.Offline("upsert"), cancellationToken);

    /// <summary>Creates or replaces any number of subscriptions, all or none. Of several with one name the last counts, as if they had come one after
    /// the other.</summary>
    /// Why without a bound: a whole file or nothing, into a store that nobody else uses. Requests would wait for seconds.
    public async Task<UpsertCounts> UpsertAsync(IReadOnlyList<Subscription> subscriptions, ChangeAuthor author, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subscriptions);
        ArgumentNullException.ThrowIfNull(author);
        var outcomes = await ChangeTogetherAsync([.. subscriptions.Select(SubscriptionEdit.Replace)], author, cancellationToken).ConfigureAwait(false);
        var (created, updated, unchanged, jobs) = (0, 0, 0, 0);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var outcome in outcomes)
        {
            var isFirst = seen.Add(outcome.SubscriptionId);
            if (outcome.Kind == ChangeKind.None) unchanged++;
            else if (outcome.Kind == ChangeKind.Created && isFirst) created++;
            else updated++;
            if (isFirst) jobs += outcome.Jobs;
        }
        return new(created, updated) { Unchanged = unchanged, Jobs = jobs };
    }

    public Task<bool> RemoveAsync(string subscriptionId, CancellationToken cancellationToken) =>
        RemoveAsync(subscriptionId, ChangeAuthor.Offline("remove"), cancellationToken);

    public async Task<bool> RemoveAsync(string subscriptionId, ChangeAuthor author, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subscriptionId);
        var outcomes = await ChangeAsync([new(subscriptionId, _ => null, ReadsStored: false)], author, cancellationToken).ConfigureAwait(false);
        return outcomes[0].Kind == ChangeKind.Deleted;
    }

    /// <summary>Writes an audit record of something that changes no subscription. Its number is the outcome's Revision; when the request had been
    /// served before, it is that of the earlier record.</summary>
    /// Errors: <see cref="RequestIdReusedException"/>, <see cref="StoreUnavailableException"/>.
    public Task<ChangeOutcome> RecordActionAsync(string subscriptionId, string summary, ChangeAuthor author, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subscriptionId);
        ArgumentNullException.ThrowIfNull(summary);
        ArgumentNullException.ThrowIfNull(author);
        cancellationToken.ThrowIfCancellationRequested();
        return CommitAsync(database => database.RecordAction(subscriptionId, summary, author), (outcome, _) => TellChanged(!outcome.IsRepeated));
    }

    /// <summary>One subscription with its revision, as last committed. Not from memory, and not into it.</summary>
    public Task<StoredSubscription?> ReadAsync(string subscriptionId, CancellationToken cancellationToken) =>
        _reads.ReadAsync(static look => look._database.ReadVersion(look.subscriptionId), (_database, subscriptionId), cancellationToken);

    /// <summary>Subscriptions as they stood at one moment. They do not go into memory, where the subscribers of requests are.</summary>
    public Task<IReadOnlyList<StoredSubscription>> ListAsync(SubscriptionQuery query, CancellationToken cancellationToken) =>
        _lists.ReadAsync(static look => look._database.List(look.query), (_database, query), cancellationToken);

    public Task<IReadOnlyList<ChangeRecord>> ReadChangesAsync(ChangeQuery query, CancellationToken cancellationToken) =>
        _lists.ReadAsync(static look => look._database.Changes(look.query), (_database, query), cancellationToken);

    /// <summary>Number of the newest change; 0: there was none.</summary>
    public async Task<long> NewestChangeAsync(CancellationToken cancellationToken) =>
        (await ChangeSpanAsync(cancellationToken).ConfigureAwait(false)).Newest;

    /// <summary>Which records are there: whoever has seen all up to Oldest - 1 or later can go on from there without a gap.</summary>
    public Task<ChangeSpan> ChangeSpanAsync(CancellationToken cancellationToken) =>
        _lists.ReadAsync(static database => database.Span(), _database, cancellationToken);

    /// <summary>Forgets records and served requests from before a moment, and records beyond a number, oldest first; some at a time. Returns how
    /// many.</summary>
    public Task<int> PruneChangesAsync(DateTimeOffset before, long keep, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return CommitAsync(database => database.PruneChanges(before, keep));
    }

    public Task<IReadOnlyList<AccessToken>> ReadAccessTokensAsync(CancellationToken cancellationToken) =>
        _lists.ReadAsync(static database => database.AccessTokens(), _database, cancellationToken);

    /// <summary>With its record. False: there is one of that name already.</summary>
    public Task<bool> AddAccessTokenAsync(AccessToken token, ChangeAuthor author, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(author);
        cancellationToken.ThrowIfCancellationRequested();
        return CommitAsync(database => database.AddAccessToken(token, author), (isAdded, _) => TellChanged(isAdded));
    }

    /// <summary>With its record. False: there is none of that name.</summary>
    public Task<bool> RemoveAccessTokenAsync(string name, ChangeAuthor author, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(author);
        cancellationToken.ThrowIfCancellationRequested();
        return CommitAsync(database => database.RemoveAccessToken(name, author), (isRemoved, _) => TellChanged(isRemoved));
    }

    private async Task<ImmutableArray<ChangeOutcome>> ChangeTogetherAsync(
        IReadOnlyList<SubscriptionEdit> edits, ChangeAuthor author, CancellationToken cancellationToken)
    {
        if (edits.Count == 0) return [];
        // In the order of names: two changes that overlap cannot wait for each other in a circle.
        var inOrder = OnePerName(edits);
        var entries = new List<CacheEntry>(inOrder.Count);
        var written = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            foreach (var edit in inOrder) entries.Add(await EnterEntryAsync(edit.SubscriptionId, cancellationToken).ConfigureAwait(false));
            var outcomes = await ChangeInTurnAsync(inOrder, author, written, cancellationToken).ConfigureAwait(false);
            return inOrder.Count == edits.Count && InOrder(edits, inOrder) ? outcomes : Arrange(outcomes, edits, author);
        }
        finally
        {
            foreach (var entry in entries)
            {
                // Forgotten, not rewritten: the next one to ask reads what is durable now, whatever the outcome was.
                if (entry.Subscriber is null || written.Contains(entry.SubscriptionId)) _cache.Remove(entry);
                entry.Gate.Exit();
            }
        }
    }

    /// <summary>The change itself, while the gates of all its subscriptions are held.</summary>
    /// <param name="written">Gets the names of what may have been written.</param>
    private async Task<ImmutableArray<ChangeOutcome>> ChangeInTurnAsync(
        IReadOnlyList<SubscriptionEdit> edits, ChangeAuthor author, HashSet<string> written, CancellationToken cancellationToken)
    {
        // Before any edit runs: one that creates would refuse what its own first copy has made. The commit thread looks once more, because another
        // request may have come with this id, for other subscriptions.
        if (author.RequestId is not null && await _changes.ReadAsync(
            static look => look._database.FindRequest(look.author), (_database, author), cancellationToken).ConfigureAwait(false) is { } served)
            return served.Repeat(author);

        var prepared = await _changes.ReadAsync(
            static what => what._database.PrepareChange(what.edits, what.author), (_database, edits, author), cancellationToken).ConfigureAwait(false);
        if (prepared.Writes.IsEmpty && author.RequestId is null) return prepared.Unchanged;

        var subscriptions = prepared.Writes.Where(write => write.Now is not null).Select(write => write.Now!).ToList();
        _wildcards.Check(subscriptions);
        foreach (var (subscriptionId, _) in prepared.Writes) written.Add(subscriptionId);
        try
        {
            var outcomes = await CommitAsync(_ => prepared.Write(), TellWritten).ConfigureAwait(false);
            if (!outcomes[0].IsRepeated) _wildcards.Written(prepared.Writes);
            return outcomes;
        }
        catch (StoreUnavailableException)
        {
            _wildcards.MayBeWritten(subscriptions);
            throw;
        }
    }

    private void TellWritten(ImmutableArray<ChangeOutcome> outcomes, bool isDurable)
    {
        if (outcomes[0].IsRepeated) return;
        if (isDurable && outcomes.Any(outcome => outcome.Jobs > 0)) _tellJobsWritten();
        if (isDurable && outcomes.Any(outcome => outcome.Notifications > 0)) _tellNotificationsWritten();
        TellChanged(outcomes.Any(outcome => outcome.Kind != ChangeKind.None));
    }

    private void TellChanged(bool isChanged)
    {
        if (isChanged) SubscriptionsChanged?.Invoke();
    }

    private static List<SubscriptionEdit> OnePerName(IReadOnlyList<SubscriptionEdit> edits)
    {
        var latest = new Dictionary<string, SubscriptionEdit>(edits.Count, StringComparer.Ordinal);
        foreach (var edit in edits)
        {
            if (latest.TryGetValue(edit.SubscriptionId, out var earlier) && (earlier.ReadsStored || edit.ReadsStored))
                throw new ArgumentException($"subscription {edit.SubscriptionId} is edited twice in one change; mend: one change after the other", nameof(edits));
            latest[edit.SubscriptionId] = edit;
        }
        var inOrder = latest.Values.ToList();
        inOrder.Sort(static (one, other) => string.CompareOrdinal(one.SubscriptionId, other.SubscriptionId));
        return inOrder;
    }

    private static bool InOrder(IReadOnlyList<SubscriptionEdit> edits, List<SubscriptionEdit> inOrder)
    {
        for (var i = 0; i < inOrder.Count; i++)
            if (!ReferenceEquals(edits[i], inOrder[i])) return false;
        return true;
    }

    private static ImmutableArray<ChangeOutcome> Arrange(ImmutableArray<ChangeOutcome> outcomes, IReadOnlyList<SubscriptionEdit> edits, ChangeAuthor author)
    {
        var byName = outcomes.ToDictionary(outcome => outcome.SubscriptionId, StringComparer.Ordinal);
        var arranged = ImmutableArray.CreateBuilder<ChangeOutcome>(edits.Count);
        foreach (var edit in edits)
            // A repeated request that names other subscriptions is not the same, whatever its hash says.
            arranged.Add(byName.TryGetValue(edit.SubscriptionId, out var outcome) ? outcome : throw new RequestIdReusedException(author.RequestId!));
        return arranged.MoveToImmutable();
    }
}
