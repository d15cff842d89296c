using System.Collections.Immutable;
using System.Globalization;
using System.Net.Sockets;

namespace Hss.Subscribers;

/// <summary>Who the user is: public identities by identity set, numbers, and the address that he is bound to.</summary>
/// Spec: TS 29.328 7.6.2, 7.6.9, 7.6.13.
internal static class ShIdentityContent
{
    /// <summary>Data reference 10. Barred identities are never told.</summary>
    public static bool AddIdentities(ShData document, ShSource source, in ShUser user, in ShItem item)
    {
        var identities = Identities(source, user, item.IdentitySet ?? ShIdentitySet.All);
        if (identities.Count == 0) return false;
        Put(document, item, Element(identities));
        return true;
    }

    /// <summary>Puts a list where that identity set belongs.</summary>
    public static void Put(ShData document, in ShItem item, ShPublicIdentifiers identifiers)
    {
        if (!item.IsOneOfSeveralSets)
            // Numbers (17) stand in the same element.
            document.PublicIdentifiers = document.PublicIdentifiers is { } other
                ? identifiers with { Msisdns = other.Msisdns, ExtendedMsisdns = other.ExtendedMsisdns } : identifiers;
        else if (item.IdentitySet == ShIdentitySet.Registered) document.RegisteredIdentities = identifiers;
        else if (item.IdentitySet == ShIdentitySet.Implicit) document.ImplicitIdentities = identifiers;
        else if (item.IdentitySet == ShIdentitySet.Alias) document.AliasIdentities = identifiers;
        else document.AllIdentities = identifiers;
    }

    /// <summary>Identities of one type share its IdentityType; those of several have it beside each.</summary>
    /// Why IdentityType is left out for public user identities: it says what its absence means, and application servers of older Releases know no Extension.
    public static ShPublicIdentifiers Element(List<PublicIdentity> identities)
    {
        if (identities.Count == 0) return ShPublicIdentifiers.Empty;
        var type = TypeOf(identities[0]);
        if (!identities.TrueForAll(identity => TypeOf(identity) == type))
            return new() { TypedIdentities = [.. identities.Select(identity => new ShTypedIdentity(identity.Identity, TypeOf(identity)))] };
        return new()
        {
            Identities = [.. identities.Select(identity => identity.Identity)],
            Type = type == ShIdentityType.PublicUserIdentity ? null : type,
            // There is one of each element, so that it can speak of one identity alone.
            WildcardedPsi = type == ShIdentityType.WildcardedPsi && identities.Count == 1 ? identities[0].Identity : null,
            WildcardedImpu = type == ShIdentityType.WildcardedImpu && identities.Count == 1 ? identities[0].Identity : null,
        };
    }

    public static List<PublicIdentity> Identities(ShSource source, in ShUser user, ShIdentitySet identitySet)
    {
        var identities = new List<PublicIdentity>();
        var sets = source.Subscription.ImplicitRegistrationSets;
        switch (identitySet)
        {
            case ShIdentitySet.Implicit when user.Identity is { IsPublicServiceIdentity: true } service:
                if (!service.Barred) identities.Add(service);
                break;
            case ShIdentitySet.Implicit or ShIdentitySet.Alias:
                foreach (var identity in user.Set?.PublicIdentities ?? [])
                    if (!identity.Barred && (identitySet == ShIdentitySet.Implicit || AliasSet.AreAliases(identity, user.Identity!))) identities.Add(identity);
                break;
            default:
                var registeredOnly = identitySet == ShIdentitySet.Registered;
                // Services do not register (7.6.2).
                if (registeredOnly && user.Identity is { IsPublicServiceIdentity: true }) break;
                for (var set = 0; set < sets.Length; set++)
                {
                    if (registeredOnly && source.States[set].Status != RegistrationStatus.Registered) continue;
                    if (!user.Has(source.Subscription, sets[set])) continue;
                    foreach (var identity in sets[set].PublicIdentities)
                        if (!identity.Barred && !(registeredOnly && identity.IsPublicServiceIdentity)) identities.Add(identity);
                }
                break;
        }
        return identities;
    }

    /// <summary>Data reference 17: the basic number of each private identity that is meant; with User-Name that one number is its C-MSISDN.</summary>
    /// Why additional numbers are told only to who negotiated Additional-MSISDN: nobody else can tell them from the basic one.
    public static bool AddMsisdns(ShData document, Subscription subscription, in ShUser user, bool withAdditional)
    {
        var basic = ImmutableArray.CreateBuilder<string>();
        var extended = ImmutableArray.CreateBuilder<ExtendedMsisdn>();
        foreach (var identity in subscription.PrivateIdentities)
        {
            if (!user.Means(identity) || identity.Msisdns.IsEmpty) continue;
            basic.Add(identity.Msisdns[0]);
            if (withAdditional)
                for (var i = 0; i < identity.Msisdns.Length; i++) extended.Add(new(identity.Msisdns[i], Additional: i > 0));
        }
        if (basic.Count == 0) return false;
        document.PublicIdentifiers = (document.PublicIdentifiers ?? ShPublicIdentifiers.Empty) with { Msisdns = basic.ToImmutable(), ExtendedMsisdns = extended.ToImmutable() };
        return true;
    }

    /// <summary>Data reference 22: the address that the access network vouches for, of the one private identity of the set.</summary>
    /// Shape: IPv4 in dotted decimal, the prefix as address/length, the interface identifier as four groups (RFC 4291 2.2): the schema says "string"
    /// and this is how addresses are written everywhere else. A shared identity is bound to no one address (step 3a).
    public static bool AddBinding(ShData document, Subscription subscription, in ShUser user)
    {
        if (user.SetIndex < 0 || subscription.PrivateIdentitiesOf(user.SetIndex) is not [var only] || only.Credentials.FramedAddress is not { } bound) return false;
        if (bound.Address.AddressFamily == AddressFamily.InterNetwork) document.IPv4Address = bound.Address.ToString();
        else document.IPv6Prefix = string.Create(CultureInfo.InvariantCulture, $"{bound.Address}/{bound.PrefixLengthBits}");
        if (bound.InterfaceId is { } id)
            document.IPv6InterfaceIdentifier = string.Create(CultureInfo.InvariantCulture, $"{id >> 48:x4}:{(id >> 32) & 0xFFFF:x4}:{(id >> 16) & 0xFFFF:x4}:{id & 0xFFFF:x4}");
        return true;
    }

    // The numbers differ from those of Cx, where 3 is an identity that fell into a wildcard.
    private static ShIdentityType TypeOf(PublicIdentity identity) => identity.Type switch
    {
        PublicIdentityType.DistinctPsi => ShIdentityType.DistinctPsi,
        PublicIdentityType.WildcardedPsi => ShIdentityType.WildcardedPsi,
        PublicIdentityType.WildcardedImpu => ShIdentityType.WildcardedImpu,
        _ => ShIdentityType.PublicUserIdentity,
    };
}
