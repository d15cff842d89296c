namespace Hss.Subscribers;

/// <summary>What a DSAI-Tag may look like.</summary>
/// Why so narrow: the tag is an AVP of octets on Sh, a text in XML, and stands behind a blank in the key of a subscription; application servers send it
/// back octet by octet. Names of services need no more than this. Spec: TS 29.328 7.6.18, TS 29.329 6.3.18 (an OctetString without a set of characters).
public static class DsaiTagName
{
    public const int MaxLength = 64;

    /// <summary>Null, or why this cannot be a tag.</summary>
    public static string? Problem(string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        if (tag.Length is 0 or > MaxLength) return $"has {tag.Length} characters; a DSAI tag has 1 to {MaxLength}";
        return tag.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' or ':' or '+' or '@' or '/')
            ? null : "is no DSAI tag; use letters, digits and - _ . : + @ /";
    }
}
