using System.Collections.Immutable;
using System.Text.Json;

namespace Hss.Subscribers;

/// <summary>The filters of one service with places for what differs between operators and subscribers.</summary>
/// Shape: the filters are the JSON of the subscription document with {parameter} inside string values. Values are put in as data, never as
/// JSON or XML, so nothing in them can change a filter's structure. Spec: TS 29.228 B.2.2; ifc-templates/README.md.
public sealed class IfcTemplate
{
    private readonly JsonElement _filters;

    /// <param name="filters">An array, also when there is one.</param>
    internal IfcTemplate(TemplateDescription description, JsonElement filters) => (Description, _filters) = (description, filters.Clone());

    public TemplateDescription Description { get; }

    public string Name => Description.Name;

    /// <summary>The filters for these parameters, or null and the problems.</summary>
    internal ImmutableArray<InitialFilterCriteria>? Render(JsonElement? parameters, DocumentPath path, ProblemList problems, string? templateSet = null)
    {
        var given = TemplateParameters.Read(Description.Parameters, $"template {Name}", parameters, path.Field("parameters"), problems);
        if (given is not { } values) return null;
        using var rendered = TemplateText.Render(_filters, TemplateParameters.WithDefaults(Description.Parameters, values));
        var filters = ImmutableArray.CreateBuilder<InitialFilterCriteria>();
        var inner = new ProblemList();
        foreach (var element in rendered.RootElement.EnumerateArray())
            if (FilterReader.Read(element, DocumentPath.Root, inner, FilterForm.Rendered) is { } filter)
                filters.Add(filter with { Origin = new(Name, values, templateSet) });
        problems.AddAll(inner, path, $"as rendered by template {Name}");
        if (!inner.IsEmpty) return null;
        if (filters.Count == 0) problems.Add(path, $"makes no filter: all filters of template {Name} are switched off by its parameters; switch one on or remove it");
        foreach (var filter in filters)
            if (filter.Priority < Description.FirstPriority || filter.Priority > Description.LastPriority)
                problems.Warn(path.Field("parameters").Field("priority"),
                    $"is {filter.Priority}, outside the band {Description.FirstPriority} to {Description.LastPriority} of template {Name}");
        return filters.ToImmutable();
    }
}

/// <summary>What a template says about itself.</summary>
public sealed record TemplateDescription
{
    public required string Name { get; init; }

    public required string Version { get; init; }

    public required string Description { get; init; }

    /// <summary>The clause the trigger point follows.</summary>
    public required string Reference { get; init; }

    /// <summary>What an S-CSCF needs beyond the session cases 0 to 2, or null.</summary>
    public string? Requires { get; init; }

    /// <summary>False: Kamailio never fires its filters.</summary>
    public bool WorksWithKamailio { get; init; } = true;

    /// <summary>Filters of one kind of service stay between these two, so that services of different kinds are ordered without looking at each other.</summary>
    public required int FirstPriority { get; init; }

    public required int LastPriority { get; init; }

    public required ImmutableArray<TemplateParameter> Parameters { get; init; }
}
