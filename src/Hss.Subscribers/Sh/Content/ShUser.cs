namespace Hss.Subscribers;

/// <summary>A user identity inside one subscription: the public identity with its set, or the private identity that a number or name stands for.</summary>
/// Spec: TS 29.328 7.1, 7.6 (Table 7.6.1, note 5: User-Name addresses one private identity of several).
public readonly struct ShUser
{
    private readonly Subscription? _subscription;

    private ShUser(Subscription subscription, int setIndex, PublicIdentity? identity, PrivateIdentity? named)
    {
        _subscription = subscription;
        SetIndex = setIndex;
        Identity = identity;
        Named = named;
    }

    /// <summary>-1: the user is known by an MSISDN or External-Identifier.</summary>
    public int SetIndex { get; }

    public PublicIdentity? Identity { get; }

    public ImplicitRegistrationSet? Set => SetIndex < 0 ? null : _subscription?.ImplicitRegistrationSets[SetIndex];

    /// <summary>The private identity that User-Name, MSISDN or External-Identifier names; null: all that may use the set.</summary>
    public PrivateIdentity? Named { get; }

    /// <param name="subscription">Where to look.</param>
    /// <param name="place">Where the public identity stands there.</param>
    /// <param name="privateIdentity">User-Name of the request, canonical, or null.</param>
    /// <param name="found">Only where the result is true. False: the private identity is not there.</param>
    public static bool TryFind(Subscription subscription, in PublicIdentityPlace place, string? privateIdentity, out ShUser found)
    {
        var isThere = TryFindNamed(subscription, privateIdentity, out var named);
        found = isThere ? new(subscription, place.SetIndex, place.Identity, named) : default;
        return isThere;
    }

    /// <inheritdoc cref="TryFind(Subscription, in PublicIdentityPlace, string?, out ShUser)"/>
    /// <param name="user">As provisioned. A private identity that is not his any more is not there: who subscribed by the two has nothing left.</param>
    public static bool TryFind(Subscription subscription, in ShUserIdentity user, string? privateIdentity, out ShUser found)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        if (!TryFindNamed(subscription, privateIdentity, out var named))
        {
            found = default;
            return false;
        }
        if (user.Kind == ShUserIdentityKind.PublicIdentity) return TryFindPublic(subscription, user.Value, named, out found);
        foreach (var owner in subscription.PrivateIdentities)
            if ((named is null || ReferenceEquals(named, owner))
                && (user.Kind == ShUserIdentityKind.Msisdn ? owner.Msisdns : owner.ExternalIdentifiers).Contains(user.Value, StringComparer.Ordinal))
            {
                found = new(subscription, -1, null, owner);
                return true;
            }
        found = default;
        return false;
    }

    /// <summary>Whether a private identity is meant, or one of those that are.</summary>
    public bool Means(PrivateIdentity identity) => Named is not null ? ReferenceEquals(identity, Named) : Set!.BelongsTo(identity.Identity);

    /// <summary>Whether a set belongs to this user: some private identity of his may use it.</summary>
    /// Why User-Name is left out of it: identity sets are those of the user identity, and have no such key.
    public bool Has(Subscription subscription, ImplicitRegistrationSet set)
    {
        if (Set is null) return set.BelongsTo(Named!.Identity);
        if (ReferenceEquals(Set, set)) return true;
        foreach (var identity in subscription.PrivateIdentities)
            if (Set.BelongsTo(identity.Identity) && set.BelongsTo(identity.Identity)) return true;
        return false;
    }

    private static bool TryFindPublic(Subscription subscription, string value, PrivateIdentity? named, out ShUser found)
    {
        for (var set = 0; set < subscription.ImplicitRegistrationSets.Length; set++)
            foreach (var identity in subscription.ImplicitRegistrationSets[set].PublicIdentities)
                if (string.Equals(identity.Identity, value, StringComparison.Ordinal))
                {
                    found = new(subscription, set, identity, named);
                    return named is null || subscription.ImplicitRegistrationSets[set].BelongsTo(named.Identity);
                }
        found = default;
        return false;
    }

    private static bool TryFindNamed(Subscription subscription, string? privateIdentity, out PrivateIdentity? named)
    {
        named = null;
        if (privateIdentity is null) return true;
        foreach (var identity in subscription.PrivateIdentities)
            if (string.Equals(identity.Identity, privateIdentity, StringComparison.Ordinal)) named = identity;
        return named is not null;
    }
}
