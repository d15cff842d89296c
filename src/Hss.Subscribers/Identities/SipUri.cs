using System.Buffers;
using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Hss.Subscribers;

/// <summary>Canonical form of SIP URIs: scheme and host in lower case, the user part in one spelling, no parameters, no headers.</summary>
/// Spec: RFC 3261 10.3 step 5, 19.1.1, 19.1.4, 25.1; TS 23.003 13.4.
internal static class SipUri
{
    private static readonly SearchValues<byte> s_userCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.!~*'()&=+$,;?/"u8);

    // The same without ';': a user part that has parameters of a telephone number needs a closer look.
    private static readonly SearchValues<byte> s_plainUserCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.!~*'()&=+$,?/"u8);

    /// <summary>Eight groups with the last two as an IPv4 address, and the brackets: 47; a little room for what .NET asks for.</summary>
    private const int MaxAddressLength = 64;

    public static bool IsCanonical(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > CanonicalIdentity.MaxLengthBytes || !utf8.StartsWith("sip:"u8)) return false;
        var at = utf8.IndexOf((byte)'@');
        if (at <= 4 || !UriText.IsCanonicalHost(utf8[(at + 1)..])) return false;
        var user = utf8[4..at];
        return user[0] == (byte)'+'
            ? user.Length > 1 && user[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0
            : user.IndexOfAnyExcept(s_plainUserCharacters) < 0;
    }

    /// <summary>Null, or what is wrong with the text after "sip:".</summary>
    public static string? Canonicalise(ReadOnlySpan<byte> text, Span<byte> output, out int length)
    {
        "sip:"u8.CopyTo(output);
        length = 4;
        var at = text.IndexOf((byte)'@');
        if (at < 0) return WriteHostAndPort(text, output, ref length);
        Span<byte> user = stackalloc byte[CanonicalIdentity.MaxLengthBytes];
        var userLength = 0;
        if (at == 0) return "has no user part before '@'";
        if (WriteUser(text[..at], keepMark: false, user, ref userLength) is { } problem) return problem;
        if (WriteUserOrNumber(user[..userLength], HasUserPhone(text[(at + 1)..]), output, ref length) is { } numberProblem)
            return numberProblem;
        output[length++] = (byte)'@';
        return WriteHostAndPort(text[(at + 1)..], output, ref length);
    }

    /// <summary>As above for a wildcarded identity; the regular expression with its marks is text[start..end] and belongs to the user part.</summary>
    public static string? CanonicaliseWildcarded(ReadOnlySpan<byte> text, int start, int end, Span<byte> output, out int length)
    {
        "sip:"u8.CopyTo(output);
        length = 4;
        var at = text[end..].IndexOf((byte)'@');
        if (at < 0 || text[..start].Contains((byte)'@')) return "has its regular expression outside the user part; put it before '@'";
        if (WriteUser(text[..start], keepMark: true, output, ref length) is { } before) return before;
        text[start..end].CopyTo(output[length..]);
        length += end - start;
        if (WriteUser(text.Slice(end, at), keepMark: true, output, ref length) is { } after) return after;
        output[length++] = (byte)'@';
        return WriteHostAndPort(text[(end + at + 1)..], output, ref length);
    }

    /// <summary>Writes the user part with one spelling for each character.</summary>
    /// RFC 3261 19.1.4: a character outside the reserved set equals its escape, so those are unescaped; the reserved ones differ from
    /// their escapes and stay, with hexadecimal digits in upper case. '+' is reserved but unescaped all the same: 10.3 wants every
    /// escape of an address of record resolved, and some telephones send the '+' of their number as %2B.
    /// Beside a regular expression an escaped exclamation mark stays escaped, or it would be taken for the expression's (TS 23.003 13.5).
    private static string? WriteUser(ReadOnlySpan<byte> user, bool keepMark, Span<byte> output, ref int length)
    {
        for (var i = 0; i < user.Length; i++)
        {
            var character = user[i];
            if (character == (byte)':') return "carries a password; an identity has none";
            if (character != (byte)'%')
            {
                if (!s_userCharacters.Contains(character)) return "has a character in its user part that must be escaped as %XX";
                output[length++] = character;
                continue;
            }
            if (i + 2 >= user.Length || !Utf8Parser.TryParse(user.Slice(i + 1, 2), out byte value, out var consumed, 'x') || consumed != 2)
                return "has a '%' that is not followed by two hexadecimal digits";
            i += 2;
            if ((IsUnreserved(value) || value == (byte)'+') && !(keepMark && value == (byte)'!'))
            {
                output[length++] = value;
                continue;
            }
            output[length++] = (byte)'%';
            output[length++] = UpperHexadecimal(value >> 4);
            output[length++] = UpperHexadecimal(value & 15);
        }
        return null;
    }

    /// <summary>A user part that is a telephone number loses its visual separators and parameters; only a local number keeps its context.</summary>
    /// What counts as a number: '+' and digits, with or without user=phone; and anything of digits that user=phone or a phone-context
    /// declares to be one. A local number without context is one of the host's, so the host tells it apart (RFC 3261 19.1.6).
    private static string? WriteUserOrNumber(ReadOnlySpan<byte> user, bool userPhone, Span<byte> output, ref int length)
    {
        var end = user.IndexOf((byte)';');
        var number = end < 0 ? user : user[..end];
        ReadOnlySpan<byte> context = default;
        var hasContext = end >= 0 && UriText.TryFindPhoneContext(user[end..], out context);
        if (UriText.IsGlobalNumber(number))
        {
            UriText.WriteNumber(number, output, ref length);
            return null;
        }
        if ((userPhone || hasContext) && UriText.IsLocalNumber(number, letters: false))
        {
            UriText.WriteNumber(number, output, ref length);
            return !hasContext || UriText.WritePhoneContext(context, output, ref length)
                ? null : "has a phone-context that is neither a domain nor '+' and digits";
        }
        user.CopyTo(output[length..]);
        length += user.Length;
        return null;
    }

    /// <summary>Host and port; URI parameters and headers are left out (RFC 3261 10.3).</summary>
    /// A port is kept, 5060 too: RFC 3261 19.1.4 does not match a URI that names a default value with one that omits it.
    private static string? WriteHostAndPort(ReadOnlySpan<byte> text, Span<byte> output, ref int length)
    {
        var end = text.IndexOfAny((byte)';', (byte)'?');
        if (end >= 0) text = text[..end];
        var colon = text.StartsWith("["u8) ? text.IndexOf("]:"u8) + 1 : text.IndexOf((byte)':');
        var port = colon > 0 ? text[(colon + 1)..] : default;
        var host = colon > 0 ? text[..colon] : text;
        if (host.StartsWith("["u8))
        {
            if (!WriteAddress(host, output, ref length)) return "has no IPv6 address between its brackets";
        }
        else if (!UriText.WriteHost(host, output, ref length)) return "has no valid host name";
        if (colon <= 0) return null;
        if (port.IsEmpty || port.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0
            || !Utf8Parser.TryParse(port, out ushort number, out _) || number == 0) return "has a port that is not 1 to 65535";
        output[length++] = (byte)':';
        Utf8Formatter.TryFormat(number, output[length..], out var digits);
        length += digits;
        return null;
    }

    // One address has many spellings (leading zeros, "::" here or there): they are one host, so one is chosen (RFC 5952 4).
    private static bool WriteAddress(ReadOnlySpan<byte> host, Span<byte> output, ref int length)
    {
        if (host.Length is < 4 or > MaxAddressLength || host[^1] != (byte)']') return false;
        Span<char> text = stackalloc char[MaxAddressLength];
        var digits = Encoding.Latin1.GetChars(host[1..^1], text);
        foreach (var character in text[..digits])
            if (!char.IsAsciiHexDigit(character) && character is not (':' or '.')) return false; // no zone either
        if (!IPAddress.TryParse(text[..digits], out var address) || address.AddressFamily != AddressFamily.InterNetworkV6
            || !address.TryFormat(text, out var written) || output.Length - length < written + 2) return false;
        output[length++] = (byte)'[';
        length += Encoding.Latin1.GetBytes(text[..written], output[length..]);
        output[length++] = (byte)']';
        return true;
    }

    private static bool HasUserPhone(ReadOnlySpan<byte> hostAndParameters)
    {
        var headers = hostAndParameters.IndexOf((byte)'?');
        if (headers >= 0) hostAndParameters = hostAndParameters[..headers];
        for (var at = hostAndParameters.IndexOf((byte)';'); at >= 0; at = hostAndParameters.IndexOf((byte)';'))
        {
            hostAndParameters = hostAndParameters[(at + 1)..];
            var end = hostAndParameters.IndexOf((byte)';');
            if (Ascii.EqualsIgnoreCase(end < 0 ? hostAndParameters : hostAndParameters[..end], "user=phone"u8)) return true;
        }
        return false;
    }

    private static bool IsUnreserved(byte character) =>
        char.IsAsciiLetterOrDigit((char)character) || "-_.!~*'()"u8.Contains(character);

    private static byte UpperHexadecimal(int value) => (byte)(value < 10 ? '0' + value : 'A' + value - 10);
}
