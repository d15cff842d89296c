using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hss.Subscribers;
using Wire = Hss.Provisioning.V1;

namespace Hss.Cli.Ifc;

/// <summary>Filters in a file: a subscription document, or a service profile by itself.</summary>
/// Shape: keys are not looked at, so an export without them will do. Errors: in Problems; <see cref="CliException"/> where one profile is wanted and there is none.
internal sealed class IfcDocument
{
    private static readonly string[] s_credentials = ["aka", "sipDigest", "allowedSchemes", "defaultScheme", "framedAddress"];

    private readonly Subscription? _subscription;
    private readonly ServiceProfile? _profile;

    private IfcDocument(Subscription? subscription, ServiceProfile? profile, ImmutableArray<DocumentProblem> problems, ImmutableArray<DocumentProblem> warnings) =>
        (_subscription, _profile, Problems, Warnings) = (subscription, profile, problems, warnings);

    public ImmutableArray<DocumentProblem> Problems { get; }

    public ImmutableArray<DocumentProblem> Warnings { get; }

    public static IfcDocument Read(ReadOnlyMemory<byte> utf8, IfcTemplates templates)
    {
        if (Parse(utf8) is not JsonObject document || !document.ContainsKey("implicitRegistrationSets") && !document.ContainsKey("privateIdentities"))
        {
            var alone = ServiceProfileJson.Read(utf8, templates);
            return new(null, alone.ServiceProfile, alone.Problems, alone.Warnings);
        }
        var whole = SubscriptionJson.Read(WithoutCredentials(document), templates);
        return new(whole.Subscription, null, whole.Problems, whole.Warnings);
    }

    /// <summary>The profile of a public identity; of the default one (TS 29.228 6.5) when none is named.</summary>
    public ServiceProfile Profile(string? publicIdentity) => _profile ?? ProfileOf(Find(publicIdentity).Identity);

    /// <summary>What an S-CSCF would get as User-Data.</summary>
    public ReadOnlyMemory<byte> UserData(string? publicIdentity)
    {
        if (_profile is not null) return ServiceProfileJson.WriteUserData(_profile);
        var (set, _) = Find(publicIdentity);
        return UserDataXml.Write(_subscription!, set, _subscription!.PrivateIdentitiesOf(set)[0].Identity);
    }

    public static Wire.Problem Problem(DocumentProblem problem, string place = "") => new() { Field = place + problem.Path, Description = problem.Message, Rule = problem.Rule ?? "" };

    private (int Set, PublicIdentity Identity) Find(string? publicIdentity)
    {
        if (_subscription is null) throw new CliException("the document has problems; hss ifc lint shows them", ExitCodes.Failed);
        var all = _subscription.ImplicitRegistrationSets.SelectMany((set, index) => set.PublicIdentities.Select(identity => (index, identity)));
        if (publicIdentity is null) return all.FirstOrDefault(one => !one.identity.Barred) is { identity: not null } first ? first : throw new CliException("every public identity is barred; name one with --public-identity");
        return all.FirstOrDefault(one => string.Equals(one.identity.Identity, publicIdentity, StringComparison.OrdinalIgnoreCase)) is { identity: not null } found
            ? found : throw new CliException($"{OneLine.Of(publicIdentity)} is not in the document; it has {string.Join(", ", all.Select(one => one.identity.Identity))}", ExitCodes.NotFound);
    }

    private ServiceProfile ProfileOf(PublicIdentity identity) => _subscription!.FindServiceProfile(identity.ServiceProfile)
        ?? throw new CliException($"{identity.Identity} has no service profile in the document", ExitCodes.NotFound);

    private static JsonNode? Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            // A field that stands twice would throw later, when it is looked for.
            return JsonNode.Parse(utf8.Span.StartsWith("\uFEFF"u8) ? utf8.Span[3..] : utf8.Span, documentOptions: new() { AllowDuplicateProperties = false });
        }
        catch (Exception problem) when (problem is JsonException or ArgumentException)
        {
            // Whoever reads it strictly says where.
            return null;
        }
    }

    /// <summary>Some credentials are needed for a document to be one, and none of them matters here.</summary>
    private static ReadOnlyMemory<byte> WithoutCredentials(JsonObject document)
    {
        foreach (var identity in (document["privateIdentities"] as JsonArray ?? []).OfType<JsonObject>())
        {
            foreach (var field in s_credentials) identity.Remove(field);
            identity["lineIdentifiers"] = new JsonArray("line");
        }
        return JsonSerializer.SerializeToUtf8Bytes(document);
    }
}
