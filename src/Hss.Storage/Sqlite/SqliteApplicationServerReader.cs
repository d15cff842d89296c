using Hss.Subscribers;
using Microsoft.Data.Sqlite;

namespace Hss.Storage.Sqlite;

/// <summary>Reads the AS permission list, and who subscribes to what, on one connection; one thread at a time.</summary>
internal sealed class SqliteApplicationServerReader(SqliteConnection connection) : IDisposable
{
    // The recursion jumps from one pair to the next by the index; a DISTINCT would walk all subscriptions of all users.
    internal const string SubscribedPairsSql = """
        WITH RECURSIVE host (name) AS (
            SELECT min(application_server) FROM notification_subscription
            UNION ALL
            SELECT (SELECT min(n.application_server) FROM notification_subscription n WHERE n.application_server > h.name) FROM host h WHERE h.name IS NOT NULL
        ), pair (application_server, data_reference) AS (
            SELECT h.name, (SELECT min(n.data_reference) FROM notification_subscription n WHERE n.application_server = h.name)
            FROM host h WHERE h.name IS NOT NULL
            UNION ALL
            SELECT p.application_server, (SELECT min(n.data_reference) FROM notification_subscription n
                WHERE n.application_server = p.application_server AND n.data_reference > p.data_reference)
            FROM pair p WHERE p.data_reference IS NOT NULL
        )
        SELECT application_server, data_reference FROM pair WHERE data_reference IS NOT NULL
        UNION SELECT application_server, data_reference FROM notification WHERE state = 0
        """;

    private readonly PreparedStatements _statements = new(connection);

    public IReadOnlyList<ApplicationServerPermissions> List()
    {
        var entries = new List<ApplicationServerPermissions>();
        using var rows = _statements["SELECT diameter_host, document, revision FROM application_server ORDER BY diameter_host"].Rows();
        while (rows.Read()) entries.Add(ApplicationServerJson.Read(rows.Text(0), rows.Octets(1), rows.Number(2)));
        return entries;
    }

    /// <summary>One entry as it lies in the store, not yet understood; null: there is none.</summary>
    public (byte[] Document, long Revision)? Find(string diameterHost)
    {
        using var rows = _statements["SELECT document, revision FROM application_server WHERE diameter_host = ?1"].Rows(diameterHost);
        return rows.Read() ? (rows.Octets(0), rows.Number(1)) : null;
    }

    public IReadOnlyList<(string ApplicationServer, ShDataReference Reference)> SubscribedPairs()
    {
        var pairs = new List<(string, ShDataReference)>();
        using var rows = _statements[SubscribedPairsSql].Rows();
        while (rows.Read()) pairs.Add((rows.Text(0), (ShDataReference)rows.Number(1)));
        return pairs;
    }

    /// Why it may walk all subscriptions of the pair: it is asked for filters and services only, by the hour and when the list changes.
    public IReadOnlyList<string> SubscribedDetails(string applicationServer, ShDataReference reference)
    {
        var details = new List<string>();
        using var rows = _statements["""
            SELECT detail FROM notification_subscription WHERE application_server = ?1 AND data_reference = ?2
            UNION SELECT detail FROM notification WHERE state = 0 AND application_server = ?1 AND data_reference = ?2
            """].Rows(applicationServer, (int)reference);
        while (rows.Read()) details.Add(rows.Text(0));
        return details;
    }

    public IReadOnlyList<string> SubscribersOf(WatchedData what, int most)
    {
        var names = new List<string>();
        using var rows = _statements["""
            SELECT s.subscription_id FROM subscription s WHERE s.id IN (
                SELECT subscription FROM notification_subscription
                WHERE application_server = ?1 AND data_reference = ?2 AND detail = ifnull(?3, detail) LIMIT ?4)
            """].Rows(what.ApplicationServer, (int)what.Reference, what.Detail, most);
        while (rows.Read()) names.Add(rows.Text(0));
        return names;
    }

    public void Dispose() => _statements.Dispose();
}
