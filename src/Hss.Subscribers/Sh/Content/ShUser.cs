namespace Hss.Subscribers;

/// <summary>A user identity inside one subscription: the public identity with its set, or the private identity that a number or name stands for.</summary>
/// Spec: TS 29.328 7.1, 7.6 (Table 7.6.1, note 5: User-Name addresses one private identity of several).
internal readonly struct ShUser
{
    private ShUser(int setIndex, PublicIdentity? identity, ImplicitRegistrationSet? set, PrivateIdentity? named)
    {
        SetIndex = setIndex;
        Identity = identity;
        Set = set;
        Named = named;
    }

    /// <summary>-1: the user is known by an MSISDN or External-Identifier.</summary>
    public int SetIndex { get; }

    public PublicIdentity? Identity { get; }

    public ImplicitRegistrationSet? Set { get; }

    /// <summary>The private identity that User-Name, MSISDN or External-Identifier names; null: all that may use the set.</summary>
    public PrivateIdentity? Named { get; }

    public static bool TryFind(Subscription subscription, in ShUserIdentity user, string? privateIdentity, out ShUser found)
    {
        PrivateIdentity? named = null;
        if (privateIdentity is not null && (named = Find(subscription, privateIdentity)) is null)
        {
            found = default;
            return false;
        }
        if (user.Kind == ShUserIdentityKind.PublicIdentity) return TryFindPublic(subscription, user.Value, named, out found);
        foreach (var owner in subscription.PrivateIdentities)
            if ((user.Kind == ShUserIdentityKind.Msisdn ? owner.Msisdns : owner.ExternalIdentifiers).Contains(user.Value, StringComparer.Ordinal))
            {
                found = new(-1, null, null, named ?? owner);
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
                    found = new(set, identity, subscription.ImplicitRegistrationSets[set], named);
                    return true;
                }
        found = default;
        return false;
    }

    private static PrivateIdentity? Find(Subscription subscription, string privateIdentity)
    {
        foreach (var identity in subscription.PrivateIdentities)
            if (string.Equals(identity.Identity, privateIdentity, StringComparison.Ordinal)) return identity;
        return null;
    }
}
