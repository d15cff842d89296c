using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>One implicit registration set before and after its subscription was provisioned again.</summary>
/// Why documents are compared as they would be sent and not as records: only what an S-CSCF sees is worth a message to it.
/// Spec: TS 29.228 6.1.3.1, 6.2.2.1.
internal sealed class SetChange(Subscription old, int oldSet, Subscription provisioned, int set, FilterMasks oldMasks, FilterMasks masks)
{
    private readonly ImplicitRegistrationSet _before = old.ImplicitRegistrationSets[oldSet];
    private readonly ImplicitRegistrationSet _after = provisioned.ImplicitRegistrationSets[set];

    public Subscription Provisioned => provisioned;

    public int Set => set;

    /// <summary>What a PPR may not or cannot say: the user has to register anew.</summary>
    public bool NeedsAnotherRegistration(RegistrationState state) =>
        !SameCapabilities(old.ServerCapabilities, provisioned.ServerCapabilities)
        || !string.Equals(old.Imsi, provisioned.Imsi, StringComparison.Ordinal)
        || _before.PublicIdentities.Any(identity => identity.LooseRoute) != _after.PublicIdentities.Any(identity => identity.LooseRoute)
        || (state.Status == RegistrationStatus.Registered
            && !string.Equals(_before.DefaultIdentity?.Identity, _after.DefaultIdentity?.Identity, StringComparison.Ordinal));

    public bool NothingIsActive => _after.PublicIdentities.All(identity => IsPsi(identity) && !identity.PsiActive);

    public ImmutableArray<string> SwitchedOffPsis() =>
    [
        .. _after.PublicIdentities
            .Where(identity => IsPsi(identity) && !identity.PsiActive
                && _before.PublicIdentities.Any(one => one.PsiActive && string.Equals(one.Identity, identity.Identity, StringComparison.Ordinal)))
            .Select(identity => identity.Identity),
    ];

    public void AddPushes(RegistrationState state, List<CxJob> jobs)
    {
        if (Termination.IsServed(state))
        {
            var parts = ProfileParts.None;
            if (!SameUserData()) parts |= ProfileParts.UserData;
            if (old.Charging != provisioned.Charging) parts |= ProfileParts.Charging;
            if (state.Status == RegistrationStatus.Registered && !SameWebFunctions(old.AllowedWebFunctions, provisioned.AllowedWebFunctions))
                parts |= ProfileParts.AllowedWebFunctions;
            if (parts != ProfileParts.None)
                jobs.Add(Push(state, state.RegisteredPrivateIdentities is [var first, ..] ? first : provisioned.PrivateIdentitiesOf(set)[0].Identity, parts));
        }
        foreach (var user in state.RegisteredPrivateIdentities.Union(state.AuthenticationPendingPrivateIdentities, StringComparer.Ordinal))
            // One request reaches the S-CSCF's only copy, however many sets the private identity uses there.
            if (HasNewDigest(user) && !jobs.Exists(job => job.Parts.HasFlag(ProfileParts.DigestCredentials) && job.PrivateIdentity == user && job.IsFor(state.Server)))
                jobs.Add(Push(state, user, ProfileParts.DigestCredentials));
    }

    private CxJob Push(RegistrationState state, string user, ProfileParts parts) => new()
    {
        Kind = CxJobKind.PushProfile,
        SubscriptionId = provisioned.SubscriptionId,
        Server = state.Server!,
        PrivateIdentity = user,
        PublicIdentities = [.. _after.PublicIdentities.Select(identity => identity.Identity)],
        Parts = parts,
    };

    // In the shortest and in the richest form: whichever the S-CSCF got, it would get another one now. IMSI is no matter for a PPR.
    private bool SameUserData()
    {
        var (before, after) = (old with { Imsi = null }, provisioned with { Imsi = null });
        foreach (var form in (ReadOnlySpan<UserDataForm>)[UserDataForm.Base, UserDataForm.SharedFilterSets | UserDataForm.AliasGroups])
            if (!UserDataXml.Write(before, oldSet, "any", form, null, oldMasks).Span
                .SequenceEqual(UserDataXml.Write(after, set, "any", form, null, masks).Span)) return false;
        return true;
    }

    private bool HasNewDigest(string user) =>
        DigestOf(provisioned, user) is { } now && !now.Equals(DigestOf(old, user));

    private static Authentication.DigestCredentials? DigestOf(Subscription subscription, string user) =>
        subscription.PrivateIdentities.FirstOrDefault(identity => string.Equals(identity.Identity, user, StringComparison.Ordinal))?.Credentials.Digest;

    private static bool IsPsi(PublicIdentity identity) => identity.Type is PublicIdentityType.DistinctPsi or PublicIdentityType.WildcardedPsi;

    private static bool SameCapabilities(ServerCapabilities? one, ServerCapabilities? other) =>
        one is null || other is null || one.IsEmpty || other.IsEmpty
            ? (one is null || one.IsEmpty) == (other is null || other.IsEmpty)
            : one.Mandatory.SequenceEqual(other.Mandatory) && one.Optional.SequenceEqual(other.Optional)
                && one.ServerNames.SequenceEqual(other.ServerNames, StringComparer.Ordinal);

    private static bool SameWebFunctions(AllowedWebFunctions? one, AllowedWebFunctions? other) =>
        one is null || other is null
            ? one is null && other is null
            : one.AuthenticationFunctions.SequenceEqual(other.AuthenticationFunctions, StringComparer.Ordinal)
                && one.WebServerFunctions.SequenceEqual(other.WebServerFunctions, StringComparer.Ordinal);
}
