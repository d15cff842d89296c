namespace Hss.Subscribers;

/// <summary>Whether the User-Data of a set fits a message: rule E11.</summary>
/// Spec: TS 29.228 Annex B; docs/ifc.md.
internal static class UserDataSize
{
    // The longest private identity makes the longest document of a set.
    public static void Check(Subscription subscription, int setIndex, DocumentPath path, ProblemList problems)
    {
        // Nearly every document is far below; then nothing has to be rendered to know it.
        if (UserDataBound.Of(subscription, setIndex) <= UserDataXml.LargeUserDataBytes) return;
        if (subscription.PrivateIdentitiesOf(setIndex).MaxBy(identity => identity.Identity.Length) is not { } longest) return;
        // Alias groups add to the document, but let more identities share their filters; which form is longer depends on both.
        var fallen = LongestFallenInto(subscription.ImplicitRegistrationSets[setIndex]);
        var length = Math.Max(UserDataXml.WriteLongest(subscription, setIndex, longest.Identity, UserDataForm.Base, fallen).Length,
            UserDataXml.WriteLongest(subscription, setIndex, longest.Identity, UserDataForm.AliasGroups, fallen).Length);
        // Otherwise whoever looks at the document wonders where the octets are.
        var counted = subscription.ServiceProfiles.Any(profile => profile.HasDsaiTags) ? " (filters with dsaiTags counted once per identity)" : "";
        if (length > UserDataXml.MaxUserDataBytes)
            problems.Add(path,
                $"makes User-Data of {length} octets{counted}, at most {UserDataXml.MaxUserDataBytes} fit a Diameter message; split the set or its filters", "E11");
        else if (length > UserDataXml.LargeUserDataBytes)
            problems.Warn(path,
                $"makes User-Data of {length} octets{counted}, which every registration carries; above {UserDataXml.MaxUserDataBytes} it is refused, so drop filters or service texts", "E11");
    }

    // As long as an identity can be, with the characters that XML writes longest, in the wildcard that says the most about it.
    private static NonDistinctIdentity? LongestFallenInto(ImplicitRegistrationSet set)
    {
        var wildcard = set.PublicIdentities.Where(identity => identity.IsWildcarded)
            .MaxBy(identity => identity.Identity.Length + (identity.DisplayName?.Length ?? 0) + (identity.ServiceLevelTraceInfo?.Length ?? 0));
        return wildcard is null ? null : new("sip:" + new string('&', CanonicalIdentity.MaxLengthBytes - 4), wildcard.Identity);
    }
}
