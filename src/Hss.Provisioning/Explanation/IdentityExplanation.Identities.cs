using Hss.Subscribers;

namespace Hss.Provisioning;

// Steps 1 to 3 of UAR: do both exist, is the public one distinct, do they belong together.
internal sealed partial class IdentityExplanation
{
    private void WellFormed(string what, string text, string canonical, string? problem)
    {
        if (problem is not null) Add(false, $"{what} is well-formed", text.Length == 0 ? $"no {what} was given, and none follows from the other one" : $"'{text}' {problem}");
        else Add(true, $"{what} is well-formed", canonical == text ? canonical : $"it is looked up as {canonical}");
    }

    private async Task PrivateIsKnownAsync(string identity, Subscriber? owner, Subscriber? ownerOfPublic, CancellationToken cancellationToken)
    {
        if (owner is not null)
        {
            Add(true, "private identity is known", $"it belongs to subscription {owner.Subscription.SubscriptionId}");
            return;
        }
        var why = new List<string> { $"no subscription has the private identity {identity}" };
        foreach (var candidate in PrivateLookalikes(identity, ownerOfPublic))
            if (await store.FindByPrivateIdentityAsync(candidate, cancellationToken).ConfigureAwait(false) is { } near)
            {
                why.Add($"subscription {near.Subscription.SubscriptionId} has {candidate}: mend the realm in the UE's configuration or in the subscription");
                break;
            }
        foreach (var uri in (ReadOnlySpan<string>)[identity, "sip:" + identity])
            if (CanonicalIdentity.TryPublic(uri, out var canonical, out _))
            {
                why.AddRange(await AsPublicAsync(canonical, cancellationToken).ConfigureAwait(false));
                break;
            }
        if (why.Count == 1) why.Add("create a subscription with it, or mend the UE's configuration");
        Add(false, "private identity is known", string.Join("; ", why));
    }

    private async Task<IEnumerable<string>> AsPublicAsync(string canonical, CancellationToken cancellationToken) =>
        await store.FindByPublicIdentityAsync(canonical, cancellationToken).ConfigureAwait(false) is { } owner
            ? [$"{canonical} is a public identity of subscription {owner.Subscription.SubscriptionId}: the UE sends it where its private identity belongs"]
            : [];

    /// <summary>The same user under the realms he could have: those of who owns the public identity, and those made of his IMSI (TS 23.003 13.2, 13.3).</summary>
    private static IEnumerable<string> PrivateLookalikes(string identity, Subscriber? ownerOfPublic)
    {
        var at = identity.LastIndexOf('@');
        var user = at < 0 ? identity : identity[..at];
        var candidates = new List<string>();
        foreach (var theirs in ownerOfPublic?.Subscription.PrivateIdentities ?? [])
        {
            var theirAt = theirs.Identity.LastIndexOf('@');
            if ((theirAt < 0 ? theirs.Identity : theirs.Identity[..theirAt]) == user) candidates.Add(theirs.Identity);
            else if (theirAt >= 0) candidates.Add(user + theirs.Identity[theirAt..]);
        }
        if (user.Length is >= 6 and <= 15 && user.All(char.IsAsciiDigit))
            candidates.AddRange(
            [
                $"{user}@ims.mnc0{user[3..5]}.mcc{user[..3]}.3gppnetwork.org",
                $"{user}@ims.mnc{user[3..6]}.mcc{user[..3]}.3gppnetwork.org",
                user,
            ]);
        return candidates.Where(candidate => candidate != identity).Distinct(StringComparer.Ordinal);
    }

    private async Task PublicIsKnownAsync(string identity, Subscriber? owner, PublicIdentityMatch? match, CancellationToken cancellationToken)
    {
        if (match is { IsWildcard: false } found)
        {
            Add(true, "public identity is known", $"it belongs to subscription {found.Subscriber.Subscription.SubscriptionId}");
            return;
        }
        if (match is { } wildcard)
        {
            Add(false, "public identity is known", $"{identity} only falls into the wildcard {wildcard.Provisioned} of subscription "
                + $"{wildcard.Subscriber.Subscription.SubscriptionId}, and what falls into a wildcard cannot be registered; provision it as an identity of its own");
            return;
        }
        var why = new List<string> { $"no subscription has the public identity {identity}" };
        foreach (var twin in PublicTwins(identity, owner))
            if (await store.FindByPublicIdentityAsync(twin, cancellationToken).ConfigureAwait(false) is { } near)
            {
                why.Add($"subscription {near.Subscription.SubscriptionId} has {twin}: add {identity} to its set beside it");
                break;
            }
        if (CanonicalIdentity.TryPrivate(identity[(identity.IndexOf(':', StringComparison.Ordinal) + 1)..], out var asPrivate, out _)
            && await store.FindByPrivateIdentityAsync(asPrivate, cancellationToken).ConfigureAwait(false) is { } named)
            why.Add($"{asPrivate} is a private identity of subscription {named.Subscription.SubscriptionId}: a UE without an ISIM registers sip:{asPrivate} "
                + "(TS 23.003 13.4B), so add it to a set");
        if (why.Count == 1) why.Add(owner is null ? "add it to a subscription" : $"add it to subscription {owner.Subscription.SubscriptionId}");
        Add(false, "public identity is known", string.Join("; ", why));
    }

    /// <summary>The same number as a tel and as a SIP URI, and the same user in the realms of the subscription (TS 23.003 13.4).</summary>
    private static IEnumerable<string> PublicTwins(string identity, Subscriber? owner)
    {
        var realms = (owner?.Subscription.PrivateIdentities ?? [])
            .Select(theirs => theirs.Identity[(theirs.Identity.LastIndexOf('@') + 1)..]).Distinct(StringComparer.Ordinal).ToList();
        var isTel = identity.StartsWith("tel:", StringComparison.Ordinal);
        var at = identity.IndexOf('@', StringComparison.Ordinal);
        var user = isTel ? identity[4..] : at < 0 ? "" : identity[4..at];
        var candidates = new List<string>();
        if (!isTel && user.TrimStart('+') is { Length: > 0 } digits && digits.All(char.IsAsciiDigit)) candidates.AddRange(["tel:" + user, "tel:+" + digits]);
        if (user.Length > 0)
            foreach (var realm in realms) candidates.AddRange([$"sip:{user}@{realm}", $"sip:+{user.TrimStart('+')}@{realm}"]);
        foreach (var candidate in candidates)
            if (CanonicalIdentity.TryPublic(candidate, out var canonical, out _) && canonical != identity) yield return canonical;
    }

    private void IsDistinct(in Place place)
    {
        const string What = "public identity is a distinct public user identity";
        if (place.Identity.Type == PublicIdentityType.DistinctPublicIdentity) Add(true, What, "identityType says so");
        else if (place.Identity.IsPublicServiceIdentity)
            Add(false, What, $"{place.Identity.Identity} is a public service identity, which no UE registers; take identityType away if it is a user");
        else Add(false, What, $"{place.Identity.Identity} is a wildcard, which no UE registers; register an identity of its set that is none");
    }

    private void BelongTogether(Subscriber owner, string privateIdentity, in Place place)
    {
        const string What = "the two identities belong together";
        if (!ReferenceEquals(owner, place.Subscriber))
            Add(false, What, $"{privateIdentity} is of subscription {owner.Subscription.SubscriptionId}, {place.Identity.Identity} is of subscription "
                + $"{place.Subscription.SubscriptionId}; move one of them, or mend the UE's configuration");
        else if (!place.Set.BelongsTo(privateIdentity))
            Add(false, What, $"the implicit registration set of {place.Identity.Identity} is only for {List(place.Set.PrivateIdentities)}; add {privateIdentity} to its privateIdentities");
        else Add(true, What, place.Set.PrivateIdentities.IsEmpty ? "the set is for all private identities of the subscription" : "the set names the private identity");
    }

    private void IsNotBarred(in Place place)
    {
        const string What = "public identity is not barred";
        if (!place.Identity.Barred) Add(true, What, "it is not");
        else if (place.Set.PublicIdentities.FirstOrDefault(identity => !identity.Barred) is { } usable)
            Add(true, What, $"it is, but registering it brings up its set, which holds {usable.Identity}");
        else Add(false, What, "it is barred, and so is every identity of its set; take barred away from one of them");
    }
}
