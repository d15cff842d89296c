using System.Collections.Immutable;
using System.Text.Json;

namespace Hss.Subscribers;

/// <summary>Reads service profiles: filters written out, or by the name of a template that is rendered here.</summary>
/// Order: filters come out by ascending priority, unique within the profile. Spec: TS 29.228 B.2.2.
internal sealed class ServiceProfileReader(IfcTemplates templates, ProblemList problems)
{
    private static readonly string[] s_fields = ["name", "initialFilterCriteria", "sharedFilterSets", "coreNetworkServicesAuthorization"];
    private static readonly string[] s_referenceFields = ["template", "parameters"];
    private static readonly string[] s_setFields = ["templateSet", "parameters"];

    /// <summary>Every name that could be read, whatever is wrong with the filters behind it.</summary>
    public HashSet<string> Names { get; } = new(StringComparer.Ordinal);

    public ImmutableArray<ServiceProfile> ReadAll(DocumentObject document)
    {
        var profiles = ImmutableArray.CreateBuilder<ServiceProfile>();
        foreach (var (value, path) in document.Items("serviceProfiles", required: true))
            if (Read(value, path) is { } profile) profiles.Add(profile);
        return profiles.ToImmutable();
    }

    public ServiceProfile? Read(JsonElement value, DocumentPath path)
    {
        if (DocumentObject.Read(value, path, problems, s_fields) is not { } document) return null;
        var filters = new List<InitialFilterCriteria>();
        var sets = new List<TemplateReference>();
        foreach (var (item, itemPath) in document.Items("initialFilterCriteria", required: false))
            foreach (var filter in ReadFilters(item, itemPath, sets))
            {
                if (filters.Any(f => f.Priority == filter.Priority))
                    problems.Add(itemPath, $"has priority {filter.Priority} like another filter of this profile; priorities are unique (B.2.2)"
                        + (filter.Origin is { } origin ? $", so give {(origin.TemplateSet is null ? "the template" : "the other one")} its parameter priority" : ""), "E5");
                filters.Add(filter);
            }
        var shared = ReadSharedSets(document, filters);
        var authorization = new UserDataReader(problems).ReadAuthorization(document);
        if (!document.TryText("name", required: true, out var name)) return null;
        if (!Names.Add(name)) problems.Add(document.At("name"), $"{DocumentText.Quote(name)} stands in this document twice; rename one");
        var profile = new ServiceProfile
        {
            Name = name,
            InitialFilterCriteria = [.. filters.OrderBy(f => f.Priority)],
            TemplateSets = [.. sets],
            SharedFilterSets = shared,
            CoreNetworkServicesAuthorization = authorization,
        };
        ServiceProfileLint.Check(profile, path, problems);
        return profile;
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
                        problems.Add(path, $"has a filter of priority {filter.Priority} like another filter of this profile; priorities are unique (B.2.2)", "E5");
            sets.Add(set);
        }
        return sets.ToImmutable();
    }

    private ImmutableArray<InitialFilterCriteria> ReadFilters(JsonElement value, DocumentPath path, List<TemplateReference> sets)
    {
        if (value.ValueKind == JsonValueKind.Object && DocumentObject.IsNamedIn(value, "templateSet")) return ReadSet(value, path, sets);
        if (value.ValueKind != JsonValueKind.Object || !DocumentObject.IsNamedIn(value, "template"))
            return FilterReader.Read(value, path, problems) is { } filter ? [filter] : [];
        if (DocumentObject.Read(value, path, problems, s_referenceFields) is not { } reference
            || !reference.TryText("template", required: true, out var name)) return [];
        if (templates.Find(name) is not { } template)
        {
            problems.Add(reference.At("template"),
                $"{DocumentText.Quote(name)} is no template; it is one of {Listed(templates.Names)}");
            return [];
        }
        return template.Render(Parameters(reference), path, problems) ?? [];
    }

    // A set gives a subscriber what its kind has; twice the same would only be two ways to say one thing.
    private ImmutableArray<InitialFilterCriteria> ReadSet(JsonElement value, DocumentPath path, List<TemplateReference> sets)
    {
        if (DocumentObject.Read(value, path, problems, s_setFields) is not { } reference
            || !reference.TryText("templateSet", required: true, out var name)) return [];
        if (templates.FindSet(name) is not { } set)
        {
            problems.Add(reference.At("templateSet"), $"{DocumentText.Quote(name)} is no template set; it is one of {Listed(templates.SetNames)}");
            return [];
        }
        if (sets.Any(s => s.Template == name)) problems.Add(path, $"names template set {name} twice; remove one");
        if (set.Render(templates, Parameters(reference), path, problems) is not { } rendered) return [];
        sets.Add(rendered.Reference);
        return rendered.Filters;
    }

    private static JsonElement? Parameters(DocumentObject reference) =>
        reference.TryValue("parameters", required: false, out var parameters) ? parameters : null;

    private static string Listed(ImmutableArray<string> names) => names.IsEmpty ? "none" : string.Join(", ", names);
}
