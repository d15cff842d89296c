using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Hss.Authentication;

namespace Hss.Subscribers;

/// <summary>Reads private identities with their credentials. Nothing in a message ever repeats what stands in aka or sipDigest.</summary>
/// Spec: TS 33.203 6.1 and Annex N, TS 29.229 6.3.9, 6.3.36 to 6.3.41, RFC 7616 3.4.2.
internal sealed class PrivateIdentityReader(ProblemList problems)
{
    private const int KeyLengthBytes = 16;
    private const int MaxPasswordLength = 128;

    private static readonly string[] s_fields = ["identity", "aka", "sipDigest", "allowedSchemes", "defaultScheme", "privilegedSender",
        "lineIdentifiers", "framedAddress"];
    private static readonly string[] s_credentials = ["aka", "sipDigest", "lineIdentifiers", "framedAddress"];
    private static readonly string[] s_akaFields = ["algorithm", "k", "op", "opc", "amf", "sqn"];
    private static readonly string[] s_digestFields = ["realm", "ha1Md5", "ha1Sha256", "password", "keepPasswordForLegacyDigestMd5"];

    /// <summary>Every identity that could be read, whatever is wrong with its credentials.</summary>
    public HashSet<string> Names { get; } = new(StringComparer.Ordinal);

    public ImmutableArray<PrivateIdentity> ReadAll(DocumentObject document)
    {
        var identities = ImmutableArray.CreateBuilder<PrivateIdentity>();
        foreach (var (value, path) in document.Items("privateIdentities", required: true))
            if (Read(value, path) is { } identity) identities.Add(identity);
        return identities.ToImmutable();
    }

    private PrivateIdentity? Read(JsonElement value, DocumentPath path)
    {
        if (DocumentObject.Read(value, path, problems, s_fields) is not { } document) return null;
        var identity = ReadIdentity(document);
        ulong sqn = 0;
        var aka = document.Object("aka", required: false, s_akaFields, secretive: true) is { } akaObject ? ReadAka(akaObject, out sqn) : null;
        var digest = document.Object("sipDigest", required: false, s_digestFields, secretive: true) is { } digestObject
            ? ReadDigest(digestObject, identity) : null;
        var access = new AccessNetworkReader(problems);
        var credentials = new Credentials(aka, digest) { LineIdentifiers = access.ReadLines(document), FramedAddress = access.ReadAddress(document) };
        if (!s_credentials.Any(document.Has))
            problems.Add(path, "has neither aka nor sipDigest, lineIdentifiers or framedAddress; one is needed to authenticate");
        var isNothing = aka is null && digest is null && credentials.LineIdentifiers.IsEmpty && credentials.FramedAddress is null;
        if (identity is null || isNothing || (document.Has("aka") && aka is null) || (document.Has("sipDigest") && digest is null)) return null;
        var allowed = ReadAllowedSchemes(document, credentials);
        return new()
        {
            Identity = identity,
            Credentials = credentials,
            AllowedSchemes = allowed,
            DefaultScheme = ReadDefaultScheme(document, credentials, allowed),
            InitialSqn = sqn,
            PrivilegedSender = document.Flag("privilegedSender", otherwise: false),
        };
    }

    private string? ReadIdentity(DocumentObject document)
    {
        if (!document.TryText("identity", required: true, out var text, CanonicalIdentity.MaxLengthBytes)) return null;
        if (!CanonicalIdentity.TryPrivate(text, out var canonical, out var problem))
        {
            problems.Add(document.At("identity"), $"{DocumentText.Quote(text)} {problem}");
            return null;
        }
        if (!canonical.Contains('@', StringComparison.Ordinal))
            problems.Warn(document.At("identity"), "has no realm; TS 23.003 13.3 wants user@realm");
        if (!canonical.Equals(text, StringComparison.Ordinal))
            problems.Warn(document.At("identity"),
                $"is stored as {DocumentText.Quote(canonical)}; a phone that spells it otherwise computes another SIP Digest");
        if (Names.Add(canonical)) return canonical;
        problems.Add(document.At("identity"), $"{DocumentText.Quote(canonical)} stands in this document twice; remove one");
        return null;
    }

    private AkaCredentials? ReadAka(DocumentObject aka, out ulong sqn)
    {
        if (aka.TryText("algorithm", required: false, out var algorithm) && algorithm != "MILENAGE")
            problems.Add(aka.At("algorithm"), "is not served; it is MILENAGE");
        var k = Octets(aka, "k", required: true, KeyLengthBytes);
        if (k is not null && !k.AsSpan().ContainsAnyExcept((byte)0))
        {
            problems.Add(aka.At("k"), "is all zeros, which is no key");
            k = null;
        }
        var amf = Octets(aka, "amf", required: true, 2);
        var sqnOctets = Octets(aka, "sqn", required: false, 6);
        sqn = sqnOctets is null ? 0 : ulong.Parse(Convert.ToHexString(sqnOctets), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        if (aka.Has("op") == aka.Has("opc"))
        {
            problems.Add(aka.Path,
                aka.Has("op") ? "has both op and opc; keep the one your card vendor gave" : "has neither op nor opc; one is needed");
            return null;
        }
        var variant = Octets(aka, aka.Has("op") ? "op" : "opc", required: true, KeyLengthBytes);
        if (k is null || variant is null || amf is null) return null;
        if (!variant.AsSpan().ContainsAnyExcept((byte)0))
            problems.Warn(aka.Path, "has an op or opc of zeros; a card with a real one will refuse every challenge");
        var key = new Secret(k);
        var operatorVariant = new Secret(variant);
        return new(key, aka.Has("op") ? Milenage.DeriveOpc(key, operatorVariant) : operatorVariant, (ushort)((amf[0] << 8) | amf[1]));
    }

    private DigestCredentials? ReadDigest(DocumentObject digest, string? identity)
    {
        var realm = ReadRealm(digest, identity);
        var keep = digest.Flag("keepPasswordForLegacyDigestMd5", otherwise: false);
        if (digest.Has("password"))
        {
            if (digest.Has("ha1Md5") || digest.Has("ha1Sha256"))
            {
                problems.Add(digest.Path, "has both password and HA1; keep one, HA1 is worked out from the password");
                return null;
            }
            if (ReadPassword(digest) is not { } password || realm is null || identity is null) return null;
            return new(realm, Digest.Ha1(DigestAlgorithm.Md5, identity, realm, password),
                Digest.Ha1(DigestAlgorithm.Sha256, identity, realm, password), keep ? new Secret(password) : null);
        }
        if (keep) problems.Add(digest.At("keepPasswordForLegacyDigestMd5"), "needs password, and there is none");
        if (!digest.Has("ha1Md5"))
        {
            problems.Add(digest.Path, digest.Has("ha1Sha256")
                ? "has ha1Sha256 alone; Digest-HA1 is always MD5, so add ha1Md5" : "has neither password nor ha1Md5; one is needed");
            return null;
        }
        var md5 = Octets(digest, "ha1Md5", required: true, 16);
        var sha256 = Octets(digest, "ha1Sha256", required: false, 32);
        if (realm is null || md5 is null || keep || (digest.Has("ha1Sha256") && sha256 is null)) return null;
        return new(realm, HexadecimalText(md5), sha256 is null ? null : HexadecimalText(sha256), null);
    }

    private string? ReadRealm(DocumentObject digest, string? identity)
    {
        if (digest.Has("realm"))
        {
            if (!digest.TryText("realm", required: true, out var realm)) return null;
            // The realm is put between quotes in a challenge and between colons in HA1 (RFC 7616 3.3, 3.4.2).
            if (realm.AsSpan().IndexOfAny('"', '\\', ':') < 0) return realm;
            problems.Add(digest.At("realm"), "holds a quote, a backslash or a colon");
            return null;
        }
        var at = identity?.LastIndexOf('@') ?? -1;
        if (at >= 0) return identity![(at + 1)..];
        if (identity is not null) problems.Add(digest.At("realm"), "is missing, and the private identity has no realm to take");
        return null;
    }

    private byte[]? ReadPassword(DocumentObject digest)
    {
        digest.TryValue("password", required: true, out var value);
        var text = value.ValueKind == JsonValueKind.String ? DocumentText.Of(value) : null;
        if (text is { Length: > 0 and <= MaxPasswordLength } && !text.Any(char.IsControl)) return Encoding.UTF8.GetBytes(text);
        problems.Add(digest.At("password"), $"is no text of 1 to {MaxPasswordLength} characters without control characters");
        return null;
    }

    private AuthenticationSchemes ReadAllowedSchemes(DocumentObject document, Credentials credentials)
    {
        var possible = AuthenticationScheme.PossibleFor(credentials);
        if (!document.Has("allowedSchemes")) return possible;
        var allowed = AuthenticationSchemes.None;
        foreach (var (name, path) in document.Texts("allowedSchemes", required: true)) allowed |= ReadScheme(name, path, possible);
        return allowed;
    }

    private AuthenticationSchemes ReadDefaultScheme(
        DocumentObject document, Credentials credentials, AuthenticationSchemes allowed)
    {
        if (document.TryText("defaultScheme", required: false, out var name))
        {
            var scheme = ReadScheme(name, document.At("defaultScheme"), AuthenticationScheme.PossibleFor(credentials));
            if (scheme != AuthenticationSchemes.None && !allowed.HasFlag(scheme))
                problems.Add(document.At("defaultScheme"),
                    $"{DocumentText.Quote(name)} is not among allowedSchemes; add it there or choose another");
            return scheme;
        }
        // The usual default, or the first that is left when allowedSchemes leaves that one out.
        var usual = AuthenticationScheme.DefaultFor(credentials);
        return allowed.HasFlag(usual) ? usual
            : allowed.HasFlag(AuthenticationSchemes.SipDigest) ? AuthenticationSchemes.SipDigest
            // One of the others, the lowest when there are several.
            : (AuthenticationSchemes)((int)allowed & -(int)allowed);
    }

    private AuthenticationSchemes ReadScheme(string name, DocumentPath path, AuthenticationSchemes possible)
    {
        if (!AuthenticationScheme.TryParseProvisioned(name, out var scheme))
        {
            problems.Add(path, $"{DocumentText.Quote(name)} is not served; it is one of {AuthenticationScheme.DigestAkaV1Md5}, "
                + $"{AuthenticationScheme.SipDigest}, {AuthenticationScheme.LegacyDigestMd5}, {AuthenticationScheme.NassBundled}, "
                + AuthenticationScheme.EarlyImsSecurity);
            return AuthenticationSchemes.None;
        }
        if (possible.HasFlag(scheme)) return scheme;
        problems.Add(path, scheme switch
        {
            AuthenticationSchemes.DigestAkaV1Md5 => $"{name} needs aka, and there is none",
            AuthenticationSchemes.SipDigest => $"{name} needs sipDigest, and there is none",
            AuthenticationSchemes.NassBundled => $"{name} needs lineIdentifiers, and there are none",
            AuthenticationSchemes.EarlyImsSecurity => $"{name} needs framedAddress, and there is none",
            _ => $"{name} hands out a clear password; it needs sipDigest with password and keepPasswordForLegacyDigestMd5",
        });
        return AuthenticationSchemes.None;
    }

    /// <summary>Hexadecimal text of an exact length, as octets. The message counts and never quotes.</summary>
    private byte[]? Octets(DocumentObject document, string name, bool required, int lengthBytes)
    {
        if (!document.TryValue(name, required, out var value)) return null;
        var text = value.ValueKind == JsonValueKind.String ? DocumentText.Of(value) : null;
        if (text is null) problems.Add(document.At(name), $"is no string; {2 * lengthBytes} hexadecimal digits in quotes are needed");
        else if (!text.All(char.IsAsciiHexDigit))
            problems.Add(document.At(name), $"holds something else than hexadecimal digits; {2 * lengthBytes} of them are needed");
        else if (text.Length != 2 * lengthBytes)
            problems.Add(document.At(name), $"{text.Length} hexadecimal digits, {2 * lengthBytes} are needed");
        else return Convert.FromHexString(text);
        return null;
    }

    private static Secret HexadecimalText(byte[] octets) => new(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(octets)));
}
