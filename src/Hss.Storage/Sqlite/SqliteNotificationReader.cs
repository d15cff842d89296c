using Hss.Subscribers;
using Microsoft.Data.Sqlite;

namespace Hss.Storage.Sqlite;

/// <summary>Reads the table of notifications, on one connection; one thread at a time.</summary>
internal sealed class SqliteNotificationReader(SqliteConnection connection) : IDisposable
{
    private const string Columns = """
        n.id, n.state, n.subscription_id, n.application_server, n.user_identity, n.user_kind, n.data_reference, n.detail, n.private_identity,
        n.application_server_realm, n.asked_identity, n.combines_changes, n.version, n.attempts, n.created, n.next_attempt, n.finished, n.result, n.content
        """;

    // The first of each user; the look for an earlier one is a handful of rows, because what is pending has one row per key.
    internal const string FirstsSql = $"""
        SELECT {Columns} FROM notification n
        WHERE n.state = 0 AND n.application_server = ?1 AND n.next_attempt <= ?2 AND NOT EXISTS (
            SELECT 1 FROM notification e WHERE e.state = 0 AND e.application_server = n.application_server AND e.user_identity = n.user_identity
                AND e.user_kind = n.user_kind AND e.id < n.id)
        ORDER BY n.next_attempt, n.created, n.id LIMIT ?3
        """;

    internal const string FollowersSql = $"""
        SELECT {Columns} FROM notification n
        WHERE n.state = 0 AND n.application_server = ?1 AND n.user_identity = ?2 AND n.user_kind = ?3 AND n.id > ?4 ORDER BY n.id LIMIT ?5
        """;

    internal const string OpenSql = """
        SELECT application_server, count(*), min(created), min(next_attempt) FROM notification WHERE state = 0 GROUP BY application_server
        """;

    internal const string PendingSql = "SELECT id FROM notification WHERE state = 0 AND application_server = ?1 AND data_reference = ?2 LIMIT ?3";

    private const string PendingOfDetailSql =
        "SELECT id FROM notification WHERE state = 0 AND application_server = ?1 AND data_reference = ?2 AND detail = ?4 LIMIT ?3";

    private readonly PreparedStatements _statements = new(connection);

    public IReadOnlyList<Notification> Read(NotificationQuery query)
    {
        var most = Math.Clamp(query.Most, 1, NotificationQuery.MaxNotifications);
        if (query.DueBy is { } due)
            return Due(query.ApplicationServer ?? throw new ArgumentException("due notifications are asked for by application server", nameof(query)), due, most, query.FirstsOnly);
        var sql = $"SELECT {Columns} FROM notification n WHERE n.id > ?1";
        if (query.Id is not null) sql += " AND n.id = ?2";
        if (query.SubscriptionId is not null) sql += " AND n.subscription_id = ?3";
        if (query.User is not null) sql += " AND n.user_identity = ?4";
        if (query.ApplicationServer is not null) sql += " AND n.application_server = ?5";
        // A number in the text of the statement makes SQLite take the indexes of what is pending.
        if (query.State is { } state) sql += $" AND n.state = {(int)state}";
        return All(sql + " ORDER BY n.id LIMIT ?6", query.After ?? 0, query.Id ?? 0, query.SubscriptionId, query.User, query.ApplicationServer, most);
    }

    public IReadOnlyList<OpenNotifications> Open()
    {
        var open = new List<OpenNotifications>();
        using var rows = _statements[OpenSql].Rows();
        while (rows.Read()) open.Add(new(rows.Text(0), (int)rows.Number(1), StoredTime.Read(rows.Number(2)), StoredTime.Read(rows.Number(3))));
        return open;
    }

    public IReadOnlyList<long> Pending(WatchedData what, int most)
    {
        var ids = new List<long>();
        using var rows = what.Detail is { } detail ? _statements[PendingOfDetailSql].Rows(what.ApplicationServer, (int)what.Reference, most, detail)
            : _statements[PendingSql].Rows(what.ApplicationServer, (int)what.Reference, most);
        while (rows.Read()) ids.Add(rows.Number(0));
        return ids;
    }

    public void Dispose() => _statements.Dispose();

    /// <summary>Users whose first pending notification is due, the longest due first; behind it what follows for the same user, up to the first one that
    /// has to wait.</summary>
    private List<Notification> Due(string applicationServer, DateTimeOffset due, int most, bool firstsOnly)
    {
        var found = new List<Notification>();
        foreach (var first in All(FirstsSql, applicationServer, StoredTime.Write(due), most))
        {
            if (found.Count >= most) break;
            found.Add(first);
            if (found.Count < most && !firstsOnly)
                found.AddRange(All(FollowersSql, applicationServer, first.Key.User.Value, (int)first.Key.User.Kind, first.Id, most - found.Count)
                    .TakeWhile(next => next.NextAttempt <= due));
        }
        return found;
    }

    private List<Notification> All(string sql, params ReadOnlySpan<SqlValue> values)
    {
        var found = new List<Notification>();
        using var rows = _statements[sql].Rows(values);
        while (rows.Read()) found.Add(Notification(rows));
        return found;
    }

    private static Notification Notification(in Statement.ResultRows rows) => new()
    {
        Id = rows.Number(0),
        State = (NotificationState)rows.Number(1),
        SubscriptionId = rows.Text(2),
        Key = new(rows.Text(3), new((ShUserIdentityKind)rows.Number(5), rows.Text(4)), (ShDataReference)rows.Number(6), rows.Text(7),
            SqliteApplicationDataReader.NullIfEmpty(rows.Text(8))),
        ApplicationServerRealm = rows.Text(9),
        AskedIdentity = rows.TextOrNull(10),
        CombinesChanges = rows.Number(11) != 0,
        Version = (int)rows.Number(12),
        Attempts = (int)rows.Number(13),
        Created = StoredTime.Read(rows.Number(14)),
        NextAttempt = StoredTime.Read(rows.Number(15)),
        Finished = rows.IsNull(16) ? null : StoredTime.Read(rows.Number(16)),
        LastResult = rows.TextOrNull(17),
        Content = rows.Octets(18),
    };
}
