using System.Collections.Immutable;
using System.Text.Json;

namespace Hss.Subscribers;

/// <summary>A named composition of templates: what one kind of subscriber has, with the few parameters that it takes to say where the servers are.</summary>
/// Shape: references to templates with {parameter} of the set inside their values. Spec: ifc-templates/README.md.
public sealed class TemplateSet
{
    private readonly JsonElement _references;

    internal TemplateSet(TemplateSetDescription description, JsonElement references) => (Description, _references) = (description, references.Clone());

    public TemplateSetDescription Description { get; }

    public string Name => Description.Name;

    /// <summary>The filters for these parameters and the reference to keep with them, or null and the problems.</summary>
    internal (TemplateReference Reference, ImmutableArray<InitialFilterCriteria> Filters)? Render(
        IfcTemplates templates, JsonElement? parameters, DocumentPath path, ProblemList problems)
    {
        var given = TemplateParameters.Read(Description.Parameters, $"template set {Name}", parameters, path.Field("parameters"), problems);
        if (given is not { } values) return null;
        using var rendered = TemplateText.Render(_references, TemplateParameters.WithDefaults(Description.Parameters, values));
        var filters = ImmutableArray.CreateBuilder<InitialFilterCriteria>();
        var inner = new ProblemList();
        foreach (var element in rendered.RootElement.EnumerateArray())
        {
            // Checked when the set was loaded: every reference has a template that exists.
            var template = templates.Find(element.GetProperty("template").GetString()!)!;
            var own = element.TryGetProperty("parameters", out var given2) ? given2 : (JsonElement?)null;
            if (template.Render(own, DocumentPath.Root, inner, Name) is { } some) filters.AddRange(some);
        }
        problems.AddAll(inner, path, $"in template set {Name}");
        return inner.IsEmpty ? (new(Name, values), filters.ToImmutable()) : null;
    }
}

/// <summary>What a set says about itself.</summary>
public sealed record TemplateSetDescription
{
    public required string Name { get; init; }

    public required string Version { get; init; }

    public required string Description { get; init; }

    public required ImmutableArray<TemplateParameter> Parameters { get; init; }

    /// <summary>The templates with their parameters as the file has them, {parameter} of the set inside.</summary>
    public required ImmutableArray<TemplateReference> Templates { get; init; }

    /// <summary>False: one of its templates has filters that Kamailio never fires.</summary>
    public required bool WorksWithKamailio { get; init; }
}
