using Hss.Authentication;
using Hss.Subscribers;

namespace Hss.Procedures.Cx;

/// <summary>Which authentication scheme a MAR gets: the scheme is the subscriber's, not the peer's wish.</summary>
/// Spec: TS 29.228 6.3.1 step 4, TS 29.229 6.3.9.
public static class SchemeChoice
{
    /// <summary>An absent or empty scheme and "unknown" leave the choice to the HSS: the default of the private identity (decision 5).</summary>
    /// Errors: false, and the answer is 5006.
    public static bool TryChoose(ReadOnlySpan<byte> asked, PrivateIdentity user, out AuthenticationSchemes scheme, out string name)
    {
        ArgumentNullException.ThrowIfNull(user);
        (scheme, name) = (AuthenticationSchemes.None, AuthenticationScheme.Unknown);
        if (asked.Length > 0 && !AuthenticationScheme.TryParse(asked, out scheme, out name)) return false;
        if (scheme == AuthenticationSchemes.None)
        {
            scheme = user.DefaultScheme;
            if (scheme == AuthenticationSchemes.None) return false;
            name = AuthenticationScheme.NameOf(scheme);
        }
        // What the credentials cannot do is not served, whatever was allowed: an item without its content would be worse than 5006.
        return (scheme & user.AllowedSchemes & AuthenticationScheme.PossibleFor(user.Credentials)) != 0;
    }
}
