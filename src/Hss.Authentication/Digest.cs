using System.Security.Cryptography;
using System.Text;

namespace Hss.Authentication;

/// <summary>The hash of a digest computation.</summary>
/// Spec: RFC 7616 3.3.
public enum DigestAlgorithm
{
    Md5 = 0,
    Sha256 = 1,
}

/// <summary>What a client puts into its Authorization header besides user name and password, unquoted.</summary>
/// Shape: Qop is "auth", "auth-int" or null (the form without nc and cnonce); Body counts with auth-int only.
/// Spec: RFC 7616 3.4.1.
public readonly record struct DigestRequest(string Method, string Uri, string Nonce, string? Qop, string? NonceCount, string? ClientNonce,
    ReadOnlyMemory<byte> Body = default);

/// <summary>HTTP digest as SIP uses it: HA1 for the store, and the response for the tools that play the phone.</summary>
/// Shape: hashes are lower-case hexadecimal text. User name, realm and password go in as UTF-8 octets just as they are: normalising them
/// here would give another HA1 than the one the phone computes. Spec: RFC 7616 3.4, TS 33.203 Annex N.
public static class Digest
{
    /// <summary>HA1 = H(user name ":" realm ":" password), as hexadecimal text in octets.</summary>
    /// Why the user name matters: it is the one in the phone's Authorization header, normally the private identity.
    public static Secret Ha1(DigestAlgorithm algorithm, string userName, string realm, ReadOnlySpan<byte> password)
    {
        ArgumentNullException.ThrowIfNull(userName);
        ArgumentNullException.ThrowIfNull(realm);
        var prefix = Encoding.UTF8.GetBytes($"{userName}:{realm}:");
        var input = new byte[prefix.Length + password.Length];
        prefix.CopyTo(input, 0);
        password.CopyTo(input.AsSpan(prefix.Length));
        var ha1 = Hash(algorithm, input);
        CryptographicOperations.ZeroMemory(input);
        return new(Encoding.ASCII.GetBytes(ha1));
    }

    /// <summary>The response a client gives to a challenge.</summary>
    public static string Response(DigestAlgorithm algorithm, Secret ha1, in DigestRequest request)
    {
        ArgumentNullException.ThrowIfNull(ha1);
        var a2 = $"{request.Method}:{request.Uri}";
        if (request.Qop == "auth-int") a2 += ":" + Hash(algorithm, request.Body.Span);
        var ha2 = Hash(algorithm, Encoding.UTF8.GetBytes(a2));
        var middle = request.Qop is null
            ? $"{request.Nonce}"
            : $"{request.Nonce}:{request.NonceCount}:{request.ClientNonce}:{request.Qop}";
        return Hash(algorithm, Encoding.UTF8.GetBytes($"{Encoding.ASCII.GetString(ha1.Reveal())}:{middle}:{ha2}"));
    }

#pragma warning disable CA5351 // MD5 is what SIP Digest is made of (TS 29.229 6.3.37); nothing else here relies on it.
    private static string Hash(DigestAlgorithm algorithm, ReadOnlySpan<byte> input) => Convert.ToHexStringLower(algorithm switch
    {
        DigestAlgorithm.Md5 => MD5.HashData(input),
        DigestAlgorithm.Sha256 => SHA256.HashData(input),
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "MD5 or SHA-256"),
    });
#pragma warning restore CA5351
}
