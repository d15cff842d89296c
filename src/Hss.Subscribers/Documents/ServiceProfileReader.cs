using System.Collections.Immutable;
using System.Text.Json;

namespace Hss.Subscribers;

/// <summary>Reads service profiles: filters written out, or by the name of a template that is rendered here.</summary>
/// Order: filters come out by ascending priority, unique within the profile. Spec: TS 29.228 B.2.2.
internal sealed class ServiceProfileReader(IfcTemplates templates, ProblemList problems)
{
    private static readonly string[] s_fields = ["name", "initialFilterCriteria", "sharedFilterSets", "coreNetworkServicesAuthorization"];
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
        var shared = ReadSharedSets(document, filters);
        var authorization = new UserDataReader(problems).ReadAuthorization(document);
        if (!document.TryText("name", required: true, out var name)) return null;
        if (!Names.Add(name)) problems.Add(document.At("name"), $"{DocumentText.Quote(name)} stands in this document twice; rename one");
        return new()
        {
            Name = name,
            InitialFilterCriteria = [.. filters.OrderBy(f => f.Priority)],
            SharedFilterSets = shared,
            CoreNetworkServicesAuthorization = authorization,
        };
    }

    // An S-CSCF that was sent the number and one that was sent the filters evaluate the same list, so no priority stands in it twice.
    private ImmutableArray<SharedFilterSet> ReadSharedSets(DocumentObject document, List<InitialFilterCriteria> own)
    {
        var sets = ImmutableArray.CreateBuilder<SharedFilterSet>();
        var priorities = own.Select(filter => filter.Priority).ToHashSet();
        foreach (var (item, path) in document.Items("sharedFilterSets", required: document.Has("sharedFilterSets")))
        {
            if (DocumentObject.Integer(item, path, problems, 0, int.MaxValue) is not { } id) continue;
            if (templates.FindShared(id) is not { } set)
            {
                problems.Add(path, $"is {id}, which is no shared filter set; it is one of {(templates.SharedIds.IsEmpty ? "none" : string.Join(", ", templates.SharedIds))}");
                continue;
            }
            if (sets.Any(s => s.Id == id)) problems.Add(path, $"names set {id} twice; remove one");
            else
                foreach (var filter in set.InitialFilterCriteria)
                    if (!priorities.Add(filter.Priority))
                        problems.Add(path, $"has a filter of priority {filter.Priority} like another filter of this profile; priorities are unique (B.2.2)");
            sets.Add(set);
        }
        return sets.ToImmutable();
    }

    private InitialFilterCriteria? ReadFilter(JsonElement value, DocumentPath path)
    {
        if (value.ValueKind != JsonValueKind.Object || !DocumentObject.IsNamedIn(value, "template"))
            return FilterReader.Read(value, path, problems);
        if (DocumentObject.Read(value, path, problems, s_referenceFields) is not { } reference
            || !reference.TryText("template", required: true, out var name)) return null;
        if (templates.Find(name) is not { } template)
        {
            problems.Add(reference.At("template"),
                $"{DocumentText.Quote(name)} is no template; it is one of {string.Join(", ", templates.Names)}");
            return null;
        }
        return reference.TryValue("parameters", required: false, out var parameters)
            ? template.Render(parameters, path, problems) : template.Render(null, path, problems);
    }
}
