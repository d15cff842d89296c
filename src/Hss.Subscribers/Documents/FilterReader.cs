using System.Collections.Immutable;
using System.Text.Json;

namespace Hss.Subscribers;

/// <summary>Where the JSON of a filter comes from.</summary>
internal enum FilterForm
{
    /// <summary>A document: checked for what is wrong and for what is unwise.</summary>
    Document,

    /// <summary>A template: as a document, but with its groups numbered anew, since a switched-off condition may leave a gap.</summary>
    Rendered,

    /// <summary>The store: it has an origin, and it was checked for what is merely unwise when it was provisioned.</summary>
    Stored,
}

/// <summary>Reads one initial filter criteria that is written out, in a document, in a template or in the stored form.</summary>
/// Spec: TS 29.228 B.2.2, B.2.3, Annex E, Annex F.
internal static class FilterReader
{
    /// <summary>S-CSCFs copy a pattern into 256 octets; Kamailio's reader adds ":" and a zero to a header name without looking.</summary>
    public const int MaxPatternLength = 253;

    public static readonly (string, DefaultHandling)[] DefaultHandlings =
        [("SESSION_CONTINUED", DefaultHandling.SessionContinued), ("SESSION_TERMINATED", DefaultHandling.SessionTerminated)];

    public static readonly (string, ProfilePartIndicator)[] ProfileParts =
        [("REGISTERED", ProfilePartIndicator.Registered), ("UNREGISTERED", ProfilePartIndicator.Unregistered)];

    public static readonly (string, SessionCase)[] SessionCases =
    [
        ("ORIGINATING_REGISTERED", SessionCase.OriginatingRegistered), ("TERMINATING_REGISTERED", SessionCase.TerminatingRegistered),
        ("TERMINATING_UNREGISTERED", SessionCase.TerminatingUnregistered), ("ORIGINATING_UNREGISTERED", SessionCase.OriginatingUnregistered),
        ("ORIGINATING_CDIV", SessionCase.OriginatingCdiv),
    ];

    // The standard writes RE-REGISTRATION; an enumeration of protocol buffers cannot. Both are read, the second is written.
    public static readonly (string, RegistrationType)[] RegistrationTypes =
    [
        ("INITIAL_REGISTRATION", RegistrationType.InitialRegistration), ("RE_REGISTRATION", RegistrationType.ReRegistration),
        ("DE_REGISTRATION", RegistrationType.DeRegistration), ("RE-REGISTRATION", RegistrationType.ReRegistration),
        ("DE-REGISTRATION", RegistrationType.DeRegistration),
    ];

    private static readonly string[] s_fields = ["priority", "profilePartIndicator", "triggerPoint", "applicationServer", "dsaiTags"];
    private static readonly string[] s_storedFields = [.. s_fields, "origin"];
    private static readonly string[] s_originFields = ["template", "templateSet", "parameters"];
    private static readonly string[] s_triggerPointFields = ["conditionTypeCnf", "servicePointTriggers"];
    private static readonly string[] s_triggerFields =
        ["groups", "negated", "method", "requestUri", "sipHeader", "sessionCase", "sessionDescription", "registrationTypes"];
    private static readonly string[] s_kinds = ["method", "requestUri", "sipHeader", "sessionCase", "sessionDescription"];
    private static readonly string[] s_headerFields = ["header", "content"];
    private static readonly string[] s_descriptionFields = ["line", "content"];
    private static readonly string[] s_serverFields =
        ["serverName", "defaultHandling", "serviceInfo", "includeRegisterRequest", "includeRegisterResponse"];

    public static InitialFilterCriteria? Read(JsonElement value, DocumentPath path, ProblemList problems, FilterForm form = FilterForm.Document)
    {
        var stored = form == FilterForm.Stored;
        if (DocumentObject.Read(value, path, problems, stored ? s_storedFields : s_fields) is not { } document) return null;
        var priority = document.Integer("priority", required: true, 0, int.MaxValue);
        var part = document.Choice<ProfilePartIndicator>("profilePartIndicator", required: false, ProfileParts);
        var hasTriggerPoint = document.TryValue("triggerPoint", required: false, out var triggerPointValue);
        var triggerPoint = hasTriggerPoint ? ReadTriggerPoint(triggerPointValue, document.At("triggerPoint"), problems) : null;
        var server = document.Object("applicationServer", required: true, s_serverFields) is { } serverObject
            ? ReadServer(serverObject, problems) : null;
        var tags = ReadTags(document, problems);
        if (priority is null || server is null || (hasTriggerPoint && triggerPoint is null)) return null;
        if (form == FilterForm.Rendered && triggerPoint is not null) triggerPoint = WithoutGaps(triggerPoint);
        var filter = new InitialFilterCriteria
        {
            Priority = priority.Value,
            TriggerPoint = triggerPoint,
            ApplicationServer = server,
            ProfilePartIndicator = part,
            DsaiTags = tags,
            Origin = stored && document.TryValue("origin", required: false, out var origin)
                ? ReadOrigin(origin, document.At("origin"), problems) : null,
        };
        if (!stored) FilterLint.Check(filter, path, problems);
        return filter;
    }

    private static TriggerPoint WithoutGaps(TriggerPoint triggerPoint)
    {
        var groups = triggerPoint.ServicePointTriggers.SelectMany(trigger => trigger.Groups).Distinct().Order().ToList();
        return triggerPoint with
        {
            ServicePointTriggers = [.. triggerPoint.ServicePointTriggers.Select(trigger => trigger with { Groups = [.. trigger.Groups.Select(group => groups[0] + groups.IndexOf(group))] })],
        };
    }

    private static TriggerPoint? ReadTriggerPoint(JsonElement value, DocumentPath path, ProblemList problems)
    {
        if (DocumentObject.Read(value, path, problems, s_triggerPointFields) is not { } document) return null;
        var triggers = ImmutableArray.CreateBuilder<ServicePointTrigger>();
        foreach (var (item, itemPath) in document.Items("servicePointTriggers", required: true))
            if (ReadTrigger(item, itemPath, problems) is { } trigger) triggers.Add(trigger);
        // With one trigger both readings are the same; with more, leaving it out would silently choose between AND and OR.
        if (triggers.Count > 1 && !document.Has("conditionTypeCnf"))
            problems.Add(document.At("conditionTypeCnf"),
                "is missing; true joins groups by AND and triggers inside a group by OR, false the other way round");
        return new() { ConditionTypeCnf = document.Flag("conditionTypeCnf", otherwise: false), ServicePointTriggers = triggers.ToImmutable() };
    }

    private static ServicePointTrigger? ReadTrigger(JsonElement value, DocumentPath path, ProblemList problems)
    {
        if (DocumentObject.Read(value, path, problems, s_triggerFields) is not { } document) return null;
        var groups = ImmutableArray.CreateBuilder<int>();
        foreach (var (item, itemPath) in document.Items("groups", required: true))
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out var group) || group < 0)
            {
                problems.Add(itemPath, "is no group; groups are whole numbers from 0 on", "E6");
                continue;
            }
            if (groups.Contains(group)) problems.Add(itemPath, $"names group {group} twice; remove one");
            groups.Add(group);
        }
        if (s_kinds.Count(document.Has) != 1) problems.Add(path, $"needs exactly one of {string.Join(", ", s_kinds)}");
        var method = ReadMethod(document, problems);
        return new()
        {
            Groups = groups.ToImmutable(),
            Negated = document.Flag("negated", otherwise: false),
            Method = method,
            RequestUri = Pattern(document, "requestUri", required: false, problems),
            SipHeader = document.Object("sipHeader", required: false, s_headerFields) is { } header
                ? new(Pattern(header, "header", required: true, problems) ?? "", Pattern(header, "content", required: false, problems)) : null,
            SessionCase = document.Choice<SessionCase>("sessionCase", required: false, SessionCases),
            SessionDescription = document.Object("sessionDescription", required: false, s_descriptionFields) is { } description
                ? new(Pattern(description, "line", required: true, problems) ?? "", Pattern(description, "content", required: false, problems)) : null,
            RegistrationTypes = ReadRegistrationTypes(document, method, problems),
        };
    }

    private static string? ReadMethod(DocumentObject document, ProblemList problems)
    {
        if (!document.TryText("method", required: false, out var method)) return null;
        // RFC 3261 25.1: a token; methods are case-sensitive and every known one is written in capitals.
        if (method.All(char.IsAsciiLetterUpper)) return method;
        problems.Add(document.At("method"), $"{DocumentText.Quote(method)} is no SIP method; write it in capitals, as INVITE");
        return null;
    }

    private static ImmutableArray<RegistrationType> ReadRegistrationTypes(DocumentObject document, string? method, ProblemList problems)
    {
        var types = ImmutableArray.CreateBuilder<RegistrationType>();
        foreach (var (text, path) in document.Texts("registrationTypes", required: false))
            if (DocumentObject.Choice<RegistrationType>(text, path, problems, RegistrationTypes) is { } type && !types.Contains(type))
                types.Add(type);
        if (types.Count > 0 && method is not null and not "REGISTER" || types.Count > 0 && !document.Has("method"))
            problems.Add(document.At("registrationTypes"), "stands beside something else than method REGISTER; remove it");
        // All three together are what absence means, and the schema has room for two.
        return types.Count == 3 ? [] : types.ToImmutable();
    }

    private static ApplicationServer? ReadServer(DocumentObject document, ProblemList problems)
    {
        document.TryText("serviceInfo", required: false, out var serviceInfo, DocumentText.MaxServiceInfoLength, allowLineEnds: true);
        var handling = document.Choice<DefaultHandling>("defaultHandling", required: false, DefaultHandlings);
        var request = document.Flag("includeRegisterRequest", otherwise: false);
        var response = document.Flag("includeRegisterResponse", otherwise: false);
        if (!document.TryText("serverName", required: true, out var name)) return null;
        if (SipServerName.Problem(name) is { } problem)
        {
            problems.Add(document.At("serverName"), $"{DocumentText.Quote(name)} {problem}", "E8");
            return null;
        }
        return new()
        {
            ServerName = name,
            DefaultHandling = handling,
            ServiceInfo = serviceInfo,
            IncludeRegisterRequest = request,
            IncludeRegisterResponse = response,
        };
    }

    private static ImmutableArray<string> ReadTags(DocumentObject document, ProblemList problems)
    {
        var tags = ImmutableArray.CreateBuilder<string>();
        foreach (var (tag, path) in document.Texts("dsaiTags", required: false))
            if (DsaiTagName.Problem(tag) is { } problem) problems.Add(path, $"{DocumentText.Quote(tag)} {problem}");
            else tags.Add(tag);
        return tags.ToImmutable();
    }

    private static string? Pattern(DocumentObject document, string name, bool required, ProblemList problems)
    {
        if (!document.TryText(name, required, out var pattern, MaxPatternLength)) return null;
        if (ExtendedRegularExpression.Problem(pattern) is { } problem)
            problems.Add(document.At(name), $"{DocumentText.Quote(pattern)} {problem}", "E4");
        return pattern;
    }

    /// <summary>A reference as the store keeps it.</summary>
    public static TemplateReference? ReadOrigin(JsonElement value, DocumentPath path, ProblemList problems)
    {
        if (DocumentObject.Read(value, path, problems, s_originFields) is not { } document
            || !document.TryText("template", required: true, out var template)) return null;
        document.TryText("templateSet", required: false, out var set);
        var parameters = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        if (document.TryValue("parameters", required: true, out var list) && list.ValueKind == JsonValueKind.Object)
            foreach (var property in list.EnumerateObject()) parameters.Add(new(property.Name, property.Value.GetString() ?? ""));
        return new(template, parameters.ToImmutable(), set);
    }
}
