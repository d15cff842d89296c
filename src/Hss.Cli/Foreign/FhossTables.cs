using System.Globalization;
using System.Text;

namespace Hss.Cli.Foreign;

/// <summary>The tables of an FHoSS dump that subscriptions are made of, in memory: a dump has them in any order.</summary>
/// Errors: <see cref="ForeignFormatException"/> with file and line.
internal sealed class FhossTables
{
    /// <summary>Rows kept in all. A million subscribers have some ten million; who has more splits the dump.</summary>
    public const int MaxRows = 20_000_000;

    // "?" before a name: older schemas do not have it.
    private static readonly Dictionary<string, string[]> s_columns = new(StringComparer.OrdinalIgnoreCase)
    {
        ["imsu"] = ["id", "name", "scscf_name", "id_capabilities_set", "id_preferred_scscf_set"],
        ["impi"] = ["id", "id_imsu", "identity", "k", "auth_scheme", "default_auth_scheme", "amf", "op", "?opc", "sqn", "ip", "line_identifier"],
        ["impu"] = ["id", "identity", "type", "barring", "user_state", "id_sp", "id_implicit_set", "id_charging_info", "wildcard_psi", "display_name", "psi_activation", "can_register"],
        ["impi_impu"] = ["id_impi", "id_impu"],
        ["impu_visited_network"] = ["id_impu", "id_visited_network"],
        ["visited_network"] = ["id", "identity"],
        ["charging_info"] = ["id", "pri_ecf", "sec_ecf", "pri_ccf", "sec_ccf"],
        ["capabilities_set"] = ["id_set", "id_capability", "is_mandatory"],
        ["preferred_scscf_set"] = ["id_set", "scscf_name", "priority"],
        ["sp"] = ["id", "name", "cn_service_auth"],
        ["sp_ifc"] = ["id_sp", "id_ifc", "priority"],
        ["sp_shared_ifc_set"] = ["id_sp", "id_shared_ifc_set"],
        ["shared_ifc_set"] = ["id_set", "id_ifc", "priority"],
        ["ifc"] = ["id", "name", "id_application_server", "id_tp", "profile_part_ind"],
        ["application_server"] = ["id", "server_name", "default_handling", "service_info", "?udr", "?pur", "?snr", "?include_register_request", "?include_register_response"],
        ["tp"] = ["id", "condition_type_cnf"],
        ["spt"] = ["id", "id_tp", "condition_negated", "grp", "type", "requesturi", "method", "header", "header_content", "session_case", "sdp_line", "sdp_line_content", "registration_type"],
    };

    private static readonly (string Table, string Explanation)[] s_noEqual =
    [
        ("repository_data", "repository data is not taken over; application servers write it anew by PUR"),
        ("aliases_repository_data", "repository data is not taken over; application servers write it anew by PUR"),
        ("dsai_impu", "is not taken over, every filter of the profile is active: give the filters dsaiTags, and switch off with hss as service deactivate"),
        ("sh_subscription", "application servers subscribe again"),
        ("sh_notification", "state, not provisioning"),
        ("cx_events", "state, not provisioning"),
        ("zh_uss", "GBA user security settings have no equal"),
    ];

    private readonly Dictionary<string, List<FhossRow>> _rows = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<FhossRow> this[string table] => _rows.TryGetValue(table, out var rows) ? rows : [];

    public static FhossTables Read(string file, ForeignReport report)
    {
        try
        {
            using var stream = File.OpenRead(file);
            return Read(stream, report);
        }
        catch (ForeignFormatException exception)
        {
            throw new ForeignFormatException($"{file}: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ForeignFormatException($"{file}: cannot be read: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }

    private static FhossTables Read(Stream stream, ForeignReport report)
    {
        var tables = new FhossTables();
        var kept = 0;
        IReadOnlyList<string>? columnsBefore = null;
        int[] indices = [];
        foreach (var (table, columns, values, line) in new SqlDumpReader(stream).Read(s_columns.ContainsKey))
        {
            if (values is null)
            {
                if (Array.Find(s_noEqual, entry => entry.Table.Equals(table, StringComparison.OrdinalIgnoreCase)) is { Table: not null } entry)
                    report.Remark(entry.Table, entry.Explanation);
                continue;
            }
            if (++kept > MaxRows) throw new ForeignFormatException($"line {line}: more than {MaxRows} rows; dump the subscriptions in parts");
            var names = s_columns[table];
            if (!ReferenceEquals(columns, columnsBefore)) (columnsBefore, indices) = (columns, Indices(table, names, columns, line));
            if (!tables._rows.TryGetValue(table, out var rows)) tables._rows[table] = rows = [];
            rows.Add(new(names, [.. indices.Select(index => index < 0 ? null : values[index])]));
        }
        if (tables["imsu"].Count == 0) throw new ForeignFormatException("holds no rows of imsu; dump the database with mysqldump hss_db");
        return tables;
    }

    private static int[] Indices(string table, string[] names, IReadOnlyList<string> columns, int line)
    {
        var indices = new int[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            var isOptional = names[i][0] == '?';
            var name = isOptional ? names[i][1..] : names[i];
            indices[i] = -1;
            for (var c = 0; c < columns.Count; c++)
                if (columns[c].Equals(name, StringComparison.OrdinalIgnoreCase)) indices[i] = c;
            if (indices[i] < 0 && !isOptional) throw new ForeignFormatException($"line {line}: table {table} has no column {name}; is this a dump of FHoSS?");
        }
        return indices;
    }
}

/// <summary>One row, by the names of its columns. Values are octets as characters.</summary>
internal sealed class FhossRow(string[] names, string?[] values)
{
    /// <summary>The octets; empty for NULL.</summary>
    public byte[] Octets(string column) => Encoding.Latin1.GetBytes(Value(column) ?? "");

    /// <summary>The text, without blanks around it; empty for NULL.</summary>
    public string Text(string column) => Encoding.UTF8.GetString(Octets(column)).Trim();

    /// <summary>Null for NULL and for what is no number.</summary>
    public int? Number(string column) => int.TryParse(Value(column), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    public bool Flag(string column) => Number(column) is not (null or 0);

    private string? Value(string column)
    {
        for (var i = 0; i < names.Length; i++)
            if (names[i].AsSpan().TrimStart('?').SequenceEqual(column)) return values[i];
        throw new ArgumentException($"{column} is not among the columns that are read", nameof(column));
    }
}
