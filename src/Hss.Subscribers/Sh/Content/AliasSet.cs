namespace Hss.Subscribers;

/// <summary>Public identities that are one and the same user to services: they share their repository data.</summary>
/// Shape: identities of one implicit registration set with the same alias group; one without a group is alone. A service has no aliases.
/// Why Sh needs the group to be provisioned although Cx puts identities without one together: there it saves octets, here it would let one identity
/// overwrite another's data. Spec: TS 29.328 7.6.1, Table 7.6.1 note 3; TS 23.008 3.1.1 (Alias Identity Group).
public static class AliasSet
{
    public static bool AreAliases(PublicIdentity one, PublicIdentity other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return ReferenceEquals(one, other)
            || (one.AliasGroup is not null && string.Equals(one.AliasGroup, other.AliasGroup, StringComparison.Ordinal)
                && !one.IsPublicServiceIdentity && !other.IsPublicServiceIdentity);
    }

    /// <summary>The repository data of an identity under a Service-Indication, or null. The octets of the indication are compared as they are.</summary>
    public static RepositoryData? FindRepositoryData(ShSource source, string publicIdentity, string serviceIndication)
    {
        ArgumentNullException.ThrowIfNull(source);
        return ShUser.TryFind(source.Subscription, new ShUserIdentity(ShUserIdentityKind.PublicIdentity, publicIdentity), null, out var user)
            ? FindRepositoryData(source.ApplicationData, user, serviceIndication) : null;
    }

    // Its own first: two that became aliases of each other may both have brought data of one name.
    internal static RepositoryData? FindRepositoryData(ApplicationData data, in ShUser user, string serviceIndication)
    {
        RepositoryData? ofAlias = null;
        foreach (var piece in data.Repository)
        {
            if (!string.Equals(piece.ServiceIndication, serviceIndication, StringComparison.Ordinal)) continue;
            if (string.Equals(piece.PublicIdentity, user.Identity!.Identity, StringComparison.Ordinal)) return piece;
            if (ofAlias is null && user.Identity.AliasGroup is not null && IsOfAlias(piece, user)) ofAlias = piece;
        }
        return ofAlias;
    }

    private static bool IsOfAlias(RepositoryData piece, in ShUser user)
    {
        foreach (var identity in user.Set!.PublicIdentities)
            if (string.Equals(identity.Identity, piece.PublicIdentity, StringComparison.Ordinal)) return AreAliases(identity, user.Identity!);
        return false;
    }
}
