using System.Collections.Immutable;
using System.Text.Json;

namespace Hss.Subscribers;

/// <summary>A filter of one service with places for what differs between operators and subscribers.</summary>
/// Shape: the filter is the JSON of the subscription document with {parameter} inside string values. Values are put in as data, never as
/// JSON or XML, so nothing in them can change the filter's structure. Spec: TS 29.228 B.2.2; ifc-templates/README.md.
public sealed class IfcTemplate
{
    private readonly JsonElement _filter;
    private readonly string[] _parameterNames;

    internal IfcTemplate(TemplateDescription description, JsonElement filter)
    {
        Description = description;
        _filter = filter.Clone();
        _parameterNames = [.. description.Parameters.Select(p => p.Name)];
    }

    public TemplateDescription Description { get; }

    public string Name => Description.Name;

    /// <summary>The filter for these parameters, or null and the problems.</summary>
    internal InitialFilterCriteria? Render(JsonElement? parameters, DocumentPath path, ProblemList problems)
    {
        if (ReadParameters(parameters, path.Field("parameters"), problems) is not { } given) return null;
        var values = new Dictionary<string, TemplateValue>(StringComparer.Ordinal);
        foreach (var parameter in Description.Parameters)
            if (given.FirstOrDefault(g => g.Key == parameter.Name).Value is { } text) values[parameter.Name] = new(parameter, text);
            else if (parameter.Default is not null) values[parameter.Name] = new(parameter, parameter.Default);
        using var rendered = TemplateText.Render(_filter, values);
        var inner = new ProblemList();
        var filter = FilterReader.Read(rendered.RootElement, DocumentPath.Root, inner);
        problems.AddAll(inner, path, $"as rendered by template {Name}");
        if (filter is null) return null;
        if (filter.Priority < Description.FirstPriority || filter.Priority > Description.LastPriority)
            problems.Warn(path.Field("parameters").Field("priority"),
                $"is {filter.Priority}, outside the band {Description.FirstPriority} to {Description.LastPriority} of template {Name}");
        return filter with { Origin = new(Name, given) };
    }

    private ImmutableArray<KeyValuePair<string, string>>? ReadParameters(JsonElement? parameters, DocumentPath path, ProblemList problems)
    {
        DocumentObject? document = null;
        if (parameters is { } value && (document = DocumentObject.Read(value, path, problems, _parameterNames)) is null) return null;
        var before = problems.Count;
        var given = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (var parameter in Description.Parameters)
        {
            if (document is null || !document.TryValue(parameter.Name, required: false, out var element))
            {
                if (parameter.Default is null && !parameter.Optional)
                    problems.Add(path.Field(parameter.Name), $"is missing; template {Name} needs it: {parameter.Description}");
                continue;
            }
            var (text, problem) = parameter.Read(element);
            if (problem is not null) problems.Add(path.Field(parameter.Name), problem);
            else given.Add(new(parameter.Name, text!));
        }
        return problems.Count == before ? given.ToImmutable() : null;
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

    /// <summary>Filters of one kind of service stay between these two, so that services of different kinds are ordered without looking at each other.</summary>
    public required int FirstPriority { get; init; }

    public required int LastPriority { get; init; }

    public required ImmutableArray<TemplateParameter> Parameters { get; init; }
}
