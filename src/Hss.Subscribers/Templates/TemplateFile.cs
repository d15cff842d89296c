using System.Collections.Immutable;
using System.Text.Json;

namespace Hss.Subscribers;

/// <summary>Reads and checks one template file. What passes here renders for every set of valid parameters.</summary>
/// Spec: ifc-templates/README.md.
internal sealed class TemplateFile(ProblemList problems)
{
    private static readonly string[] s_fields =
        ["name", "version", "description", "reference", "requires", "kamailio", "priorityBand", "parameters", "initialFilterCriteria"];
    private static readonly string[] s_bandFields = ["first", "last"];

    public static IfcTemplate? Read(string file, List<DocumentProblem> problems) =>
        JsonFile.Read(file, problems, (root, name, list) => new TemplateFile(list).Read(root, name));

    private IfcTemplate? Read(JsonElement root, string fileName)
    {
        if (DocumentObject.Read(root, DocumentPath.Root, problems, s_fields) is not { } document) return null;
        var name = JsonFile.Name(document, fileName, problems);
        document.TryText("version", required: true, out var version);
        document.TryText("description", required: true, out var text, DocumentText.MaxServiceInfoLength);
        document.TryText("reference", required: true, out var reference);
        document.TryText("requires", required: false, out var requires, DocumentText.MaxServiceInfoLength);
        var kamailio = document.Flag("kamailio", otherwise: true);
        if (!kamailio && !document.Has("requires"))
            problems.Add(document.At("requires"), "is missing; a template that Kamailio cannot use says what it requires");
        var band = document.Object("priorityBand", required: true, s_bandFields);
        var first = band?.Integer("first", required: true, 0, int.MaxValue);
        var last = band?.Integer("last", required: true, first ?? 0, int.MaxValue);
        var parameters = ParameterFile.ReadAll(document, problems);
        if (!document.TryValue("initialFilterCriteria", required: true, out var filters)) return null;
        var path = document.At("initialFilterCriteria");
        ParameterFile.CheckPlaceholders(filters, path, parameters, "template", problems);
        if (!problems.IsEmpty) return null;
        var description = new TemplateDescription
        {
            Name = name!,
            Version = version!,
            Description = text!,
            Reference = reference!,
            Requires = requires,
            WorksWithKamailio = kamailio,
            FirstPriority = first!.Value,
            LastPriority = last!.Value,
            Parameters = parameters,
        };
        var template = new IfcTemplate(description, JsonFile.AsArray(filters));
        Try(template, path);
        return template;
    }

    // Rendered with defaults, with every switch turned over by itself, and with everything given: whatever is wrong with the filters
    // themselves shows now, not at the first subscriber. One mistake would show in each trial, so the first trial with any is the last.
    private void Try(IfcTemplate template, DocumentPath path)
    {
        foreach (var (samples, isUsual) in ParameterFile.Trials(template.Description.Parameters))
        {
            var trial = new ProblemList();
            template.Render(samples, path, trial);
            foreach (var problem in trial.Problems) problems.Take(problem);
            foreach (var warning in trial.Warnings)
                // What Kamailio never fires is a fault of the template only when it says nothing about it, and none behind a switch.
                if (warning.Rule != "E7") problems.Take(warning);
                else if (isUsual && template.Description.WorksWithKamailio)
                    problems.Take(warning with { Message = warning.Message + "; say so with \"kamailio\": false and \"requires\"" });
            if (!problems.IsEmpty) return;
        }
    }
}
