using System.Collections.Immutable;
using System.Text.Json;

namespace Hss.Subscribers;

/// <summary>Reads service profiles: filters written out, or by the name of a template that is rendered here.</summary>
/// Order: filters come out by ascending priority, unique within the profile. Spec: TS 29.228 B.2.2.
internal sealed class ServiceProfileReader(IfcTemplates templates, ProblemList problems)
{
    private static readonly string[] s_fields = ["name", "initialFilterCriteria"];
    private static readonly string[] s_referenceFields = ["template", "parameters"];

    /// <summary>Every name that could be read, whatever is wrong with the filters behind it.</summary>
    public HashSet<string> Names { get; } = new(StringComparer.Ordinal);

    public ImmutableArray<ServiceProfile> ReadAll(DocumentObject document)
    {
        var profiles = ImmutableArray.CreateBuilder<ServiceProfile>();
        foreach (var (value, path) in document.Items("serviceProfiles", required: true))
            if (Read(value, path) is { } profile) profiles.Add(profile);
        return profiles.ToImmutable();
    }

    private ServiceProfile? Read(JsonElement value, DocumentPath path)
    {
        if (DocumentObject.Read(value, path, problems, s_fields) is not { } document) return null;
        var filters = new List<InitialFilterCriteria>();
        foreach (var (item, itemPath) in document.Items("initialFilterCriteria", required: false))
        {
            if (ReadFilter(item, itemPath) is not { } filter) continue;
            if (filters.Any(f => f.Priority == filter.Priority))
                problems.Add(itemPath, $"has priority {filter.Priority} like another filter of this profile; priorities are unique (B.2.2)"
                    + (filter.Origin is null ? "" : ", so give the template its parameter priority"));
            filters.Add(filter);
        }
        if (!document.TryText("name", required: true, out var name)) return null;
        if (!Names.Add(name)) problems.Add(document.At("name"), $"{DocumentText.Quote(name)} stands in this document twice; rename one");
        return new() { Name = name, InitialFilterCriteria = [.. filters.OrderBy(f => f.Priority)] };
    }

    private InitialFilterCriteria? ReadFilter(JsonElement value, DocumentPath path)
    {
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty("template", out _)) return FilterReader.Read(value, path, problems);
        if (DocumentObject.Read(value, path, problems, s_referenceFields) is not { } reference
            || !reference.TryText("template", required: true, out var name)) return null;
        if (templates.Find(name) is not { } template)
        {
            problems.Add(reference.At("template"), $"{DocumentText.Quote(name)} is no template; it is one of {string.Join(", ", templates.Names)}");
            return null;
        }
        return reference.TryValue("parameters", required: false, out var parameters)
            ? template.Render(parameters, path, problems) : template.Render(null, path, problems);
    }
}
