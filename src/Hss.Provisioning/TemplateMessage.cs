using Hss.Subscribers;

namespace Hss.Provisioning;

/// <summary>Templates, problems and verdicts as messages.</summary>
internal static class TemplateMessage
{
    public static V1.Template Of(TemplateDescription template) => new()
    {
        Name = template.Name,
        Version = template.Version,
        Description = template.Description,
        Reference = template.Reference,
        FirstPriority = template.FirstPriority,
        LastPriority = template.LastPriority,
        WorksWithKamailio = template.WorksWithKamailio,
        Requires = template.Requires ?? "",
        Parameters = { template.Parameters.Select(Of) },
    };

    public static V1.TemplateSet Of(TemplateSetDescription set) => new()
    {
        Name = set.Name,
        Version = set.Version,
        Description = set.Description,
        WorksWithKamailio = set.WorksWithKamailio,
        Parameters = { set.Parameters.Select(Of) },
        InitialFilterCriteria = { set.Templates.Select(Of) },
    };

    public static V1.Problem Of(DocumentProblem problem, string field) => new() { Field = field, Description = problem.Message, Rule = problem.Rule ?? "" };

    public static V1.SimulateResponse.Types.Evaluation Of(FilterVerdict verdict) => new()
    {
        Priority = verdict.Filter.Priority,
        ApplicationServer = verdict.Filter.ApplicationServer.ServerName,
        Template = verdict.Filter.Origin?.Template ?? "",
        TemplateSet = verdict.Filter.Origin?.TemplateSet ?? "",
        Fires = verdict.Fires,
        FiresInKamailio = verdict.FiresInKamailio,
        Reasons = { verdict.Reasons },
    };

    // The message has a value for "not said" in front of those of the standard.
    public static SessionCase? SessionCaseOf(V1.ServicePointTrigger.Types.SessionCase value) =>
        Enum.IsDefined((SessionCase)((int)value - 1)) ? (SessionCase)((int)value - 1) : null;

    public static RegistrationType? RegistrationTypeOf(V1.ServicePointTrigger.Types.RegistrationType value) =>
        Enum.IsDefined((RegistrationType)((int)value - 1)) ? (RegistrationType)((int)value - 1) : null;

    private static V1.InitialFilterCriteria Of(TemplateReference reference)
    {
        var message = new V1.InitialFilterCriteria { Template = reference.Template };
        foreach (var (name, value) in reference.Parameters) message.Parameters[name] = value;
        return message;
    }

    private static V1.Template.Types.Parameter Of(TemplateParameter parameter)
    {
        var message = new V1.Template.Types.Parameter
        {
            Name = parameter.Name,
            Type = parameter.TypeName,
            Description = parameter.Description,
            DefaultValue = parameter.Default ?? "",
            Optional = parameter.Optional,
            Values = { parameter.Values },
        };
        if (parameter.Type != TemplateParameterType.Integer) return message;
        message.Minimum = parameter.Minimum;
        message.Maximum = parameter.Maximum;
        return message;
    }
}
