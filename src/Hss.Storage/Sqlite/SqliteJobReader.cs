using System.Collections.Immutable;
using Hss.Subscribers;
using Microsoft.Data.Sqlite;

namespace Hss.Storage.Sqlite;

/// <summary>Reads the table of jobs, on one connection; one thread at a time.</summary>
internal sealed class SqliteJobReader(SqliteConnection connection) : IDisposable
{
    private const string Columns = """
        j.id, j.kind, j.state, j.subscription_id, j.server_name, j.diameter_host, j.diameter_realm, j.private_identity, j.public_identities,
        j.associated_identities, j.reason, j.reason_text, j.parts, j.clears_on_answer, j.attempts, j.created, j.next_attempt, j.finished, j.result
        """;

    // The index by subscription holds pending jobs only, so the look for an earlier one is a handful of rows.
    private const string DueSql = $"""
        SELECT {Columns} FROM cx_job j
        WHERE j.state = 0 AND j.diameter_host = ?1 AND j.next_attempt <= ?2 AND NOT EXISTS (
            SELECT 1 FROM cx_job e WHERE e.state = 0 AND e.subscription_id = j.subscription_id AND e.diameter_host = j.diameter_host AND e.id < j.id)
        ORDER BY j.next_attempt, j.id LIMIT ?3
        """;

    // Identities stand one per line; a line break before and after makes the first and the last like the others.
    private const string Listed = $"""
        SELECT {Columns} FROM cx_job j
        WHERE (?1 IS NULL OR j.id = ?1) AND (?2 IS NULL OR j.subscription_id = ?2) AND (?3 IS NULL OR j.diameter_host = ?3)
            AND (?4 IS NULL OR j.state = ?4)
            AND (?5 IS NULL OR j.private_identity = ?5
                OR instr(char(10) || j.public_identities || char(10) || j.associated_identities || char(10), char(10) || ?5 || char(10)) > 0)
            AND (?7 IS NULL OR j.id > ?7)
        ORDER BY j.id LIMIT ?6
        """;

    private const string ById = $"SELECT {Columns} FROM cx_job j WHERE j.id = ?1";

    private const string PendingOf = $"""
        SELECT {Columns} FROM cx_job j WHERE j.state = 0 AND j.subscription_id = ?1 AND (?2 IS NULL OR j.diameter_host = ?2) ORDER BY j.id LIMIT ?3
        """;

    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);

    public IReadOnlyList<CxJob> Read(CxJobQuery query)
    {
        var most = Math.Clamp(query.Most, 1, CxJobQuery.MaxJobs);
        if (query.DueBy is { } due)
            return All(DueSql, query.DiameterHost ?? throw new ArgumentException("due jobs are asked for by S-CSCF", nameof(query)),
                due.ToUnixTimeMilliseconds(), most);
        if (query is { Id: { } id, SubscriptionId: null, Identity: null, DiameterHost: null, State: null, After: null }) return All(ById, id);
        if (query is { SubscriptionId: { } subscription, State: CxJobState.Pending, Identity: null, Id: null, After: null })
            return All(PendingOf, subscription, query.DiameterHost, most);
        return All(Listed, OrNull(query.Id), query.SubscriptionId, query.DiameterHost, OrNull((long?)query.State), query.Identity, most, OrNull(query.After));
    }

    public IReadOnlyList<OpenJobs> Open()
    {
        var open = new List<OpenJobs>();
        using var rows = Prepared("""
            SELECT diameter_host, kind, count(*), min(created), min(next_attempt) FROM cx_job WHERE state = 0 GROUP BY diameter_host, kind
            """).Rows();
        while (rows.Read())
            open.Add(new(rows.Text(0), (CxJobKind)rows.Number(1), (int)rows.Number(2), Time(rows.Number(3)), Time(rows.Number(4))));
        return open;
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values) statement.Dispose();
    }

    private List<CxJob> All(string sql, params ReadOnlySpan<SqlValue> values)
    {
        var jobs = new List<CxJob>();
        using var rows = Prepared(sql).Rows(values);
        while (rows.Read()) jobs.Add(Job(rows));
        return jobs;
    }

    // Prepared on first use: most connections never read a job.
    private Statement Prepared(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement)) _statements[sql] = statement = new(connection, sql);
        return statement;
    }

    private static CxJob Job(in Statement.ResultRows rows) => new()
    {
        Id = rows.Number(0),
        Kind = (CxJobKind)rows.Number(1),
        State = (CxJobState)rows.Number(2),
        SubscriptionId = rows.Text(3),
        Server = new(rows.Text(4), rows.Text(5), rows.Text(6)),
        PrivateIdentity = rows.Text(7),
        PublicIdentities = Lines(rows.Text(8)),
        AssociatedIdentities = Lines(rows.Text(9)),
        Reason = (TerminationReason)rows.Number(10),
        ReasonText = rows.TextOrNull(11),
        Parts = (ProfileParts)rows.Number(12),
        ClearsOnAnswer = rows.Number(13) != 0,
        Attempts = (int)rows.Number(14),
        Created = Time(rows.Number(15)),
        NextAttempt = Time(rows.Number(16)),
        Finished = rows.IsNull(17) ? null : Time(rows.Number(17)),
        LastResult = rows.TextOrNull(18),
    };

    private static ImmutableArray<string> Lines(string text) => text.Length == 0 ? [] : [.. text.Split('\n')];

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private static SqlValue OrNull(long? number) => number is { } value ? value : (string?)null;
}
