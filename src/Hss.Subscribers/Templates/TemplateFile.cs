using System.Collections.Immutable;
using System.Text.Json;

namespace Hss.Subscribers;

/// <summary>Reads and checks one template file. What passes here renders for every set of valid parameters.</summary>
/// Spec: ifc-templates/README.md.
internal sealed class TemplateFile(ProblemList problems)
{
    /// <summary>Longer files are not templates.</summary>
    private const int MaxFileBytes = 64 * 1024;

    private static readonly string[] s_fields =
        ["name", "version", "description", "reference", "priorityBand", "parameters", "initialFilterCriteria"];
    private static readonly string[] s_bandFields = ["first", "last"];
    private static readonly string[] s_parameterFields =
        ["name", "type", "description", "default", "optional", "values", "minimum", "maximum"];
    private static readonly (string, TemplateParameterType)[] s_types =
    [
        ("sip-uri", TemplateParameterType.SipUri), ("text", TemplateParameterType.Text), ("regex", TemplateParameterType.RegularExpression),
        ("integer", TemplateParameterType.Integer), ("boolean", TemplateParameterType.Boolean),
    ];

    public static IfcTemplate? Read(string file, List<DocumentProblem> problems)
    {
        var list = new ProblemList();
        IfcTemplate? template = null;
        try
        {
            if (new FileInfo(file).Length > MaxFileBytes) list.Add(DocumentPath.Root, $"is longer than {MaxFileBytes} octets");
            else
            {
                using var document = JsonDocument.Parse(File.ReadAllBytes(file), new() { MaxDepth = 16 });
                template = new TemplateFile(list).Read(document.RootElement, Path.GetFileNameWithoutExtension(file));
            }
        }
        catch (JsonException exception)
        {
            list.Add(DocumentPath.Root, $"no valid JSON at line {exception.LineNumber + 1}, octet {exception.BytePositionInLine + 1}: {exception.Message}");
        }
        catch (InvalidOperationException)
        {
            list.Add(DocumentPath.Root, "holds an escape that makes no text");
        }
        problems.AddRange(list.Problems.Concat(list.Warnings).Select(p => p with { Path = p.Path.Length == 0 ? file : $"{file}: {p.Path}" }));
        return list.IsEmpty && list.Warnings.IsEmpty ? template : null;
    }

    private IfcTemplate? Read(JsonElement root, string fileName)
    {
        if (DocumentObject.Read(root, DocumentPath.Root, problems, s_fields) is not { } document) return null;
        if (document.TryText("name", required: true, out var name) && name != fileName)
            problems.Add(document.At("name"), $"is {DocumentText.Quote(name)}; the file is named {DocumentText.Quote(fileName)}, and the two are equal");
        document.TryText("version", required: true, out var version);
        document.TryText("description", required: true, out var text, DocumentText.MaxServiceInfoLength);
        document.TryText("reference", required: true, out var reference);
        var band = document.Object("priorityBand", required: true, s_bandFields);
        var first = band?.Integer("first", required: true, 0, int.MaxValue);
        var last = band?.Integer("last", required: true, first ?? 0, int.MaxValue);
        var parameters = ReadParameters(document);
        if (!document.TryValue("initialFilterCriteria", required: true, out var filter)) return null;
        CheckPlaceholders(filter, document.At("initialFilterCriteria"), parameters);
        if (!problems.IsEmpty) return null;
        var description = new TemplateDescription
        {
            Name = name!,
            Version = version!,
            Description = text!,
            Reference = reference!,
            FirstPriority = first!.Value,
            LastPriority = last!.Value,
            Parameters = parameters,
        };
        var template = new IfcTemplate(description, filter);
        TryRender(template, document.At("initialFilterCriteria"));
        return template;
    }

    private ImmutableArray<TemplateParameter> ReadParameters(DocumentObject document)
    {
        var parameters = ImmutableArray.CreateBuilder<TemplateParameter>();
        foreach (var (value, path) in document.Items("parameters", required: true))
        {
            if (ReadParameter(value, path) is not { } parameter) continue;
            if (parameters.Any(p => p.Name == parameter.Name)) problems.Add(path.Field("name"), $"{DocumentText.Quote(parameter.Name)} stands here twice; rename one");
            parameters.Add(parameter);
        }
        return parameters.ToImmutable();
    }

    private TemplateParameter? ReadParameter(JsonElement value, DocumentPath path)
    {
        if (DocumentObject.Read(value, path, problems, s_parameterFields) is not { } document) return null;
        var type = document.Choice<TemplateParameterType>("type", required: true, s_types);
        document.TryText("description", required: true, out var description);
        if (!document.TryText("name", required: true, out var name) || type is null || description is null) return null;
        if (!TemplateText.IsName(name)) problems.Add(document.At("name"), $"{DocumentText.Quote(name)} is no name; use lower-case letters, digits and '_'");
        if (type != TemplateParameterType.Integer && (document.Has("minimum") || document.Has("maximum"))) problems.Add(path, "bounds something else than an integer");
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

    private void CheckPlaceholders(JsonElement filter, DocumentPath path, ImmutableArray<TemplateParameter> parameters)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, field, isWhole) in TemplateText.Placeholders(filter))
        {
            used.Add(name);
            if (parameters.FirstOrDefault(p => p.Name == name) is not { } parameter)
                problems.Add(path, $"{field} uses {{{name}}}, which is no parameter of this template");
            else if (!isWhole && (parameter.Type == TemplateParameterType.Boolean || parameter.Optional))
                problems.Add(path, $"{field} has {{{name}}} inside a longer text; a boolean or optional parameter stands alone");
            else if (parameter.Type == TemplateParameterType.RegularExpression && !TemplateText.IsPattern(field))
                problems.Add(path, $"{field} uses {{{name}}}, a regular expression, but is no pattern");
        }
        foreach (var parameter in parameters.Where(p => !used.Contains(p.Name))) problems.Add(path, $"does not use the parameter {parameter.Name}");
    }

    // Rendered once with defaults and plain samples: whatever is wrong with the filter itself shows now, not at the first subscriber.
    private void TryRender(IfcTemplate template, DocumentPath path)
    {
        var samples = template.Description.Parameters.Where(p => p.Default is null).ToDictionary(p => p.Name, p => p.Type switch
        {
            TemplateParameterType.SipUri => "sip:as.example.com",
            TemplateParameterType.Integer => p.Minimum.ToString(System.Globalization.CultureInfo.InvariantCulture),
            TemplateParameterType.Boolean => "true",
            _ => p.Values.IsEmpty ? "sample" : p.Values[0],
        });
        template.Render(JsonSerializer.SerializeToElement(samples), path, problems);
    }
}
