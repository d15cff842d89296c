using System.Text;
using System.Text.Json;
using Hss.Authentication;

namespace Hss.Subscribers;

/// <summary>Reads sipDigest: a password, HA1, or neither of them for the stored ones.</summary>
/// Spec: TS 33.203 Annex N, TS 29.229 6.3.36 to 6.3.41, RFC 7616 3.4.2.
internal sealed class DigestReader(ProblemList problems)
{
    private const int MaxPasswordLength = 128;

    private static readonly string[] s_fields = ["realm", "ha1Md5", "ha1Sha256", "password", "keepPasswordForLegacyDigestMd5"];

    /// <summary>Null when there is no sipDigest, and when it cannot be used: then there are problems.</summary>
    public PrivateIdentityDraft.DigestPart? Read(DocumentObject privateIdentity, string? identity)
    {
        if (privateIdentity.Object("sipDigest", required: false, s_fields, secretive: true) is not { } digest) return null;
        var before = problems.Count;
        var keep = digest.Flag("keepPasswordForLegacyDigestMd5", otherwise: false);
        var isKept = !digest.Has("password") && !digest.Has("ha1Md5") && !digest.Has("ha1Sha256");
        var realm = ReadRealm(digest, identity, isKept);
        if (isKept) return problems.Count == before ? new(null, realm, keep) : null;
        var ha1 = digest.Has("password") ? ReadPassword(digest, identity, realm, keep) : ReadHa1(digest, realm, keep);
        return ha1 is null ? null : new(ha1, realm, keep);
    }

    private DigestCredentials? ReadPassword(DocumentObject digest, string? identity, string? realm, bool keep)
    {
        if (digest.Has("ha1Md5") || digest.Has("ha1Sha256"))
        {
            problems.Add(digest.Path, "has both password and HA1; keep one, HA1 is worked out from the password");
            return null;
        }
        if (ReadPasswordText(digest) is not { } password || realm is null || identity is null) return null;
        return DigestCredentials.FromPassword(identity, realm, password, keep);
    }

    private DigestCredentials? ReadHa1(DocumentObject digest, string? realm, bool keep)
    {
        if (keep) problems.Add(digest.At("keepPasswordForLegacyDigestMd5"), "needs password, and there is none");
        if (!digest.Has("ha1Md5"))
        {
            problems.Add(digest.Path, "has ha1Sha256 alone; Digest-HA1 is always MD5, so add ha1Md5");
            return null;
        }
        var md5 = SecretText.Octets(digest, "ha1Md5", 16, required: true, problems);
        var sha256 = SecretText.Octets(digest, "ha1Sha256", 32, required: false, problems);
        if (realm is null || md5 is null || keep || (digest.Has("ha1Sha256") && sha256 is null)) return null;
        return new(realm, HexadecimalText(md5), sha256 is null ? null : HexadecimalText(sha256), null);
    }

    /// <param name="isKept">HA1 is the store's, and so is its realm: none is made up here.</param>
    private string? ReadRealm(DocumentObject digest, string? identity, bool isKept)
    {
        if (digest.Has("realm"))
        {
            if (!digest.TryText("realm", required: true, out var realm)) return null;
            // The realm is put between quotes in a challenge and between colons in HA1 (RFC 7616 3.3, 3.4.2).
            if (realm.AsSpan().IndexOfAny('"', '\\', ':') < 0) return realm;
            problems.Add(digest.At("realm"), "holds a quote, a backslash or a colon");
            return null;
        }
        if (isKept) return null;
        var at = identity?.LastIndexOf('@') ?? -1;
        if (at >= 0) return identity![(at + 1)..];
        if (identity is not null) problems.Add(digest.At("realm"), "is missing, and the private identity has no realm to take");
        return null;
    }

    private byte[]? ReadPasswordText(DocumentObject digest)
    {
        digest.TryValue("password", required: true, out var value);
        var text = value.ValueKind == JsonValueKind.String ? DocumentText.Of(value) : null;
        if (text is { Length: > 0 and <= MaxPasswordLength } && !text.Any(char.IsControl)) return Encoding.UTF8.GetBytes(text);
        problems.Add(digest.At("password"), $"is no text of 1 to {MaxPasswordLength} characters without control characters");
        return null;
    }

    private static Secret HexadecimalText(byte[] octets) => new(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(octets)));
}
