using System.Collections.Immutable;
using Hss.Subscribers;
using Microsoft.Data.Sqlite;

namespace Hss.Storage.Sqlite;

/// <summary>Reads what application servers left at one subscription, on one connection; one thread at a time.</summary>
internal sealed class SqliteApplicationDataReader(SqliteConnection connection) : IDisposable
{
    private readonly PreparedStatements _statements = new(connection);

    public ApplicationData Read(long subscription) => new()
    {
        Repository = All(subscription, """
            SELECT public_identity, service_indication, sequence_number, service_data FROM repository_data WHERE subscription = ?1 ORDER BY id
            """, static (in rows) => new RepositoryData(rows.Text(0), rows.Text(1), (ushort)rows.Number(2), rows.Octets(3))),
        Subscriptions = All(subscription, """
            SELECT application_server, user_identity, user_kind, data_reference, detail, private_identity, application_server_realm, asked_identity, expiry,
                one_time, combines_changes
            FROM notification_subscription WHERE subscription = ?1
            """, static (in rows) => Subscription(rows)),
        InactiveServices = All(subscription, "SELECT public_identity, server_name, tag FROM inactive_service WHERE subscription = ?1",
            static (in rows) => new InactiveService(rows.Text(0), rows.Text(1), rows.Text(2))),
        SmsRegistrations = All(subscription, "SELECT private_identity, number, diameter_host, diameter_realm FROM sms_registration WHERE subscription = ?1",
            static (in rows) => new SmsRegistration(rows.Text(0), rows.Text(1), rows.Text(2), rows.Text(3))),
        AccessReports = All(subscription, "SELECT private_identity, reported, document FROM access_report WHERE subscription = ?1 ORDER BY id",
            static (in rows) => new AccessReport(rows.Text(0), StoredTime.Read(rows.Number(1)), rows.Octets(2))),
    };

    public static NotificationSubscription Subscription(in Statement.ResultRows rows) => new()
    {
        Key = new(rows.Text(0), new((ShUserIdentityKind)rows.Number(2), rows.Text(1)), (ShDataReference)rows.Number(3), rows.Text(4), NullIfEmpty(rows.Text(5))),
        ApplicationServerRealm = rows.Text(6),
        AskedIdentity = rows.TextOrNull(7),
        Expiry = rows.IsNull(8) ? null : StoredTime.Read(rows.Number(8)),
        OneTime = rows.Number(9) != 0,
        CombinesChanges = rows.Number(10) != 0,
    };

    /// <summary>In a key an absent User-Name is an empty text: NULL would make every row another one.</summary>
    public static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    public void Dispose() => _statements.Dispose();

    private delegate T Element<T>(in Statement.ResultRows rows);

    private ImmutableArray<T> All<T>(long subscription, string sql, Element<T> element)
    {
        var found = ImmutableArray.CreateBuilder<T>();
        using var rows = _statements[sql].Rows(subscription);
        while (rows.Read()) found.Add(element(rows));
        return found.DrainToImmutable();
    }
}
