using System.Collections.Immutable;
using Hss.Storage;
using Hss.Subscribers;

namespace Hss.Testing;

// What application servers keep here, may do, and are owed.
public sealed partial class MemoryDatabase
{
    /// <summary>Called when somebody counts the pending notifications.</summary>
    public Action? OnCountNotifications { get; set; }

    public IReadOnlyList<Notification> Notifications(NotificationQuery query) => Reading().Notifications.Select(query);

    public IReadOnlyList<OpenNotifications> OpenNotifications()
    {
        OnCountNotifications?.Invoke();
        return Reading().Notifications.Open();
    }

    public int WriteNotifications(ImmutableArray<NotificationUpdate> updates)
    {
        var tables = Writing();
        var (table, count) = tables.Notifications.Update(updates);
        _open = tables with { Notifications = table };
        return count;
    }

    public int PruneNotifications(DateTimeOffset finishedBefore, int keep)
    {
        var tables = Writing();
        var pruned = tables.Notifications.Prune(finishedBefore, keep);
        _open = tables with { Notifications = pruned };
        return tables.Notifications.Rows.Count - pruned.Rows.Count;
    }

    public IReadOnlyList<ApplicationServerPermissions> ApplicationServers() => [.. Reading().ApplicationServers.Values];

    public ApplicationServerOutcome ChangeApplicationServer(
        string diameterHost, ApplicationServerPermissions? now, long? expected, ChangeAuthor author)
    {
        ArgumentNullException.ThrowIfNull(author);
        var tables = Writing();
        var old = tables.ApplicationServers.GetValueOrDefault(diameterHost);
        if (tables.Served(author) is { } served) return new(served.Repeat(author)[0].Kind, old, IsStale: false, IsRepeated: true);
        if (expected is { } revision && revision != (old?.Revision ?? 0)) return new(ChangeKind.None, old, IsStale: true, IsRepeated: false);
        var isSame = now is null || old is null ? now is null && old is null
            : now.ServerNames.SequenceEqual(old.ServerNames) && now.Operations.SequenceEqual(old.Operations);
        if (isSame)
        {
            _open = tables.Remember(author, [new("", ChangeKind.None, old?.Revision ?? 0, 0, false)], Time.GetUtcNow());
            return new(ChangeKind.None, old, IsStale: false, IsRepeated: false) { Before = old };
        }
        var kind = now is null ? ChangeKind.Deleted : old is null ? ChangeKind.Created : ChangeKind.Updated;
        tables = tables.WithRecord("", ChangeKind.Action, ApplicationServerRecord.Of(diameterHost, old, now), null, author, Time.GetUtcNow());
        var standing = now is null ? null : now with { Revision = tables.LastChange };
        tables = tables with
        {
            ApplicationServers = standing is null ? tables.ApplicationServers.Remove(diameterHost) : tables.ApplicationServers.SetItem(diameterHost, standing),
        };
        _open = tables.Remember(author, [new("", kind, tables.LastChange, 0, false)], Time.GetUtcNow());
        return new(kind, standing, IsStale: false, IsRepeated: false) { Before = old, Record = tables.LastChange };
    }

    public IReadOnlyList<(string ApplicationServer, ShDataReference Reference)> SubscribedPairs()
    {
        var tables = Reading();
        return [.. tables.Subscriptions.Values.SelectMany(row => row.ApplicationData.Subscriptions).Select(one => one.Key)
            .Concat(tables.Notifications.Rows.Values.Where(row => row.State == NotificationState.Pending).Select(row => row.Key))
            .Select(key => (key.ApplicationServer, key.Reference)).Distinct().Order()];
    }

    public IReadOnlyList<string> SubscribedDetails(string applicationServer, ShDataReference reference)
    {
        var tables = Reading();
        return [.. tables.Subscriptions.Values.SelectMany(row => row.ApplicationData.Subscriptions).Select(one => one.Key)
            .Concat(tables.Notifications.Rows.Values.Where(row => row.State == NotificationState.Pending).Select(row => row.Key))
            .Where(key => IsOf(key, new(applicationServer, reference))).Select(key => key.Detail).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    public IReadOnlyList<string> SubscribersOf(WatchedData what, int most) =>
        [.. Reading().Subscriptions.Values.Where(row => row.ApplicationData.Subscriptions.Any(one => IsOf(one.Key, what)))
            .Select(row => row.Subscription.SubscriptionId).Take(most)];

    public void DropSubscriptions(IReadOnlyList<string> subscriptionIds, WatchedData what)
    {
        ArgumentNullException.ThrowIfNull(subscriptionIds);
        var tables = Writing();
        foreach (var name in subscriptionIds)
            if (tables.Subscriptions.TryGetValue(name, out var row))
            {
                var data = row.ApplicationData with
                {
                    Subscriptions = row.ApplicationData.Subscriptions.RemoveAll(one => IsOf(one.Key, what)),
                };
                tables = tables with { Subscriptions = tables.Subscriptions.SetItem(name, row with { ApplicationData = data }) };
            }
        _open = tables;
    }

    public IReadOnlyList<long> PendingNotifications(WatchedData what, int most) =>
        [.. Reading().Notifications.Rows.Values.Where(row => row.State == NotificationState.Pending && IsOf(row.Key, what))
            .Select(row => row.Id).Take(most)];

    public void WithdrawNotifications(IReadOnlyList<long> ids, string why)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var tables = Writing();
        _open = tables with { Notifications = tables.Notifications.Withdraw(ids, why, Now) };
    }

    private static bool IsOf(NotificationKey key, WatchedData what) =>
        key.ApplicationServer == what.ApplicationServer && key.Reference == what.Reference && key.Detail == (what.Detail ?? key.Detail);

    // Whole milliseconds, as on SQLite.
    private DateTimeOffset Now => DateTimeOffset.FromUnixTimeMilliseconds(Time.GetUtcNow().ToUnixTimeMilliseconds());

    private sealed partial record Tables
    {
        public ImmutableDictionary<(IdentityKind Kind, string Identity), string> UserOwners { get; init; } =
            ImmutableDictionary<(IdentityKind Kind, string Identity), string>.Empty;

        public ImmutableSortedDictionary<string, ApplicationServerPermissions> ApplicationServers { get; init; } =
            ImmutableSortedDictionary.Create<string, ApplicationServerPermissions>(StringComparer.Ordinal);

        public NotificationTable Notifications { get; init; } = NotificationTable.Empty;
    }
}
