using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Hss.Authentication;

/// <summary>Octets as people paste them: hexadecimal or base64, out of a trace, a card file or a SIP header.</summary>
/// Shape: hexadecimal in either case, with or without 0x, with spaces, colons, hyphens or underscores between; base64 in the standard or the
/// URL alphabet, with or without padding; quotes around are dropped.
/// Order: hexadecimal first. What is all hexadecimal digits is taken for base64 only when its length fits base64 and not hexadecimal; with two octets or more
/// the two never fit one length both.
/// Errors: a problem that counts and never quotes, because the text may be a key. Spec: RFC 4648 4, 5, 8.
public static class OctetText
{
    /// <summary>Longest text that is looked at; the longest there is use for is a nonce of RFC 3310 with server data.</summary>
    public const int MaxLength = 1024;

    /// <summary>Reads exactly so many octets.</summary>
    /// <param name="problem">What it looks like instead, and the mend. Begins with a verb, so that a name can be put before it.</param>
    public static bool TryRead(
        string text, int lengthBytes, [NotNullWhen(true)] out byte[]? octets, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(lengthBytes);
        (octets, problem) = (null, null);
        if (text.Length > MaxLength)
        {
            problem = $"has {text.Length} characters; {Wanted(lengthBytes)}";
            return false;
        }
        var readings = Readings(text);
        octets = readings.Find(reading => reading.Length == lengthBytes);
        if (octets is null) problem = Describe(text, readings, lengthBytes);
        return octets is not null;
    }

    /// <summary>Everything the text can mean, likeliest first, whatever its length; empty when it is neither hexadecimal nor base64.</summary>
    public static bool TryReadAny(string text, [NotNullWhen(true)] out byte[]? octets)
    {
        ArgumentNullException.ThrowIfNull(text);
        octets = text.Length > MaxLength ? null : Readings(text).FirstOrDefault();
        return octets is not null;
    }

    /// <summary>The octets that these octets spell when they are themselves hexadecimal or base64 text: the mark of encoding twice.</summary>
    /// <param name="encoding">"hexadecimal" or "base64".</param>
    public static bool TryReadAgain(ReadOnlySpan<byte> octets, int lengthBytes, [NotNullWhen(true)] out byte[]? inner, [NotNullWhen(true)] out string? encoding)
    {
        (inner, encoding) = (null, null);
        foreach (var octet in octets)
            if (octet is < 0x20 or > 0x7e) return false;
        var text = Encoding.ASCII.GetString(octets);
        inner = Readings(text).Find(reading => reading.Length == lengthBytes);
        if (inner is null) return false;
        encoding = IsHexadecimal(Bare(text)) ? "hexadecimal" : "base64";
        return true;
    }

    private static List<byte[]> Readings(string text)
    {
        var bare = Bare(text);
        var readings = new List<byte[]>(2);
        if (bare.Length == 0) return readings;
        if (IsHexadecimal(bare) && bare.Length % 2 == 0) readings.Add(Convert.FromHexString(bare));
        // Not from the bare text: '-' and '_' are digits in the alphabet of URLs.
        if (TryBase64(text, out var decoded)) readings.Add(decoded);
        return readings;
    }

    private static bool TryBase64(string text, [NotNullWhen(true)] out byte[]? octets)
    {
        octets = null;
        var digits = new StringBuilder(text.Length);
        foreach (var c in Unquoted(text))
            if (!char.IsWhiteSpace(c)) digits.Append(c switch { '-' => '+', '_' => '/', _ => c });
        while (digits.Length > 0 && digits[^1] == '=') digits.Length--;
        if (digits.Length % 4 == 1 || digits.Length == 0) return false;
        digits.Append('=', (4 - (digits.Length % 4)) % 4);
        var buffer = new byte[digits.Length / 4 * 3];
        if (!Convert.TryFromBase64String(digits.ToString(), buffer, out var written)) return false;
        octets = buffer[..written];
        return true;
    }

    private static string Describe(string text, List<byte[]> readings, int lengthBytes)
    {
        var bare = Bare(text);
        if (bare.Length == 0) return $"is empty; {Wanted(lengthBytes)}";
        foreach (var reading in readings)
            if (TryReadAgain(reading, lengthBytes, out _, out var encoding))
                return $"is {Name(bare, reading)} of {reading.Length} {encoding} digits: decode once more";
        if (IsHexadecimal(bare))
            return bare.Length % 2 == 0
                ? $"has {bare.Length} hexadecimal digits; {Wanted(lengthBytes)}"
                : $"has {bare.Length} hexadecimal digits, an odd number: one is missing or too many; {Wanted(lengthBytes)}";
        if (readings.Count > 0) return $"is base64 of {readings[0].Length} octets; {Wanted(lengthBytes)}";
        var wrong = bare.FirstOrDefault(c => !char.IsAsciiHexDigit(c));
        // One character tells nothing about a key, and is what somebody has to look for.
        var name = char.IsAsciiLetterOrDigit(wrong) || char.IsPunctuation(wrong) ? $"'{wrong}'" : $"U+{(int)wrong:X4}";
        return $"holds {name}, which is no hexadecimal digit, and it is no base64 either; {Wanted(lengthBytes)}";
    }

    private static string Name(string bare, byte[] reading) =>
        IsHexadecimal(bare) && bare.Length == 2 * reading.Length ? "hexadecimal" : "base64";

    private static string Wanted(int lengthBytes) =>
        $"{lengthBytes} octets are needed ({2 * lengthBytes} hexadecimal digits, or {Base64.GetMaxEncodedToUtf8Length(lengthBytes)} characters of base64)";

    private static bool IsHexadecimal(string bare) => bare.Length > 0 && bare.All(char.IsAsciiHexDigit);

    /// <summary>Without what people put around and between hexadecimal digits.</summary>
    private static string Bare(string text)
    {
        var unquoted = Unquoted(text);
        var bare = new StringBuilder(unquoted.Length);
        for (var i = 0; i < unquoted.Length; i++)
        {
            var c = unquoted[i];
            // 0x before the whole, or before each octet as a C array has it.
            if (c == '0' && i + 1 < unquoted.Length && unquoted[i + 1] is 'x' or 'X' && (i == 0 || IsSeparator(unquoted[i - 1]))) i++;
            else if (!IsSeparator(c)) bare.Append(c);
        }
        return bare.ToString();
    }

    private static bool IsSeparator(char c) => char.IsWhiteSpace(c) || c is ':' or '-' or '_' or ',' or '.';

    private static string Unquoted(string text)
    {
        var trimmed = text.Trim();
        return trimmed.Length >= 2 && trimmed[0] == trimmed[^1] && trimmed[0] is '"' or '\'' ? trimmed[1..^1] : trimmed;
    }
}
