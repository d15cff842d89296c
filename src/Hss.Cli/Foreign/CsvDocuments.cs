using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Hss.Cli.Foreign;

/// <summary>Subscriptions out of CSV with a header: one line is one subscription with one private identity and one implicit registration set.</summary>
/// Errors: <see cref="ForeignFormatException"/> for a header that is none; a bad line is refused in the report by line, column and name of the
/// column, and the others go on. Spec: RFC 4180; docs/migration.md has the columns.
public static class CsvDocuments
{
    public static IEnumerable<ForeignDocument> Read(string file, ForeignReport report)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(report);
        return Stream();

        IEnumerable<ForeignDocument> Stream()
        {
            using var text = Open(file);
            foreach (var document in Read(text, file, report)) yield return document;
        }
    }

    public static IEnumerable<ForeignDocument> Read(TextReader text, string file, ForeignReport report)
    {
        var reader = new CsvReader(text);
        var header = new CsvHeader(Next(reader, file) ?? throw new ForeignFormatException($"{file}: is empty; the first line names the columns"), file);
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        while (Next(reader, file) is { } record)
        {
            if (record.Problem is null && record.Fields is [""]) continue;
            var place = $"line {record.Line}";
            if (record.Problem is not null) report.Refuse(place, $"column {record.Column}{NameAt(header, record.Column - 1)}: {record.Problem}");
            else if (record.Fields.Count != header.Names.Count)
                report.Refuse(place, $"has {record.Fields.Count} columns, the header has {header.Names.Count}; put fields with a comma in quotes");
            else if (Make(record, header, lines, report) is { } document) yield return document;
        }
    }

    private static ForeignDocument? Make(CsvReader.Record record, CsvHeader header, Dictionary<string, int> lines, ForeignReport report)
    {
        var problems = new List<string>();
        for (var i = 0; i < record.Fields.Count; i++)
            if (record.Fields[i].Contains('\uFFFD', StringComparison.Ordinal))
                problems.Add($"column {i + 1}{NameAt(header, i)}: holds octets that are no UTF-8; save the file as UTF-8");
        var id = header.Cell(record, "subscription_id") ?? "";
        if (problems.Count == 0 && !lines.TryAdd(id, record.Line))
            problems.Add($"{At(header, "subscription_id")}: stands in line {lines[id]} already; one line is one subscription");
        var document = problems.Count == 0 ? Document(record, header, problems) : null;
        ReadOnlyMemory<byte>? utf8 = null;
        if (problems.Count == 0)
        {
            utf8 = DocumentMaker.Make(document!, out var found);
            problems.AddRange(found.Select(problem => (CsvColumns.NameOf(problem.Path) is { } name ? At(header, name) + ": " : "") + problem.Message));
        }
        if (utf8 is null)
        {
            report.Refuse($"line {record.Line}", problems);
            return null;
        }
        report.Made();
        return new($"line {record.Line}", id, utf8.Value);
    }

    private static JsonObject Document(CsvReader.Record record, CsvHeader header, List<string> problems)
    {
        var document = new JsonObject { ["privateIdentities"] = new JsonArray(new JsonObject()) };
        foreach (var column in CsvColumns.All)
            if (column.Kind != CsvColumns.Kind.Special && header.Cell(record, column.Name) is { } cell && Value(cell, column, header, problems) is { } value)
                Put(document, column.Path, value);
        var identity = document["privateIdentities"]![0]!.AsObject();
        // A key without AMF is the commonest line there is; 8000 has the separation bit that no S-CSCF minds (TS 33.102 Annex H).
        if (identity["aka"] is JsonObject aka && (aka.ContainsKey("k") || aka.ContainsKey("encryptedK")) && !aka.ContainsKey("amf")) aka["amf"] = "8000";
        if (header.Cell(record, "framed_address") is { } address)
            identity["framedAddress"] = new JsonObject { [address.Contains('/', StringComparison.Ordinal) ? "prefix" : "address"] = address };
        // Without any credentials the key that is stored stays.
        if (identity["aka"] is null && identity["sipDigest"] is null && identity["lineIdentifiers"] is null && identity["framedAddress"] is null) identity["aka"] = new JsonObject();

        var profile = header.Cell(record, "service_profile") ?? "default";
        document["implicitRegistrationSets"] = new JsonArray(new JsonObject { ["publicIdentities"] = PublicIdentities(record, header, profile, problems) });
        document["serviceProfiles"] = new JsonArray(Profile(record, header, profile, problems));
        return document;
    }

    private static JsonArray PublicIdentities(CsvReader.Record record, CsvHeader header, string profile, List<string> problems)
    {
        var identities = new JsonArray();
        var barred = Split(header.Cell(record, "barred_identities")).ToList();
        var displayName = header.Cell(record, "display_name");
        foreach (var text in Split(header.Cell(record, "public_identities")))
        {
            var identity = new JsonObject { ["identity"] = text, ["serviceProfile"] = profile };
            if (barred.Remove(text)) identity["barred"] = true;
            if (displayName is not null) identity["displayName"] = displayName;
            identities.Add(identity);
        }
        if (barred.Count > 0) problems.Add($"{At(header, "barred_identities")}: names an identity that is not among public_identities; add it there, too");
        return identities;
    }

    private static JsonObject Profile(CsvReader.Record record, CsvHeader header, string name, List<string> problems)
    {
        var templates = new List<(string Name, JsonObject Parameters)>();
        foreach (var template in Split(header.Cell(record, "templates"))) templates.Add((template, []));
        foreach (var (index, template, parameter) in header.Parameters)
        {
            if (CsvHeader.Cell(record, index) is not { } value) continue;
            if (templates.FindIndex(t => t.Name == template) < 0) templates.Add((template, []));
            templates.Find(t => t.Name == template).Parameters[parameter] = value;
        }
        var profile = new JsonObject { ["name"] = name };
        if (templates.Count > 0)
            profile["initialFilterCriteria"] = new JsonArray([.. templates.Select(t => new JsonObject { ["template"] = t.Name, ["parameters"] = t.Parameters })]);
        if (header.Cell(record, "shared_filter_sets") is { } sets && Value(sets, CsvColumns.ByName["shared_filter_sets"] with { Kind = CsvColumns.Kind.Numbers }, header, problems) is { } numbers)
            profile["sharedFilterSets"] = numbers;
        return profile;
    }

    private static JsonNode? Value(string cell, CsvColumns.Column column, CsvHeader header, List<string> problems)
    {
        switch (column.Kind)
        {
            case CsvColumns.Kind.Text: return cell;
            case CsvColumns.Kind.List: return new JsonArray([.. Split(cell).Select(text => (JsonNode)text)]);
            case CsvColumns.Kind.Flag when cell.ToUpperInvariant() is "TRUE" or "1" or "YES": return true;
            case CsvColumns.Kind.Flag when cell.ToUpperInvariant() is "FALSE" or "0" or "NO": return false;
            case CsvColumns.Kind.Flag:
                problems.Add($"{At(header, column.Name)}: is neither true nor false");
                return null;
            default:
                var numbers = new JsonArray();
                foreach (var text in Split(cell))
                    if (uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) numbers.Add(number);
                    else
                    {
                        problems.Add($"{At(header, column.Name)}: holds something else than whole numbers, separated by semicolons");
                        return null;
                    }
                return numbers;
        }
    }

    // Paths here are at most three names long, with the one index that there is.
    private static void Put(JsonObject document, string path, JsonNode value)
    {
        var names = path.Split('.');
        var at = document;
        foreach (var name in names[..^1])
        {
            if (name.EndsWith("[0]", StringComparison.Ordinal)) at = at[name[..^3]]![0]!.AsObject();
            else at = (at[name] ??= new JsonObject()).AsObject();
        }
        at[names[^1]] = value;
    }

    private static string[] Split(string? cell) => cell?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private static string At(CsvHeader header, string column) => header.IndexOf(column) is var index and >= 0 ? $"column {index + 1} ({column})" : $"column {column}, which is not there";

    private static string NameAt(CsvHeader header, int index) => index < header.Names.Count ? $" ({header.Names[index]})" : "";

    private static StreamReader Open(string file) => Guard(file, () => new StreamReader(file, Encoding.UTF8));

    private static CsvReader.Record? Next(CsvReader reader, string file) => Guard(file, reader.Read);

    private static T Guard<T>(string file, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ForeignFormatException($"{file}: cannot be read: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }
}
