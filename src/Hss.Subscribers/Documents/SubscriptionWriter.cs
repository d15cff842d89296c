using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hss.Authentication;

namespace Hss.Subscribers;

/// <summary>Writes subscription documents without secrets.</summary>
/// Shape: fields in the order of the contract; what is absent or has its default value is left out.
internal static class SubscriptionWriter
{
    // The default encoder escapes '+', which every telephone number has.
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly AuthenticationSchemes[] s_schemes =
    [
        AuthenticationSchemes.DigestAkaV1Md5, AuthenticationSchemes.SipDigest, AuthenticationSchemes.LegacyDigestMd5, AuthenticationSchemes.NassBundled,
        AuthenticationSchemes.EarlyImsSecurity,
    ];

    /// <param name="stored">True: filters as they are, each with its origin. False: an origin stands for its filter.</param>
    public static ReadOnlyMemory<byte> Write(Subscription subscription, bool stored)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, s_options))
        {
            json.WriteStartObject();
            json.WriteString("subscriptionId", subscription.SubscriptionId);
            WriteAll(json, "privateIdentities", subscription.PrivateIdentities, (j, identity) => WritePrivateIdentity(j, identity, stored));
            WriteAll(json, "implicitRegistrationSets", subscription.ImplicitRegistrationSets, WriteSet);
            WriteAll(json, "serviceProfiles", subscription.ServiceProfiles, (j, profile) => WriteProfile(j, profile, stored));
            if (subscription.ServerCapabilities is { } capabilities) WriteCapabilities(json, capabilities);
            if (subscription.Charging is { } charging) WriteCharging(json, charging);
            var networks = subscription.AllowedVisitedNetworks;
            // A document cannot say "no network at all" by an empty list, which reads as any; older stores hold such lists.
            var none = !stored && networks is { IsEmpty: true };
            if (networks is { } list && !none) WriteTexts(json, "allowedVisitedNetworks", list);
            if (!subscription.RegistrationAllowed || none) json.WriteBoolean("registrationAllowed", false);
            if (subscription.Imsi is not null) json.WriteString("imsi", subscription.Imsi);
            if (subscription.ReferenceLocation is { } location) WriteLocation(json, location);
            if (subscription.AllowedWebFunctions is { } web) WriteWebFunctions(json, web);
            json.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }

    private static void WritePrivateIdentity(Utf8JsonWriter json, PrivateIdentity identity, bool stored)
    {
        json.WriteStartObject();
        json.WriteString("identity", identity.Identity);
        if (identity.Credentials.Aka is { } aka)
        {
            json.WriteStartObject("aka");
            json.WriteString("algorithm", "MILENAGE");
            json.WriteString("amf", aka.Amf.ToString("X4", CultureInfo.InvariantCulture));
            json.WriteString("sqn", identity.InitialSqn.ToString("X12", CultureInfo.InvariantCulture));
            if (!stored)
            {
                json.WriteString("kFingerprint", KeyFingerprint.Of(aka.K));
                json.WriteString("opcFingerprint", KeyFingerprint.Of(aka.Opc));
            }
            json.WriteEndObject();
        }
        if (identity.Credentials.Digest is { } digest)
        {
            json.WriteStartObject("sipDigest");
            json.WriteString("realm", digest.Realm);
            if (digest.Password is not null) json.WriteBoolean("keepPasswordForLegacyDigestMd5", true);
            json.WriteEndObject();
        }
        WriteTexts(json, "allowedSchemes", SchemeNames(identity.AllowedSchemes));
        json.WriteString("defaultScheme", AuthenticationScheme.NameOf(identity.DefaultScheme));
        if (identity.PrivilegedSender) json.WriteBoolean("privilegedSender", true);
        if (!identity.Credentials.LineIdentifiers.IsEmpty) WriteTexts(json, "lineIdentifiers", identity.Credentials.LineIdentifiers);
        if (identity.Credentials.FramedAddress is { } address) AccessNetworkReader.Write(json, address, stored);
        json.WriteEndObject();
    }

    private static IEnumerable<string> SchemeNames(AuthenticationSchemes schemes)
    {
        foreach (var scheme in s_schemes)
            if (schemes.HasFlag(scheme)) yield return AuthenticationScheme.NameOf(scheme);
    }

    private static void WriteSet(Utf8JsonWriter json, ImplicitRegistrationSet set)
    {
        json.WriteStartObject();
        WriteAll(json, "publicIdentities", set.PublicIdentities, WritePublicIdentity);
        if (!set.PrivateIdentities.IsEmpty) WriteTexts(json, "privateIdentities", set.PrivateIdentities);
        json.WriteEndObject();
    }

    private static void WritePublicIdentity(Utf8JsonWriter json, PublicIdentity identity)
    {
        json.WriteStartObject();
        json.WriteString("identity", identity.Identity);
        json.WriteString("serviceProfile", identity.ServiceProfile);
        if (identity.Barred) json.WriteBoolean("barred", true);
        if (identity.Type != PublicIdentityType.DistinctPublicIdentity)
            json.WriteString("identityType", NameIn(RegistrationSetReader.Types, identity.Type));
        if (identity.DisplayName is not null) json.WriteString("displayName", identity.DisplayName);
        if (identity.AliasGroup is not null) json.WriteString("aliasGroup", identity.AliasGroup);
        if (identity.LooseRoute) json.WriteBoolean("looseRoute", true);
        if (!identity.PsiActive) json.WriteBoolean("psiActive", false);
        if (identity.PsiApplicationServer is not null) json.WriteString("psiApplicationServer", identity.PsiApplicationServer);
        if (identity.ServicePriorityLevel is { } level) json.WriteNumber("servicePriorityLevel", level);
        if (identity.ServiceLevelTraceInfo is not null) json.WriteString("serviceLevelTraceInfo", identity.ServiceLevelTraceInfo);
        if (!identity.ExtendedPriorities.IsEmpty)
            WriteAll(json, "extendedPriorities", identity.ExtendedPriorities, (j, priority) =>
            {
                j.WriteStartObject();
                j.WriteString("namespace", priority.Namespace);
                j.WriteString("level", priority.Level);
                j.WriteEndObject();
            });
        if (identity.MaxSimultaneousRegistrations is { } most) json.WriteNumber("maxSimultaneousRegistrations", most);
        json.WriteEndObject();
    }

    private static void WriteProfile(Utf8JsonWriter json, ServiceProfile profile, bool stored)
    {
        json.WriteStartObject();
        json.WriteString("name", profile.Name);
        if (!profile.InitialFilterCriteria.IsEmpty)
            WriteAll(json, "initialFilterCriteria", profile.InitialFilterCriteria, (j, filter) =>
            {
                if (filter.Origin is { } origin && !stored) WriteOrigin(j, origin);
                else WriteFilter(j, filter, stored);
            });
        if (!profile.SharedFilterSets.IsEmpty) WriteAll(json, "sharedFilterSets", profile.SharedFilterSets, (j, set) => WriteSharedSet(j, set, stored));
        if (profile.CoreNetworkServicesAuthorization is { } authorization)
        {
            json.WriteStartObject("coreNetworkServicesAuthorization");
            if (authorization.SubscribedMediaProfileId is { } media) json.WriteNumber("subscribedMediaProfileId", media);
            if (authorization.ServiceIds is { } services) WriteTexts(json, "serviceIds", services);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    // Stored with its filters, shown by its number: as a template is.
    private static void WriteSharedSet(Utf8JsonWriter json, SharedFilterSet set, bool stored)
    {
        if (!stored)
        {
            json.WriteNumberValue(set.Id);
            return;
        }
        json.WriteStartObject();
        json.WriteNumber("id", set.Id);
        WriteAll(json, "initialFilterCriteria", set.InitialFilterCriteria, (j, filter) => WriteFilter(j, filter, stored));
        json.WriteEndObject();
    }

    private static void WriteLocation(Utf8JsonWriter json, ReferenceLocation location)
    {
        json.WriteStartObject("referenceLocation");
        if (location.AccessType is not null) json.WriteString("accessType", location.AccessType);
        if (location.AccessInfo is not null) json.WriteString("accessInfo", location.AccessInfo);
        if (location.AccessValue is not null) json.WriteString("accessValue", location.AccessValue);
        json.WriteEndObject();
    }

    private static void WriteWebFunctions(Utf8JsonWriter json, AllowedWebFunctions web)
    {
        json.WriteStartObject("allowedWebFunctions");
        if (!web.AuthenticationFunctions.IsEmpty) WriteTexts(json, "authenticationFunctions", web.AuthenticationFunctions);
        if (!web.WebServerFunctions.IsEmpty) WriteTexts(json, "webServerFunctions", web.WebServerFunctions);
        json.WriteEndObject();
    }

    private static void WriteOrigin(Utf8JsonWriter json, TemplateReference origin)
    {
        json.WriteStartObject();
        json.WriteString("template", origin.Template);
        json.WriteStartObject("parameters");
        foreach (var (name, value) in origin.Parameters) json.WriteString(name, value);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteFilter(Utf8JsonWriter json, InitialFilterCriteria filter, bool stored)
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
        if (stored && filter.Origin is { } origin)
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

    private static void WriteCapabilities(Utf8JsonWriter json, ServerCapabilities capabilities)
    {
        json.WriteStartObject("serverCapabilities");
        WriteNumbers(json, "mandatory", capabilities.Mandatory);
        WriteNumbers(json, "optional", capabilities.Optional);
        if (!capabilities.ServerNames.IsEmpty) WriteTexts(json, "serverNames", capabilities.ServerNames);
        json.WriteEndObject();
    }

    private static void WriteCharging(Utf8JsonWriter json, ChargingAddresses charging)
    {
        json.WriteStartObject("charging");
        if (charging.PrimaryCollection is not null) json.WriteString("primaryCollection", charging.PrimaryCollection);
        if (charging.SecondaryCollection is not null) json.WriteString("secondaryCollection", charging.SecondaryCollection);
        if (charging.PrimaryEvent is not null) json.WriteString("primaryEvent", charging.PrimaryEvent);
        if (charging.SecondaryEvent is not null) json.WriteString("secondaryEvent", charging.SecondaryEvent);
        json.WriteEndObject();
    }

    private static void WriteAll<T>(Utf8JsonWriter json, string name, ImmutableArray<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items) write(json, item);
        json.WriteEndArray();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, ImmutableArray<uint> numbers)
    {
        if (numbers.IsEmpty) return;
        json.WriteStartArray(name);
        foreach (var number in numbers) json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    private static void WritePair(Utf8JsonWriter json, string name, string first, string value, string? content)
    {
        json.WriteStartObject(name);
        json.WriteString(first, value);
        if (content is not null) json.WriteString("content", content);
        json.WriteEndObject();
    }

    private static string NameIn<T>((string Name, T Value)[] names, T value) where T : struct, Enum =>
        names.First(n => EqualityComparer<T>.Default.Equals(n.Value, value)).Name;
}
