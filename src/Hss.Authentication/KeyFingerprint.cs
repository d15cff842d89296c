using System.Security.Cryptography;

namespace Hss.Authentication;

/// <summary>A short text by which two people see that they mean the same key without showing it.</summary>
/// Shape: the first 8 octets of SHA-256("hss key fingerprint 1" || key) as 16 lower-case hexadecimal digits.
/// Why it may be shown: K and OPc are random, and nobody works back from a hash to 128 random bits. A password is not, so none is ever given one.
/// Why the text before the key: the same key hashed elsewhere for another purpose gives another value.
public static class KeyFingerprint
{
    public const int LengthBytes = 8;

    public static string Of(Secret key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Of(key.Reveal());
    }

    public static string Of(ReadOnlySpan<byte> key)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("hss key fingerprint 1"u8);
        hash.AppendData(key);
        Span<byte> whole = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(whole);
        return Convert.ToHexStringLower(whole[..LengthBytes]);
    }
}
