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

    public const string NassBundled = "NASS-Bundled";
    public const string EarlyImsSecurity = "Early-IMS-Security";

    // Every AKA digest is made of the same vector: what the S-CSCF hashes, and what it hashes it with, is between it and the phone
    // (RFC 3310, RFC 4169, RFC 7616). So one credential serves them all, and the answer repeats the name that was asked for, because some
    // S-CSCFs choose by the name in the answer how to read the item. Kamailio asks for Digest-AKAv2-MD5 in just that way.
    private static readonly string[] AkaNames = [DigestAkaV1Md5, "Digest-AKAv1-SHA-256", "Digest-AKAv2-MD5", "Digest-AKAv2-SHA-256"];

    /// <summary>Reads SIP-Authentication-Scheme. "Unknown" gives true and <see cref="AuthenticationSchemes.None"/>: the subscriber's default decides.</summary>
    /// Shape: <paramref name="name"/> is what the answer calls it: the variant that was asked for, in the spelling of its specification.
    /// Why case does not count: Kamailio writes "unknown" where the specification writes "Unknown".
    /// Errors: false for anything that is not served (other people's schemes); the procedure answers 5006.
    public static bool TryParse(ReadOnlySpan<byte> utf8Name, out AuthenticationSchemes scheme, out string name)
    {
        foreach (var akaName in AkaNames)
        {
            if (!Ascii.EqualsIgnoreCase(utf8Name, akaName)) continue;
            (scheme, name) = (AuthenticationSchemes.DigestAkaV1Md5, akaName);
            return true;
        }
        (scheme, name) = utf8Name.Length switch
        {
            _ when Ascii.EqualsIgnoreCase(utf8Name, SipDigest) => (AuthenticationSchemes.SipDigest, SipDigest),
            _ when Ascii.EqualsIgnoreCase(utf8Name, LegacyDigestMd5) => (AuthenticationSchemes.LegacyDigestMd5, LegacyDigestMd5),
            _ when Ascii.EqualsIgnoreCase(utf8Name, NassBundled) => (AuthenticationSchemes.NassBundled, NassBundled),
            _ when Ascii.EqualsIgnoreCase(utf8Name, EarlyImsSecurity) => (AuthenticationSchemes.EarlyImsSecurity, EarlyImsSecurity),
            _ => (AuthenticationSchemes.None, Unknown),
        };
        return scheme != AuthenticationSchemes.None || Ascii.EqualsIgnoreCase(utf8Name, Unknown);
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{byte}, out AuthenticationSchemes, out string)"/>
    public static bool TryParse(ReadOnlySpan<byte> utf8Name, out AuthenticationSchemes scheme) => TryParse(utf8Name, out scheme, out _);

    /// <summary>Reads one name of "allowedSchemes" or "defaultScheme". "Unknown" is no scheme a subscriber can have, so it is false here.</summary>
    /// So are the other names of AKA: allowing one and not another would promise a difference that the vector does not have.
    public static bool TryParseProvisioned(string name, out AuthenticationSchemes scheme)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (TryParse(Encoding.UTF8.GetBytes(name), out scheme, out var known) && scheme != AuthenticationSchemes.None && known == NameOf(scheme)) return true;
        scheme = AuthenticationSchemes.None;
        return false;
    }

    /// <summary>The name of exactly one scheme, as it goes into SIP-Authentication-Scheme.</summary>
    public static string NameOf(AuthenticationSchemes scheme) => scheme switch
    {
        AuthenticationSchemes.DigestAkaV1Md5 => DigestAkaV1Md5,
        AuthenticationSchemes.SipDigest => SipDigest,
        AuthenticationSchemes.LegacyDigestMd5 => LegacyDigestMd5,
        AuthenticationSchemes.NassBundled => NassBundled,
        AuthenticationSchemes.EarlyImsSecurity => EarlyImsSecurity,
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
        if (!credentials.LineIdentifiers.IsEmpty) schemes |= AuthenticationSchemes.NassBundled;
        if (credentials.FramedAddress is not null) schemes |= AuthenticationSchemes.EarlyImsSecurity;
        return schemes;
    }

    /// <summary>What "Unknown" turns into when nothing else was provisioned: AKA where there is a key, else SIP Digest, else the line, else the address.</summary>
    /// Why in this order: a secret proves more than where a packet came from.
    /// Why never Digest-MD5: it hands out a clear password, so it has to be asked for by name or provisioned as the default.
    public static AuthenticationSchemes DefaultFor(Credentials credentials)
    {
        ArgumentNullException.ThrowIfNull(credentials);
        if (credentials.Aka is not null) return AuthenticationSchemes.DigestAkaV1Md5;
        if (credentials.Digest is not null) return AuthenticationSchemes.SipDigest;
        if (!credentials.LineIdentifiers.IsEmpty) return AuthenticationSchemes.NassBundled;
        return credentials.FramedAddress is not null ? AuthenticationSchemes.EarlyImsSecurity : AuthenticationSchemes.None;
    }
}
