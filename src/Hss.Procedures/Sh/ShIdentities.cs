using System.Text;
using Hss.Diameter;
using Hss.Subscribers;

namespace Hss.Procedures.Sh;

/// <summary>Finds the user of a request: by public identity, wildcard, MSISDN or External-Identifier.</summary>
/// Spec: TS 29.328 6.1.1.1 steps 2 and 2a; TS 29.329 6.3.1, 6.3.2; TS 23.003 3.3, 19.7.2.
internal static class ShIdentities
{
    public const int MaxMsisdnDigits = 15; // E.164 6

    /// <summary>Step 2. Null: unknown.</summary>
    public static ValueTask<AskedUser?> FindAsync(ISubscriberStore store, ShRequest request, CancellationToken cancellationToken)
    {
        var identity = request.UserIdentity.PublicIdentity;
        if (!identity.IsPresent) return FindByNumberAsync(store, request, cancellationToken);
        if (request.WildcardedPublicIdentity.IsPresent || request.WildcardedImpu.IsPresent || !CanonicalIdentity.TryPublic(identity.Span, out var canonical))
            return FindByWildcardAsync(store, request, cancellationToken);
        return store.MatchPublicIdentityAsync(canonical, cancellationToken).Then(canonical, static (asked, match) => Place(match, asked));
    }

    private static AskedUser? Place(in PublicIdentityMatch? found, string asked) => found is { } match ? AskedUser.Place(match, asked) : null;

    private static async ValueTask<AskedUser?> FindByNumberAsync(ISubscriberStore store, ShRequest request, CancellationToken cancellationToken)
    {
        var identity = request.UserIdentity;
        ShUserIdentity? named = identity.Msisdn.IsPresent
            ? Digits(identity.Msisdn.Span) is { } digits ? new(ShUserIdentityKind.Msisdn, digits) : null
            : ExternalIdentifier(identity.ExternalIdentifier.Span) is { } external ? new(ShUserIdentityKind.ExternalIdentifier, external) : null;
        if (named is not { } found) return null;
        var subscriber = await store.FindByUserIdentityAsync(found, cancellationToken).ConfigureAwait(false);
        return AskedUser.Place(subscriber, found, asked: null, namesWildcard: false);
    }

    /// <summary>The canonical private identity of User-Name; an octet string that is none belongs to nobody, and is no "no User-Name".</summary>
    public static string? PrivateIdentity(AvpValue userName) =>
        !userName.IsPresent ? null : CanonicalIdentity.TryPrivate(userName.Span, out var identity) ? identity : "";

    /// <summary>Digits of an MSISDN. Null: no E.164 number.</summary>
    /// Spec: TS 29.329 6.3.2, E.164 6.
    public static string? Digits(ReadOnlySpan<byte> tbcd)
    {
        if (tbcd.Length > (MaxMsisdnDigits + 1) / 2) return null;
        Span<char> digits = stackalloc char[MaxMsisdnDigits + 1];
        return TelephonyBcd.TryDecode(tbcd, digits, out var count) && count <= MaxMsisdnDigits ? new string(digits[..count]) : null;
    }

    /// <summary>Local-identifier@domain, the domain in lower case: the form of a NAI, but never without a domain (TS 23.003 19.7.2).</summary>
    private static string? ExternalIdentifier(ReadOnlySpan<byte> utf8) =>
        utf8.Contains((byte)'@') && CanonicalIdentity.TryPrivate(utf8, out var identity) ? identity : null;

    /// <summary>By the wildcard that the request names, or by an identity that is no canonical URI and may be one.</summary>
    private static async ValueTask<AskedUser?> FindByWildcardAsync(ISubscriberStore store, ShRequest request, CancellationToken cancellationToken)
    {
        var asked = CanonicalIdentity.TryPublic(request.UserIdentity.PublicIdentity.Span, out var canonical) ? canonical : null;

        // A wildcard that the application server learned from an earlier answer is the identity to act on (TS 29.328 7.1, "should"). One that
        // is gone is passed over: the identity itself then tells which wildcard it falls into today.
        var wildcard = request.WildcardedPublicIdentity.IsPresent ? request.WildcardedPublicIdentity : request.WildcardedImpu;
        if (wildcard.IsPresent && CanonicalIdentity.TryWildcarded(Encoding.UTF8.GetString(wildcard.Span), out var pattern, out _)
            && await store.FindByPublicIdentityAsync(pattern, cancellationToken).ConfigureAwait(false) is { } owner
            && AskedUser.Place(owner, new(ShUserIdentityKind.PublicIdentity, pattern), asked ?? pattern, namesWildcard: true) is { } named) return named;

        // An identity that is no canonical SIP or tel URI may be a wildcard, written as it was provisioned.
        if (asked is null && CanonicalIdentity.TryWildcarded(Encoding.UTF8.GetString(request.UserIdentity.PublicIdentity.Span), out pattern, out _)) asked = pattern;
        return asked is null ? null : Place(await store.MatchPublicIdentityAsync(asked, cancellationToken).ConfigureAwait(false), asked);
    }
}
