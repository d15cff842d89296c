using Microsoft.Data.Sqlite;

namespace Hss.Cli.Foreign;

/// <summary>Counts what a PyHSS database holds that an IMS subscription has no place for.</summary>
internal static class PyHssRemarks
{
    private static readonly (string Subject, string Table, string? Condition, string Explanation)[] s_remarks =
    [
        ("subscriber without ims_subscriber", "subscriber", "NOT EXISTS (SELECT 1 FROM ims_subscriber i WHERE i.imsi = subscriber.imsi)",
            "packet subscribers without IMS are not taken over; leave them to the EPC's HSS"),
        ("auc without ims_subscriber", "auc",
            "NOT EXISTS (SELECT 1 FROM ims_subscriber i LEFT JOIN subscriber s ON s.imsi = i.imsi WHERE auc.auc_id = s.auc_id OR auc.imsi = i.imsi)",
            "keys that no IMS subscriber uses are not taken over"),
        ("ims_subscriber.scscf", "ims_subscriber", "scscf IS NOT NULL AND scscf <> ''", "registration state is not taken over; the next registration makes it anew"),
        ("ims_subscriber.xcap_profile", "ims_subscriber", "xcap_profile IS NOT NULL AND xcap_profile <> ''", "XCAP documents belong into an XDMS"),
        ("ims_subscriber.sh_profile", "ims_subscriber", "sh_profile IS NOT NULL AND sh_profile <> ''", "repository data is not taken over; application servers write it anew by PUR"),
        ("ims_subscriber.sh_template_path", "ims_subscriber", "sh_template_path IS NOT NULL AND sh_template_path <> ''", "Sh-Data is made from the subscription, not from a template"),
        ("subscriber.roaming_enabled", "subscriber", "roaming_enabled = 0", "packet roaming is the EPC's; for IMS list allowedVisitedNetworks"),
        ("auc.algo", "auc", "algo IN ('1', '2')", "COMP128 is for 2G; IMS authenticates these cards with Milenage, as PyHSS did"),
        ("auc PIN, PUK, ADM, KID, PSK, DES, LPA", "auc", "coalesce(pin1, pin2, puk1, puk2, adm1, kid, psk, des, lpa, '') <> ''", "card management data has no equal"),
        ("apn", "apn", null, "EPC"),
        ("subscriber_routing", "subscriber_routing", null, "EPC"),
        ("serving_apn", "serving_apn", null, "EPC"),
        ("charging_rule", "charging_rule", null, "PCRF"),
        ("tft", "tft", null, "PCRF"),
        ("eir", "eir", null, "EIR"),
        ("roaming_network", "roaming_network", null, "packet roaming is the EPC's"),
        ("roaming_rule", "roaming_rule", null, "packet roaming is the EPC's"),
        ("emergency_subscriber", "emergency_subscriber", null, "state, not provisioning"),
        ("operation_log", "operation_log", null, "the audit of another system; the import makes records of its own"),
    ];

    public static void Count(SqliteConnection connection, ForeignReport report)
    {
        foreach (var (subject, table, condition, explanation) in s_remarks)
        {
            using var command = connection.CreateCommand();
            command.CommandText = $"SELECT count(*) FROM {table}{(condition is null ? "" : " WHERE " + condition)}";
            try
            {
                report.Remark(subject, explanation, (long)command.ExecuteScalar()!);
            }
            catch (SqliteException exception) when (exception.SqliteErrorCode == 1)
            {
                // No such table or column in this version of the schema: then there is nothing of it either.
            }
        }
    }
}
