using Hss.Subscribers;
using Microsoft.Data.Sqlite;

namespace Hss.Storage.Sqlite;

/// <summary>Writes the AS permission list inside the writer's transaction, and what ends with a permission. Commit thread only.</summary>
internal sealed class SqliteApplicationServerWriter(SqliteConnection connection, SqliteReader reader, SqliteChangeWriter changes) : IDisposable
{
    private readonly PreparedStatements _statements = new(connection);

    public ApplicationServerOutcome Change(
        string diameterHost, ApplicationServerPermissions? now, long? expected, ChangeAuthor author, DateTimeOffset time)
    {
        var old = reader.ApplicationServers.Find(diameterHost);
        var standing = old is { } row ? Understood(diameterHost, row.Document, row.Revision) : null;
        if (changes.FindServed(author) is { } served) return new(served.Repeat(author)[0].Kind, standing, IsStale: false, IsRepeated: true);
        if (expected is { } revision && revision != (old?.Revision ?? 0)) return new(ChangeKind.None, standing, IsStale: true, IsRepeated: false);

        var document = now is null ? null : ApplicationServerJson.Write(now);
        var isSame = document is null ? old is null : old is { } stored && stored.Document.AsSpan().SequenceEqual(document);
        if (isSame)
        {
            changes.Remember(author, [new("", ChangeKind.None, old?.Revision ?? 0, 0, false)], time);
            return new(ChangeKind.None, standing, IsStale: false, IsRepeated: false) { Before = standing };
        }
        var kind = document is null ? ChangeKind.Deleted : old is null ? ChangeKind.Created : ChangeKind.Updated;
        var record = changes.Record("", ChangeKind.Action, ApplicationServerRecord.Of(diameterHost, standing, now), null, null, author, time);
        if (document is null) _statements["DELETE FROM application_server WHERE diameter_host = ?1"].Run(diameterHost);
        else
            _statements["""
                INSERT INTO application_server (diameter_host, document, revision) VALUES (?1, ?2, ?3)
                ON CONFLICT (diameter_host) DO UPDATE SET document = excluded.document, revision = excluded.revision
                """].Run(diameterHost, document, record);
        changes.Remember(author, [new("", kind, record, 0, false)], time);
        return new(kind, now is null ? null : now with { Revision = record }, IsStale: false, IsRepeated: false) { Before = standing, Record = record };
    }

    public void DropSubscriptions(IReadOnlyList<string> subscriptionIds, WatchedData what)
    {
        foreach (var name in subscriptionIds)
            _statements["""
                DELETE FROM notification_subscription
                WHERE subscription = (SELECT id FROM subscription WHERE subscription_id = ?1) AND application_server = ?2 AND data_reference = ?3
                    AND detail = ifnull(?4, detail)
                """].Run(name, what.ApplicationServer, (int)what.Reference, what.Detail);
    }

    public void Dispose() => _statements.Dispose();

    // One that does not read any more must not keep its successor out.
    private static ApplicationServerPermissions? Understood(string diameterHost, byte[] document, long revision)
    {
        try
        {
            return ApplicationServerJson.Read(diameterHost, document, revision);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
