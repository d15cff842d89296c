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

    public IReadOnlyList<ApplicationServerPermissions> ApplicationServers() => Reading(0, static (reader, _) => reader.ApplicationServers.List());

    public ApplicationServerOutcome ChangeApplicationServer(
        string diameterHost, ApplicationServerPermissions? now, long? expected, ChangeAuthor author)
    {
        var outcome = default(ApplicationServerOutcome);
        Writing((diameterHost, now, expected, author), (database, what) =>
            outcome = database._applicationServers!.Change(what.diameterHost, what.now, what.expected, what.author, _time.GetUtcNow()));
        return outcome;
    }

    public IReadOnlyList<(string ApplicationServer, ShDataReference Reference)> SubscribedPairs() =>
        Reading(0, static (reader, _) => reader.ApplicationServers.SubscribedPairs());

    public IReadOnlyList<string> SubscribedDetails(string applicationServer, ShDataReference reference) =>
        Reading((applicationServer, reference), static (reader, what) => reader.ApplicationServers.SubscribedDetails(what.applicationServer, what.reference));

    public IReadOnlyList<string> SubscribersOf(WatchedData what, int most) =>
        Reading((what, most), static (reader, asked) => reader.ApplicationServers.SubscribersOf(asked.what, asked.most));

    public void DropSubscriptions(IReadOnlyList<string> subscriptionIds, WatchedData what) =>
        Writing((subscriptionIds, what), static (database, asked) => database._applicationServers!.DropSubscriptions(asked.subscriptionIds, asked.what));

    public IReadOnlyList<long> PendingNotifications(WatchedData what, int most) =>
        Reading((what, most), static (reader, asked) => reader.Notifications.Pending(asked.what, asked.most));

    public void WithdrawNotifications(IReadOnlyList<long> ids, string why) =>
        Writing((ids, why), static (database, what) => database._writer!.Notifications.Withdraw(what.ids, what.why));
}
