using Hss.Provisioning.V1;

namespace Hss.Cli;

/// <summary>One subscription on a screen: what an engineer looks for first, first.</summary>
internal static class SubscriptionPage
{
    public static void Show(Subscription subscription, Output output)
    {
        output.Pairs(
            ("subscription", subscription.SubscriptionId),
            ("etag", subscription.Etag),
            ("created", Output.Time(subscription.CreateTime)),
            ("changed", Output.Time(subscription.UpdateTime)),
            ("imsi", subscription.Imsi),
            ("registration", subscription is { HasRegistrationAllowed: true, RegistrationAllowed: false } ? "NOT ALLOWED" : null),
            ("visited networks", string.Join(' ', subscription.AllowedVisitedNetworks)),
            ("server names", Join(subscription.ServerCapabilities?.ServerNames)),
            ("mandatory capabilities", Join(subscription.ServerCapabilities?.Mandatory)),
            ("optional capabilities", Join(subscription.ServerCapabilities?.Optional)),
            ("primary collection", subscription.Charging?.PrimaryCollection),
            ("secondary collection", subscription.Charging?.SecondaryCollection),
            ("primary event", subscription.Charging?.PrimaryEvent),
            ("secondary event", subscription.Charging?.SecondaryEvent));
        if (subscription.PrivateIdentities.Count > 0)
            output.Table(["PRIVATE IDENTITY", "CREDENTIALS", "SCHEMES", "FINGERPRINTS"], subscription.PrivateIdentities.Select(one => new string?[]
            {
                one.Identity, Credentials(one), string.Join(", ", one.AllowedSchemes), Fingerprints(one.Aka),
            }));
        var sets = subscription.ImplicitRegistrationSets;
        if (sets.Count > 0)
            output.Table(["SET", "PUBLIC IDENTITY", "PROFILE", "REMARKS"], sets.SelectMany((set, index) => set.PublicIdentities.Select(one => new string?[]
            {
                Output.Number(index + 1), one.Identity, one.ServiceProfile, Remarks(one),
            })));
        if (subscription.ServiceProfiles.Count > 0)
            output.Table(["PROFILE", "PRIORITY", "FILTER", "APPLICATION SERVER"], subscription.ServiceProfiles.SelectMany(Filters));
    }

    private static string Credentials(PrivateIdentity identity) => string.Join(", ", new[]
    {
        identity.Aka is null ? null : "AKA",
        identity.SipDigest is { } digest ? $"SIP Digest{(digest.Realm.Length > 0 ? $" ({digest.Realm})" : "")}" : null,
        identity.LineIdentifiers.Count > 0 ? $"line {string.Join(' ', identity.LineIdentifiers)}" : null,
        identity.FramedAddress is { } framed ? $"address {framed.Address}{framed.Prefix}" : null,
    }.Where(one => one is not null));

    private static string? Fingerprints(Aka? aka) => aka is null || aka.KFingerprint.Length == 0 ? null : $"K {aka.KFingerprint}, OPc {aka.OpcFingerprint}";

    private static string Remarks(PublicIdentity identity) => string.Join(", ", new[]
    {
        identity.Barred ? "barred" : null,
        identity.IdentityType == PublicIdentity.Types.IdentityType.Unspecified ? null : Words.Upper(identity.IdentityType),
        identity.DisplayName.Length > 0 ? $"\"{identity.DisplayName}\"" : null,
        identity.AliasGroup.Length > 0 ? $"alias group {identity.AliasGroup}" : null,
        identity is { HasPsiActive: true, PsiActive: false } ? "inactive" : null,
    }.Where(one => one is not null));

    private static IEnumerable<string?[]> Filters(ServiceProfile profile)
    {
        foreach (var filter in profile.InitialFilterCriteria)
            yield return
            [
                profile.Name,
                filter.HasPriority ? Output.Number(filter.Priority) : null,
                filter.Template.Length > 0 ? filter.Template : filter.TemplateSet.Length > 0 ? $"set {filter.TemplateSet}" : "written out",
                filter.ApplicationServer?.ServerName ?? string.Join(' ', filter.Parameters.Select(pair => $"{pair.Key}={pair.Value}")),
            ];
        foreach (var number in profile.SharedFilterSets) yield return [profile.Name, null, $"shared set {Output.Number(number)}", null];
        if (profile.InitialFilterCriteria.Count == 0 && profile.SharedFilterSets.Count == 0) yield return [profile.Name, null, "no filter", null];
    }

    private static string? Join<T>(IEnumerable<T>? values) => values is null ? null : string.Join(' ', values);
}
