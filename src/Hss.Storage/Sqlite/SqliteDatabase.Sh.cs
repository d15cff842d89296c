using System.Collections.Immutable;
using Hss.Subscribers;

namespace Hss.Storage.Sqlite;

// What application servers keep here, may do, and are owed.
public sealed partial class SqliteDatabase
{
    public IReadOnlyList<Notification> Notifications(NotificationQuery query) => Reading(query, static (reader, what) => reader.Notifications.Read(what));

    public IReadOnlyList<OpenNotifications> OpenNotifications() => Reading(0, static (reader, _) => reader.Notifications.Open());

    public int WriteNotifications(ImmutableArray<NotificationUpdate> updates)
    {
        var written = 0;
        Writing(updates, (database, what) => written = database._writer!.Notifications.Update(what));
        return written;
    }

    public int PruneNotifications(DateTimeOffset finishedBefore, int keep)
    {
        var pruned = 0;
        Writing(0, (database, _) => pruned = database._writer!.Notifications.Prune(finishedBefore, keep));
        return pruned;
    }
}
