using System.Text.Json.Nodes;

namespace Hss.Cli.Foreign;

/// <summary>Writes out one iFC of FHoSS: ifc, tp, spt and application_server.</summary>
/// Spec: TS 29.228 B.2.2, B.2.3; the numbers of spt.type and the bits of spt.registration_type are FHoSS's own.
internal sealed class FhossFilters
{
    private static readonly string[] s_sessionCases =
        ["ORIGINATING_REGISTERED", "TERMINATING_REGISTERED", "TERMINATING_UNREGISTERED", "ORIGINATING_UNREGISTERED", "ORIGINATING_CDIV"];

    private static readonly string[] s_registrationTypes = ["INITIAL_REGISTRATION", "RE_REGISTRATION", "DE_REGISTRATION"];

    private readonly ForeignReport _report;
    private readonly Dictionary<int, FhossRow> _ifcs;
    private readonly Dictionary<int, FhossRow> _servers;
    private readonly Dictionary<int, FhossRow> _points;
    private readonly ILookup<int, FhossRow> _triggers;

    public FhossFilters(FhossTables tables, ForeignReport report)
    {
        _report = report;
        (_ifcs, _servers, _points) = (ById(tables["ifc"]), ById(tables["application_server"]), ById(tables["tp"]));
        _triggers = tables["spt"].ToLookup(row => row.Number("id_tp") ?? -1);
        report.Remark("application_server permissions of Sh", "belong to the server and to no subscription; give them with hss as permit",
            tables["application_server"].Count(row => row.Flag("udr") || row.Flag("pur") || row.Flag("snr")));
    }

    /// <summary>Null and a problem when it cannot be written out.</summary>
    public JsonObject? Make(int id, int priority, string place, List<string> problems)
    {
        if (!_ifcs.TryGetValue(id, out var ifc))
        {
            problems.Add($"{place}: ifc {id} does not exist; take it out of the profile");
            return null;
        }
        place = $"ifc {id}";
        if (!_servers.TryGetValue(ifc.Number("id_application_server") ?? -1, out var server))
        {
            problems.Add($"{place}: names no application server; give it one, or take it out of the profile");
            return null;
        }
        var filter = new JsonObject { ["priority"] = priority };
        if (ifc.Number("profile_part_ind") is (0 or 1) and var part) filter["profilePartIndicator"] = part == 0 ? "REGISTERED" : "UNREGISTERED";
        if (ifc.Number("id_tp") is > 0 and { } point)
        {
            if (TriggerPoint(point, problems) is not { } triggerPoint) return null;
            filter["triggerPoint"] = triggerPoint;
        }
        filter["applicationServer"] = Server(server);
        return filter;
    }

    private static JsonObject Server(FhossRow row)
    {
        var server = new JsonObject { ["serverName"] = row.Text("server_name") };
        if (row.Number("default_handling") is (0 or 1) and var handling) server["defaultHandling"] = handling == 0 ? "SESSION_CONTINUED" : "SESSION_TERMINATED";
        if (row.Text("service_info") is { Length: > 0 } info) server["serviceInfo"] = info;
        if (row.Number("include_register_request") == 1) server["includeRegisterRequest"] = true;
        if (row.Number("include_register_response") == 1) server["includeRegisterResponse"] = true;
        return server;
    }

    private JsonObject? TriggerPoint(int id, List<string> problems)
    {
        // Without a trigger S-CSCFs disagree whether it always fires or never.
        if (!_points.TryGetValue(id, out var point) || !_triggers.Contains(id))
        {
            problems.Add($"tp {id}: does not exist, or has no spt; take it out of the ifc to let it always fire, or give it a trigger");
            return null;
        }
        var triggers = new JsonArray();
        foreach (var row in _triggers[id].OrderBy(row => row.Number("grp")).ThenBy(row => row.Number("id")))
        {
            if (Trigger(row, problems) is not { } trigger) return null;
            triggers.Add(trigger);
        }
        return new() { ["conditionTypeCnf"] = point.Flag("condition_type_cnf"), ["servicePointTriggers"] = triggers };
    }

    private JsonObject? Trigger(FhossRow row, List<string> problems)
    {
        var trigger = new JsonObject { ["groups"] = new JsonArray(row.Number("grp") ?? 0) };
        if (row.Flag("condition_negated")) trigger["negated"] = true;
        switch (row.Number("type"))
        {
            case 0: trigger["requestUri"] = row.Text("requesturi"); break;
            case 1: trigger["method"] = row.Text("method"); break;
            case 2: trigger["sipHeader"] = Pair("header", row.Text("header"), row.Text("header_content")); break;
            case 3 when row.Number("session_case") is >= 0 and <= 4 and { } sessionCase: trigger["sessionCase"] = s_sessionCases[sessionCase]; break;
            case 4: trigger["sessionDescription"] = Pair("line", row.Text("sdp_line"), row.Text("sdp_line_content")); break;
            default:
                problems.Add($"spt {row.Number("id")}: its type or session_case is not known; types are 0 to 4");
                return null;
        }
        AddRegistrationTypes(trigger, row);
        return trigger;
    }

    private void AddRegistrationTypes(JsonObject trigger, FhossRow row)
    {
        var bits = row.Number("registration_type") is > 0 and { } number ? number & 7 : 0;
        if (bits == 0) return;
        if (row.Number("type") != 1 || row.Text("method") != "REGISTER")
        {
            _report.Remark("spt.registration_type", "stands beside something else than method REGISTER; left out");
            return;
        }
        // All three are what leaving them out means, too.
        if (bits != 7) trigger["registrationTypes"] = new JsonArray([.. s_registrationTypes.Where((_, i) => (bits & (1 << i)) != 0).Select(type => (JsonNode)type)]);
    }

    private static JsonObject Pair(string name, string value, string content)
    {
        var pair = new JsonObject { [name] = value };
        if (content.Length > 0) pair["content"] = content;
        return pair;
    }

    private static Dictionary<int, FhossRow> ById(IReadOnlyList<FhossRow> rows)
    {
        var byId = new Dictionary<int, FhossRow>();
        foreach (var row in rows)
            if (row.Number("id") is { } id) byId[id] = row;
        return byId;
    }
}
