using System.Text.Json.Nodes;

namespace Hss.Cli.Foreign;

/// <summary>Makes service profiles of sp, with their filters written out.</summary>
/// Order: filters by priority; one that stands twice in a profile moves behind (TS 29.228 B.2.2: unique). Each profile is made once.
internal sealed class FhossProfiles
{
    private readonly FhossOptions _options;
    private readonly ForeignReport _report;
    private readonly FhossFilters _filters;
    private readonly Dictionary<int, FhossRow> _profiles = [];
    private readonly Dictionary<int, string> _names = [];
    private readonly ILookup<int, FhossRow> _own;
    private readonly ILookup<int, int> _sharedOf;
    private readonly ILookup<int, FhossRow> _shared;
    private readonly Dictionary<int, (JsonObject Profile, List<string> Problems)> _made = [];

    public FhossProfiles(FhossTables tables, FhossOptions options, ForeignReport report)
    {
        (_options, _report, _filters) = (options, report, new(tables, report));
        _own = tables["sp_ifc"].ToLookup(row => row.Number("id_sp") ?? -1);
        _sharedOf = tables["sp_shared_ifc_set"].ToLookup(row => row.Number("id_sp") ?? -1, row => row.Number("id_shared_ifc_set") ?? -1);
        _shared = tables["shared_ifc_set"].ToLookup(row => row.Number("id_set") ?? -1);
        var taken = new HashSet<string>(StringComparer.Ordinal) { None };
        foreach (var row in tables["sp"])
        {
            if (row.Number("id") is not { } id) continue;
            _profiles[id] = row;
            var name = row.Text("name") is { Length: > 0 } text ? text : $"sp-{id}";
            if (!taken.Add(name)) taken.Add(name = $"{name}-{id}");
            _names[id] = name;
            // Written into no User-Data by FHoSS itself.
            if (row.Number("cn_service_auth") > 0) report.Remark("sp.cn_service_auth", "FHoSS never sends it; set coreNetworkServicesAuthorization where it is wanted");
        }
    }

    private const string None = "none";

    public string NameOf(int? id) => id is { } number && _names.TryGetValue(number, out var name) ? name : None;

    public JsonArray Make(IEnumerable<int?> ids, List<string> problems)
    {
        var profiles = new JsonArray();
        foreach (var id in ids.Select(id => id is { } number && _profiles.ContainsKey(number) ? number : -1).Distinct())
        {
            if (!_made.TryGetValue(id, out var made)) _made[id] = made = Make(id);
            problems.AddRange(made.Problems);
            profiles.Add(made.Profile.DeepClone());
        }
        return profiles;
    }

    private (JsonObject, List<string>) Make(int id)
    {
        var problems = new List<string>();
        var profile = new JsonObject { ["name"] = NameOf(id) };
        if (id < 0)
        {
            _report.Remark("impu without sp", "became a service profile without filters");
            return (profile, problems);
        }
        var filters = _own[id].Select(row => (Priority: row.Number("priority") ?? 0, Ifc: row.Number("id_ifc") ?? -1)).ToList();
        var sets = _sharedOf[id].Distinct().Order().ToList();
        if (_options.WritesOutSharedSets)
            filters.AddRange(sets.SelectMany(set => _shared[set]).Where(row => row.Number("id_ifc") is > 0).Select(row => (row.Number("priority") ?? 0, row.Number("id_ifc")!.Value)));
        else if (sets.Count > 0)
        {
            profile["sharedFilterSets"] = new JsonArray([.. sets.Select(set => (JsonNode)set)]);
            foreach (var set in sets) _report.Remark($"shared_ifc_set {set}", "named by its number; put a set of this number into ifc-templates/shared, or have shared sets written out");
        }
        var array = new JsonArray();
        var next = 0;
        foreach (var (priority, ifc) in filters.OrderBy(filter => filter.Priority))
        {
            if (priority < next) _report.Remark("sp_ifc.priority", "a priority that stands twice in a profile moved behind the other");
            next = Math.Max(priority, next);
            if (_filters.Make(ifc, next++, $"sp {id}", problems) is { } filter) array.Add(filter);
        }
        if (array.Count > 0) profile["initialFilterCriteria"] = array;
        return (profile, problems);
    }
}
