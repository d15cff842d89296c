using System.Collections.Immutable;
using Hss.Subscribers;
using Microsoft.Data.Sqlite;

namespace Hss.Storage.Sqlite;

/// <summary>Writes records, served requests and access tokens inside the writer's transaction. Commit thread only.</summary>
internal sealed class SqliteChangeWriter : IDisposable
{
    /// <summary>Rows forgotten at a time: bounds how long the commit thread is kept from the requests.</summary>
    private const int PruneBatch = 500;

    private readonly SqliteReader _reader;
    private readonly CredentialSeal _seal;
    private readonly Statement _record;
    private readonly Statement _remember;
    private readonly Statement _prune;
    private readonly Statement _forgetRequests;
    private readonly Statement _addToken;
    private readonly Statement _removeToken;

    /// <summary><paramref name="reader"/> reads on the writer's own connection.</summary>
    public SqliteChangeWriter(SqliteConnection connection, SqliteReader reader, CredentialSeal seal)
    {
        (_reader, _seal) = (reader, seal);
        _record = new(connection, """
            INSERT INTO subscription_change
                (time, kind, subscription_id, actor, method, remote_address, request_id, undoes, summary, before_document, before_credentials)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            """);
        _remember = new(connection, "INSERT INTO provisioning_request (request_id, request_hash, time, outcomes) VALUES (?1, ?2, ?3, ?4)");
        // The oldest ones, up to the first that has to stay: a gap would leave the one before it without what it made.
        _prune = new(connection, $"""
            WITH oldest AS (SELECT id, time FROM subscription_change ORDER BY id LIMIT {PruneBatch})
            DELETE FROM subscription_change WHERE id IN (SELECT id FROM oldest)
                AND id < coalesce((SELECT min(id) FROM oldest WHERE time >= ?1 AND id > (SELECT max(id) FROM subscription_change) - ?2), 1 << 62)
            """);
        _forgetRequests = new(connection, $"""
            DELETE FROM provisioning_request WHERE request_id IN (
                SELECT request_id FROM provisioning_request WHERE time < ?1 ORDER BY time LIMIT {PruneBatch})
            """);
        _addToken = new(connection, """
            INSERT INTO access_token (name, hash, role, created, expires, created_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (name) DO NOTHING
            """);
        _removeToken = new(connection, "DELETE FROM access_token WHERE name = ?1");
    }

    /// <summary>The outcome of the same request, when it was served before.</summary>
    public ServedRequest? FindServed(ChangeAuthor author) => _reader.Changes.FindRequest(author);

    public void Remember(ChangeAuthor author, ImmutableArray<ChangeOutcome> outcomes, DateTimeOffset now)
    {
        if (author.RequestId is { } id) _remember.Run(id, _seal.MarkOf(author), now.ToUnixTimeMilliseconds(), RequestOutcomes.Write(outcomes));
    }

    /// <summary>Writes a record and gives its number.</summary>
    public long Record(
        string subscriptionId, ChangeKind kind, string? summary, byte[]? document, byte[]? credentials, ChangeAuthor author, DateTimeOffset now) =>
        _record.Insert(now.ToUnixTimeMilliseconds(), (int)kind, subscriptionId, author.Actor, author.Method, author.RemoteAddress,
            author.RequestId, author.Undoes == 0 ? (string?)null : author.Undoes, summary, document, credentials);

    public ChangeOutcome RecordAction(string subscriptionId, string summary, ChangeAuthor author, DateTimeOffset now)
    {
        if (FindServed(author) is { } served) return served.Repeat(author)[0];
        var outcome = new ChangeOutcome(subscriptionId, ChangeKind.Action, Record(subscriptionId, ChangeKind.Action, summary, null, null, author, now), 0, false);
        Remember(author, [outcome], now);
        return outcome;
    }

    /// <summary>Writes the record of a change that was made in a subscriber's turn.</summary>
    /// Why without a look for the same request: its copy waits for the turn, and finds what it wanted done. An id that another request took meanwhile
    /// stays that one's; refusing it here would fail a change that procedures have a part in.
    public void Note(string subscriptionId, AuditNote note, DateTimeOffset now)
    {
        var record = Record(subscriptionId, ChangeKind.Action, note.Summary, null, null, note.Author, now);
        if (note.Author.RequestId is not null && _reader.Changes.FindRequestId(note.Author.RequestId)) return;
        Remember(note.Author, [new(subscriptionId, ChangeKind.Action, record, 0, false)], now);
    }

    public int Prune(DateTimeOffset before, long keep) =>
        _prune.Run(before.ToUnixTimeMilliseconds(), keep) + _forgetRequests.Run(before.ToUnixTimeMilliseconds());

    public bool AddToken(AccessToken token, ChangeAuthor author, DateTimeOffset now)
    {
        SqlValue expires = token.Expires is { } moment ? moment.ToUnixTimeMilliseconds() : (string?)null;
        if (_addToken.Run(token.Name, token.Hash.ToArray(), (int)token.Role, token.Created.ToUnixTimeMilliseconds(), expires, token.CreatedBy) == 0) return false;
        Record("", ChangeKind.Action, $"access token {token.Name} created, role {token.Role}", null, null, author, now);
        return true;
    }

    public bool RemoveToken(string name, ChangeAuthor author, DateTimeOffset now)
    {
        if (_removeToken.Run(name) == 0) return false;
        Record("", ChangeKind.Action, $"access token {name} removed", null, null, author, now);
        return true;
    }

    public void Dispose()
    {
        foreach (var statement in (ReadOnlySpan<Statement>)[_record, _remember, _prune, _forgetRequests, _addToken, _removeToken]) statement.Dispose();
    }
}
