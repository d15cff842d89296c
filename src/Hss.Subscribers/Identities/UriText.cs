using System.Buffers;
using System.Text;

namespace Hss.Subscribers;

/// <summary>Pieces that SIP and tel URIs share: hosts, telephone digits, phone-context.</summary>
/// Shape: writes into a span that is at least as long as the input; nothing here makes a text longer. Spec: RFC 3261 25.1, RFC 3966 3.
internal static class UriText
{
    private static readonly SearchValues<byte> s_hostCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-."u8);

    public static bool IsVisualSeparator(byte character) => character is (byte)'-' or (byte)'.' or (byte)'(' or (byte)')';

    public static bool IsDigit(byte character) => character is >= (byte)'0' and <= (byte)'9';

    /// <summary>A host name that needs no change: lower case, no empty label, no trailing dot.</summary>
    public static bool IsCanonicalHost(ReadOnlySpan<byte> host) =>
        !host.IsEmpty && host.IndexOfAnyExcept(s_hostCharacters) < 0 && host[0] != (byte)'.' && host[^1] != (byte)'.' && host.IndexOf(".."u8) < 0;

    /// <summary>Host name in lower case without the dot of the root. False: no host name.</summary>
    public static bool WriteHost(ReadOnlySpan<byte> host, Span<byte> output, ref int length)
    {
        if (host.EndsWith("."u8)) host = host[..^1];
        if (host.Length > output.Length - length) return false;
        var written = output.Slice(length, host.Length);
        host.CopyTo(written);
        Ascii.ToLowerInPlace(written, out _);
        length += host.Length;
        return IsCanonicalHost(written);
    }

    /// <summary>"+" and at least one digit, separators allowed.</summary>
    public static bool IsGlobalNumber(ReadOnlySpan<byte> number) => number.Length > 1 && number[0] == (byte)'+' && HasOnlyDigits(number[1..]);

    /// <summary>Digits, '*', and '#' in its only legal spelling %23; separators allowed.</summary>
    /// RFC 3966 also has the letters A to F. In a SIP user part they would swallow names ("Ada", "Fee"), so <paramref name="letters"/> says no there.
    public static bool IsLocalNumber(ReadOnlySpan<byte> number, bool letters)
    {
        var digits = 0;
        for (var i = 0; i < number.Length; i++)
        {
            if (IsVisualSeparator(number[i])) continue;
            if (number[i] == (byte)'%' && number[i..].StartsWith("%23"u8)) i += 2;
            else if (!IsDigit(number[i]) && number[i] != (byte)'*' && !(letters && char.IsAsciiHexDigit((char)number[i]))) return false;
            digits++;
        }
        return digits > 0;
    }

    /// <summary>Writes a number without its visual separators, in lower case.</summary>
    public static void WriteNumber(ReadOnlySpan<byte> number, Span<byte> output, ref int length)
    {
        foreach (var character in number)
            if (!IsVisualSeparator(character)) output[length++] = character is >= (byte)'A' and <= (byte)'F' ? (byte)(character | 0x20) : character;
    }

    /// <summary>The value of phone-context among ";name=value" parameters. False: there is none.</summary>
    public static bool TryFindPhoneContext(ReadOnlySpan<byte> parameters, out ReadOnlySpan<byte> context)
    {
        while (!parameters.IsEmpty)
        {
            parameters = parameters[1..];
            var end = parameters.IndexOf((byte)';');
            var parameter = end < 0 ? parameters : parameters[..end];
            if (parameter.Length >= PhoneContext.Length - 1 && Ascii.EqualsIgnoreCase(parameter[..(PhoneContext.Length - 1)], PhoneContext[1..]))
            {
                context = parameter[(PhoneContext.Length - 1)..];
                return true;
            }
            parameters = end < 0 ? default : parameters[end..];
        }
        context = default;
        return false;
    }

    /// <summary>";phone-context=" and the context: a global prefix without separators, or a domain in lower case. False: neither of the two.</summary>
    public static bool WritePhoneContext(ReadOnlySpan<byte> context, Span<byte> output, ref int length)
    {
        PhoneContext.CopyTo(output[length..]);
        length += PhoneContext.Length;
        if (!IsGlobalNumber(context)) return WriteHost(context, output, ref length);
        WriteNumber(context, output, ref length);
        return true;
    }

    public static ReadOnlySpan<byte> PhoneContext => ";phone-context="u8;

    private static bool HasOnlyDigits(ReadOnlySpan<byte> number)
    {
        var digits = 0;
        foreach (var character in number)
            if (IsDigit(character)) digits++;
            else if (!IsVisualSeparator(character)) return false;
        return digits > 0;
    }
}
