using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;

namespace Hss.Cli.Foreign;

/// <summary>Subscriptions out of a PyHSS 2.x SQLite database.</summary>
/// Order: by IMSI; rows of ims_subscriber with one IMSI are one subscription. The file is only read.
/// Errors: <see cref="ForeignFormatException"/> for a file that is none; a bad row is refused in the report and the others go on.
/// Spec: docs/migration.md (what becomes of each table and column).
public static class PyHssDatabase
{
    /// <summary>No text of a column that is used is longer; a longer one is refused unread.</summary>
    internal const int MaxTextLength = 2048;

    private static readonly (string Table, string[] Columns)[] s_needed =
    [
        ("auc", ["auc_id", "imsi", "ki", "opc", "amf", "sqn"]),
        ("subscriber", ["imsi", "auc_id", "enabled"]),
        ("ims_subscriber", ["ims_subscriber_id", "imsi", "msisdn", "msisdn_list", "ifc_path"]),
    ];

    // The outcome of a join is streamed: however many rows there are, one subscription is in memory.
    private const string Query = """
        SELECT i.ims_subscriber_id, substr(CAST(i.imsi AS TEXT), 1, 2049), substr(CAST(i.msisdn AS TEXT), 1, 2049), substr(CAST(i.msisdn_list AS TEXT), 1, 2049),
               substr(CAST(i.ifc_path AS TEXT), 1, 2049), s.imsi IS NOT NULL, coalesce(s.enabled, 1),
               a.auc_id IS NOT NULL, substr(CAST(a.ki AS TEXT), 1, 2049), substr(CAST(a.opc AS TEXT), 1, 2049), substr(CAST(a.amf AS TEXT), 1, 2049),
               substr(CAST(a.sqn AS TEXT), 1, 2049)
        FROM ims_subscriber i LEFT JOIN subscriber s ON s.imsi = i.imsi
             LEFT JOIN auc a ON a.auc_id = coalesce(s.auc_id, (SELECT min(b.auc_id) FROM auc b WHERE b.imsi = i.imsi))
        ORDER BY i.imsi, i.ims_subscriber_id
        """;

    public static IEnumerable<ForeignDocument> Read(string file, PyHssOptions options, ForeignReport report)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(report);
        if (options.Domain is { } domain && !HomeDomain.IsDomain(domain)) throw new ForeignFormatException("the domain is no host name; write it as ims.example.com");
        if (options.MncDigits is not (null or 2 or 3)) throw new ForeignFormatException("an MNC has 2 or 3 digits");
        return Stream(file, options, report);
    }

    private static IEnumerable<ForeignDocument> Stream(string file, PyHssOptions options, ForeignReport report)
    {
        using var connection = Open(file);
        Guard(file, () =>
        {
            foreach (var (table, columns) in s_needed) Require(connection, file, table, columns);
            PyHssRemarks.Count(connection, report);
        });
        using var command = connection.CreateCommand();
        command.CommandText = Query;
        using var reader = Guard(file, command.ExecuteReader);
        var rows = new List<PyHssRow>();
        while (true)
        {
            var row = Guard(file, () => reader.Read() ? PyHssRow.From(reader) : null);
            if (rows.Count > 0 && (row is null || row.Imsi != rows[0].Imsi))
            {
                if (PyHssSubscription.Make(rows, options, report) is { } document) yield return document;
                rows.Clear();
            }
            if (row is null) yield break;
            // One IMSI on thousands of rows is no subscriber; keep what a document can hold at most and let it be refused.
            if (rows.Count <= Subscribers.SubscriptionJson.MaxItems) rows.Add(row);
        }
    }

    private static SqliteConnection Open(string file)
    {
        if (!File.Exists(file)) throw new ForeignFormatException($"{file}: there is no such file");
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        try
        {
            Guard(file, connection.Open);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void Require(SqliteConnection connection, string file, string table, string[] columns)
    {
        var found = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name FROM pragma_table_info($table)";
        command.Parameters.AddWithValue("$table", table);
        using var reader = command.ExecuteReader();
        while (reader.Read()) found.Add(reader.GetString(0));
        if (found.Count == 0) throw new ForeignFormatException($"{file}: has no table {table}; is it the database of PyHSS (database: database in its config.yaml)?");
        if (columns.FirstOrDefault(column => !found.Contains(column)) is { } missing)
            throw new ForeignFormatException($"{file}: table {table} has no column {missing}; start PyHSS 2.x once on a copy of it, which brings the tables up to date");
    }

    private static void Guard(string file, Action action) => Guard(file, () =>
    {
        action();
        return 0;
    });

    private static T Guard<T>(string file, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (SqliteException exception)
        {
            throw new ForeignFormatException($"{file}: cannot be read as a SQLite database ({exception.Message.ReplaceLineEndings(" ")}); "
                + "mend: copy it while PyHSS is stopped, or with sqlite3 FILE '.backup COPY'", exception);
        }
    }
}

/// <summary>One row of ims_subscriber with its subscriber and its key.</summary>
internal sealed record PyHssRow(string Id, string Imsi, string? Msisdn, string? MsisdnList, string? IfcPath, bool HasSubscriber, bool IsEnabled, bool HasKey,
    string? Ki, string? Opc, string? Amf, string? Sqn)
{
    public static PyHssRow From(SqliteDataReader reader) => new(
        Convert.ToString(reader.GetValue(0), CultureInfo.InvariantCulture) ?? "", Text(reader, 1) ?? "", Text(reader, 2), Text(reader, 3), Text(reader, 4),
        reader.GetInt64(5) != 0, IsTrue(reader.GetValue(6)), reader.GetInt64(7) != 0, Text(reader, 8), Text(reader, 9), Text(reader, 10), Text(reader, 11));

    public IEnumerable<string?> Texts => [Imsi, Msisdn, MsisdnList, IfcPath, Ki, Opc, Amf, Sqn];

    private static string? Text(SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column).Trim();

    private static bool IsTrue(object value) => value is not (0L or 0.0 or "0" or "false" or "False");
}
