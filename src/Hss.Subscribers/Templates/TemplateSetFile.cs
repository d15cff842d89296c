using System.Collections.Immutable;
using System.Text.Json;

namespace Hss.Subscribers;

/// <summary>Reads and checks one file of a template set. What passes here renders for every set of valid parameters, without two equal priorities.</summary>
/// Spec: ifc-templates/README.md.
internal sealed class TemplateSetFile(IfcTemplates templates, ProblemList problems)
{
    private static readonly string[] s_fields = ["name", "version", "description", "parameters", "initialFilterCriteria"];
    private static readonly string[] s_referenceFields = ["template", "parameters", TemplateText.When];

    public static TemplateSet? Read(string file, IfcTemplates templates, List<DocumentProblem> problems) =>
        JsonFile.Read(file, problems, (root, name, list) => new TemplateSetFile(templates, list).Read(root, name));

    private TemplateSet? Read(JsonElement root, string fileName)
    {
        if (DocumentObject.Read(root, DocumentPath.Root, problems, s_fields) is not { } document) return null;
        var name = JsonFile.Name(document, fileName, problems);
        document.TryText("version", required: true, out var version);
        document.TryText("description", required: true, out var text, DocumentText.MaxServiceInfoLength);
        var parameters = ParameterFile.ReadAll(document, problems, required: false);
        var references = ImmutableArray.CreateBuilder<TemplateReference>();
        // Present and empty is a set like another: subscribers without any application server.
        if (!document.TryValue("initialFilterCriteria", required: true, out var list)) return null;
        foreach (var (item, path) in document.Items("initialFilterCriteria", required: false))
            if (ReadReference(item, path) is { } reference) references.Add(reference);
        ParameterFile.CheckPlaceholders(list, document.At("initialFilterCriteria"), parameters, "set", problems);
        if (!problems.IsEmpty) return null;
        var set = new TemplateSet(new()
        {
            Name = name!,
            Version = version!,
            Description = text!,
            Parameters = parameters,
            Templates = references.ToImmutable(),
            WorksWithKamailio = references.All(reference => templates.Find(reference.Template)!.Description.WorksWithKamailio),
        }, list);
        Try(set, document.At("initialFilterCriteria"));
        return set;
    }

    private TemplateReference? ReadReference(JsonElement item, DocumentPath path)
    {
        if (DocumentObject.Read(item, path, problems, s_referenceFields) is not { } reference
            || !reference.TryText("template", required: true, out var name)) return null;
        var given = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        if (reference.TryValue("parameters", required: false, out var values) && values.ValueKind == JsonValueKind.Object)
            foreach (var property in values.EnumerateObject())
                given.Add(new(property.Name, property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : property.Value.GetRawText()));
        if (templates.Find(name) is not null) return new(name, given.ToImmutable());
        problems.Add(reference.At("template"), $"{DocumentText.Quote(name)} is no template; it is one of {string.Join(", ", templates.Names)}");
        return null;
    }

    private void Try(TemplateSet set, DocumentPath path)
    {
        foreach (var (samples, _) in ParameterFile.Trials(set.Description.Parameters))
        {
            var trial = new ProblemList();
            var rendered = set.Render(templates, samples, path, trial);
            foreach (var equal in (rendered?.Filters ?? []).GroupBy(filter => filter.Priority).Where(group => group.Count() > 1))
                trial.Add(path, $"gives priority {equal.Key} to {string.Join(" and ", equal.Select(filter => filter.Origin!.Template))}; "
                    + "give one of them its parameter priority", "E5");
            foreach (var problem in trial.Problems) problems.Take(problem);
            // Its templates have said whether Kamailio can use them.
            foreach (var warning in trial.Warnings.Where(warning => warning.Rule != "E7")) problems.Take(warning);
            if (!problems.IsEmpty) return;
        }
    }
}
