using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>All templates of an installation by name, its sets of templates by name, and its shared filter sets by number.</summary>
/// Order: names ascend ordinally.
public sealed class IfcTemplates
{
    /// <summary>No templates: a document that names one is refused.</summary>
    public static readonly IfcTemplates None = new([], []);

    private readonly FrozenDictionary<string, IfcTemplate> _byName;

    private readonly FrozenDictionary<int, SharedFilterSet> _shared;

    private readonly FrozenDictionary<string, TemplateSet> _sets;

    internal IfcTemplates(IEnumerable<IfcTemplate> templates, IEnumerable<SharedFilterSet> shared, IEnumerable<TemplateSet>? sets = null)
    {
        _sets = (sets ?? []).ToFrozenDictionary(set => set.Name, StringComparer.Ordinal);
        SetNames = [.. _sets.Keys.Order(StringComparer.Ordinal)];
        _shared = shared.ToFrozenDictionary(set => set.Id);
        SharedIds = [.. _shared.Keys.Order()];
        _byName = templates.ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);
        Names = [.. _byName.Keys.Order(StringComparer.Ordinal)];
    }

    public ImmutableArray<string> Names { get; }

    public IEnumerable<TemplateDescription> Descriptions => Names.Select(name => _byName[name].Description);

    /// <summary>Names of the sets of templates, in ordinal order.</summary>
    public ImmutableArray<string> SetNames { get; }

    public IEnumerable<TemplateSetDescription> SetDescriptions => SetNames.Select(name => _sets[name].Description);

    public TemplateSet? FindSet(string name) => _sets.GetValueOrDefault(name);

    /// <summary>Numbers of the shared filter sets, ascending.</summary>
    public ImmutableArray<int> SharedIds { get; }

    public SharedFilterSet? FindShared(int id) => _shared.GetValueOrDefault(id);

    public IfcTemplate? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Reads every file of <paramref name="folder"/>/services and, where there are such folders, of sets and shared; one bad file and there are none.</summary>
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
            if (templates.Count == 0 && problems.Count == 0)
                problems.Add(new(services, "holds no template; one .json file per service is expected there"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Add(new(services, $"cannot be read: {exception.Message}"));
        }
        var shared = new Dictionary<int, SharedFilterSet>();
        foreach (var file in Files(Path.Combine(folder, "shared"), problems))
            if (SharedFilterSetFile.Read(file, problems) is { } set && !shared.TryAdd(set.Id, set))
                problems.Add(new(file, $"id {set.Id} stands in another file of this folder, too; give it a number of its own"));
        // Sets are tried with the templates they name; while a template is broken, that would only repeat its problems.
        if (problems.Count > 0) return new(null, [.. problems]);
        var alone = new IfcTemplates(templates, shared.Values);
        var sets = new List<TemplateSet>();
        foreach (var file in Files(Path.Combine(folder, "sets"), problems))
            if (TemplateSetFile.Read(file, alone, problems) is { } set) sets.Add(set);
        return problems.Count == 0 ? new(new IfcTemplates(templates, shared.Values, sets), []) : new(null, [.. problems]);
    }

    private static string[] Files(string folder, List<DocumentProblem> problems)
    {
        try
        {
            return Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal)] : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Add(new(folder, $"cannot be read: {exception.Message}"));
            return [];
        }
    }
}

/// <summary>The templates of a folder, or what is wrong with them. Exactly one of the two.</summary>
public sealed record IfcTemplatesReading(IfcTemplates? Templates, ImmutableArray<DocumentProblem> Problems);
