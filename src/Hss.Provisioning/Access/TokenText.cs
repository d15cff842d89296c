using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Hss.Provisioning.Access;

/// <summary>The text of a bearer token.</summary>
/// Shape: "hss_", then 32 random octets in base64url without padding (43 characters). The prefix lets scanners of source code and logs find it.
/// Why plain SHA-256 at rest: 256 random bits cannot be guessed, so nothing is gained by a slow hash but a way to keep this server busy.
internal static class TokenText
{
    public const string Prefix = "hss_";
    private const int RandomBytes = 32;
    private const int Length = 4 + 43;

    public static string Make()
    {
        Span<byte> random = stackalloc byte[RandomBytes];
        RandomNumberGenerator.Fill(random);
        var text = Prefix + Base64Url.EncodeToString(random);
        CryptographicOperations.ZeroMemory(random);
        return text;
    }

    public static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    /// <summary>Whether it can be one at all: what cannot is not hashed.</summary>
    public static bool IsPossible(string text) => text.Length == Length && text.StartsWith(Prefix, StringComparison.Ordinal);
}
