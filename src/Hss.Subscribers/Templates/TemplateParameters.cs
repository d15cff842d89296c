using System.Collections.Immutable;
using System.Text.Json;

namespace Hss.Subscribers;

/// <summary>Reads the values that a reference gives to the parameters of a template or of a set.</summary>
internal static class TemplateParameters
{
    /// <summary>The values given, in the order of the parameters, or null and the problems.</summary>
    /// <param name="owner">As it is called in a problem: "template mmtel-originating".</param>
    public static ImmutableArray<KeyValuePair<string, string>>? Read(
        ImmutableArray<TemplateParameter> parameters, string owner, JsonElement? values, DocumentPath path, ProblemList problems)
    {
        DocumentObject? document = null;
        if (values is { } value && (document = DocumentObject.Read(value, path, problems, [.. parameters.Select(p => p.Name)])) is null) return null;
        var before = problems.Count;
        var given = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (var parameter in parameters)
        {
            if (document is null || !document.TryValue(parameter.Name, required: false, out var element))
            {
                if (parameter.Default is null && !parameter.Optional)
                    problems.Add(path.Field(parameter.Name), $"is missing; {owner} needs it: {parameter.Description}");
                continue;
            }
            var (text, problem) = parameter.Read(element);
            if (problem is not null) problems.Add(path.Field(parameter.Name), problem);
            else given.Add(new(parameter.Name, text!));
        }
        return problems.Count == before ? given.ToImmutable() : null;
    }

    public static Dictionary<string, TemplateValue> WithDefaults(
        ImmutableArray<TemplateParameter> parameters, ImmutableArray<KeyValuePair<string, string>> given)
    {
        var values = new Dictionary<string, TemplateValue>(StringComparer.Ordinal);
        foreach (var parameter in parameters)
            if (given.FirstOrDefault(g => g.Key == parameter.Name).Value is { } text) values[parameter.Name] = new(parameter, text);
            else if (parameter.Default is not null) values[parameter.Name] = new(parameter, parameter.Default);
        return values;
    }
}
