using System.Collections.Immutable;
using System.Text.Json;

namespace Hss.Subscribers;

/// <summary>Reads the parameters that a template file or a set file declares, and checks the places where they are put in.</summary>
internal static class ParameterFile
{
    private static readonly string[] s_fields = ["name", "type", "description", "default", "optional", "values", "minimum", "maximum"];

    private static readonly (string Name, TemplateParameterType Type)[] s_types =
    [
        ("sip-uri", TemplateParameterType.SipUri), ("text", TemplateParameterType.Text), ("regex", TemplateParameterType.RegularExpression),
        ("integer", TemplateParameterType.Integer), ("boolean", TemplateParameterType.Boolean),
    ];

    public static string NameOf(TemplateParameterType type) => s_types.First(t => t.Type == type).Name;

    public static ImmutableArray<TemplateParameter> ReadAll(DocumentObject document, ProblemList problems, bool required = true)
    {
        var parameters = ImmutableArray.CreateBuilder<TemplateParameter>();
        foreach (var (value, path) in document.Items("parameters", required))
        {
            if (Read(value, path, problems) is not { } parameter) continue;
            if (parameters.Any(p => p.Name == parameter.Name))
                problems.Add(path.Field("name"), $"{DocumentText.Quote(parameter.Name)} stands here twice; rename one");
            parameters.Add(parameter);
        }
        return parameters.ToImmutable();
    }

    /// <param name="owner">"template" or "set".</param>
    public static void CheckPlaceholders(JsonElement content, DocumentPath path, ImmutableArray<TemplateParameter> parameters, string owner, ProblemList problems)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, field, isWhole) in TemplateText.Placeholders(content))
        {
            used.Add(name);
            if (parameters.FirstOrDefault(p => p.Name == name) is not { } parameter)
                problems.Add(path, $"{field} uses {{{name}}}, which is no parameter of this {owner}");
            else if (field == TemplateText.When)
            {
                if (!isWhole || (parameter.Type != TemplateParameterType.Boolean && !parameter.Optional))
                    problems.Add(path, $"when is \"{{{name}}}\"; it is the placeholder of a boolean or of an optional parameter and nothing else");
            }
            else if (!isWhole && (parameter.Type == TemplateParameterType.Boolean || parameter.Optional))
                problems.Add(path, $"{field} has {{{name}}} inside a longer text; a boolean or optional parameter stands alone");
            else if (parameter.Type == TemplateParameterType.RegularExpression && owner == "template" && !TemplateText.IsPattern(field))
                problems.Add(path, $"{field} uses {{{name}}}, a regular expression, but is no pattern");
        }
        CheckConditions(content, path, problems);
        foreach (var parameter in parameters.Where(p => !used.Contains(p.Name)))
            problems.Add(path, $"does not use the parameter {parameter.Name}");
    }

    /// <summary>Values to try: as usual; each switch turned over by itself; everything given and every switch on.</summary>
    public static IEnumerable<(JsonElement Values, bool IsUsual)> Trials(ImmutableArray<TemplateParameter> parameters)
    {
        var usual = parameters.Where(p => p.Default is null && !p.Optional).ToDictionary(p => p.Name, p => p.Sample, StringComparer.Ordinal);
        yield return (JsonSerializer.SerializeToElement(usual), true);
        foreach (var parameter in parameters.Where(p => p.Type == TemplateParameterType.Boolean && p.Default is not null))
            yield return (JsonSerializer.SerializeToElement(new Dictionary<string, string>(usual) { [parameter.Name] = parameter.Default == "true" ? "false" : "true" }), false);
        var full = parameters.Where(p => p.Default is null || p.Type == TemplateParameterType.Boolean).ToDictionary(p => p.Name, p => p.Sample, StringComparer.Ordinal);
        yield return (JsonSerializer.SerializeToElement(full), false);
    }

    // A "when" that is no placeholder would silently keep its item for ever.
    private static void CheckConditions(JsonElement element, DocumentPath path, ProblemList problems)
    {
        if (element.ValueKind == JsonValueKind.Array)
            foreach (var item in element.EnumerateArray()) CheckConditions(item, path, problems);
        if (element.ValueKind != JsonValueKind.Object) return;
        foreach (var property in element.EnumerateObject())
            if (property.Name != TemplateText.When) CheckConditions(property.Value, path, problems);
            else if (property.Value.ValueKind != JsonValueKind.String || !TemplateText.Placeholders(property.Value, TemplateText.When).Any())
                problems.Add(path, "when is no placeholder; write \"when\": \"{parameter}\"");
    }

    private static TemplateParameter? Read(JsonElement value, DocumentPath path, ProblemList problems)
    {
        if (DocumentObject.Read(value, path, problems, s_fields) is not { } document) return null;
        var type = document.Choice<TemplateParameterType>("type", required: true, s_types);
        document.TryText("description", required: true, out var description);
        if (!document.TryText("name", required: true, out var name) || type is null || description is null) return null;
        if (!TemplateText.IsName(name))
            problems.Add(document.At("name"), $"{DocumentText.Quote(name)} is no name; use lower-case letters, digits and '_'");
        if (type != TemplateParameterType.Integer && (document.Has("minimum") || document.Has("maximum")))
            problems.Add(path, "bounds something else than an integer");
        if (type != TemplateParameterType.Text && document.Has("values")) problems.Add(path, "lists values of something else than a text");
        var minimum = document.Integer("minimum", required: false, 0, int.MaxValue) ?? 0;
        var parameter = new TemplateParameter
        {
            Name = name,
            Type = type.Value,
            Description = description,
            Optional = document.Flag("optional", otherwise: false),
            Values = [.. document.Texts("values", required: document.Has("values")).Select(v => v.Text)],
            Minimum = minimum,
            Maximum = document.Integer("maximum", required: false, minimum, int.MaxValue) ?? int.MaxValue,
        };
        if (!document.TryValue("default", required: false, out var element)) return parameter;
        if (parameter.Optional) problems.Add(path, "is optional and has a default; keep one of the two");
        var (text, problem) = parameter.Read(element);
        if (problem is not null) problems.Add(document.At("default"), problem);
        return parameter with { Default = text };
    }
}
