using System.Text.Json.Nodes;

namespace Hss.Cli.Foreign;

/// <summary>Puts the tables together to documents.</summary>
internal sealed class FhossSubscriptions
{
    private const int Distinct = 1;
    private const int Wildcarded = 2;

    private readonly FhossTables _tables;
    private readonly ForeignReport _report;
    private readonly FhossProfiles _profiles;
    private readonly FhossPrivateIdentities _privateIdentities;
    private readonly ILookup<int, FhossRow> _impisOfImsu;
    private readonly ILookup<int, FhossRow> _impusOfImpi;
    private readonly ILookup<int, int> _impisOfImpu;
    private readonly ILookup<int, string> _networksOfImpu;
    private readonly ILookup<int, FhossRow> _capabilities;
    private readonly ILookup<int, FhossRow> _preferred;
    private readonly Dictionary<int, FhossRow> _charging;
    private readonly Dictionary<int, int> _imsuOfImpi;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    public FhossSubscriptions(FhossTables tables, FhossOptions options, ForeignReport report)
    {
        (_tables, _report) = (tables, report);
        _profiles = new(tables, options, report);
        _privateIdentities = new(report);
        _impisOfImsu = tables["impi"].ToLookup(row => row.Number("id_imsu") ?? -1);
        _imsuOfImpi = ById("impi").ToDictionary(pair => pair.Key, pair => pair.Value.Number("id_imsu") ?? -1);
        var impus = ById("impu");
        var links = tables["impi_impu"].Select(row => (Impi: row.Number("id_impi") ?? -1, Impu: row.Number("id_impu") ?? -1)).Distinct().ToList();
        _impusOfImpi = links.Where(link => impus.ContainsKey(link.Impu)).ToLookup(link => link.Impi, link => impus[link.Impu]);
        _impisOfImpu = links.ToLookup(link => link.Impu, link => link.Impi);
        var networks = ById("visited_network");
        _networksOfImpu = tables["impu_visited_network"].Where(row => networks.ContainsKey(row.Number("id_visited_network") ?? -1))
            .ToLookup(row => row.Number("id_impu") ?? -1, row => networks[row.Number("id_visited_network")!.Value].Text("identity"));
        _capabilities = tables["capabilities_set"].ToLookup(row => row.Number("id_set") ?? -1);
        _preferred = tables["preferred_scscf_set"].ToLookup(row => row.Number("id_set") ?? -1);
        _charging = ById("charging_info");
        report.Remark("impu without impi", "identities that no private identity may use are not taken over", impus.Keys.Count(id => !_impisOfImpu.Contains(id)));
        var imsus = ById("imsu");
        report.Remark("impi without imsu", "private identities without a subscription are not taken over",
            _imsuOfImpi.Values.Count(imsu => !imsus.ContainsKey(imsu)));
    }

    public IEnumerable<ForeignDocument> All()
    {
        foreach (var imsu in _tables["imsu"].OrderBy(row => row.Number("id") ?? -1))
            if (Make(imsu) is { } document) yield return document;
    }

    private ForeignDocument? Make(FhossRow imsu)
    {
        var id = imsu.Number("id") ?? -1;
        var place = $"imsu {id}";
        var problems = new List<string>();
        var name = imsu.Text("name") is { Length: > 0 } text ? text : $"imsu-{id}";
        if (!_names.Add(name))
        {
            _report.Remark("imsu.name", "a name that stands twice got the number of its row");
            _names.Add(name = $"{name}-{id}");
        }
        var impis = _impisOfImsu[id].OrderBy(row => row.Number("id")).ToList();
        var impus = impis.SelectMany(impi => _impusOfImpi[impi.Number("id") ?? -1]).DistinctBy(row => row.Number("id")).OrderBy(row => row.Number("id")).ToList();
        if (impis.Count == 0) problems.Add("has no private identity (impi); give it one in FHoSS, or leave it out");
        else if (impus.Count == 0) problems.Add("has no public identity (impu through impi_impu); give it one in FHoSS, or leave it out");
        if (impis.Count > Subscribers.SubscriptionJson.MaxItems || impus.Count > Subscribers.SubscriptionJson.MaxItems)
            problems.Add($"has more than {Subscribers.SubscriptionJson.MaxItems} identities");
        foreach (var impu in impus.Where(impu => _impisOfImpu[impu.Number("id") ?? -1].Any(impi => _imsuOfImpi.GetValueOrDefault(impi, id) is var other && other != id && other >= 0)))
            problems.Add($"impu {impu.Number("id")} belongs to another imsu as well; an identity belongs to one subscription, so join the two or take it from one");
        if (problems.Count == 0 && Document(imsu, name, impis, impus, problems) is { } document && problems.Count == 0)
        {
            if (DocumentMaker.Make(document, out var found) is { } utf8)
            {
                _report.Made();
                return new(place, name, utf8);
            }
            problems.AddRange(found.Select(problem => problem.ToString()));
        }
        _report.Refuse(place, problems);
        return null;
    }

    private JsonObject Document(FhossRow imsu, string name, List<FhossRow> impis, List<FhossRow> impus, List<string> problems)
    {
        var document = new JsonObject
        {
            ["subscriptionId"] = name,
            ["privateIdentities"] = new JsonArray([.. impis.Select(impi => _privateIdentities.Make(impi, problems))]),
            ["implicitRegistrationSets"] = Sets(impis, impus),
            ["serviceProfiles"] = _profiles.Make(impus.Select(impu => impu.Number("id_sp")).Distinct(), problems),
        };
        if (Capabilities(imsu) is { } capabilities) document["serverCapabilities"] = capabilities;
        if (Charging(impus) is { } charging) document["charging"] = charging;
        AddNetworks(document, impus);
        if (imsu.Text("scscf_name").Length > 0) _report.Remark("imsu.scscf_name", "registration state is not taken over; the next registration makes it anew");
        return document;
    }

    // A set that mixes users and services is two here: a service does not register (TS 23.228 5.4.12).
    private JsonArray Sets(List<FhossRow> impis, List<FhossRow> impus)
    {
        var sets = new JsonArray();
        foreach (var group in impus.GroupBy(impu => (Set: impu.Number("id_implicit_set") ?? 0, IsService: impu.Number("type") is Distinct or Wildcarded)).OrderBy(g => g.Key))
        {
            var users = group.Select(impu => _impisOfImpu[impu.Number("id") ?? -1].ToHashSet()).ToList();
            if (users.Any(one => !one.SetEquals(users[0]))) _report.Remark("impi_impu", "identities of one set have different private identities; the set has all of them");
            var set = new JsonObject { ["publicIdentities"] = new JsonArray([.. group.Select(PublicIdentity)]) };
            var allowed = impis.Where(impi => users.Any(one => one.Contains(impi.Number("id") ?? -1))).ToList();
            if (allowed.Count < impis.Count) set["privateIdentities"] = new JsonArray([.. allowed.Select(impi => (JsonNode)impi.Text("identity"))]);
            sets.Add(set);
        }
        return sets;
    }

    private JsonObject PublicIdentity(FhossRow impu)
    {
        var identity = new JsonObject { ["identity"] = impu.Text("identity"), ["serviceProfile"] = _profiles.NameOf(impu.Number("id_sp")) };
        if (impu.Flag("barring")) identity["barred"] = true;
        if (impu.Number("type") is (Distinct or Wildcarded) and var type)
        {
            identity["identityType"] = type == Distinct ? "DISTINCT_PSI" : "WILDCARDED_PSI";
            if (type == Wildcarded) identity["identity"] = Wildcard(impu);
            if (!impu.Flag("psi_activation")) identity["psiActive"] = false;
        }
        else if (impu.Text("wildcard_psi").Length > 0) _report.Remark("impu.wildcard_psi", "stands at an identity that is no wildcarded PSI; left out");
        if (impu.Text("display_name") is { Length: > 0 } displayName) identity["displayName"] = displayName;
        if (impu.Number("can_register") == 0) _report.Remark("impu.can_register 0", "has no equal; bar the identity, or register by another one of its set");
        if (impu.Flag("user_state")) _report.Remark("impu.user_state", "registration state is not taken over; the next registration makes it anew");
        return identity;
    }

    /// <summary>A pattern of SQL LIKE, as FHoSS matches, as a wildcard of TS 23.003 13.5: from the first wild sign to the last is the expression.</summary>
    internal static string Wildcard(FhossRow impu)
    {
        var text = impu.Text("wildcard_psi") is { Length: > 0 } pattern ? pattern : impu.Text("identity");
        var (first, last) = (text.IndexOfAny(s_wild), text.LastIndexOfAny(s_wild));
        if (first < 0) return text;
        var expression = string.Concat(text[first..(last + 1)].Select(c => c switch
        {
            '%' or '*' => ".*",
            '_' or '?' => ".",
            _ when char.IsAsciiLetterOrDigit(c) || c is '-' or '@' or ':' => c.ToString(),
            _ => $"[{c}]",
        }));
        return $"{text[..first]}!{expression}!{text[(last + 1)..]}";
    }

    private static readonly char[] s_wild = ['%', '_', '*', '?'];

    private JsonObject? Capabilities(FhossRow imsu)
    {
        var rows = _capabilities[imsu.Number("id_capabilities_set") ?? -1].ToList();
        var names = _preferred[imsu.Number("id_preferred_scscf_set") ?? -1].OrderBy(row => row.Number("priority")).Select(row => row.Text("scscf_name")).Where(name => name.Length > 0).Distinct().ToList();
        if (rows.Count == 0 && names.Count == 0) return null;
        if (rows.Count > 0 && names.Count > 0) _report.Remark("imsu.id_capabilities_set beside id_preferred_scscf_set", "with server names, capability numbers are kept and not sent (TS 29.228 6.7)");
        return new()
        {
            ["mandatory"] = new JsonArray([.. Numbers(true)]),
            ["optional"] = new JsonArray([.. Numbers(false)]),
            ["serverNames"] = new JsonArray([.. names.Select(name => (JsonNode)name)]),
        };

        IEnumerable<JsonNode> Numbers(bool isMandatory) => rows.Where(row => row.Flag("is_mandatory") == isMandatory)
            .Select(row => row.Number("id_capability")).Where(number => number >= 0).Distinct().Select(number => (JsonNode)number!.Value);
    }

    // FHoSS charges per identity, a SAA per subscriber (TS 29.228 6.6).
    private JsonObject? Charging(List<FhossRow> impus)
    {
        var ids = impus.Select(impu => impu.Number("id_charging_info") ?? -1).Where(_charging.ContainsKey).Distinct().ToList();
        if (ids.Count > 1) _report.Remark("impu.id_charging_info", "identities of one subscription have different charging sets; the first was taken");
        if (ids.Count == 0) return null;
        var charging = new JsonObject();
        foreach (var (column, field) in ((string, string)[])[("pri_ccf", "primaryCollection"), ("sec_ccf", "secondaryCollection"), ("pri_ecf", "primaryEvent"), ("sec_ecf", "secondaryEvent")])
            if (_charging[ids[0]].Text(column) is { Length: > 0 } address)
                charging[field] = address.StartsWith("aaa", StringComparison.OrdinalIgnoreCase) && address.Contains("://", StringComparison.Ordinal) ? address : $"aaa://{address}";
        return charging.Count == 0 ? null : charging;
    }

    private void AddNetworks(JsonObject document, List<FhossRow> impus)
    {
        var users = impus.Where(impu => impu.Number("type") is not (Distinct or Wildcarded)).ToList();
        if (users.Count == 0) return;
        var lists = users.Select(impu => _networksOfImpu[impu.Number("id") ?? -1].ToHashSet(StringComparer.Ordinal)).ToList();
        if (lists.Any(list => !list.SetEquals(lists[0]))) _report.Remark("impu_visited_network", "identities of one subscription may be registered in different networks; the subscription may in all of them");
        var all = lists.SelectMany(list => list).Distinct(StringComparer.Ordinal).ToList();
        if (all.Count > 0) document["allowedVisitedNetworks"] = new JsonArray([.. all.Select(network => (JsonNode)network)]);
        else
        {
            document["registrationAllowed"] = false;
            _report.Remark("impu without impu_visited_network", "FHoSS lets it register nowhere, so registrationAllowed is false");
        }
    }

    private Dictionary<int, FhossRow> ById(string table)
    {
        var rows = new Dictionary<int, FhossRow>();
        foreach (var row in _tables[table])
            if (row.Number("id") is { } id) rows[id] = row;
        return rows;
    }
}
