using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Hss.Storage;

/// <summary>The key that seals credentials at rest, from a file of its own.</summary>
/// Shape: the file holds 32 octets, nothing else. A sealed value is format (1 octet) || nonce (12) || ciphertext || tag (16), AES-256-GCM
/// with a random nonce; format, table, column and the row's identity are authenticated with it, so a value moved to another row does not
/// open.
/// Why the row's identity and not its number: numbers can be exchanged between rows together with the sealed value, identities cannot.
/// Why subkeys: the value that recognises a wrong key stands in the clear and shall say nothing about the sealing key.
/// Errors: <see cref="StoreOpenException"/> for a file that is missing, damaged or open to everybody. Spec: NIST SP 800-38D, RFC 5869.
public sealed class MasterKey
{
    public const int LengthBytes = 32;
    public const int CheckValueLengthBytes = 16;

    private const byte Format = 1;
    private const int NonceLengthBytes = 12;
    private const int TagLengthBytes = 16;
    private const int OverheadBytes = 1 + NonceLengthBytes + TagLengthBytes;

    // An AesGcm serves one thread at a time and costs more to make than to use.
    private readonly ConcurrentBag<AesGcm> _idle = [];
    private readonly byte[] _sealingKey;
    private readonly byte[] _checkValue;
    private readonly byte[] _markingKey;

    public MasterKey(ReadOnlySpan<byte> octets)
    {
        if (octets.Length != LengthBytes) throw new ArgumentException("a master key has 32 octets", nameof(octets));
        var pseudoRandomKey = new byte[LengthBytes];
        HKDF.Extract(HashAlgorithmName.SHA256, octets, "hss store"u8, pseudoRandomKey);
        _sealingKey = new byte[LengthBytes];
        HKDF.Expand(HashAlgorithmName.SHA256, pseudoRandomKey, _sealingKey, "seal 1"u8);
        _checkValue = new byte[CheckValueLengthBytes];
        HKDF.Expand(HashAlgorithmName.SHA256, pseudoRandomKey, _checkValue, "check value"u8);
        _markingKey = new byte[LengthBytes];
        HKDF.Expand(HashAlgorithmName.SHA256, pseudoRandomKey, _markingKey, "request mark 1"u8);
        CryptographicOperations.ZeroMemory(pseudoRandomKey);
    }

    /// <summary>Recognises this key without telling anything about it. Stored beside what the key has sealed.</summary>
    public ReadOnlySpan<byte> CheckValue => _checkValue;

    /// <summary>Reads a key file.</summary>
    /// Why group access is a warning and everything else an error: orchestrators hand secrets over as files of mode 0440 or 0640 that
    /// belong to a group made for one service; a file that everybody may read, or others may write, protects nothing and is always a
    /// mistake.
    public static MasterKey Read(string path, ILogger logger)
    {
        byte[] octets;
        try
        {
            if (!OperatingSystem.IsWindows()) RequirePrivate(path, File.GetUnixFileMode(path), logger);
            using var file = File.OpenRead(path);
            // A wrong path may name something endless: never read more than a key and one octet.
            octets = new byte[LengthBytes + 1];
            var length = file.ReadAtLeast(octets, octets.Length, throwOnEndOfStream: false);
            if (length != LengthBytes)
                throw new StoreOpenException(
                    $"master key file {path} does not hold exactly {LengthBytes} octets; mend: restore it from its backup");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreOpenException($"master key file {path} cannot be read ({OneLine(e)}); " +
                "mend: let this user read it (chown, chmod 600), or set Storage:MasterKeyFile", e);
        }
        var key = new MasterKey(octets.AsSpan(0, LengthBytes));
        CryptographicOperations.ZeroMemory(octets);
        return key;
    }

    /// <summary>Makes a new key file that only its owner may read.</summary>
    /// Order: complete under another name, then renamed, so that a crash leaves a whole key or none. Called before anything is sealed with
    /// it.
    public static MasterKey Create(string path, ILogger logger)
    {
        var octets = RandomNumberGenerator.GetBytes(LengthBytes);
        var unfinished = path + ".new";
        try
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } directory) Directory.CreateDirectory(directory);
            File.Delete(unfinished);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var file = new FileStream(unfinished, options))
            {
                file.Write(octets);
                file.Flush(flushToDisk: true);
            }
            File.Move(unfinished, path, overwrite: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreOpenException($"master key file {path} cannot be created ({OneLine(e)}); " +
                "mend: let this user write there, or set Storage:MasterKeyFile", e);
        }
        StorageLog.MasterKeyCreated(logger, path);
        var key = new MasterKey(octets);
        CryptographicOperations.ZeroMemory(octets);
        return key;
    }

    public byte[] Seal(string table, string column, string rowIdentity, ReadOnlySpan<byte> clear)
    {
        var sealedValue = new byte[OverheadBytes + clear.Length];
        sealedValue[0] = Format;
        var nonce = sealedValue.AsSpan(1, NonceLengthBytes);
        RandomNumberGenerator.Fill(nonce);
        var aes = TakeIdle();
        aes.Encrypt(nonce, clear, sealedValue.AsSpan(1 + NonceLengthBytes, clear.Length), sealedValue.AsSpan(^TagLengthBytes..),
            AssociatedData(Format, table, column, rowIdentity));
        _idle.Add(aes);
        return sealedValue;
    }

    /// <summary>Opens a sealed value, or gives null when it was changed, moved, or sealed with another key.</summary>
    public byte[]? Open(string table, string column, string rowIdentity, ReadOnlySpan<byte> sealedValue)
    {
        if (sealedValue.Length < OverheadBytes || sealedValue[0] != Format) return null;
        var clear = new byte[sealedValue.Length - OverheadBytes];
        var aes = TakeIdle();
        try
        {
            var (nonce, ciphertext) = (1..(1 + NonceLengthBytes), (1 + NonceLengthBytes)..^TagLengthBytes);
            aes.Decrypt(sealedValue[nonce], sealedValue[ciphertext], sealedValue[^TagLengthBytes..], clear,
                AssociatedData(sealedValue[0], table, column, rowIdentity));
            return clear;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        finally
        {
            _idle.Add(aes);
        }
    }

    /// <summary>By which a request is known again: HMAC-SHA-256 of its hash.</summary>
    /// Why not the hash itself: a request may hold a password, all else of it stands beside its hash, and whoever had the database alone could try a
    /// dictionary. Spec: RFC 2104.
    public byte[] Mark(ReadOnlySpan<byte> requestHash) => HMACSHA256.HashData(_markingKey, requestHash);

    public override string ToString() => "***";

    private AesGcm TakeIdle() => _idle.TryTake(out var aes) ? aes : new AesGcm(_sealingKey, TagLengthBytes);

    // Zero octets between the parts: neither table nor column holds one, so no two rows share a text.
    private static byte[] AssociatedData(byte format, string table, string column, string rowIdentity) =>
        Encoding.UTF8.GetBytes($"{(char)format}{table}\0{column}\0{rowIdentity}");

    private static void RequirePrivate(string path, UnixFileMode mode, ILogger logger)
    {
        const UnixFileMode everybody = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite;
        if ((mode & everybody) != 0)
            throw new StoreOpenException($"master key file {path} is open to others than its owner; mend: chmod 600 {path}");
        if ((mode & UnixFileMode.GroupRead) != 0) StorageLog.MasterKeyGroupReadable(logger, path, path);
    }

    private static string OneLine(Exception e) => e.Message.ReplaceLineEndings(" ");
}
