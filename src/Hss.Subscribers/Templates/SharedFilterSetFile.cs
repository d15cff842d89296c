using System.Collections.Immutable;
using System.Text.Json;

namespace Hss.Subscribers;

/// <summary>Reads one file of shared filters.</summary>
/// Spec: TS 29.228 B.2.2 (SharedIFCSetID); ifc-templates/README.md.
internal static class SharedFilterSetFile
{
    /// <summary>Longer files are not shared sets: their filters would not fit User-Data when they are written out.</summary>
    private const int MaxFileBytes = 64 * 1024;

    private static readonly string[] s_fields = ["id", "name", "description", "initialFilterCriteria"];

    public static SharedFilterSet? Read(string file, List<DocumentProblem> problems)
    {
        var list = new ProblemList();
        SharedFilterSet? shared = null;
        try
        {
            if (new FileInfo(file).Length > MaxFileBytes) list.Add(DocumentPath.Root, $"is longer than {MaxFileBytes} octets");
            else
            {
                using var document = JsonDocument.Parse(File.ReadAllBytes(file), new() { MaxDepth = 16 });
                shared = Read(document.RootElement, Path.GetFileNameWithoutExtension(file), list);
            }
        }
        catch (JsonException exception)
        {
            list.Add(DocumentPath.Root,
                $"no valid JSON at line {exception.LineNumber + 1}, octet {exception.BytePositionInLine + 1}: {exception.Message}");
        }
        problems.AddRange(list.Problems.Concat(list.Warnings).Select(p => p with { Path = p.Path.Length == 0 ? file : $"{file}: {p.Path}" }));
        return list.IsEmpty && list.Warnings.IsEmpty ? shared : null;
    }

    private static SharedFilterSet? Read(JsonElement root, string fileName, ProblemList problems)
    {
        if (DocumentObject.Read(root, DocumentPath.Root, problems, s_fields) is not { } document) return null;
        if (document.TryText("name", required: true, out var name) && name != fileName)
            problems.Add(document.At("name"),
                $"is {DocumentText.Quote(name)}; the file is named {DocumentText.Quote(fileName)}, and the two are equal");
        document.TryText("description", required: false, out _, DocumentText.MaxServiceInfoLength);
        // Kamailio keeps it in an int; the schema of Release 7 does so too.
        var id = document.Integer("id", required: true, 0, int.MaxValue);
        var filters = new List<InitialFilterCriteria>();
        foreach (var (item, path) in document.Items("initialFilterCriteria", required: true))
        {
            if (FilterReader.Read(item, path, problems) is not { } filter) continue;
            if (filters.Any(f => f.Priority == filter.Priority)) problems.Add(path, $"has priority {filter.Priority} like another filter of this set");
            filters.Add(filter);
        }
        return id is null ? null : new(id.Value, [.. filters.OrderBy(f => f.Priority)]);
    }
}
