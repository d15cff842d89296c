using System.Text;

namespace Hss.Authentication;

/// <summary>The names of the schemes on the wire and in subscription documents, and what given credentials can do.</summary>
/// Errors: a name that is not served is a false return, never an exception. Spec: TS 29.229 6.3.9.
public static class AuthenticationScheme
{
    /// <summary>What an S-CSCF says when it leaves the choice to the HSS.</summary>
    public const string Unknown = "Unknown";

    public const string DigestAkaV1Md5 = "Digest-AKAv1-MD5";
    public const string SipDigest = "SIP Digest";
    public const string LegacyDigestMd5 = "Digest-MD5";

    /// <summary>Reads SIP-Authentication-Scheme. "Unknown" gives true and <see cref="AuthenticationSchemes.None"/>: the subscriber's default decides.</summary>
    /// Why case does not count: Kamailio writes "unknown" where the specification writes "Unknown".
    /// Errors: false for anything that is not served (NASS-Bundled, Early-IMS-Security, other people's schemes); the procedure answers 5006.
    public static bool TryParse(ReadOnlySpan<byte> utf8Name, out AuthenticationSchemes scheme)
    {
        (bool served, scheme) = utf8Name.Length switch
        {
            _ when Ascii.EqualsIgnoreCase(utf8Name, DigestAkaV1Md5) => (true, AuthenticationSchemes.DigestAkaV1Md5),
            _ when Ascii.EqualsIgnoreCase(utf8Name, SipDigest) => (true, AuthenticationSchemes.SipDigest),
            _ when Ascii.EqualsIgnoreCase(utf8Name, LegacyDigestMd5) => (true, AuthenticationSchemes.LegacyDigestMd5),
            _ => (Ascii.EqualsIgnoreCase(utf8Name, Unknown), AuthenticationSchemes.None),
        };
        return served;
    }

    /// <summary>Reads one name of "allowedSchemes" or "defaultScheme". "Unknown" is no scheme a subscriber can have, so it is false here.</summary>
    public static bool TryParseProvisioned(string name, out AuthenticationSchemes scheme)
    {
        ArgumentNullException.ThrowIfNull(name);
        return TryParse(Encoding.UTF8.GetBytes(name), out scheme) && scheme != AuthenticationSchemes.None;
    }

    /// <summary>The name of exactly one scheme, as it goes into SIP-Authentication-Scheme.</summary>
    public static string NameOf(AuthenticationSchemes scheme) => scheme switch
    {
        AuthenticationSchemes.DigestAkaV1Md5 => DigestAkaV1Md5,
        AuthenticationSchemes.SipDigest => SipDigest,
        AuthenticationSchemes.LegacyDigestMd5 => LegacyDigestMd5,
        _ => throw new ArgumentOutOfRangeException(nameof(scheme), scheme, "exactly one scheme has a name"),
    };

    /// <summary>Every scheme these credentials can serve. Legacy Digest-MD5 is among them only when the password was kept for it.</summary>
    public static AuthenticationSchemes PossibleFor(Credentials credentials)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        var schemes = AuthenticationSchemes.None;
        if (credentials.Aka is not null) schemes |= AuthenticationSchemes.DigestAkaV1Md5;
        if (credentials.Digest is not null) schemes |= AuthenticationSchemes.SipDigest;
        if (credentials.Digest?.Password is not null) schemes |= AuthenticationSchemes.LegacyDigestMd5;
        return schemes;
    }

    /// <summary>What "Unknown" turns into when nothing else was provisioned: AKA where there is a key, else SIP Digest.</summary>
    /// Why never Digest-MD5: it hands out a clear password, so it has to be asked for by name or provisioned as the default.
    public static AuthenticationSchemes DefaultFor(Credentials credentials)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        if (credentials.Aka is not null) return AuthenticationSchemes.DigestAkaV1Md5;
        return credentials.Digest is not null ? AuthenticationSchemes.SipDigest : AuthenticationSchemes.None;
    }
}
