using System.Collections.Immutable;
using Hss.Subscribers;
using Microsoft.Data.Sqlite;

namespace Hss.Storage.Sqlite;

/// <summary>Writes the table of jobs inside the writer's transaction. Commit thread only.</summary>
internal sealed class SqliteJobWriter(SqliteConnection connection, TimeProvider time) : IDisposable
{
    /// <summary>Rows forgotten at a time: bounds how long the commit thread is kept from the requests.</summary>
    private const int PruneBatch = 1_000;

    private readonly Statement _insert = new(connection, """
        INSERT INTO cx_job (kind, state, subscription_id, server_name, diameter_host, diameter_realm, private_identity, public_identities,
            associated_identities, reason, reason_text, parts, clears_on_answer, attempts, created, next_attempt, finished, result)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
        """);

    private readonly Statement _update = new(connection, """
        UPDATE cx_job SET state = ?3, private_identity = ?4, attempts = ?5, created = ?6, next_attempt = ?7, finished = ?8, result = ?9
        WHERE id = ?1 AND state = ?2
        """);

    private readonly Statement _pruneOld = new(connection, $"""
        DELETE FROM cx_job WHERE id IN (SELECT id FROM cx_job WHERE state <> 0 AND finished < ?1 ORDER BY finished LIMIT {PruneBatch})
        """);

    private readonly Statement _pruneMany = new(connection, $"""
        DELETE FROM cx_job WHERE id IN (SELECT id FROM cx_job WHERE state <> 0 AND finished <= (
            SELECT finished FROM cx_job WHERE state <> 0 ORDER BY finished DESC LIMIT 1 OFFSET ?1) ORDER BY finished LIMIT {PruneBatch})
        """);

    public void Insert(ImmutableArray<CxJob> jobs)
    {
        foreach (var job in jobs)
        {
            var now = time.GetUtcNow();
            var created = job.Created == default ? now : job.Created;
            _insert.Run((int)job.Kind, (int)job.State, job.SubscriptionId, job.Server.Name, job.Server.DiameterHost, job.Server.DiameterRealm,
                job.PrivateIdentity, string.Join('\n', job.PublicIdentities), string.Join('\n', job.AssociatedIdentities),
                (int)job.Reason, job.ReasonText, (int)job.Parts, job.ClearsOnAnswer ? 1 : 0, job.Attempts, Number(created),
                Number(job.NextAttempt == default ? created : job.NextAttempt), OrNull(job.Finished), job.LastResult);
        }
    }

    public void Update(ImmutableArray<CxJobUpdate> updates)
    {
        foreach (var (job, from) in updates)
            _update.Run(job.Id, (int)from, (int)job.State, job.PrivateIdentity, job.Attempts, Number(job.Created), Number(job.NextAttempt),
                OrNull(job.Finished), job.LastResult);
    }

    public int Prune(DateTimeOffset finishedBefore, int keep) => _pruneOld.Run(Number(finishedBefore)) + _pruneMany.Run(keep);

    public void Dispose()
    {
        foreach (var statement in (ReadOnlySpan<Statement>)[_insert, _update, _pruneOld, _pruneMany]) statement.Dispose();
    }

    private static long Number(DateTimeOffset moment) => moment.ToUnixTimeMilliseconds();

    private static SqlValue OrNull(DateTimeOffset? moment) => moment is { } value ? Number(value) : (string?)null;
}
