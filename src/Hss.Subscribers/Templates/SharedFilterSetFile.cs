using System.Text.Json;

namespace Hss.Subscribers;

/// <summary>Reads one file of shared filters.</summary>
/// Spec: TS 29.228 B.2.2 (SharedIFCSetID); ifc-templates/README.md.
internal static class SharedFilterSetFile
{
    private static readonly string[] s_fields = ["id", "name", "description", "initialFilterCriteria"];

    public static SharedFilterSet? Read(string file, List<DocumentProblem> problems) => JsonFile.Read(file, problems, Read);

    private static SharedFilterSet? Read(JsonElement root, string fileName, ProblemList problems)
    {
        if (DocumentObject.Read(root, DocumentPath.Root, problems, s_fields) is not { } document) return null;
        JsonFile.Name(document, fileName, problems);
        document.TryText("description", required: false, out _, DocumentText.MaxServiceInfoLength);
        // Kamailio keeps it in an int; the schema of Release 7 does so too.
        var id = document.Integer("id", required: true, 0, int.MaxValue);
        var filters = new List<InitialFilterCriteria>();
        foreach (var (item, path) in document.Items("initialFilterCriteria", required: true))
        {
            if (FilterReader.Read(item, path, problems) is not { } filter) continue;
            if (filters.Any(f => f.Priority == filter.Priority)) problems.Add(path, $"has priority {filter.Priority} like another filter of this set", "E5");
            filters.Add(filter);
        }
        return id is null ? null : new(id.Value, [.. filters.OrderBy(f => f.Priority)]);
    }
}
