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
            WriteAll(json, "serviceProfiles", subscription.ServiceProfiles, (j, profile) => ServiceProfileWriter.Write(j, profile, stored ? ServiceProfileForm.Stored : ServiceProfileForm.Document));
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
        NumberingReader.Write(json, identity);
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

    public static void WriteAll<T>(Utf8JsonWriter json, string name, ImmutableArray<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items) write(json, item);
        json.WriteEndArray();
    }

    public static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
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

    public static string NameIn<T>((string Name, T Value)[] names, T value) where T : struct, Enum =>
        names.First(n => EqualityComparer<T>.Default.Equals(n.Value, value)).Name;
}
