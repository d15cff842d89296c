namespace Hss.Subscribers;

/// <summary>Canonical form of tel URIs: a global number is "+" and digits; a local one keeps its phone-context; everything else goes.</summary>
/// Spec: RFC 3966 3 to 5, TS 23.003 13.4, TS 29.229 6.3.2.
internal static class TelUri
{
    private const string NotANumber = "has something else than digits and visual separators in its number";

    public static bool IsCanonical(ReadOnlySpan<byte> utf8) =>
        utf8.Length is > 5 and <= CanonicalIdentity.MaxLengthBytes && utf8.StartsWith("tel:+"u8)
        && utf8[5..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;

    /// <summary>Null, or what is wrong with the text after "tel:".</summary>
    public static string? Canonicalise(ReadOnlySpan<byte> text, Span<byte> output, out int length)
    {
        length = 4;
        "tel:"u8.CopyTo(output);
        var end = text.IndexOf((byte)';');
        var number = end < 0 ? text : text[..end];
        if (UriText.IsGlobalNumber(number))
        {
            // All parameters go, as TS 23.003 asks: what isub, ext or number portability add is routing, not identity.
            UriText.WriteNumber(number, output, ref length);
            return null;
        }
        if (number.StartsWith("+"u8) || !UriText.IsLocalNumber(number, letters: true)) return NotANumber;
        if (end < 0 || !UriText.TryFindPhoneContext(text[end..], out var context))
            return "is a tel URI without '+' and without phone-context; write the number as tel:+<country code>..., or add ;phone-context=";
        UriText.WriteNumber(number, output, ref length);
        return UriText.WritePhoneContext(context, output, ref length) ? null : "has a phone-context that is neither a domain nor '+' and digits";
    }

    /// <summary>As above for a wildcarded number; the regular expression with its marks is text[start..end].</summary>
    public static string? CanonicaliseWildcarded(ReadOnlySpan<byte> text, int start, int end, Span<byte> output, out int length)
    {
        length = 4;
        "tel:"u8.CopyTo(output);
        // Only global numbers: a phone-context behind a regular expression could not be told from the expression's own text.
        if (!text.StartsWith("+"u8)) return "is a wildcarded tel URI without '+'; write it as tel:+<country code>...!<regular expression>!";
        if (start < 1 || !AreDigits(text[1..start]) || !AreDigits(text[end..])) return NotANumber;
        UriText.WriteNumber(text[..start], output, ref length);
        text[start..end].CopyTo(output[length..]);
        length += end - start;
        UriText.WriteNumber(text[end..], output, ref length);
        return null;
    }

    private static bool AreDigits(ReadOnlySpan<byte> text)
    {
        foreach (var character in text)
            if (!UriText.IsDigit(character) && !UriText.IsVisualSeparator(character)) return false;
        return true;
    }
}
