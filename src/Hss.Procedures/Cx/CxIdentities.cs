using Hss.Diameter;
using Hss.Subscribers;

namespace Hss.Procedures.Cx;

/// <summary>The first three steps that UAR, MAR and SAR share: do both identities exist, is the public one distinct, do they belong together.</summary>
/// Spec: TS 29.228 6.1.1.1 steps 1 to 3, 6.1.2.1 steps 1 and 2, 6.3.1 steps 1 to 3.
internal static class CxIdentities
{
    public static string? PrivateIdentity(AvpValue userName) =>
        CanonicalIdentity.TryPrivate(userName.Span, out var identity) ? identity : null;

    public static string? PublicIdentity(AvpValue publicIdentity) =>
        CanonicalIdentity.TryPublic(publicIdentity.Span, out var identity) ? identity : null;

    /// <summary>A wildcard in its canonical form, or the distinct identity that an S-CSCF repeats in its place.</summary>
    public static string? WildcardedIdentity(AvpValue wildcardedPublicIdentity) =>
        CanonicalIdentity.TryWildcarded(wildcardedPublicIdentity.ToText(), out var identity, out _) ? identity : PublicIdentity(wildcardedPublicIdentity);

    /// <summary>Where a public identity stands inside one subscriber.</summary>
    public readonly record struct Place(int SetIndex, PublicIdentity Identity, ImplicitRegistrationSet Set);

    public static bool TryFind(Subscriber subscriber, string publicIdentity, out Place place)
    {
        var setIndex = subscriber.IndexOfSet(publicIdentity, out var identity);
        place = setIndex < 0 ? default : new(setIndex, identity!, subscriber.Subscription.ImplicitRegistrationSets[setIndex]);
        return setIndex >= 0;
    }

    /// <summary>
    /// Why a public identity cannot be used with a private one of this subscriber, or null when it can. An identity of another
    /// subscription exists, so that it is a mismatch and not an unknown user.
    /// </summary>
    public static async ValueTask<ExperimentalResultCode?> CheckAssociationAsync(
        ISubscriberStore store, Subscriber subscriber, string privateIdentity, string publicIdentity, bool mustBeDistinct, CancellationToken cancellationToken)
    {
        if (TryFind(subscriber, publicIdentity, out var place))
        {
            if (mustBeDistinct && place.Identity.Type != PublicIdentityType.DistinctPublicIdentity) return ExperimentalResultCode.ErrorUserUnknown;
            return place.Set.BelongsTo(privateIdentity) ? null : ExperimentalResultCode.ErrorIdentitiesDontMatch;
        }
        var owner = await store.FindByPublicIdentityAsync(publicIdentity, cancellationToken).ConfigureAwait(false);
        if (owner is null || !TryFind(owner, publicIdentity, out place)) return ExperimentalResultCode.ErrorUserUnknown;
        return mustBeDistinct && place.Identity.Type != PublicIdentityType.DistinctPublicIdentity
            ? ExperimentalResultCode.ErrorUserUnknown
            : ExperimentalResultCode.ErrorIdentitiesDontMatch;
    }

    /// <summary>The same question once the turn is held: null when the private identity still exists and may still use all of these sets.</summary>
    public static ExperimentalResultCode? LeftMeanwhile(Subscriber current, string privateIdentity, params ReadOnlySpan<int> sets)
    {
        if (current.IndexOfPrivateIdentity(privateIdentity) < 0) return ExperimentalResultCode.ErrorUserUnknown;
        foreach (var set in sets)
            if (!current.Subscription.ImplicitRegistrationSets[set].BelongsTo(privateIdentity)) return ExperimentalResultCode.ErrorIdentitiesDontMatch;
        return null;
    }
}
