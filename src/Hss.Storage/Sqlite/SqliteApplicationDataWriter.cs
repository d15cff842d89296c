using System.Runtime.InteropServices;
using Hss.Subscribers;
using Microsoft.Data.Sqlite;

namespace Hss.Storage.Sqlite;

/// <summary>Writes what application servers left, inside the writer's transaction. Commit thread only.</summary>
/// Shape: only elements that are other objects than before; writing them twice changes nothing.
internal sealed class SqliteApplicationDataWriter(SqliteConnection connection) : IDisposable
{
    private readonly PreparedStatements _statements = new(connection);

    public void Write(long subscription, ApplicationData before, ApplicationData after)
    {
        // The mark may say more than there is, never less; rewriting the row of the subscription for each change would cost more than the change.
        if (before.IsEmpty != after.IsEmpty)
            _statements["UPDATE subscription SET has_application_data = ?2 WHERE id = ?1"].Run(subscription, after.IsEmpty ? 0 : 1);
        WriteRepository(subscription, before, after);
        WriteSubscriptions(subscription, before, after);
        WriteInactiveServices(subscription, before, after);
        WriteSmsRegistrations(subscription, before, after);
        WriteAccessReports(subscription, before, after);
    }

    /// <summary>The octets without a copy where they are an array of their own.</summary>
    public static byte[] Octets(ReadOnlyMemory<byte> octets) =>
        MemoryMarshal.TryGetArray(octets, out var array) && array.Offset == 0 && array.Count == array.Array!.Length ? array.Array : octets.ToArray();

    public void Dispose() => _statements.Dispose();

    private void WriteRepository(long subscription, ApplicationData before, ApplicationData after)
    {
        var changes = ElementChanges<RepositoryData>.Between(before.Repository, after.Repository, static data => (data.PublicIdentity, data.ServiceIndication));
        foreach (var data in changes.Removed)
            _statements["DELETE FROM repository_data WHERE subscription = ?1 AND public_identity = ?2 AND service_indication = ?3"]
                .Run(subscription, data.PublicIdentity, data.ServiceIndication);
        foreach (var data in changes.Written)
            _statements["""
                INSERT INTO repository_data (subscription, public_identity, service_indication, sequence_number, service_data) VALUES (?1, ?2, ?3, ?4, ?5)
                ON CONFLICT (subscription, public_identity, service_indication)
                    DO UPDATE SET sequence_number = excluded.sequence_number, service_data = excluded.service_data
                """].Run(subscription, data.PublicIdentity, data.ServiceIndication, data.SequenceNumber, Octets(data.ServiceData));
    }

    private void WriteSubscriptions(long subscription, ApplicationData before, ApplicationData after)
    {
        var changes = ElementChanges<NotificationSubscription>.Between(before.Subscriptions, after.Subscriptions, static one => one.Key);
        foreach (var key in changes.Removed.Select(one => one.Key))
            _statements["""
                DELETE FROM notification_subscription WHERE subscription = ?1 AND application_server = ?2 AND user_identity = ?3 AND user_kind = ?4
                    AND data_reference = ?5 AND detail = ?6 AND private_identity = ?7
                """].Run(subscription, key.ApplicationServer, key.User.Value, (int)key.User.Kind, (int)key.Reference, key.Detail, key.PrivateIdentity ?? "");
        foreach (var one in changes.Written)
            _statements["""
                INSERT INTO notification_subscription (subscription, application_server, user_identity, user_kind, data_reference, detail, private_identity,
                    application_server_realm, asked_identity, expiry, one_time, combines_changes)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
                ON CONFLICT (subscription, application_server, user_identity, user_kind, data_reference, detail, private_identity) DO UPDATE SET
                    application_server_realm = excluded.application_server_realm, asked_identity = excluded.asked_identity, expiry = excluded.expiry,
                    one_time = excluded.one_time, combines_changes = excluded.combines_changes
                """].Run(subscription, one.Key.ApplicationServer, one.Key.User.Value, (int)one.Key.User.Kind, (int)one.Key.Reference, one.Key.Detail,
                    one.Key.PrivateIdentity ?? "", one.ApplicationServerRealm, one.AskedIdentity, StoredTime.WriteOrNull(one.Expiry),
                    one.OneTime ? 1 : 0, one.CombinesChanges ? 1 : 0);
    }

    private void WriteInactiveServices(long subscription, ApplicationData before, ApplicationData after)
    {
        // The record is its own key: another object that says the same changes nothing.
        var changes = ElementChanges<InactiveService>.Between(before.InactiveServices, after.InactiveServices, static service => service);
        foreach (var service in changes.Removed)
            _statements["DELETE FROM inactive_service WHERE subscription = ?1 AND public_identity = ?2 AND server_name = ?3 AND tag = ?4"]
                .Run(subscription, service.PublicIdentity, service.ServerName, service.Tag);
        foreach (var service in changes.Written)
            _statements["INSERT OR IGNORE INTO inactive_service (subscription, public_identity, server_name, tag) VALUES (?1, ?2, ?3, ?4)"]
                .Run(subscription, service.PublicIdentity, service.ServerName, service.Tag);
    }

    private void WriteSmsRegistrations(long subscription, ApplicationData before, ApplicationData after)
    {
        var changes = ElementChanges<SmsRegistration>.Between(before.SmsRegistrations, after.SmsRegistrations, static one => one.PrivateIdentity);
        foreach (var one in changes.Removed)
            _statements["DELETE FROM sms_registration WHERE subscription = ?1 AND private_identity = ?2"].Run(subscription, one.PrivateIdentity);
        foreach (var one in changes.Written)
            _statements["""
                INSERT INTO sms_registration (subscription, private_identity, number, diameter_host, diameter_realm) VALUES (?1, ?2, ?3, ?4, ?5)
                ON CONFLICT (subscription, private_identity) DO UPDATE SET
                    number = excluded.number, diameter_host = excluded.diameter_host, diameter_realm = excluded.diameter_realm
                """].Run(subscription, one.PrivateIdentity, one.Number, one.DiameterHost, one.DiameterRealm);
    }

    private void WriteAccessReports(long subscription, ApplicationData before, ApplicationData after)
    {
        var changes = ElementChanges<AccessReport>.Between(before.AccessReports, after.AccessReports, static report => report.PrivateIdentity);
        foreach (var report in changes.Removed)
            _statements["DELETE FROM access_report WHERE subscription = ?1 AND private_identity = ?2"].Run(subscription, report.PrivateIdentity);
        foreach (var report in changes.Written)
            _statements["""
                INSERT INTO access_report (subscription, private_identity, reported, document) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (subscription, private_identity) DO UPDATE SET reported = excluded.reported, document = excluded.document
                """].Run(subscription, report.PrivateIdentity, StoredTime.Write(report.Reported), Octets(report.Document));
    }
}
