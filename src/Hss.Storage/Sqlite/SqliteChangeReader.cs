using System.Security.Cryptography;
using Hss.Authentication;
using Hss.Subscribers;
using Microsoft.Data.Sqlite;

namespace Hss.Storage.Sqlite;

/// <summary>Reads records, served requests, access tokens and lists of subscriptions, on one connection; one thread at a time.</summary>
internal sealed class SqliteChangeReader(SqliteConnection connection, SqliteReader reader, CredentialSeal seal) : IDisposable
{
    private const string Columns = "c.id, c.time, c.kind, c.subscription_id, c.actor, c.method, c.remote_address, c.request_id, c.undoes, c.summary";

    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);

    public ServedRequest? FindRequest(ChangeAuthor author)
    {
        if (author.RequestId is not { } requestId) return null;
        using var rows = Prepared("SELECT request_hash, outcomes FROM provisioning_request WHERE request_id = ?1").Rows(requestId);
        return rows.Read() ? new(CryptographicOperations.FixedTimeEquals(rows.Octets(0), seal.MarkOf(author)), RequestOutcomes.Read(rows.Octets(1))) : null;
    }

    public bool FindRequestId(string requestId)
    {
        using var rows = Prepared("SELECT 1 FROM provisioning_request WHERE request_id = ?1").Rows(requestId);
        return rows.Read();
    }

    /// <summary>The ceilings of keys that a subscription had before, by the private identities that get them now.</summary>
    /// Why: the store forgets the ceiling of a K that was replaced by another far from it, and knows it of an identity and not of a card. An undo, a slip
    /// that is put right, or a card whose IMPI gets another name bring the same K. Spec: TS 33.102 C.1 (no SQN twice).
    /// Why the newest record of a K and not the highest: in between only a verified resynchronisation can have lowered it, and the card wanted that.
    public Dictionary<string, ulong> LeastCeilings(string subscriptionId, StoredVersion? old, IReadOnlyList<PrivateIdentity> newKeys)
    {
        var ceilings = new Dictionary<string, ulong>(StringComparer.Ordinal);
        if (old is not null) Note(old.PrivateIdentities);
        using var rows = Prepared("""
            SELECT before_credentials FROM subscription_change WHERE subscription_id = ?1 AND before_credentials IS NOT NULL ORDER BY id DESC
            """).Rows(subscriptionId);
        while (ceilings.Count < newKeys.Count && rows.Read())
        {
            try
            {
                Note(OldCredentials.Read(rows.Octets(0)));
            }
            catch (InvalidDataException)
            {
                // Whoever reads the record is told; a damaged one must not keep every new key out.
            }
        }
        return ceilings;

        void Note(List<PrivateIdentityInStore> version)
        {
            var keys = version.ConvertAll(row => (Key: seal.Open(row.Identity, row.SealedCredentials)?.Aka?.K, row.SqnCeiling));
            foreach (var identity in newKeys)
            {
                if (ceilings.ContainsKey(identity.Identity)) continue;
                foreach (var (key, ceiling) in keys)
                    if (key is not null && key.Equals(identity.Credentials.Aka!.K))
                        ceilings[identity.Identity] = Math.Max(ceiling, ceilings.GetValueOrDefault(identity.Identity));
            }
        }
    }

    public IReadOnlyList<StoredSubscription> List(SubscriptionQuery query)
    {
        var prefix = query.Prefix ?? "";
        // Names that begin with the prefix stand together; whichever of the two is later is where to begin.
        var isAfter = query.After is { } after && string.CompareOrdinal(after, prefix) >= 0;
        var served = query.ServerName is not null || query.DiameterHost is not null || query.IsServed == true;
        var filter = "SELECT 1 FROM registration_set r WHERE r.subscription = s.id AND r.status <> 0 AND r.server_name IS NOT NULL";
        if (query.ServerName is not null) filter += " AND r.server_name = ?2";
        if (query.DiameterHost is not null) filter += " AND r.diameter_host = ?3 COLLATE NOCASE";
        var sql = $"SELECT s.subscription_id FROM subscription s WHERE s.subscription_id {(isAfter ? ">" : ">=")} ?1";
        if (served) sql += $" AND EXISTS ({filter})";
        if (query.IsServed == false) sql += " AND NOT EXISTS (SELECT 1 FROM registration_set r WHERE r.subscription = s.id AND r.status <> 0 AND r.server_name IS NOT NULL)";
        if (query.WatchedBy is not null) sql += " AND s.id IN (SELECT n.subscription FROM notification_subscription n WHERE n.application_server = ?4)";
        sql += " ORDER BY s.subscription_id LIMIT ?5";
        return reader.AtOneMoment<IReadOnlyList<StoredSubscription>>(() =>
        {
            var names = new List<string>();
            using (var rows = Prepared(sql).Rows(isAfter ? query.After : prefix, query.ServerName, query.DiameterHost, query.WatchedBy,
                Math.Clamp(query.Most, 1, SubscriptionQuery.MaxSubscriptions)))
                while (rows.Read() && rows.Text(0) is var name && name.StartsWith(prefix, StringComparison.Ordinal)) names.Add(name);
            return [.. names.Select(name => reader.Stored(reader.Version(name)!))];
        });
    }

    public ChangeSpan Span()
    {
        using var rows = Prepared("SELECT coalesce((SELECT min(id) FROM subscription_change), 0), coalesce((SELECT max(id) FROM subscription_change), 0)").Rows();
        rows.Read();
        return new(rows.Number(0), rows.Number(1));
    }

    public IReadOnlyList<ChangeRecord> Changes(ChangeQuery query) => reader.AtOneMoment<IReadOnlyList<ChangeRecord>>(() =>
    {
        var from = query.After ?? 0;
        if (query.Since is { } since) from = Math.Max(from, FirstSince(since.ToUnixTimeMilliseconds()) - 1);
        var sql = $"SELECT {Columns}{(query.WithSubscriptions ? ", c.before_document, c.before_credentials" : "")} FROM subscription_change c WHERE c.id > ?1 AND c.id < ?2";
        if (query.SubscriptionId is not null) sql += " AND c.subscription_id = ?3";
        if (query.Actor is not null) sql += " AND c.actor = ?4";
        sql += $" AND c.time >= ?5 ORDER BY c.id {(query.After is null ? "DESC" : "")} LIMIT ?6";
        var below = query.Before ?? long.MaxValue;
        if (query.Id is { } id) (from, below) = (Math.Max(from, id - 1), Math.Min(below, id + 1));
        var records = new List<ChangeRecord>();
        var old = new List<OldVersion?>();
        using (var rows = Prepared(sql).Rows(from, below, query.SubscriptionId, query.Actor, query.Since?.ToUnixTimeMilliseconds() ?? long.MinValue,
            Math.Clamp(query.Most, 1, ChangeQuery.MaxRecords)))
            while (rows.Read())
            {
                records.Add(Record(rows));
                if (query.WithSubscriptions) old.Add(rows.IsNull(10) ? null : new(rows.Octets(10), rows.Octets(11)));
            }
        for (var i = 0; i < old.Count; i++) records[i] = WithSubscriptions(records[i], old[i]);
        return records;
    });

    public IReadOnlyList<AccessToken> AccessTokens()
    {
        var tokens = new List<AccessToken>();
        using var rows = Prepared("SELECT name, hash, role, created, expires, created_by FROM access_token ORDER BY name").Rows();
        while (rows.Read())
            tokens.Add(new(rows.Text(0), rows.Octets(1), (AccessRole)rows.Number(2), Time(rows.Number(3)), rows.IsNull(4) ? null : Time(rows.Number(4)), rows.Text(5)));
        return tokens;
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values) statement.Dispose();
    }

    // Numbers and times grow together but for a clock that was set back, so the first of that time is where to begin; the time is compared as well.
    private long FirstSince(long time) =>
        Prepared("SELECT id FROM subscription_change WHERE time >= ?1 ORDER BY time, id LIMIT 1").Number(time) ?? long.MaxValue;

    private ChangeRecord WithSubscriptions(ChangeRecord record, OldVersion? before)
    {
        if (record.Kind == ChangeKind.Action) return record;
        try
        {
            return record with
            {
                Before = before is null ? null : Parse(before),
                After = record.Kind == ChangeKind.Deleted ? null : After(record),
            };
        }
        catch (InvalidDataException trouble)
        {
            // One record that cannot be read must not hide the others of its page.
            return record with { Trouble = trouble.Message };
        }
    }

    /// <summary>What a change made is what the next one found, or what stands now.</summary>
    private Subscription? After(ChangeRecord record)
    {
        using (var rows = Prepared("""
            SELECT before_document, before_credentials FROM subscription_change WHERE subscription_id = ?1 AND id > ?2 AND kind <> 4 ORDER BY id LIMIT 1
            """).Rows(record.SubscriptionId, record.Id))
            if (rows.Read()) return rows.IsNull(0) ? null : Parse(new(rows.Octets(0), rows.Octets(1)));
        return reader.Version(record.SubscriptionId) is { } version ? reader.Parse(version) : null;
    }

    private Subscription Parse(OldVersion version)
    {
        var identities = OldCredentials.Read(version.Credentials);
        return SubscriptionJson.ReadStored(version.Document, identity => reader.OpenCredentials(identity, identities));
    }

    private static ChangeRecord Record(in Statement.ResultRows rows)
    {
        var author = new ChangeAuthor(rows.Text(4), rows.Text(5))
        {
            RemoteAddress = rows.TextOrNull(6),
            RequestId = rows.TextOrNull(7),
            Undoes = rows.IsNull(8) ? 0 : rows.Number(8),
        };
        return new(rows.Number(0), Time(rows.Number(1)), author, rows.Text(3), (ChangeKind)rows.Number(2), rows.TextOrNull(9));
    }

    // Prepared on first use: most connections never read these.
    private Statement Prepared(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement)) _statements[sql] = statement = new(connection, sql);
        return statement;
    }

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private sealed record OldVersion(byte[] Document, byte[] Credentials);
}
