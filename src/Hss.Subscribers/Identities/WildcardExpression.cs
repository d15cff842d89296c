using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Hss.Subscribers;

/// <summary>A wildcarded identity taken apart: literal text, what is left of its expression, literal text.</summary>
/// Shape: the literal ends of the expression itself belong to the literal text, so that sip:!room-.*!@x and sip:room-!.*!@x are found alike.
/// Matching: the whole identity, case by case, because a canonical identity has one spelling (the user part of a SIP URI keeps its case).
/// Spec: TS 23.003 13.4A, 13.5; POSIX.1-2017 XBD 9.4.
internal sealed class WildcardExpression
{
    /// <summary>Compiled expressions that are kept; a hundred thousand wildcards rarely have more than a few between them.</summary>
    /// Why only so many: each is worth some kilobytes. When they are more, the table starts over and some are compiled again.
    private const int MaxCompiled = 4096;

    private static readonly ConcurrentDictionary<string, Regex> s_compiled = new(StringComparer.Ordinal);

    private readonly string _middle;

    private WildcardExpression(string wildcard, string prefix, string middle, string suffix) =>
        (Wildcard, Prefix, _middle, Suffix) = (wildcard, prefix, middle, suffix);

    /// <summary>The canonical text it was read from.</summary>
    public string Wildcard { get; }

    public string Prefix { get; }

    public string Suffix { get; }

    public int LiteralLength => Prefix.Length + Suffix.Length;

    /// <summary>Null, or why no identity can be matched against this expression, which POSIX allows.</summary>
    public static string? Problem(string expression)
    {
        var reader = new ExpressionReader(expression);
        return reader.Problem;
    }

    /// <summary>Reads a canonical wildcarded identity, or gives null when it is none.</summary>
    public static WildcardExpression? Read(string wildcard)
    {
        var first = wildcard.IndexOf('!', StringComparison.Ordinal);
        var last = wildcard.LastIndexOf('!');
        if (last - first < 2) return null;
        var expression = wildcard[(first + 1)..last];
        if (ExtendedRegularExpression.Problem(expression) is not null) return null;
        var reader = new ExpressionReader(expression);
        if (reader.Problem is not null) return null;
        var (before, after) = (reader.LeadingLiteral, reader.TrailingLiteral);
        return new(wildcard, wildcard[..first] + before.Text, expression[before.Length..^after.Length], after.Text + wildcard[(last + 1)..]);
    }

    /// <summary>Whether an identity that has the prefix and the suffix, apart from each other, matches.</summary>
    public bool Matches(ReadOnlySpan<char> identity)
    {
        var middle = identity[Prefix.Length..^Suffix.Length];
        return _middle switch
        {
            "" => middle.IsEmpty,
            ".*" => true,
            ".+" => !middle.IsEmpty,
            _ => Compiled(_middle).IsMatch(middle),
        };
    }

    private static Regex Compiled(string expression)
    {
        if (s_compiled.TryGetValue(expression, out var regex)) return regex;
        if (s_compiled.Count >= MaxCompiled) s_compiled.Clear();
        // Linear in the identity, whatever an operator wrote: this runs for identities that anybody on the network can make up.
        regex = new Regex($@"\A(?:{new ExpressionReader(expression).Translation})\z",
            RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture);
        return s_compiled.GetOrAdd(expression, regex);
    }
}
