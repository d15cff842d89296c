using System.Buffers;
using System.Globalization;
using System.Text;

namespace Hss.Subscribers;

/// <summary>Checks POSIX extended regular expressions, the patterns of filters and wildcarded identities, and escapes text for them.</summary>
/// Shape: a reader of the grammar, no engine: the S-CSCF matches. What POSIX leaves undefined is refused, since S-CSCFs disagree about it.
/// Spec: POSIX.1-2017 XBD 9.4 and 9.5.3; TS 29.228 Annex F.
public static class ExtendedRegularExpression
{
    /// <summary>RE_DUP_MAX, the largest count that every implementation takes.</summary>
    private const int MaxRepetition = 255;

    private static readonly SearchValues<char> s_special = SearchValues.Create(".[\\()*+?{|^$");

    private static readonly string[] s_classes =
        ["alnum", "alpha", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "xdigit"];

    /// <summary>Null, or what is wrong with the pattern.</summary>
    public static string? Problem(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        var depth = 0;
        var repeatable = false;
        var branchIsEmpty = true;
        var i = 0;
        while (i < pattern.Length)
        {
            var character = pattern[i++];
            switch (character)
            {
                case '(':
                    if (i < pattern.Length && pattern[i] == '?') return "uses (?...), which POSIX does not have; write a plain group";
                    depth++;
                    repeatable = false;
                    branchIsEmpty = true;
                    continue;
                case ')':
                    if (depth-- == 0) return "has a ')' without '('; a literal one is written \\)";
                    if (branchIsEmpty) return "has an empty group or alternative";
                    repeatable = true;
                    continue;
                case '|':
                    if (branchIsEmpty) return "has an empty alternative before '|'";
                    repeatable = false;
                    branchIsEmpty = true;
                    continue;
                case '*' or '+' or '?' or '{':
                    if (!repeatable) return $"has '{character}' with nothing to repeat before it; a literal one is written \\{character}";
                    if (character == '{' && ReadInterval(pattern, ref i) is { } interval) return interval;
                    repeatable = false;
                    continue;
                case '^' or '$':
                    branchIsEmpty = false;
                    repeatable = false;
                    continue;
                case '[':
                    if (ReadBracket(pattern, ref i) is { } bracket) return bracket;
                    break;
                case '\\':
                    if (i == pattern.Length) return "ends with a backslash";
                    if (char.IsAsciiLetterOrDigit(pattern[i]))
                        return $"uses \\{pattern[i]}, which POSIX does not have; write a bracket such as [0-9] or [[:space:]]";
                    if (pattern[i] is '<' or '>' or '`' or '\'')
                        return $"uses \\{pattern[i]}, which some S-CSCFs read as an edge of a word or of the text; write {pattern[i]} without the backslash";
                    i++;
                    break;
            }
            branchIsEmpty = false;
            repeatable = true;
        }
        if (depth > 0) return "has a '(' without ')'; a literal one is written \\(";
        return branchIsEmpty ? "is empty or ends with an empty alternative" : null;
    }

    /// <summary>A pattern that matches exactly this text.</summary>
    public static string Escape(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.AsSpan().IndexOfAny(s_special) < 0) return text;
        var pattern = new StringBuilder(text.Length + 8);
        foreach (var character in text)
        {
            if (s_special.Contains(character)) pattern.Append('\\');
            pattern.Append(character);
        }
        return pattern.ToString();
    }

    // {n}, {n,} or {n,m}; the '{' is read already.
    private static string? ReadInterval(string pattern, ref int i)
    {
        const string Malformed = "has a '{' that begins no {n}, {n,} or {n,m}; a literal one is written \\{";
        var end = pattern.IndexOf('}', i);
        if (end < 0) return Malformed;
        var counts = pattern[i..end].Split(',');
        i = end + 1;
        if (counts.Length > 2 || !TryCount(counts[0], out var least)) return Malformed;
        if (counts.Length == 1 || counts[1].Length == 0) return least > MaxRepetition ? TooMany : null;
        if (!TryCount(counts[1], out var most)) return Malformed;
        if (most > MaxRepetition) return TooMany;
        return most < least ? "has an interval whose first count is above its second" : null;
    }

    private const string TooMany = "repeats more than 255 times";

    private static bool TryCount(string text, out int count) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count);

    // A bracket expression; the '[' is read already. A ']' that comes first is a member.
    private static string? ReadBracket(string pattern, ref int i)
    {
        const string Open = "has a '[' without ']'; a literal one is written \\[";
        if (i < pattern.Length && pattern[i] == '^') i++;
        var first = true;
        while (i < pattern.Length)
        {
            var character = pattern[i];
            if (character == ']' && !first)
            {
                i++;
                return null;
            }
            first = false;
            if (character == '[' && i + 1 < pattern.Length && pattern[i + 1] is ':' or '=' or '.')
            {
                var end = pattern.IndexOf($"{pattern[i + 1]}]", i + 2, StringComparison.Ordinal);
                if (end < 0) return Open;
                if (pattern[i + 1] == ':' && !s_classes.Contains(pattern[(i + 2)..end]))
                    return $"has the unknown character class [:{pattern[(i + 2)..end]}:]";
                i = end + 2;
                continue;
            }
            if (i + 2 < pattern.Length && pattern[i + 1] == '-' && pattern[i + 2] != ']')
            {
                if (pattern[i + 2] < character) return $"has the range {character}-{pattern[i + 2]}, which runs backwards";
                i += 3;
                continue;
            }
            i++;
        }
        return Open;
    }
}
