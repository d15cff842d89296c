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
        return Taken.Contains(name, StringComparer.OrdinalIgnoreCase) ? $"'{name}' stands for callers without a token; take another" : null;
    }
}
