using System.Collections.Immutable;
using Hss.Storage;
using Hss.Subscribers;

namespace Hss.Testing;

/// <summary>The table of notifications as a pure value: the same answers as the SQL gives.</summary>
public sealed record NotificationTable(ImmutableSortedDictionary<long, Notification> Rows, long Last)
{
    public static readonly NotificationTable Empty = new(ImmutableSortedDictionary<long, Notification>.Empty, 0);

    public NotificationTable Write(string subscriptionId, NotificationWrites writes, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(writes);
        var (table, _) = Update(writes.Updates);
        foreach (var key in writes.Withdrawn)
            if (table.Pending(subscriptionId, key) is { } gone) table = table.With(gone.Withdrawn(now, NotificationWrites.Unsubscribed));
        foreach (var current in writes.Refreshed)
            if (table.Pending(subscriptionId, current.Key) is { } stale && !stale.Content.Span.SequenceEqual(current.Content.Span))
                table = table.With(Replaced(stale, current, now, now));
        return table.Insert(writes.New, now);
    }

    public NotificationTable Insert(ImmutableArray<Notification> notifications, DateTimeOffset now)
    {
        var table = this;
        foreach (var one in notifications)
        {
            var created = one.Created == default ? now : one.Created;
            var next = one.NextAttempt == default ? created : one.NextAttempt;
            table = one.State == NotificationState.Pending && table.Pending(one.SubscriptionId, one.Key) is { } older
                ? table.With(Replaced(older, one, created, next))
                : table.With(one with { Id = table.Last + 1, Created = created, NextAttempt = next }) with { Last = table.Last + 1 };
        }
        return table;
    }

    public (NotificationTable Table, int Count) Update(ImmutableArray<NotificationUpdate> updates)
    {
        var (table, count) = (this, 0);
        foreach (var (one, from) in updates)
        {
            if (!table.Rows.TryGetValue(one.Id, out var row) || row.State != from || row.Version != one.Version) continue;
            if (one.State == NotificationState.Pending && table.Pending(row.SubscriptionId, row.Key) is { } other && other.Id != one.Id) continue;
            table = table.With(row with
            {
                State = one.State, Attempts = one.Attempts, NextAttempt = one.NextAttempt, Finished = one.Finished, LastResult = one.LastResult,
                Content = one.State is NotificationState.Acknowledged or NotificationState.Withdrawn ? default : row.Content,
            });
            count++;
        }
        return (table, count);
    }

    public NotificationTable Withdraw(IReadOnlyList<long> ids, string why, DateTimeOffset now) =>
        ids.Aggregate(this, (table, id) =>
            table.Rows.TryGetValue(id, out var row) && row.State == NotificationState.Pending ? table.With(row.Withdrawn(now, why)) : table);

    public IReadOnlyList<Notification> Select(NotificationQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var most = Math.Clamp(query.Most, 1, NotificationQuery.MaxNotifications);
        if (query.DueBy is { } due)
            return [.. Rows.Values.Where(row => row.State == NotificationState.Pending && row.Key.ApplicationServer == query.ApplicationServer)
                .GroupBy(row => row.Key.User).Where(user => user.First().NextAttempt <= due)
                .OrderBy(user => user.First().NextAttempt).ThenBy(user => user.First().Created).ThenBy(user => user.First().Id)
                .SelectMany(user => user.TakeWhile(row => row.NextAttempt <= due).Take(query.FirstsOnly ? 1 : most)).Take(most)];
        return [.. Rows.Values.Where(row => row.Id > (query.After ?? 0) && (query.Id ?? row.Id) == row.Id
            && (query.SubscriptionId ?? row.SubscriptionId) == row.SubscriptionId && (query.User ?? row.Key.User.Value) == row.Key.User.Value
            && (query.ApplicationServer ?? row.Key.ApplicationServer) == row.Key.ApplicationServer && (query.State ?? row.State) == row.State).Take(most)];
    }

    public IReadOnlyList<OpenNotifications> Open() =>
        [.. Rows.Values.Where(row => row.State == NotificationState.Pending).GroupBy(row => row.Key.ApplicationServer)
            .Select(group => new OpenNotifications(group.Key, group.Count(), group.Min(row => row.Created), group.Min(row => row.NextAttempt)))];

    public NotificationTable Prune(DateTimeOffset finishedBefore, int keep)
    {
        var finished = Rows.Values.Where(row => row.State != NotificationState.Pending).OrderByDescending(row => row.Finished).ToList();
        return this with { Rows = Rows.RemoveRange(finished.Where((row, index) => index >= keep || row.Finished < finishedBefore).Select(row => row.Id)) };
    }

    private ImmutableDictionary<(string SubscriptionId, NotificationKey Key), long> PendingByKey { get; init; } =
        ImmutableDictionary<(string SubscriptionId, NotificationKey Key), long>.Empty;

    private Notification? Pending(string subscriptionId, NotificationKey key) => PendingByKey.TryGetValue((subscriptionId, key), out var id) ? Rows[id] : null;

    private NotificationTable With(Notification row)
    {
        var at = (row.SubscriptionId, row.Key);
        return this with
        {
            Rows = Rows.SetItem(row.Id, row),
            PendingByKey = row.State == NotificationState.Pending ? PendingByKey.SetItem(at, row.Id)
                : PendingByKey.TryGetValue(at, out var id) && id == row.Id ? PendingByKey.Remove(at) : PendingByKey,
        };
    }

    private static Notification Replaced(Notification older, Notification newer, DateTimeOffset created, DateTimeOffset next) => older with
    {
        ApplicationServerRealm = newer.ApplicationServerRealm, AskedIdentity = newer.AskedIdentity, CombinesChanges = newer.CombinesChanges,
        Content = newer.Content, Version = older.Version + 1, Attempts = 0, Created = created, NextAttempt = next,
    };
}

file static class NotificationSteps
{
    public static Notification Withdrawn(this Notification row, DateTimeOffset now, string why) =>
        row with { State = NotificationState.Withdrawn, Finished = now, LastResult = why, Content = default };
}
