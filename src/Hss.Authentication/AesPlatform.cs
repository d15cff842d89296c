using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Hss.Authentication;

/// <summary>AES-128 encryption of single blocks with the platform's cipher: for processors without AES instructions, and as a check of the other.</summary>
/// Why a new cipher object for each call: one is not promised to be usable from several threads, and keeping one per key would hold a native
/// handle for each subscriber. Slow (microseconds) but right everywhere.
/// Spec: FIPS 197. Twin: <see cref="AesInstructions"/>.
internal static class AesPlatform
{
    public static Vector128<byte> Encrypt(Vector128<byte> key, Vector128<byte> block)
    {
        Span<byte> blocks = stackalloc byte[16];
        block.CopyTo(blocks);
        EncryptAll(key, blocks);
        return Vector128.Create<byte>(blocks);
    }

    public static void Encrypt(Vector128<byte> key, ref Vector128<byte> a, ref Vector128<byte> b, ref Vector128<byte> c, ref Vector128<byte> d)
    {
        Span<byte> blocks = stackalloc byte[64];
        a.CopyTo(blocks);
        b.CopyTo(blocks[16..]);
        c.CopyTo(blocks[32..]);
        d.CopyTo(blocks[48..]);
        EncryptAll(key, blocks);
        a = Vector128.Create<byte>(blocks);
        b = Vector128.Create<byte>(blocks[16..]);
        c = Vector128.Create<byte>(blocks[32..]);
        d = Vector128.Create<byte>(blocks[48..]);
    }

    // ECB over independent blocks is exactly "the block function, several times"; no message is ever enciphered with it.
    private static void EncryptAll(Vector128<byte> key, Span<byte> blocks)
    {
        Span<byte> octets = stackalloc byte[16];
        key.CopyTo(octets);
        using var aes = Aes.Create();
        aes.SetKey(octets);
        aes.EncryptEcb(blocks, blocks, PaddingMode.None);
        CryptographicOperations.ZeroMemory(octets);
    }
}
