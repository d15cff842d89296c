using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Hss.Authentication;
using Hss.Subscribers;

namespace Hss.Storage;

/// <summary>Credentials as they lie in private_identity.credentials: K, OPc, HA1 and passwords never stand anywhere in the clear.</summary>
/// Shape, before sealing: version (1 octet), what follows (1 octet of flags), then AMF (2) and K and OPc when there is AKA, realm, HA1 MD5,
/// HA1 SHA-256 and password when there is digest; each field with a 16-bit length before it, so that TUAK's longer keys fit.
/// Spec: TS 33.203 6.1 and Annex N (what is secret).
internal sealed class CredentialSeal(MasterKey key)
{
    private const string Table = "private_identity";
    private const string Column = "credentials";
    private const byte Version = 1;

    [Flags]
    private enum Parts : byte
    {
        None = 0,
        Aka = 1,
        Digest = 2,
        Ha1Sha256 = 4,
        Password = 8,
    }

    public byte[] Seal(string privateIdentity, Credentials credentials)
    {
        var clear = new ArrayBufferWriter<byte>(256);
        Write(clear, credentials);
        var sealedValue = key.Seal(Table, Column, privateIdentity, clear.WrittenSpan);
        // Clear() zeroes the octets, so the heap does not keep a copy that nobody needs.
        clear.Clear();
        return sealedValue;
    }

    /// <summary>The credentials, or null when the value was not sealed by this key for this identity.</summary>
    public Credentials? Open(string privateIdentity, ReadOnlySpan<byte> sealedValue)
    {
        if (key.Open(Table, Column, privateIdentity, sealedValue) is not { } clear) return null;
        var credentials = Read(clear);
        CryptographicOperations.ZeroMemory(clear);
        return credentials;
    }

    /// <summary>What the store keeps of a request that was served.</summary>
    public byte[] MarkOf(ChangeAuthor author) => key.Mark(author.RequestHash.Span);

    private static void Write(ArrayBufferWriter<byte> to, Credentials credentials)
    {
        var (aka, digest) = (credentials.Aka, credentials.Digest);
        var parts = (aka is null ? 0 : Parts.Aka) | (digest is null ? 0 : Parts.Digest)
            | (digest?.Ha1Sha256 is null ? 0 : Parts.Ha1Sha256) | (digest?.Password is null ? 0 : Parts.Password);
        to.Write([Version, (byte)parts]);
        if (aka is not null)
        {
            to.Write([(byte)(aka.Amf >> 8), (byte)aka.Amf]);
            WriteField(to, aka.K.Reveal());
            WriteField(to, aka.Opc.Reveal());
        }
        if (digest is null) return;
        WriteField(to, Encoding.UTF8.GetBytes(digest.Realm));
        WriteField(to, digest.Ha1Md5.Reveal());
        if (digest.Ha1Sha256 is not null) WriteField(to, digest.Ha1Sha256.Reveal());
        if (digest.Password is not null) WriteField(to, digest.Password.Reveal());
    }

    private static void WriteField(ArrayBufferWriter<byte> to, ReadOnlySpan<byte> octets)
    {
        var field = to.GetSpan(2 + octets.Length);
        BinaryPrimitives.WriteUInt16BigEndian(field, checked((ushort)octets.Length));
        octets.CopyTo(field[2..]);
        to.Advance(2 + octets.Length);
    }

    // The octets are authentic here; a length that does not fit can only come from a newer version, and reads as not openable.
    private static Credentials? Read(ReadOnlySpan<byte> clear)
    {
        if (clear.Length < 2 || clear[0] != Version) return null;
        var parts = (Parts)clear[1];
        var rest = clear[2..];
        AkaCredentials? aka = null;
        if (parts.HasFlag(Parts.Aka))
        {
            if (!BinaryPrimitives.TryReadUInt16BigEndian(rest, out var amf)) return null;
            rest = rest[2..];
            if (!TryReadField(ref rest, out var k) || !TryReadField(ref rest, out var opc)) return null;
            aka = new(new Secret(k), new Secret(opc), amf);
        }
        if (!parts.HasFlag(Parts.Digest)) return new(aka, null);

        if (!TryReadField(ref rest, out var realm) || !TryReadField(ref rest, out var ha1Md5)) return null;
        ReadOnlySpan<byte> ha1Sha256 = default, password = default;
        if (parts.HasFlag(Parts.Ha1Sha256) && !TryReadField(ref rest, out ha1Sha256)) return null;
        if (parts.HasFlag(Parts.Password) && !TryReadField(ref rest, out password)) return null;
        return new(aka, new(Encoding.UTF8.GetString(realm), new Secret(ha1Md5),
            parts.HasFlag(Parts.Ha1Sha256) ? new Secret(ha1Sha256) : null, parts.HasFlag(Parts.Password) ? new Secret(password) : null));
    }

    private static bool TryReadField(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> field)
    {
        field = default;
        if (!BinaryPrimitives.TryReadUInt16BigEndian(rest, out var length) || rest.Length - 2 < length) return false;
        field = rest.Slice(2, length);
        rest = rest[(2 + length)..];
        return true;
    }
}
