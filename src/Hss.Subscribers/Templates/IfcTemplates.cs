using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>All templates of an installation, by name.</summary>
/// Order: names ascend ordinally.
public sealed class IfcTemplates
{
    /// <summary>No templates: a document that names one is refused.</summary>
    public static readonly IfcTemplates None = new([]);

    private readonly FrozenDictionary<string, IfcTemplate> _byName;

    internal IfcTemplates(IEnumerable<IfcTemplate> templates)
    {
        _byName = templates.ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);
        Names = [.. _byName.Keys.Order(StringComparer.Ordinal)];
    }

    public ImmutableArray<string> Names { get; }

    public IEnumerable<TemplateDescription> Descriptions => Names.Select(name => _byName[name].Description);

    public IfcTemplate? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Reads every file of <paramref name="folder"/>/services; one bad file and there are none.</summary>
    /// Why all or nothing: with half of the templates a start would look fine until the first subscriber needs the other half.
    /// Errors: in the result, each with file, place and mend. Nothing is thrown for a bad or missing file.
    public static IfcTemplatesReading Load(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var problems = new List<DocumentProblem>();
        var templates = new List<IfcTemplate>();
        var services = Path.Combine(folder, "services");
        try
        {
            foreach (var file in Directory.EnumerateFiles(services, "*.json").Order(StringComparer.Ordinal))
                if (TemplateFile.Read(file, problems) is { } template) templates.Add(template);
            if (templates.Count == 0 && problems.Count == 0) problems.Add(new(services, "holds no template; one .json file per service is expected there"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Add(new(services, $"cannot be read: {exception.Message}"));
        }
        return problems.Count == 0 ? new(new IfcTemplates(templates), []) : new(null, [.. problems]);
    }
}

/// <summary>The templates of a folder, or what is wrong with them. Exactly one of the two.</summary>
public sealed record IfcTemplatesReading(IfcTemplates? Templates, ImmutableArray<DocumentProblem> Problems);
