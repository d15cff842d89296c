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

    // Whole milliseconds, as on SQLite.
    private DateTimeOffset Now => DateTimeOffset.FromUnixTimeMilliseconds(Time.GetUtcNow().ToUnixTimeMilliseconds());

    private sealed partial record Tables
    {
        public ImmutableDictionary<(IdentityKind Kind, string Identity), string> UserOwners { get; init; } =
            ImmutableDictionary<(IdentityKind Kind, string Identity), string>.Empty;

        public NotificationTable Notifications { get; init; } = NotificationTable.Empty;
    }
}
