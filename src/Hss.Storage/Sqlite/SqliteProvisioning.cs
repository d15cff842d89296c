using System.Collections.Immutable;
using Hss.Subscribers;
using Microsoft.Data.Sqlite;

namespace Hss.Storage.Sqlite;

/// <summary>Writes changes of subscriptions inside the writer's transaction, each with its record and the jobs that follow. Commit thread only.</summary>
/// Order: first everything that the old versions owned is let go, then the new versions are written; so an identity may move between two
/// subscriptions of one change, in whatever order they stand in it.
internal sealed class SqliteProvisioning : IDisposable
{
    private const int SqliteConstraint = 19;

    private readonly SqliteWriter _writer;
    private readonly SqliteReader _reader;
    private readonly SqliteChangeWriter _changes;
    private readonly Statement _savepoint;
    private readonly Statement _undo;
    private readonly Statement _release;
    private readonly Statement _insertSubscription;
    private readonly Statement _updateSubscription;
    private readonly Statement _letGoPublicIdentities;
    private readonly Statement _letGoStates;
    private readonly Statement _insertPrivateIdentity;
    private readonly Statement _updatePrivateIdentity;
    private readonly Statement _deletePrivateIdentity;
    private readonly Statement _sequenceNumber;
    private readonly Statement _retire;
    private readonly Statement _comeBack;
    private readonly Statement _insertPublicIdentity;
    private readonly Statement _deleteSubscription;
    private readonly Statement _letGoUserIdentities;
    private readonly Statement _insertUserIdentity;

    // A first import of millions need not look for each of them in an empty table.
    private bool _mayHaveRetired;

    /// <summary><paramref name="reader"/> reads on the writer's own connection: it has to see what this transaction has written.</summary>
    public SqliteProvisioning(SqliteWriter writer, SqliteReader reader, SqliteChangeWriter changes)
    {
        (_writer, _reader, _changes) = (writer, reader, changes);
        var connection = writer.Connection;
        _savepoint = new(connection, "SAVEPOINT provisioning");
        _undo = new(connection, "ROLLBACK TO provisioning");
        _release = new(connection, "RELEASE provisioning");
        _insertSubscription = new(connection,
            "INSERT INTO subscription (subscription_id, document, created, updated, revision) VALUES (?1, ?2, ?3, ?3, ?4)");
        _updateSubscription = new(connection,
            "UPDATE subscription SET document = ?2, updated = ?3, revision = ?4 WHERE id = ?1 AND revision = ?5");
        _letGoPublicIdentities = new(connection, "DELETE FROM public_identity WHERE subscription = ?1");
        _letGoStates = new(connection, "DELETE FROM registration_set WHERE subscription = ?1");
        _insertPrivateIdentity = new(connection,
            "INSERT INTO private_identity (identity, subscription, ordinal, credentials) VALUES (?1, ?2, ?3, ?4)");
        _updatePrivateIdentity = new(connection,
            "UPDATE private_identity SET subscription = ?2, ordinal = ?3, credentials = ?4 WHERE id = ?1");
        _deletePrivateIdentity = new(connection, "DELETE FROM private_identity WHERE id = ?1");
        _sequenceNumber = new(connection, """
            INSERT INTO sequence_number (private_identity, sqn_ceiling) VALUES (?1, ?2)
            ON CONFLICT (private_identity) DO UPDATE SET sqn_ceiling = excluded.sqn_ceiling
            """);
        _retire = new(connection, """
            INSERT INTO retired_sequence_number (identity, sqn_ceiling)
            SELECT i.identity, n.sqn_ceiling FROM private_identity i JOIN sequence_number n ON n.private_identity = i.id WHERE i.id = ?1
            ON CONFLICT (identity) DO UPDATE SET sqn_ceiling = max(sqn_ceiling, excluded.sqn_ceiling)
            """);
        _comeBack = new(connection, "DELETE FROM retired_sequence_number WHERE identity = ?1 RETURNING sqn_ceiling");
        _insertPublicIdentity = new(connection,
            "INSERT INTO public_identity (identity, subscription, set_ordinal, type) VALUES (?1, ?2, ?3, ?4)");
        _deleteSubscription = new(connection, "DELETE FROM subscription WHERE id = ?1 AND revision = ?2");
        _letGoUserIdentities = new(connection, "DELETE FROM user_identity WHERE subscription = ?1");
        _insertUserIdentity = new(connection, "INSERT INTO user_identity (identity, kind, subscription) VALUES (?1, ?2, ?3)");
        using var anyRetired = new Statement(connection, "SELECT EXISTS (SELECT 1 FROM retired_sequence_number)");
        _mayHaveRetired = anyRetired.Number() != 0;
    }

    /// <summary>Writes all of a change, or finds that it was written before.</summary>
    /// Errors: <see cref="IdentityConflictException"/>, <see cref="RequestIdReusedException"/>; what this call has written is undone, and only that.
    public ImmutableArray<ChangeOutcome> Write(ChangePlan plan, DateTimeOffset now)
    {
        if (_changes.FindServed(plan.Author) is { } served) return served.Repeat(plan.Author);
        _savepoint.Run();
        try
        {
            foreach (var version in plan.Versions) LetGo(version);
            var outcomes = ImmutableArray.CreateBuilder<ChangeOutcome>(plan.Versions.Length);
            foreach (var version in plan.Versions)
                outcomes.Add(version.Kind == ChangeKind.None ? Unchanged(version) : Write(version, plan.Author, now));
            foreach (var nobodys in plan.Leaving)
            {
                Retire(nobodys.Row);
                _deletePrivateIdentity.Run(nobodys.Row);
            }
            foreach (var version in plan.Versions)
                if (version is { Kind: ChangeKind.Deleted, Old: { } old }) Expect(_deleteSubscription.Run(old.Row, old.Revision));
            var all = outcomes.MoveToImmutable();
            _changes.Remember(plan.Author, all, now);
            _release.Run();
            return all;
        }
        catch (IdentityConflictException)
        {
            _undo.Run();
            _release.Run();
            throw;
        }
    }

    public static ChangeOutcome Unchanged(PlannedVersion version) => new(version.SubscriptionId, ChangeKind.None, version.Old?.Revision ?? 0, 0, false);

    private void LetGo(PlannedVersion version)
    {
        if (version.Kind is not (ChangeKind.Updated or ChangeKind.Deleted)) return;
        if (version.WritesPublicIdentities || version.Now is null) _letGoPublicIdentities.Run(version.Old!.Row);
        if (version.WritesUserIdentities || version.Now is null) _letGoUserIdentities.Run(version.Old!.Row);
        if (version.HasStates) _letGoStates.Run(version.Old!.Row);
    }

    private ChangeOutcome Write(PlannedVersion version, ChangeAuthor author, DateTimeOffset now)
    {
        var revision = _changes.Record(version.SubscriptionId, version.Kind, null, version.Old?.Document, version.OldCredentials, author, now);
        if (version.Now is { } subscription) WriteRows(version, subscription, revision, now.ToUnixTimeSeconds());
        _writer.Jobs.Insert(version.Jobs);
        _writer.Notifications.Write(version.SubscriptionId, new() { New = version.Notifications, Withdrawn = version.Overtaken, Refreshed = version.Refreshed });
        return new(version.SubscriptionId, version.Kind, revision, version.Jobs.Length, false) { Notifications = version.Notifications.Length };
    }

    private void WriteRows(PlannedVersion version, Subscription subscription, long revision, long now)
    {
        long row;
        if (version.Old is not { } old) row = _insertSubscription.Insert(version.SubscriptionId, version.Document, now, revision);
        else Expect(_updateSubscription.Run(row = old.Row, version.Document, now, revision, old.Revision));

        var rows = new long[version.PrivateIdentities.Length];
        for (var i = 0; i < rows.Length; i++) rows[i] = WritePrivateIdentity(subscription, row, i, version.PrivateIdentities[i]);
        if (version.WritesPublicIdentities)
            for (var set = 0; set < subscription.ImplicitRegistrationSets.Length; set++)
                foreach (var identity in subscription.ImplicitRegistrationSets[set].PublicIdentities)
                    WritePublicIdentity(subscription, row, set, identity);
        if (version.WritesUserIdentities)
            foreach (var (kind, identity) in UserIdentities.In(subscription).Distinct()) WriteUserIdentity(subscription, row, kind, identity);
        if (version.ApplicationData is { } data) _writer.ApplicationData.Write(row, data.Before, data.After);
        for (var set = 0; set < version.States.Length; set++)
            if (!version.States[set].Equals(RegistrationState.Initial)) _writer.WriteState(row, set, version.States[set], subscription, [.. rows]);
    }

    private long WritePrivateIdentity(Subscription subscription, long subscriptionRow, int ordinal, in PlannedPrivateIdentity planned)
    {
        var (row, ceiling) = (planned.Row, planned.SqnCeiling);
        if (row == 0)
        {
            try
            {
                row = _insertPrivateIdentity.Insert(planned.Identity.Identity, subscriptionRow, ordinal, planned.SealedCredentials);
            }
            catch (SqliteException e) when (ConflictOf(e, IdentityKind.Private, planned.Identity.Identity, subscription) is { } conflict)
            {
                throw conflict;
            }
            // It may have been here before, with this K.
            var retired = _mayHaveRetired ? (ulong)(_comeBack.Number(planned.Identity.Identity) ?? 0) : 0;
            ceiling = Math.Max(ceiling, CarryOver.SqnCeiling(old: null, oldIsUnreadable: true, retired, planned.Identity));
        }
        else if (planned.WritesRow) _updatePrivateIdentity.Run(row, subscriptionRow, ordinal, planned.SealedCredentials);
        if (planned.WritesCeiling) _sequenceNumber.Run(row, (long)ceiling);
        return row;
    }

    private void WritePublicIdentity(Subscription subscription, long row, int set, PublicIdentity identity)
    {
        try
        {
            _insertPublicIdentity.Run(identity.Identity, row, set, (int)identity.Type);
        }
        catch (SqliteException e) when (ConflictOf(e, IdentityKind.Public, identity.Identity, subscription) is { } conflict)
        {
            throw conflict;
        }
    }

    private void WriteUserIdentity(Subscription subscription, long row, IdentityKind kind, string identity)
    {
        try
        {
            _insertUserIdentity.Run(identity, UserIdentities.Column(kind), row);
        }
        catch (SqliteException e) when (ConflictOf(e, kind, identity, subscription) is { } conflict)
        {
            throw conflict;
        }
    }

    private void Retire(long row)
    {
        _mayHaveRetired = true;
        _retire.Run(row);
    }

    // Inserting and looking at the failure is one search less per identity than looking first, and millions of identities do not fail.
    private IdentityConflictException? ConflictOf(SqliteException e, IdentityKind kind, string identity, Subscription subscription) =>
        e.SqliteErrorCode == SqliteConstraint && _reader.FindOwner(kind, identity) is { } owner
            ? new(identity, subscription.SubscriptionId, owner)
            : null;

    private static void Expect(int changedRows)
    {
        if (changedRows != 1) throw new StoreUnavailableException("a subscription changed while its gate was held");
    }

    public void Dispose()
    {
        foreach (var statement in (ReadOnlySpan<Statement>)[_savepoint, _undo, _release, _insertSubscription, _updateSubscription,
            _letGoPublicIdentities, _letGoStates, _insertPrivateIdentity, _updatePrivateIdentity, _deletePrivateIdentity,
            _sequenceNumber, _retire, _comeBack, _insertPublicIdentity, _deleteSubscription, _letGoUserIdentities, _insertUserIdentity])
            statement.Dispose();
    }
}
