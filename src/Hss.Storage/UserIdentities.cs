using Hss.Subscribers;

namespace Hss.Storage;

/// <summary>The names besides identities by which application servers find a user: MSISDNs and External-Identifiers.</summary>
/// Spec: TS 29.328 7.6.9, TS 29.329 6.3.1.
public static class UserIdentities
{
    public static IEnumerable<(IdentityKind Kind, string Identity)> In(Subscription subscription)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        foreach (var identity in subscription.PrivateIdentities)
        {
            foreach (var msisdn in identity.Msisdns) yield return (IdentityKind.Msisdn, msisdn);
            foreach (var external in identity.ExternalIdentifiers) yield return (IdentityKind.ExternalIdentifier, external);
        }
    }

    /// <summary>As in user_identity.kind, which is that of <see cref="ShUserIdentityKind"/>.</summary>
    internal static int Column(IdentityKind kind) => (int)(kind == IdentityKind.Msisdn ? ShUserIdentityKind.Msisdn : ShUserIdentityKind.ExternalIdentifier);

    internal static IdentityKind Kind(int column) => column == (int)ShUserIdentityKind.Msisdn ? IdentityKind.Msisdn : IdentityKind.ExternalIdentifier;
}
