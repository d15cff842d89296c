using System.Text;
using Google.Protobuf;
using Hss.Subscribers;
using Wire = Hss.Provisioning.V1;

namespace Hss.Cli.Ifc;

/// <summary>What the server's ServiceProfileService answers, worked out here from files, with the same messages.</summary>
internal static class IfcOffline
{
    private static readonly JsonParser s_parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    /// <summary>Templates of a folder; the ones that come with the command, unless one is named.</summary>
    /// Errors: <see cref="CliException"/> with all problems of the files in one line.
    public static IfcTemplates Templates(string? folder)
    {
        const string usual = "ifc-templates";
        var path = folder ?? (Directory.Exists(Path.Combine(usual, "services")) ? usual : Path.Combine(AppContext.BaseDirectory, usual));
        var reading = IfcTemplates.Load(path);
        return reading.Templates ?? throw new CliException($"the templates cannot be used: {string.Join("; ", reading.Problems)}");
    }

    /// <param name="isLines">One document in each line.</param>
    public static Wire.LintServiceProfileResponse Lint(byte[] content, bool isLines, IfcTemplates templates)
    {
        var response = new Wire.LintServiceProfileResponse();
        var number = 0;
        foreach (var line in isLines ? Lines(content) : [content])
        {
            number++;
            if (line.Span.Trim(" \t\r"u8).IsEmpty && isLines) continue;
            var place = isLines ? $"line {Output.Number(number)}: " : "";
            var document = IfcDocument.Read(line, templates);
            response.Errors.Add(document.Problems.Select(problem => IfcDocument.Problem(problem, place)));
            response.Warnings.Add(document.Warnings.Select(problem => IfcDocument.Problem(problem, place)));
        }
        return response;
    }

    public static Wire.RenderServiceProfileResponse Render(byte[] content, string? publicIdentity, IfcTemplates templates)
    {
        var document = Sound(content, templates);
        return new()
        {
            ServiceProfile = s_parser.Parse<Wire.ServiceProfile>(Encoding.UTF8.GetString(ServiceProfileJson.WriteRendered(document.Profile(publicIdentity)).Span)),
            UserDataXml = Encoding.UTF8.GetString(document.UserData(publicIdentity).Span),
            Warnings = { document.Warnings.Select(warning => IfcDocument.Problem(warning)) },
        };
    }

    public static Wire.SimulateResponse Simulate(byte[] content, string? publicIdentity, IfcTemplates templates, string message,
        Wire.ServicePointTrigger.Types.SessionCase? sessionCase, bool? registered, Wire.ServicePointTrigger.Types.RegistrationType? type)
    {
        var profile = Sound(content, templates).Profile(publicIdentity);
        var request = SipRequest.Read(message, out var problem) ?? throw new CliException($"the SIP request cannot be read: {problem}");
        // The names of the standard are the same here and in the API.
        var simulated = SimulatedRequest.Create(request, Same<SessionCase>(sessionCase), registered, Same<RegistrationType>(type), out problem) ?? throw new CliException(problem!);
        var verdicts = FilterSimulation.Run(profile, simulated, out problem) ?? throw new CliException(problem!, ExitCodes.Failed);
        var response = new Wire.SimulateResponse();
        foreach (var verdict in verdicts)
        {
            response.Evaluations.Add(new Wire.SimulateResponse.Types.Evaluation
            {
                Priority = verdict.Filter.Priority,
                ApplicationServer = verdict.Filter.ApplicationServer.ServerName,
                Template = verdict.Filter.Origin?.Template ?? "",
                TemplateSet = verdict.Filter.Origin?.TemplateSet ?? "",
                Fires = verdict.Fires,
                FiresInKamailio = verdict.FiresInKamailio,
                Reasons = { verdict.Reasons },
            });
            if (verdict.Fires) response.ApplicationServers.Add(verdict.Filter.ApplicationServer.ServerName);
            if (verdict.FiresInKamailio) response.ApplicationServersInKamailio.Add(verdict.Filter.ApplicationServer.ServerName);
        }
        return response;
    }

    public static IEnumerable<Wire.Template> List(IfcTemplates templates) => templates.Descriptions.Select(one => new Wire.Template
    {
        Name = one.Name, Version = one.Version, Description = one.Description, Reference = one.Reference,
        FirstPriority = one.FirstPriority, LastPriority = one.LastPriority, Parameters = { one.Parameters.Select(Parameter) },
        WorksWithKamailio = one.WorksWithKamailio, Requires = one.Requires ?? "",
    });

    public static IEnumerable<Wire.TemplateSet> Sets(IfcTemplates templates) => templates.SetDescriptions.Select(one =>
    {
        var set = new Wire.TemplateSet
        {
            Name = one.Name, Version = one.Version, Description = one.Description, WorksWithKamailio = one.WorksWithKamailio, Parameters = { one.Parameters.Select(Parameter) },
        };
        foreach (var reference in one.Templates)
        {
            var filter = new Wire.InitialFilterCriteria { Template = reference.Template };
            foreach (var (name, value) in reference.Parameters) filter.Parameters[name] = value;
            set.InitialFilterCriteria.Add(filter);
        }
        return set;
    });

    private static Wire.Template.Types.Parameter Parameter(TemplateParameter one) => new()
    {
        Name = one.Name,
        Description = one.Description,
        DefaultValue = one.Default ?? "",
        Optional = one.Optional,
        Values = { one.Values },
        Type = one.TypeName,
    };

    private static IfcDocument Sound(byte[] content, IfcTemplates templates)
    {
        var document = IfcDocument.Read(content, templates);
        if (document.Problems.IsEmpty) return document;
        throw new CliException($"the document has {Output.Number(document.Problems.Length)} {(document.Problems.Length == 1 ? "problem" : "problems")}: {document.Problems[0]}{(document.Problems.Length > 1 ? "; hss ifc lint shows all" : "")}", ExitCodes.Failed);
    }

    private static T? Same<T>(Enum? value) where T : struct, Enum => value is null ? null : Enum.Parse<T>(value.ToString(), ignoreCase: true);

    private static IEnumerable<ReadOnlyMemory<byte>> Lines(byte[] content)
    {
        for (var rest = content.AsMemory(); rest.Length > 0;)
        {
            var end = rest.Span.IndexOf((byte)'\n');
            yield return end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
        }
    }
}
