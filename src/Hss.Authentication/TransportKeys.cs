using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Hss.Authentication;

/// <summary>The keys under which card vendors deliver K, OP and OPc, by the name agreed with each vendor.</summary>
/// Shape: AES-128; a delivered value is one block under the key, without any mode or padding around it, which is what vendors' output files hold
/// as eK and eOPc. Immutable, usable from any thread, prints as ***.
/// Errors: <see cref="TransportKeyFileException"/>, one line with the mend, never an octet of a key. Spec: FIPS 197; the file is ours.
[DebuggerDisplay("***")]
public sealed class TransportKeys
{
    public const int KeyLengthBytes = 16;
    public const int MaxKeys = 1000;
    public const int MaxNameLength = 64;
    public const int MaxFileBytes = 256 * 1024;

    /// <summary>None: a document with an encrypted key is refused.</summary>
    public static readonly TransportKeys None = new([]);

    private readonly FrozenDictionary<string, Secret> _keys;

    public TransportKeys(IEnumerable<KeyValuePair<string, Secret>> keys)
    {
        _keys = keys.ToFrozenDictionary(StringComparer.Ordinal);
        foreach (var key in _keys.Values)
            if (key.LengthBytes != KeyLengthBytes) throw new ArgumentException("a transport key has 16 octets", nameof(keys));
        Names = [.. _keys.Keys.Order(StringComparer.Ordinal)];
    }

    public ImmutableArray<string> Names { get; }

    /// <summary>The file may be read by its group: allowed, because orchestrators hand secrets over so, and worth a warning at start.</summary>
    public bool IsFileGroupReadable { get; private init; }

    public bool Contains(string name) => _keys.ContainsKey(name);

    /// <summary>One delivered block in the clear; null when there is no key of that name.</summary>
    /// Why no check of the result: one block carries no redundancy, so a wrong transport key gives a wrong K and nothing shows it but the first
    /// challenge. Compare the fingerprint with the vendor.
    public Secret? Decrypt(string name, ReadOnlySpan<byte> block)
    {
        if (block.Length != KeyLengthBytes) throw new ArgumentException("a delivered key is one block of 16 octets", nameof(block));
        if (!_keys.TryGetValue(name, out var key)) return null;
        using var aes = Aes.Create();
        aes.SetKey(key.Reveal());
        Span<byte> clear = stackalloc byte[KeyLengthBytes];
        aes.DecryptEcb(block, clear, PaddingMode.None);
        var secret = new Secret(clear);
        CryptographicOperations.ZeroMemory(clear);
        return secret;
    }

    /// <summary>Reads a file of lines "name 32-hexadecimal-digits"; empty lines and lines that begin with # are skipped.</summary>
    public static TransportKeys Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        byte[] octets;
        var length = 0;
        var mode = UnixFileMode.None;
        try
        {
            if (!OperatingSystem.IsWindows()) mode = File.GetUnixFileMode(path);
            const UnixFileMode everybody = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite;
            if ((mode & everybody) != 0)
                throw new TransportKeyFileException($"transport key file {path} is open to others than its owner; mend: chmod 600 {path}");
            using var file = File.OpenRead(path);
            // A wrong path may name something endless.
            octets = new byte[MaxFileBytes + 1];
            length = file.ReadAtLeast(octets, octets.Length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TransportKeyFileException($"transport key file {path} cannot be read ({e.Message.ReplaceLineEndings(" ")}); "
                + "mend: let this user read it (chown, chmod 600), or correct the path", e);
        }
        try
        {
            if (length > MaxFileBytes) throw new TransportKeyFileException($"transport key file {path} is longer than {MaxFileBytes} octets; mend: correct the path");
            return new(Parse(path, Encoding.Latin1.GetString(octets, 0, length))) { IsFileGroupReadable = (mode & UnixFileMode.GroupRead) != 0 };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(octets);
        }
    }

    public override string ToString() => "***";

    // No message repeats what stands in a line, a name neither: with the two columns exchanged it would be the key.
    private static Dictionary<string, Secret> Parse(string path, string text)
    {
        var keys = new Dictionary<string, Secret>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            var trimmed = line.Trim();
            if (trimmed.IsEmpty || trimmed[0] == '#') continue;
            var blank = trimmed.IndexOfAny(' ', '\t');
            var name = blank < 0 ? trimmed : trimmed[..blank];
            var hex = blank < 0 ? default : trimmed[(blank + 1)..].Trim();
            if (name.Length > MaxNameLength || name.ContainsAnyExcept(s_nameCharacters))
                throw Wrong(path, number, $"begins with no name; it has 1 to {MaxNameLength} letters, digits, '-', '_' or '.'");
            if (hex.Length != 2 * KeyLengthBytes || hex.ContainsAnyExcept(s_hexadecimal))
                throw Wrong(path, number, $"has no key behind the name; {2 * KeyLengthBytes} hexadecimal digits are needed");
            if (keys.Count == MaxKeys) throw Wrong(path, number, $"is one key too many; at most {MaxKeys} are allowed");
            if (!keys.TryAdd(name.ToString(), new Secret(Convert.FromHexString(hex)))) throw Wrong(path, number, "names a key a second time; remove one");
        }
        return keys;
    }

    private static readonly System.Buffers.SearchValues<char> s_nameCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    private static readonly System.Buffers.SearchValues<char> s_hexadecimal = System.Buffers.SearchValues.Create("0123456789ABCDEFabcdef");

    private static TransportKeyFileException Wrong(string path, int line, string what) => new($"transport key file {path}, line {line}: {what}");
}

/// <summary>A file of transport keys that cannot be used. The message is one line, names the mend and shows no key.</summary>
public sealed class TransportKeyFileException : Exception
{
    public TransportKeyFileException() { }
    public TransportKeyFileException(string message) : base(message) { }
    public TransportKeyFileException(string message, Exception inner) : base(message, inner) { }
}
