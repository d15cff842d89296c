using System.Collections.Immutable;
using System.Text.Json;

namespace Hss.Subscribers;

/// <summary>Reads the top of a subscription document and checks what only the whole of it shows.</summary>
/// Order: parts first, then references between them, then the User-Data they make. Spec: TS 29.228 clause 5, 6.5, Annex B.
internal sealed class SubscriptionReader(IfcTemplates templates, ProblemList problems)
{
    private static readonly string[] s_fields =
    [
        "subscriptionId", "privateIdentities", "implicitRegistrationSets", "serviceProfiles", "serverCapabilities", "charging",
        "allowedVisitedNetworks", "registrationAllowed", "imsi", "referenceLocation", "allowedWebFunctions",
    ];

    public Subscription? Read(JsonElement root)
    {
        if (DocumentObject.Read(root, DocumentPath.Root, problems, s_fields) is not { } document) return null;
        document.TryText("subscriptionId", required: true, out var subscriptionId);
        var identityReader = new PrivateIdentityReader(problems);
        var profileReader = new ServiceProfileReader(templates, problems);
        var routing = new RoutingReader(problems);
        var userData = new UserDataReader(problems);
        var subscription = new Subscription
        {
            SubscriptionId = subscriptionId ?? "",
            PrivateIdentities = identityReader.ReadAll(document),
            ImplicitRegistrationSets = new RegistrationSetReader(problems).ReadAll(document),
            ServiceProfiles = profileReader.ReadAll(document),
            ServerCapabilities = routing.ReadCapabilities(document),
            Charging = routing.ReadCharging(document),
            AllowedVisitedNetworks = routing.ReadVisitedNetworks(document),
            RegistrationAllowed = document.Flag("registrationAllowed", otherwise: true),
            Imsi = userData.ReadImsi(document),
            ReferenceLocation = userData.ReadLocation(document),
            AllowedWebFunctions = userData.ReadWebFunctions(document),
        };
        CheckReferences(subscription, identityReader.Names, profileReader.Names);
        if (!problems.IsEmpty) return null;
        CheckUserData(subscription);
        CheckUse(subscription);
        return subscription;
    }

    // Against the names that stand in the document, so that a bad key or filter is not reported again as a missing identity or profile.
    private void CheckReferences(Subscription subscription, HashSet<string> privateIdentities, HashSet<string> profiles)
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

    private static string Names(HashSet<string> profiles) =>
        profiles.Count == 0 ? "none" : string.Join(", ", profiles.Order(StringComparer.Ordinal).Take(10).Select(DocumentText.Quote));
}
