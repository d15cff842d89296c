using Hss.Subscribers;

namespace Hss.Storage;

// Who may do what on Sh: TS 29.328 6.2.
public sealed partial class SubscriberStore
{
    /// <summary>Subscribers, or notifications, that are freed of a forbidden subscription in one step: bounds how long requests for them wait.</summary>
    internal const int MaxWithdrawnAtOnce = 500;

    private readonly ApplicationServerIndex _applicationServers;
    private readonly FifoGate _applicationServerGate = new();

    public ApplicationServerPermissions? FindApplicationServer(ReadOnlySpan<byte> diameterHost) => _applicationServers.Find(diameterHost);

    public Task<IReadOnlyList<ApplicationServerPermissions>> ListApplicationServersAsync(CancellationToken cancellationToken) =>
        _lists.ReadAsync(static database => database.ApplicationServers(), _database, cancellationToken);

    /// <summary>Creates or replaces an entry of the AS permission list, with its record. Where it takes the permission to subscribe away, or a
    /// name whose filters and services were subscribed to, the subscriptions go everywhere, and what is pending of them is withdrawn.</summary>
    /// <param name="entry">DiameterHost in lower case.</param>
    /// <param name="expected">The revision that has to stand; 0: none may; null: whatever stands.</param>
    /// Order: when it returns, the list is in force. Errors: <see cref="RequestIdReusedException"/>, <see cref="StoreUnavailableException"/>.
    public Task<ApplicationServerOutcome> PutApplicationServerAsync(
        ApplicationServerPermissions entry, long? expected, ChangeAuthor author, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return ChangeApplicationServerAsync(entry.DiameterHost, entry, expected, author, cancellationToken);
    }

    /// <summary>Removes an entry: that application server may do nothing any more. As <see cref="PutApplicationServerAsync"/>.</summary>
    public Task<ApplicationServerOutcome> RemoveApplicationServerAsync(
        string diameterHost, long? expected, ChangeAuthor author, CancellationToken cancellationToken) =>
        ChangeApplicationServerAsync(diameterHost, null, expected, author, cancellationToken);

    /// <summary>Ends subscriptions, and withdraws notifications, of application servers that may not have them (any more). Returns how many subscribers and
    /// notifications it touched.</summary>
    /// Why besides the change that takes a permission away: that one may have died half way, and a SNR may have looked at the permission just before.
    /// Errors: none but the cancellation; what could not be done is done the next time.
    public async Task<int> DropForbiddenSubscriptionsAsync(CancellationToken cancellationToken)
    {
        var all = 0;
        try
        {
            var pairs = await _lists.ReadAsync(static database => database.SubscribedPairs(), _database, cancellationToken).ConfigureAwait(false);
            foreach (var (host, reference) in pairs)
            {
                all += await DropForbiddenAsync(new(host, reference), cancellationToken).ConfigureAwait(false);
                // Where the permission stands it may be for the filters and services of fewer names than before.
                if (reference is not (ShDataReference.InitialFilterCriteria or ShDataReference.Dsai)) continue;
                var details = await _lists.ReadAsync(
                    static look => look._database.SubscribedDetails(look.host, look.reference), (_database, host, reference), cancellationToken).ConfigureAwait(false);
                foreach (var detail in details) all += await DropForbiddenAsync(new(host, reference, detail), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (StoreUnavailableException trouble)
        {
            StorageLog.SubscriptionsNotWithdrawn(_logger, trouble.Message);
        }
        return all;
    }

    private async Task<ApplicationServerOutcome> ChangeApplicationServerAsync(
        string diameterHost, ApplicationServerPermissions? now, long? expected, ChangeAuthor author, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(diameterHost);
        ArgumentNullException.ThrowIfNull(author);
        if (diameterHost.Any(char.IsAsciiLetterUpper)) throw new ArgumentException("the host of an application server is in lower case", nameof(diameterHost));
        ApplicationServerOutcome outcome;
        // One at a time: memory follows the disk in the order of the commits.
        await _applicationServerGate.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            outcome = await CommitAsync(
                database => database.ChangeApplicationServer(diameterHost, now, expected, author),
                (what, _) => TellChanged(what.Record > 0)).ConfigureAwait(false);
            if (!outcome.IsRepeated && !outcome.IsStale) _applicationServers.Set(diameterHost, outcome.Standing);
        }
        catch (StoreUnavailableException)
        {
            await ReadApplicationServersAgainAsync().ConfigureAwait(false);
            throw;
        }
        finally
        {
            _applicationServerGate.Exit();
        }
        // Not to be given up half way because somebody lost patience: the permission is gone, and so are the subscriptions.
        if (outcome.Kind is ChangeKind.Updated or ChangeKind.Deleted && outcome.Record > 0) await DropForbiddenSubscriptionsAsync(CancellationToken.None).ConfigureAwait(false);
        return outcome;
    }

    // A failed commit may still be on the disk.
    private async Task ReadApplicationServersAgainAsync()
    {
        try
        {
            _applicationServers.Replace(await ListApplicationServersAsync(CancellationToken.None).ConfigureAwait(false));
        }
        catch (StoreUnavailableException)
        {
            // Then what stands in memory stays in force.
        }
    }

    private async Task<int> DropForbiddenAsync(WatchedData what, CancellationToken cancellationToken)
    {
        var count = 0;
        while (!_applicationServers.MayWatch(what))
        {
            var subscribers = await _lists.ReadAsync(
                static look => look._database.SubscribersOf(look.what, MaxWithdrawnAtOnce), (_database, what), cancellationToken).ConfigureAwait(false);
            if (subscribers.Count > 0) await DropSubscriptionsAsync(subscribers, what, cancellationToken).ConfigureAwait(false);
            var pending = await _lists.ReadAsync(
                static look => look._database.PendingNotifications(look.what, MaxWithdrawnAtOnce), (_database, what), cancellationToken).ConfigureAwait(false);
            if (pending.Count > 0)
                await CommitAsync(database =>
                {
                    database.WithdrawNotifications(pending, NotificationWrites.NotPermitted);
                    return true;
                }).ConfigureAwait(false);
            if (subscribers.Count == 0 && pending.Count == 0) break;
            count += subscribers.Count + pending.Count;
        }
        if (count > 0)
        {
            StorageLog.SubscriptionsWithdrawn(_logger, count, what.ApplicationServer, (int)what.Reference);
            _tellNotificationsWritten();
        }
        return count;
    }

    /// <summary>One step: the rows go while nobody else can change these subscribers, and memory forgets them.</summary>
    private async Task DropSubscriptionsAsync(IReadOnlyList<string> subscriptionIds, WatchedData what, CancellationToken cancellationToken)
    {
        var entries = new List<CacheEntry>(subscriptionIds.Count);
        var isWritten = false;
        try
        {
            // In the order of names, as every other change of many.
            foreach (var name in subscriptionIds.Order(StringComparer.Ordinal))
                entries.Add(await EnterEntryAsync(name, cancellationToken).ConfigureAwait(false));
            isWritten = true;
            await CommitAsync(database =>
            {
                database.DropSubscriptions(subscriptionIds, what);
                return true;
            }).ConfigureAwait(false);
        }
        finally
        {
            foreach (var entry in entries)
            {
                if (isWritten || entry.Subscriber is null) _cache.Remove(entry);
                entry.Gate.Exit();
            }
        }
    }
}
