using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using Hss.Authentication;

namespace Hss.Subscribers;

/// <summary>Reads the top of a subscription document and checks what only the whole of it shows.</summary>
/// Order: parts first, then references between them, then the User-Data they make. Spec: TS 29.228 clause 5, 6.5, Annex B.
internal sealed class SubscriptionReader(DocumentContext context, ProblemList problems)
{
    // Those of the output-only fields are accepted, so that what was read can be sent back changed, and count for nothing.
    private static readonly string[] s_fields =
    [
        "subscriptionId", "privateIdentities", "implicitRegistrationSets", "serviceProfiles", "serverCapabilities", "charging",
        "allowedVisitedNetworks", "registrationAllowed", "imsi", "referenceLocation", "allowedWebFunctions",
        "name", "etag", "createTime", "updateTime",
    ];

    /// <summary>The name, as soon as it could be read.</summary>
    public string? SubscriptionId { get; private set; }

    /// <summary>Everything; what it lacks, where it lacks something, are keys. Null or worthless when there are problems.</summary>
    public SubscriptionDraft? Read(JsonElement root)
    {
        if (DocumentObject.Read(root, DocumentPath.Root, problems, s_fields) is not { } document) return null;
        if (document.TryText("subscriptionId", required: true, out var subscriptionId)) SubscriptionId = subscriptionId;
        var identityReader = new PrivateIdentityReader(context.TransportKeys, problems);
        var drafts = identityReader.ReadAll(document);
        var routing = new RoutingReader(problems);
        var userData = new UserDataReader(problems);
        var sets = new RegistrationSetReader(problems).ReadAll(document);
        var profiles = RenderedProfiles.Read(document, context.Templates, problems);
        var subscription = new Subscription
        {
            SubscriptionId = subscriptionId ?? "",
            PrivateIdentities = PrivateIdentities(drafts),
            ImplicitRegistrationSets = sets,
            ServiceProfiles = profiles.Profiles,
            ServerCapabilities = routing.ReadCapabilities(document),
            Charging = routing.ReadCharging(document),
            AllowedVisitedNetworks = routing.ReadVisitedNetworks(document),
            RegistrationAllowed = document.Flag("registrationAllowed", otherwise: true),
            Imsi = userData.ReadImsi(document),
            ReferenceLocation = userData.ReadLocation(document),
            AllowedWebFunctions = userData.ReadWebFunctions(document),
        };
        CheckReferences(subscription, identityReader.Names, profiles.Names);
        if (!problems.IsEmpty) return null;
        CheckUserData(subscription);
        CheckUse(subscription);
        return new(subscription, drafts);
    }

    // All of them complete, or all of them by name only: what else is checked here needs no more.
    private ImmutableArray<PrivateIdentity> PrivateIdentities(ImmutableArray<PrivateIdentityDraft> drafts)
    {
        var needsStored = drafts.Any(draft => draft.NeedsStored);
        var identities = ImmutableArray.CreateBuilder<PrivateIdentity>(drafts.Length);
        foreach (var draft in drafts)
        {
            var identity = needsStored
                ? new() { Identity = draft.Identity, Credentials = s_unknown, AllowedSchemes = default, DefaultScheme = default }
                : draft.Complete(null, problems);
            if (identity is not null) identities.Add(identity);
        }
        return identities.ToImmutable();
    }

    private static readonly Credentials s_unknown = new(null, null);

    // Against the names that stand in the document, so that a bad key or filter is not reported again as a missing identity or profile.
    private void CheckReferences(Subscription subscription, HashSet<string> privateIdentities, FrozenSet<string> profiles)
    {
        for (var s = 0; s < subscription.ImplicitRegistrationSets.Length; s++)
        {
            var set = subscription.ImplicitRegistrationSets[s];
            var path = DocumentPath.Root.Item("implicitRegistrationSets", s);
            for (var i = 0; i < set.PublicIdentities.Length; i++)
                if (!profiles.Contains(set.PublicIdentities[i].ServiceProfile))
                    problems.Add(path.Item("publicIdentities", i).Field("serviceProfile"),
                        $"{DocumentText.Quote(set.PublicIdentities[i].ServiceProfile)} is no service profile of this subscription; "
                        + $"it has {Names(profiles)}");
            for (var i = 0; i < set.PrivateIdentities.Length; i++)
                if (!privateIdentities.Contains(set.PrivateIdentities[i]))
                    problems.Add(path.Item("privateIdentities", i),
                        $"{DocumentText.Quote(set.PrivateIdentities[i])} is no private identity of this subscription; "
                        + "add it to privateIdentities or remove it here");
        }
    }

    private void CheckUserData(Subscription subscription)
    {
        for (var s = 0; s < subscription.ImplicitRegistrationSets.Length; s++)
            UserDataSize.Check(subscription, s, DocumentPath.Root.Item("implicitRegistrationSets", s), problems);
    }

    private void CheckUse(Subscription subscription)
    {
        for (var p = 0; p < subscription.PrivateIdentities.Length; p++)
            if (!subscription.ImplicitRegistrationSets.Any(set => set.BelongsTo(subscription.PrivateIdentities[p].Identity)))
                problems.Warn(DocumentPath.Root.Item("privateIdentities", p),
                    "may use no implicit registration set, so it cannot register");
        for (var p = 0; p < subscription.ServiceProfiles.Length; p++)
            if (!IsUsed(subscription, subscription.ServiceProfiles[p].Name))
                problems.Warn(DocumentPath.Root.Item("serviceProfiles", p), "is used by no public identity");
    }

    private static bool IsUsed(Subscription subscription, string profile) =>
        subscription.ImplicitRegistrationSets.Any(set => set.PublicIdentities.Any(identity => identity.ServiceProfile == profile));

    private static string Names(FrozenSet<string> profiles) =>
        profiles.Count == 0 ? "none" : string.Join(", ", profiles.Order(StringComparer.Ordinal).Take(10).Select(DocumentText.Quote));
}
