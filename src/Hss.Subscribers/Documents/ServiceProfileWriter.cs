using System.Text.Json;
using static Hss.Subscribers.SubscriptionWriter;

namespace Hss.Subscribers;

/// <summary>What of a service profile is written.</summary>
internal enum ServiceProfileForm
{
    /// <summary>As an operator would write it: references to templates and sets.</summary>
    Document,

    /// <summary>As the store keeps it: filters rendered, each with the reference it came from.</summary>
    Stored,

    /// <summary>Filters rendered, shared ones among them, and nothing said of where they came from: what an S-CSCF evaluates.</summary>
    WrittenOut,
}

/// <summary>Writes service profiles as JSON.</summary>
/// Order: references to sets first, then filters by priority. Spec: TS 29.228 B.2.2.
internal static class ServiceProfileWriter
{
    public static void Write(Utf8JsonWriter json, ServiceProfile profile, ServiceProfileForm form)
    {
        json.WriteStartObject();
        json.WriteString("name", profile.Name);
        WriteFilters(json, profile, form);
        if (form == ServiceProfileForm.Stored && !profile.TemplateSets.IsEmpty) WriteAll(json, "templateSets", profile.TemplateSets, WriteOrigin);
        if (form != ServiceProfileForm.WrittenOut && !profile.SharedFilterSets.IsEmpty)
            WriteAll(json, "sharedFilterSets", profile.SharedFilterSets, (j, set) => WriteSharedSet(j, set, form));
        if (profile.CoreNetworkServicesAuthorization is { } authorization)
        {
            json.WriteStartObject("coreNetworkServicesAuthorization");
            if (authorization.SubscribedMediaProfileId is { } media) json.WriteNumber("subscribedMediaProfileId", media);
            if (authorization.ServiceIds is { } services) WriteTexts(json, "serviceIds", services);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void WriteFilters(Utf8JsonWriter json, ServiceProfile profile, ServiceProfileForm form)
    {
        if (form == ServiceProfileForm.WrittenOut)
        {
            WriteAll(json, "initialFilterCriteria", [.. profile.AllFilters], (j, filter) => WriteFilter(j, filter, form));
            return;
        }
        var sets = form == ServiceProfileForm.Document ? profile.TemplateSets : [];
        if (profile.InitialFilterCriteria.IsEmpty && sets.IsEmpty) return;
        json.WriteStartArray("initialFilterCriteria");
        foreach (var set in sets) WriteReference(json, "templateSet", set);
        var written = new List<TemplateReference>();
        foreach (var filter in profile.InitialFilterCriteria)
            if (form == ServiceProfileForm.Stored || filter.Origin is not { } origin) WriteFilter(json, filter, form);
            // A filter of a set is said by the set; filters of one template are said once, at the first of them.
            else if (origin.TemplateSet is null && !written.Exists(origin.IsSameAs))
            {
                WriteReference(json, "template", origin);
                written.Add(origin);
            }
        json.WriteEndArray();
    }

    // Stored with its filters, shown by its number: as a template is.
    private static void WriteSharedSet(Utf8JsonWriter json, SharedFilterSet set, ServiceProfileForm form)
    {
        if (form == ServiceProfileForm.Document)
        {
            json.WriteNumberValue(set.Id);
            return;
        }
        json.WriteStartObject();
        json.WriteNumber("id", set.Id);
        WriteAll(json, "initialFilterCriteria", set.InitialFilterCriteria, (j, filter) => WriteFilter(j, filter, form));
        json.WriteEndObject();
    }

    private static void WriteReference(Utf8JsonWriter json, string kind, TemplateReference reference)
    {
        json.WriteStartObject();
        json.WriteString(kind, reference.Template);
        WriteParameters(json, reference);
        json.WriteEndObject();
    }

    private static void WriteOrigin(Utf8JsonWriter json, TemplateReference origin)
    {
        json.WriteStartObject();
        json.WriteString("template", origin.Template);
        if (origin.TemplateSet is not null) json.WriteString("templateSet", origin.TemplateSet);
        WriteParameters(json, origin);
        json.WriteEndObject();
    }

    private static void WriteParameters(Utf8JsonWriter json, TemplateReference reference)
    {
        json.WriteStartObject("parameters");
        foreach (var (name, value) in reference.Parameters) json.WriteString(name, value);
        json.WriteEndObject();
    }

    private static void WriteFilter(Utf8JsonWriter json, InitialFilterCriteria filter, ServiceProfileForm form)
    {
        json.WriteStartObject();
        json.WriteNumber("priority", filter.Priority);
        if (filter.ProfilePartIndicator is { } part) json.WriteString("profilePartIndicator", NameIn(FilterReader.ProfileParts, part));
        if (filter.TriggerPoint is { } triggerPoint)
        {
            json.WriteStartObject("triggerPoint");
            json.WriteBoolean("conditionTypeCnf", triggerPoint.ConditionTypeCnf);
            WriteAll(json, "servicePointTriggers", triggerPoint.ServicePointTriggers, WriteTrigger);
            json.WriteEndObject();
        }
        WriteServer(json, filter.ApplicationServer);
        if (!filter.DsaiTags.IsEmpty) WriteTexts(json, "dsaiTags", filter.DsaiTags);
        if (form == ServiceProfileForm.Stored && filter.Origin is { } origin)
        {
            json.WritePropertyName("origin");
            WriteOrigin(json, origin);
        }
        json.WriteEndObject();
    }

    private static void WriteTrigger(Utf8JsonWriter json, ServicePointTrigger trigger)
    {
        json.WriteStartObject();
        json.WriteStartArray("groups");
        foreach (var group in trigger.Groups) json.WriteNumberValue(group);
        json.WriteEndArray();
        if (trigger.Negated) json.WriteBoolean("negated", true);
        if (trigger.Method is not null) json.WriteString("method", trigger.Method);
        if (trigger.RequestUri is not null) json.WriteString("requestUri", trigger.RequestUri);
        if (trigger.SipHeader is { } header) WritePair(json, "sipHeader", "header", header.Header, header.Content);
        if (trigger.SessionCase is { } sessionCase) json.WriteString("sessionCase", NameIn(FilterReader.SessionCases, sessionCase));
        if (trigger.SessionDescription is { } description)
            WritePair(json, "sessionDescription", "line", description.Line, description.Content);
        if (!trigger.RegistrationTypes.IsEmpty)
            WriteTexts(json, "registrationTypes", trigger.RegistrationTypes.Select(type => NameIn(FilterReader.RegistrationTypes, type)));
        json.WriteEndObject();
    }

    private static void WriteServer(Utf8JsonWriter json, ApplicationServer server)
    {
        json.WriteStartObject("applicationServer");
        json.WriteString("serverName", server.ServerName);
        if (server.DefaultHandling is { } handling) json.WriteString("defaultHandling", NameIn(FilterReader.DefaultHandlings, handling));
        if (server.ServiceInfo is not null) json.WriteString("serviceInfo", server.ServiceInfo);
        if (server.IncludeRegisterRequest) json.WriteBoolean("includeRegisterRequest", true);
        if (server.IncludeRegisterResponse) json.WriteBoolean("includeRegisterResponse", true);
        json.WriteEndObject();
    }

    private static void WritePair(Utf8JsonWriter json, string name, string first, string value, string? content)
    {
        json.WriteStartObject(name);
        json.WriteString(first, value);
        if (content is not null) json.WriteString("content", content);
        json.WriteEndObject();
    }
}
