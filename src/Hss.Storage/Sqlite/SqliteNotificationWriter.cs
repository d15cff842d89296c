using System.Collections.Immutable;
using Hss.Subscribers;
using Microsoft.Data.Sqlite;

namespace Hss.Storage.Sqlite;

/// <summary>Writes the table of notifications inside the writer's transaction. Commit thread only.</summary>
internal sealed class SqliteNotificationWriter(SqliteConnection connection, TimeProvider time) : IDisposable
{
    /// <summary>Rows forgotten at a time: bounds how long the commit thread is kept from the requests.</summary>
    private const int Batch = 500;

    // What nobody sends any more is no longer kept: it is the user's, and as much as all the rest of the table.
    private static readonly string Withdrawn = $"state = {(int)NotificationState.Withdrawn}, content = x''";

    private const string IsPendingOfKey = """
        WHERE state = 0 AND subscription_id = ?1 AND application_server = ?2 AND user_identity = ?3 AND user_kind = ?4 AND data_reference = ?5
            AND detail = ?6 AND private_identity = ?7
        """;

    private readonly PreparedStatements _statements = new(connection);

    /// <summary>False: there was nothing to withdraw or renew, and nothing else to write.</summary>
    public bool Write(string subscriptionId, NotificationWrites writes)
    {
        var written = Update(writes.Updates) + writes.New.Length;
        var now = time.GetUtcNow();
        foreach (var key in writes.Withdrawn)
            written += _statements[$"UPDATE notification SET {Withdrawn}, finished = ?8, result = ?9 {IsPendingOfKey}"].Run(
                subscriptionId, key.ApplicationServer, key.User.Value, (int)key.User.Kind, (int)key.Reference, key.Detail, key.PrivateIdentity ?? "",
                StoredTime.Write(now), NotificationWrites.Unsubscribed);
        foreach (var notification in writes.Refreshed) written += Refresh(notification, now);
        Insert(writes.New);
        return written > 0;
    }

    /// <summary>New ones, each in the place of the pending one with its key.</summary>
    /// Why the times are those of the new content: the pause belongs to what was sent before, and a change of this minute is not given up because an
    /// application server has been away for a day.
    public void Insert(ImmutableArray<Notification> notifications)
    {
        if (notifications.IsEmpty) return;
        var now = time.GetUtcNow();
        foreach (var one in notifications)
        {
            var created = one.Created == default ? now : one.Created;
            _statements["""
                INSERT INTO notification (state, subscription_id, application_server, user_identity, user_kind, data_reference, detail, private_identity,
                    application_server_realm, asked_identity, combines_changes, version, attempts, created, next_attempt, finished, result, content)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
                ON CONFLICT (subscription_id, application_server, user_identity, user_kind, data_reference, detail, private_identity) WHERE state = 0
                DO UPDATE SET application_server_realm = excluded.application_server_realm, asked_identity = excluded.asked_identity,
                    combines_changes = excluded.combines_changes, version = version + 1, attempts = 0, created = excluded.created,
                    next_attempt = excluded.next_attempt, content = excluded.content
                """].Run((int)one.State, one.SubscriptionId, one.Key.ApplicationServer, one.Key.User.Value, (int)one.Key.User.Kind, (int)one.Key.Reference,
                    one.Key.Detail, one.Key.PrivateIdentity ?? "", one.ApplicationServerRealm, one.AskedIdentity, one.CombinesChanges ? 1 : 0, one.Version,
                    one.Attempts, StoredTime.Write(created), StoredTime.Write(one.NextAttempt == default ? created : one.NextAttempt),
                    StoredTime.WriteOrNull(one.Finished), one.LastResult, SqliteApplicationDataWriter.Octets(one.Content));
        }
    }

    /// <summary>Gives how many were still what they were taken for.</summary>
    /// Why OR IGNORE: one that becomes pending again, beside a newer pending one of its key, stays what it is, and nobody else's write fails with it.
    public int Update(ImmutableArray<NotificationUpdate> updates)
    {
        var written = 0;
        foreach (var (one, from) in updates)
            written += _statements[$"""
                UPDATE OR IGNORE notification SET state = ?4, attempts = ?5, next_attempt = ?6, finished = ?7, result = ?8,
                    content = CASE WHEN ?4 IN ({(int)NotificationState.Acknowledged}, {(int)NotificationState.Withdrawn}) THEN x'' ELSE content END
                WHERE id = ?1 AND state = ?2 AND version = ?3
                """].Run(one.Id, (int)from, one.Version, (int)one.State, one.Attempts, StoredTime.Write(one.NextAttempt), StoredTime.WriteOrNull(one.Finished),
                    one.LastResult);
        return written;
    }

    public void Withdraw(IReadOnlyList<long> ids, string why)
    {
        var now = StoredTime.Write(time.GetUtcNow());
        foreach (var id in ids)
            _statements[$"UPDATE notification SET {Withdrawn}, finished = ?2, result = ?3 WHERE id = ?1 AND state = 0"].Run(id, now, why);
    }

    public int Prune(DateTimeOffset finishedBefore, int keep) =>
        _statements[$"""
            DELETE FROM notification WHERE id IN (SELECT id FROM notification WHERE state <> 0 AND finished < ?1 ORDER BY finished LIMIT {Batch})
            """].Run(StoredTime.Write(finishedBefore))
        + _statements[$"""
            DELETE FROM notification WHERE id IN (SELECT id FROM notification WHERE state <> 0 AND finished <= (
                SELECT finished FROM notification WHERE state <> 0 ORDER BY finished DESC LIMIT 1 OFFSET ?1) ORDER BY finished LIMIT {Batch})
            """].Run(keep);

    public void Dispose() => _statements.Dispose();

    // What says the same already is left alone: it may be on its way.
    private int Refresh(Notification one, DateTimeOffset now) => _statements[$"""
        UPDATE notification SET application_server_realm = ?8, asked_identity = ?9, combines_changes = ?10, version = version + 1, attempts = 0,
            created = ?11, next_attempt = ?11, content = ?12
        {IsPendingOfKey} AND content <> ?12
        """].Run(one.SubscriptionId, one.Key.ApplicationServer, one.Key.User.Value, (int)one.Key.User.Kind, (int)one.Key.Reference, one.Key.Detail,
            one.Key.PrivateIdentity ?? "", one.ApplicationServerRealm, one.AskedIdentity, one.CombinesChanges ? 1 : 0, StoredTime.Write(now),
            SqliteApplicationDataWriter.Octets(one.Content));
}
