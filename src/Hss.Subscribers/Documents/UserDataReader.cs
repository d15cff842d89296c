using System.Collections.Immutable;
using System.Text.Json;

namespace Hss.Subscribers;

/// <summary>Reads the parts of a subscription that Releases after 7 put into the extensions of User-Data, and the web functions of the SAA.</summary>
/// Spec: TS 29.228 B.2.1, B.2.1A, Annex E; TS 29.229 6.3.64; RFC 4412 3.1.
internal sealed class UserDataReader(ProblemList problems)
{
    private static readonly string[] s_locationFields = ["accessType", "accessInfo", "accessValue"];
    private static readonly string[] s_webFields = ["authenticationFunctions", "webServerFunctions"];
    private static readonly string[] s_authorizationFields = ["subscribedMediaProfileId", "serviceIds"];
    private static readonly string[] s_priorityFields = ["namespace", "level"];

    public string? ReadImsi(DocumentObject document)
    {
        if (!document.TryText("imsi", required: false, out var imsi)) return null;
        // TS 23.003 2.2: at most 15 digits; MCC, MNC and at least one more.
        if (imsi.Length is >= 6 and <= 15 && imsi.All(char.IsAsciiDigit)) return imsi;
        problems.Add(document.At("imsi"), $"{DocumentText.Quote(imsi)} is no IMSI; 6 to 15 digits are needed");
        return null;
    }

    public ReferenceLocation? ReadLocation(DocumentObject document)
    {
        if (document.Object("referenceLocation", required: false, s_locationFields) is not { } location) return null;
        location.TryText("accessType", required: false, out var type);
        location.TryText("accessInfo", required: false, out var info);
        location.TryText("accessValue", required: false, out var value);
        if (s_locationFields.Any(location.Has)) return new(type, info, value);
        problems.Add(location.Path, $"is empty; one of {string.Join(", ", s_locationFields)} is needed");
        return null;
    }

    public AllowedWebFunctions? ReadWebFunctions(DocumentObject document)
    {
        if (document.Object("allowedWebFunctions", required: false, s_webFields) is not { } web) return null;
        var functions = new AllowedWebFunctions(Names("authenticationFunctions"), Names("webServerFunctions"));
        if (!s_webFields.Any(web.Has)) problems.Add(web.Path, $"is empty; one of {string.Join(", ", s_webFields)} is needed");
        return functions;

        ImmutableArray<string> Names(string field) => [.. web.Texts(field, required: web.Has(field)).Select(name => name.Text)];
    }

    public CoreNetworkServicesAuthorization? ReadAuthorization(DocumentObject document)
    {
        if (document.Object("coreNetworkServicesAuthorization", required: false, s_authorizationFields) is not { } authorization) return null;
        var media = authorization.Integer("subscribedMediaProfileId", required: false, 0, int.MaxValue);
        // An empty list would mean "no service at all", which no element of the schema can say; absent means no restriction.
        ImmutableArray<string>? services = authorization.Has("serviceIds")
            ? [.. authorization.Texts("serviceIds", required: true).Select(service => service.Text)] : null;
        if (!s_authorizationFields.Any(authorization.Has))
            problems.Add(authorization.Path, $"is empty; one of {string.Join(", ", s_authorizationFields)} is needed, or leave it out for no restriction");
        return new(media, services);
    }

    public ImmutableArray<ExtendedPriority> ReadPriorities(DocumentObject document)
    {
        var priorities = ImmutableArray.CreateBuilder<ExtendedPriority>();
        foreach (var (item, path) in document.Items("extendedPriorities", required: document.Has("extendedPriorities")))
        {
            if (DocumentObject.Read(item, path, problems, s_priorityFields) is not { } priority) continue;
            var space = Token(priority, "namespace");
            if (Token(priority, "level") is not { } level || space is null) continue;
            if (priorities.Any(p => p.Namespace == space))
                problems.Add(priority.At("namespace"), $"{DocumentText.Quote(space)} stands here twice; one level per namespace");
            priorities.Add(new(space, level));
        }
        return priorities.ToImmutable();
    }

    // The two stand in a Resource-Priority header as namespace.level, so neither has a dot (RFC 4412 3.1, token-nodot).
    private string? Token(DocumentObject document, string name)
    {
        if (!document.TryText(name, required: true, out var text)) return null;
        if (text.All(character => char.IsAsciiLetterOrDigit(character) || "-!%*_+`'~".Contains(character, StringComparison.Ordinal))) return text;
        problems.Add(document.At(name), $"{DocumentText.Quote(text)} is no name of RFC 4412; use letters, digits and '-'");
        return null;
    }
}
