using System.Diagnostics.CodeAnalysis;
using System.Text;
using Grpc.Core;

namespace Hss.Grpc.Wire;

/// <summary>Metadata and status messages as the text of headers.</summary>
internal static class MetadataText
{
    /// <summary>Enough to explain; with the details it stays below the 8 KiB of trailers that common clients accept.</summary>
    public const int MaxMessageBytes = 1024;

    private const string HexDigits = "0123456789ABCDEF";

    /// <summary>Adds what one header says: text as it is, octets once for each part between commas.</summary>
    /// Errors: false when the octets are not base64. Spec: gRPC over HTTP2, "Custom-Metadata" (base64 with and without padding).
    public static bool TryAdd(Metadata metadata, string name, string value)
    {
        if (!name.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.Ordinal))
        {
            metadata.Add(new Metadata.Entry(name, value));
            return true;
        }
        foreach (var range in value.AsSpan().Split(','))
        {
            if (!TryDecode(value.AsSpan(range), out var octets)) return false;
            metadata.Add(new Metadata.Entry(name, octets));
        }
        return true;
    }

    /// <summary>Names that HTTP allows and metadata does not are somebody else's headers.</summary>
    public static bool IsName(string name)
    {
        foreach (var c in name)
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('-' or '_' or '.')) return false;
        return name.Length > 0;
    }

    public static string Value(Metadata.Entry entry) => entry.IsBinary ? Encode(entry.ValueBytes) : Printable(entry.Value);

    /// <summary>Without padding, as the protocol prefers it.</summary>
    public static string Encode(ReadOnlySpan<byte> octets) => Convert.ToBase64String(octets).TrimEnd('=');

    public static bool TryDecode(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? octets)
    {
        octets = null;
        var bare = text.Trim().TrimEnd('=');
        if (bare.Length % 4 == 1) return false;
        var buffer = new byte[bare.Length / 4 * 3 + 3];
        var padded = (bare.Length % 4) switch { 2 => string.Concat(bare, "=="), 3 => string.Concat(bare, "="), _ => bare.ToString() };
        if (!Convert.TryFromBase64String(padded, buffer, out var length)) return false;
        octets = buffer[..length];
        return true;
    }

    /// <summary>%XX for what is not printable ASCII, and for the percent sign; what is too long ends in an ellipsis.</summary>
    /// Spec: gRPC over HTTP2, "Status-Message".
    public static string EncodeMessage(string message)
    {
        if (message.Length <= MaxMessageBytes && !message.AsSpan().ContainsAnyExceptInRange(' ', '~') && !message.Contains('%', StringComparison.Ordinal)) return message;
        var text = new StringBuilder(message.Length + 16);
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in message.EnumerateRunes())
        {
            if (text.Length > MaxMessageBytes) return text.Append("...").ToString();
            if (rune.Value is >= ' ' and <= '~' and not '%')
            {
                text.Append((char)rune.Value);
                continue;
            }
            foreach (var octet in utf8[..rune.EncodeToUtf8(utf8)]) text.Append('%').Append(HexDigits[octet >> 4]).Append(HexDigits[octet & 15]);
        }
        return text.ToString();
    }

    /// <summary>A percent sign with no two hex digits behind it stands for itself: a status must not be lost over its text.</summary>
    public static string DecodeMessage(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal)) return text;
        var octets = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))
            {
                octets[length++] = Convert.FromHexString(text.AsSpan(i + 1, 2))[0];
                i += 2;
            }
            else
            {
                length += Encoding.UTF8.GetBytes(text.AsSpan(i, 1), octets.AsSpan(length));
            }
        }
        return Encoding.UTF8.GetString(octets, 0, length);
    }

    // Text that HTTP cannot carry would end the whole call, often on its way to report something else.
    private static string Printable(string value) =>
        value.AsSpan().ContainsAnyExceptInRange(' ', '~') ? string.Create(value.Length, value, static (span, text) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = text[i] is >= ' ' and <= '~' ? text[i] : '?';
        }) : value;
}
