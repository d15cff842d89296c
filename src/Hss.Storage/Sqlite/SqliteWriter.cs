using System.Collections.Immutable;
using Hss.Subscribers;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Hss.Storage.Sqlite;

/// <summary>The connection that writes, with the statements of the procedures. Commit thread only; thrown away after any failure.</summary>
internal sealed class SqliteWriter : IDisposable
{
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _rollback;
    private readonly Statement _raiseCeiling;
    private readonly Statement _setCeiling;
    private readonly Statement _registrationSet;
    private bool _isInTransaction;

    public SqliteWriter(SqliteConnection connection, TimeProvider time)
    {
        Connection = connection;
        Jobs = new(connection, time);
        ApplicationData = new(connection);
        Notifications = new(connection, time);
        _begin = new(connection, "BEGIN IMMEDIATE");
        _commit = new(connection, "COMMIT");
        _rollback = new(connection, "ROLLBACK");
        _raiseCeiling = new(connection, "UPDATE sequence_number SET sqn_ceiling = max(sqn_ceiling, ?2) WHERE private_identity = ?1");
        _setCeiling = new(connection, "UPDATE sequence_number SET sqn_ceiling = ?2 WHERE private_identity = ?1");
        _registrationSet = new(connection, """
            INSERT INTO registration_set (subscription, set_ordinal, status, server_name, diameter_host, diameter_realm,
                reassignment_pending, registered, authentication_pending, restoration, user_data_outdated)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            ON CONFLICT (subscription, set_ordinal) DO UPDATE SET status = excluded.status, server_name = excluded.server_name,
                diameter_host = excluded.diameter_host, diameter_realm = excluded.diameter_realm,
                reassignment_pending = excluded.reassignment_pending, registered = excluded.registered,
                authentication_pending = excluded.authentication_pending,
                restoration = excluded.restoration, user_data_outdated = excluded.user_data_outdated
            """);
    }

    public SqliteConnection Connection { get; }

    public SqliteJobWriter Jobs { get; }

    public SqliteApplicationDataWriter ApplicationData { get; }

    public SqliteNotificationWriter Notifications { get; }

    public void Begin()
    {
        if (_isInTransaction) return;
        _begin.Run();
        _isInTransaction = true;
    }

    public void Commit()
    {
        if (!_isInTransaction) return;
        _commit.Run();
        _isInTransaction = false;
    }

    public void Rollback()
    {
        // A full disk and some other failures make SQLite roll back by itself, and then there is nothing left to roll back.
        if (_isInTransaction && raw.sqlite3_get_autocommit(Connection.Handle) == 0) _rollback.Run();
        _isInTransaction = false;
    }

    /// <summary>True: notifications are among it, or changed with it.</summary>
    public bool Write(SubscriberWrite write)
    {
        foreach (var (index, ceiling, mayLower) in write.Sequences)
            if ((mayLower ? _setCeiling : _raiseCeiling).Run(write.Rows.PrivateIdentities[index], (long)ceiling) != 1)
                throw new StoreUnavailableException("a private identity left the store while its turn was held");
        foreach (var (set, state) in write.Registrations)
            WriteState(write.Rows.Subscription, set, state, write.Subscription, write.Rows.PrivateIdentities);
        if (write.ApplicationData is { } data) ApplicationData.Write(write.Rows.Subscription, data.Before, data.After);
        var writesNotifications = !write.Notifications.IsEmpty && Notifications.Write(write.Subscription.SubscriptionId, write.Notifications);
        if (write.WritesJobs)
        {
            Jobs.Update(write.JobUpdates);
            Jobs.Insert(write.Jobs);
        }
        return writesNotifications;
    }

    public void WriteState(long subscriptionRow, int set, RegistrationState state, Subscription subscription, ImmutableArray<long> rows) =>
        _registrationSet.Run(subscriptionRow, set, (int)state.Status, state.Server?.Name,
            state.Server?.DiameterHost, state.Server?.DiameterRealm, state.ReassignmentPending ? 1 : 0,
            RowNumbers.Write(state.RegisteredPrivateIdentities, subscription, rows),
            RowNumbers.Write(state.AuthenticationPendingPrivateIdentities, subscription, rows),
            RestorationColumn.Write(state.RestorationData, subscription, rows), state.UserDataOutdated ? 1 : 0);

    public void Dispose()
    {
        foreach (var statement in (ReadOnlySpan<Statement>)[_begin, _commit, _rollback, _raiseCeiling, _setCeiling, _registrationSet])
            statement.Dispose();
        Jobs.Dispose();
        ApplicationData.Dispose();
        Notifications.Dispose();
        Connection.Dispose();
    }
}
