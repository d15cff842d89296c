using System.Security.Cryptography;

namespace Hss.Authentication;

/// <summary>What takes the place of the password, and of the nonce, when a SIM authenticates with HTTP digest. For tools and tests that play the UE.</summary>
/// Spec: RFC 3310 3.2, 3.3 (AKAv1), RFC 4169 3 (AKAv2).
public static class AkaDigest
{
    /// <summary>The nonce of the challenge: base64 of RAND || AUTN.</summary>
    public static string Nonce(in AuthenticationVector vector) => Convert.ToBase64String(vector.Challenge);

    /// <summary>HA1 of AKAv1-MD5: the password is RES as raw octets.</summary>
    public static Secret Ha1V1(string userName, string realm, ReadOnlySpan<byte> res) => Digest.Ha1(DigestAlgorithm.Md5, userName, realm, res);

    /// <summary>HA1 of AKAv2-MD5: the password is the base64 text of HMAC-MD5(RES || IK || CK, "http-digest-akav2-password").</summary>
    public static Secret Ha1V2(string userName, string realm, ReadOnlySpan<byte> res, ReadOnlySpan<byte> ik, ReadOnlySpan<byte> ck)
    {
        byte[] key = [.. res, .. ik, .. ck];
#pragma warning disable CA5351 // The algorithm is the RFC's.
        var password = Convert.ToBase64String(HMACMD5.HashData(key, "http-digest-akav2-password"u8));
#pragma warning restore CA5351
        CryptographicOperations.ZeroMemory(key);
        return Digest.Ha1(DigestAlgorithm.Md5, userName, realm, System.Text.Encoding.ASCII.GetBytes(password));
    }
}
