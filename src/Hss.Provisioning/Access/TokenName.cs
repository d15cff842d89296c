namespace Hss.Provisioning.Access;

/// <summary>What a token may be called: the name stands in every audit record of its holder.</summary>
public static class TokenName
{
    public const int MaxLength = 64;

    // They stand in audit records for callers without a token.
    private static readonly string[] Taken = [AccessControl.LocalName, "offline"];

    /// <summary>Null: it may. Otherwise why not, with the mend.</summary>
    public static string? WhyNot(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > MaxLength || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '@'))
            return $"is not 1 to {MaxLength} letters, digits, '-', '_', '.' or '@'";
        // A name stands in lists and records that others read; the text of a token pasted here by a slip would, too.
        if (TokenText.IsPossible(name)) return "is the text of a token; a name is shown to others, so take another (and revoke that token if somebody saw this)";
        return Taken.Contains(name, StringComparer.OrdinalIgnoreCase) ? $"'{name}' stands for callers without a token; take another" : null;
    }
}
