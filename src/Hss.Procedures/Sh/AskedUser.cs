using System.Collections.Immutable;
using Hss.Subscribers;

namespace Hss.Procedures.Sh;

/// <summary>The user that a request is about, as found.</summary>
/// Shape: Identity is what data and subscriptions go by: of a public identity as provisioned, so that one that fell into a wildcard stands here
/// as the wildcard. PublicIdentity and SetIndex only of those. AskedIdentity is the public identity as the application server wrote it
/// (canonical), or null. PrivateIdentity is the canonical User-Name, or null.
/// Spec: TS 29.328 6.1.1.1, 6.1.2.1, 6.1.3.1, steps 2 and 2a; Table 7.6.1 note 1.
internal sealed record AskedUser(
    Subscriber Subscriber, ShUserIdentity Identity, PublicIdentity? PublicIdentity, int SetIndex, string? AskedIdentity, bool NamesWildcard,
    string? PrivateIdentity)
{
    public Subscription Subscription => Subscriber.Subscription;

    public ShAccessKeys Key => DataReferenceTable.KeyOf(Identity.Kind, PublicIdentity);

    public bool IsWildcard => PublicIdentity?.IsWildcarded == true;

    /// <summary>The private identities that the identity belongs to.</summary>
    public ImmutableArray<PrivateIdentity> PrivateIdentities
    {
        get
        {
            var (kind, value) = Identity;
            return kind switch
            {
                ShUserIdentityKind.PublicIdentity => Subscription.PrivateIdentitiesOf(SetIndex),
                ShUserIdentityKind.Msisdn => [.. Subscription.PrivateIdentities.Where(one => one.Msisdns.Contains(value, StringComparer.Ordinal))],
                _ => [.. Subscription.PrivateIdentities.Where(one => one.ExternalIdentifiers.Contains(value, StringComparer.Ordinal))],
            };
        }
    }

    /// <summary>The one private identity that is meant: User-Name, or the only one there is. Null: there are several.</summary>
    public PrivateIdentity? SinglePrivateIdentity
    {
        get
        {
            var all = PrivateIdentities;
            if (PrivateIdentity is not { } name) return all.Length == 1 ? all[0] : null;
            return all.FirstOrDefault(one => string.Equals(one.Identity, name, StringComparison.Ordinal));
        }
    }

    /// <summary>The user in the data of an answer, or null: he is not in them.</summary>
    public ShUser? In(ShSource source) =>
        (PublicIdentity is { } identity && ReferenceEquals(source.Subscription, Subscription)
            ? ShUser.TryFind(Subscription, new PublicIdentityPlace(identity, SetIndex), PrivateIdentity, out var found)
            : ShUser.TryFind(source.Subscription, Identity, PrivateIdentity, out found)) ? found : null;

    /// <summary>The public identity exists: step 2.</summary>
    public static AskedUser Place(in PublicIdentityMatch match, string asked) => new(
        match.Subscriber, new(ShUserIdentityKind.PublicIdentity, match.Provisioned), match.Place.Identity, match.Place.SetIndex, asked,
        NamesWildcard: !match.IsWildcard, PrivateIdentity: null);

    /// <inheritdoc cref="Place(in PublicIdentityMatch, string)"/>
    public static AskedUser? Place(Subscriber? subscriber, ShUserIdentity identity, string? asked, bool namesWildcard)
    {
        if (subscriber is null) return null;
        PublicIdentity? found = null;
        var set = identity.Kind == ShUserIdentityKind.PublicIdentity ? subscriber.IndexOfSet(identity.Value, out found) : -1;
        var user = new AskedUser(subscriber, identity, found, set, asked, namesWildcard, PrivateIdentity: null);
        return (identity.Kind == ShUserIdentityKind.PublicIdentity ? set >= 0 : !user.PrivateIdentities.IsEmpty) ? user : null;
    }

    /// <summary>User-Name belongs to the identity: step 2a. Null: it does not.</summary>
    public AskedUser? Named(string? privateIdentity)
    {
        if (privateIdentity is null) return this;
        var user = this with { PrivateIdentity = privateIdentity };
        return user.SinglePrivateIdentity is null ? null : user;
    }

    /// <summary>The same user in what is true now: provisioning may have had the turn before this one. Null: he is gone, or User-Name is no longer his.</summary>
    public AskedUser? PlacedAgain(Subscriber? current) => Place(current, Identity, AskedIdentity, NamesWildcard)?.Named(PrivateIdentity);
}
