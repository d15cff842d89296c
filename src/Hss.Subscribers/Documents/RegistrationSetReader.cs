using System.Collections.Immutable;
using System.Text.Json;

namespace Hss.Subscribers;

/// <summary>Reads implicit registration sets and their public identities.</summary>
/// Spec: TS 29.228 6.5, B.2.1; TS 23.003 13.4, 13.5; TS 29.229 7.1.1 (aliases).
internal sealed class RegistrationSetReader(ProblemList problems)
{
    private static readonly string[] s_fields = ["publicIdentities", "privateIdentities"];
    private static readonly string[] s_identityFields = 
    [
        "identity", "serviceProfile", "barred", "identityType", "displayName", "aliasGroup", "looseRoute", "psiActive", "psiApplicationServer",
        "servicePriorityLevel", "serviceLevelTraceInfo", "extendedPriorities", "maxSimultaneousRegistrations",
    ];

    private static readonly string[] s_serviceFields = ["psiActive", "psiApplicationServer"];

    // NON_DISTINCT_IMPU is missing on purpose: such an identity is matched by a wildcard and not provisioned (Annex E).
    public static readonly (string, PublicIdentityType)[] Types =
    [
        ("DISTINCT_PSI", PublicIdentityType.DistinctPsi), ("WILDCARDED_PSI", PublicIdentityType.WildcardedPsi),
        ("WILDCARDED_IMPU", PublicIdentityType.WildcardedImpu),
    ];

    private readonly UserDataReader _userData = new(problems);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (int SetIndex, string ServiceProfile)> _aliasGroups = new(StringComparer.Ordinal);

    public ImmutableArray<ImplicitRegistrationSet> ReadAll(DocumentObject document)
    {
        var sets = ImmutableArray.CreateBuilder<ImplicitRegistrationSet>();
        foreach (var (value, path) in document.Items("implicitRegistrationSets", required: true))
            if (Read(value, path, sets.Count) is { } set) sets.Add(set);
        return sets.ToImmutable();
    }

    private ImplicitRegistrationSet? Read(JsonElement value, DocumentPath path, int setIndex)
    {
        if (DocumentObject.Read(value, path, problems, s_fields) is not { } document) return null;
        var identities = ImmutableArray.CreateBuilder<PublicIdentity>();
        foreach (var (item, itemPath) in document.Items("publicIdentities", required: true))
            if (ReadIdentity(item, itemPath, setIndex) is { } identity) identities.Add(identity);
        var set = new ImplicitRegistrationSet { PublicIdentities = identities.ToImmutable(), PrivateIdentities = ReadPrivateIdentities(document) };
        CheckKinds(set, path);
        return set;
    }

    private ImmutableArray<string> ReadPrivateIdentities(DocumentObject document)
    {
        var identities = ImmutableArray.CreateBuilder<string>();
        foreach (var (text, path) in document.Texts("privateIdentities", required: document.Has("privateIdentities")))
            if (!CanonicalIdentity.TryPrivate(text, out var canonical, out var problem))
                problems.Add(path, $"{DocumentText.Quote(text)} {problem}");
            else if (!identities.Contains(canonical, StringComparer.Ordinal)) identities.Add(canonical);
        return identities.ToImmutable();
    }

    private PublicIdentity? ReadIdentity(JsonElement value, DocumentPath path, int setIndex)
    {
        if (DocumentObject.Read(value, path, problems, s_identityFields) is not { } document) return null;
        var type = document.Choice<PublicIdentityType>("identityType", required: false, Types) ?? PublicIdentityType.DistinctPublicIdentity;
        document.TryText("serviceProfile", required: true, out var profile);
        document.TryText("displayName", required: false, out var displayName);
        document.TryText("aliasGroup", required: false, out var aliasGroup);
        document.TryText("serviceLevelTraceInfo", required: false, out var traceInfo, DocumentText.MaxServiceInfoLength, allowLineEnds: true);
        var priority = document.Integer("servicePriorityLevel", required: false, 0, 4);
        var simultaneous = document.Integer("maxSimultaneousRegistrations", required: false, 1, int.MaxValue);
        var extendedPriorities = _userData.ReadPriorities(document);
        var applicationServer = ReadServiceFields(document, type);
        var identity = ReadUri(document, type);
        if (identity is null || profile is null) return null;
        if (aliasGroup is not null && _aliasGroups.TryAdd(aliasGroup, (setIndex, profile)) is false && _aliasGroups[aliasGroup] != (setIndex, profile))
            problems.Add(document.At("aliasGroup"),
                $"{DocumentText.Quote(aliasGroup)} joins identities of different sets or service profiles; aliases share both");
        return new()
        {
            Identity = identity,
            ServiceProfile = profile,
            Barred = document.Flag("barred", otherwise: false),
            Type = type,
            DisplayName = displayName,
            AliasGroup = aliasGroup,
            LooseRoute = document.Flag("looseRoute", otherwise: false),
            PsiActive = document.Flag("psiActive", otherwise: true),
            PsiApplicationServer = applicationServer,
            ServicePriorityLevel = priority,
            ServiceLevelTraceInfo = traceInfo,
            ExtendedPriorities = extendedPriorities,
            MaxSimultaneousRegistrations = simultaneous,
        };
    }

    // What only a service has, and what only a user has who registers (TS 29.228 6.1.4.1 step 2, Annex E).
    private string? ReadServiceFields(DocumentObject document, PublicIdentityType type)
    {
        var isService = type is PublicIdentityType.DistinctPsi or PublicIdentityType.WildcardedPsi;
        if (isService && document.Has("maxSimultaneousRegistrations"))
            problems.Add(document.At("maxSimultaneousRegistrations"), "stands at a public service identity, which never registers; remove it");
        if (isService && document.Has("aliasGroup"))
            problems.Add(document.At("aliasGroup"), "stands at a public service identity; only public user identities have aliases");
        foreach (var field in s_serviceFields)
            if (!isService && document.Has(field))
                problems.Add(document.At(field), "is for public service identities; give the identity its identityType, or remove this");
        if (!document.TryText("psiApplicationServer", required: false, out var server)) return null;
        if (SipServerName.Problem(server) is not { } problem) return server;
        problems.Add(document.At("psiApplicationServer"), $"{DocumentText.Quote(server)} {problem}");
        return null;
    }

    private string? ReadUri(DocumentObject document, PublicIdentityType type)
    {
        if (!document.TryText("identity", required: true, out var text, CanonicalIdentity.MaxLengthBytes)) return null;
        var wildcarded = type is PublicIdentityType.WildcardedPsi or PublicIdentityType.WildcardedImpu;
        var read = wildcarded
            ? CanonicalIdentity.TryWildcarded(text, out var canonical, out var problem)
            : CanonicalIdentity.TryPublic(text, out canonical, out problem);
        if (read && wildcarded)
        {
            var expression = canonical[(canonical.IndexOf('!', StringComparison.Ordinal) + 1)..canonical.LastIndexOf('!')];
            problem = ExtendedRegularExpression.Problem(expression) ?? WildcardExpression.Problem(expression);
        }
        // Two exclamation marks make a wildcard in the eyes of a S-CSCF (TS 23.003 13.5), whatever type stands beside them.
        else if (read && canonical.Count(c => c == '!') > 1)
            problem = "has two exclamation marks, which make it a wildcard; give its identityType";
        if (problem is not null)
        {
            var isTel = text.StartsWith("tel:", StringComparison.OrdinalIgnoreCase);
            problems.Add(document.At("identity"), $"{DocumentText.Quote(text)} {problem}", isTel ? "E12" : null);
            return null;
        }
        if (_seen.Add(canonical)) return canonical;
        problems.Add(document.At("identity"), $"{DocumentText.Quote(canonical)} stands in this document twice; remove one");
        return null;
    }

    private void CheckKinds(ImplicitRegistrationSet set, DocumentPath path)
    {
        var services = set.PublicIdentities.Count(i => i.IsPublicServiceIdentity);
        if (set.PublicIdentities.IsEmpty) return;
        if (services > 0)
        {
            // PSIs do not register, so they cannot share the registration of a user (TS 23.228 5.4.12).
            if (services < set.PublicIdentities.Length)
                problems.Add(path, "mixes public service identities with public user identities; give them sets of their own");
            return;
        }
        // A wildcard cannot register, and what the S-CSCF is told about it names a distinct identity of its set (TS 29.228 6.1.3, 6.5).
        if (set.PublicIdentities.All(i => i.Type == PublicIdentityType.WildcardedImpu))
            problems.Add(path, "has wildcarded identities and no distinct one; add the identity that registers for them");
        else CheckBarring(set, path, problems);
        if (set.PublicIdentities.Any(i => i.Identity.StartsWith("tel:", StringComparison.Ordinal))
            && !set.PublicIdentities.Any(i => i.Identity.StartsWith("sip:", StringComparison.Ordinal)))
            problems.Warn(path, "has a tel identity and no sip identity; a phone registers with a SIP URI");
    }

    /// <summary>Rule E12. A PSI that is barred is merely switched off.</summary>
    public static void CheckBarring(ImplicitRegistrationSet set, DocumentPath path, ProblemList problems)
    {
        if (set.DefaultIdentity is null && !set.PublicIdentities.All(identity => identity.IsPublicServiceIdentity))
            problems.Warn(path, "has no distinct identity that is not barred, so nobody can register with it; let one of them be used", "E12");
    }
}
