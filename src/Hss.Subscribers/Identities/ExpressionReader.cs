using System.Globalization;
using System.Text;

namespace Hss.Subscribers;

/// <summary>Reads a POSIX extended regular expression as .NET writes it, and finds the literal text at its two ends.</summary>
/// Precondition: <see cref="ExtendedRegularExpression.Problem"/> had nothing to say. Spec: POSIX.1-2017 XBD 9.3.5, 9.4.
internal sealed class ExpressionReader
{
    /// <summary>An expression whose repetitions, written out, are longer is refused: ((a{255}){255}){255} is short and yet a machine of
    /// millions of states. The time a match takes is linear in the identity, but with a factor that grows steeply with this size: nested
    /// repetitions of 500 characters were seen to take seconds. Numbers and names need a dozen, and what repeats without end counts once.</summary>
    public const int MaxWrittenOut = 64;

    private readonly string _pattern;
    private readonly StringBuilder _translation = new();
    private readonly List<(int End, char? Literal)> _top = [];
    private bool _hasTopAlternative;
    private bool _hasAnchor;
    private int _at;
    private int _depth;

    public ExpressionReader(string pattern)
    {
        _pattern = pattern;
        var size = ReadAlternatives();
        if (Problem is null && size > MaxWrittenOut)
            Problem = $"is longer than {MaxWrittenOut} characters with its repetitions written out; use * or + where the number does not matter";
    }

    public string? Problem { get; private set; }

    public string Translation => _translation.ToString();

    /// <summary>Literal text at the beginning, and how much of the pattern stands for it.</summary>
    public (string Text, int Length) LeadingLiteral => Literal(LeadingCount());

    /// <summary>Literal text at the end that does not belong to the beginning.</summary>
    public (string Text, int Length) TrailingLiteral
    {
        get
        {
            var (first, from) = (LeadingCount(), _top.Count);
            // With anchors or a choice at the top, an end of the pattern need not be an end of what it matches.
            if (_hasTopAlternative || _hasAnchor) return ("", 0);
            while (from > first && _top[from - 1].Literal is not null) from--;
            var start = from == 0 ? 0 : _top[from - 1].End;
            return (string.Concat(_top.Skip(from).Select(t => t.Literal)), _pattern.Length - start);
        }
    }

    private int LeadingCount() => _hasTopAlternative || _hasAnchor ? 0 : _top.TakeWhile(t => t.Literal is not null).Count();

    private (string Text, int Length) Literal(int count) =>
        (string.Concat(_top.Take(count).Select(t => t.Literal)), count == 0 ? 0 : _top[count - 1].End);

    // Gives the size of what was read; it saturates, because only whether it is too much is asked.
    private int ReadAlternatives()
    {
        var size = 0;
        while (_at < _pattern.Length && _pattern[_at] != ')')
        {
            if (_pattern[_at] == '|')
            {
                _hasTopAlternative |= _depth == 0;
                _translation.Append('|');
                _at++;
                continue;
            }
            var (atom, literal) = ReadAtom();
            var times = ReadRepetition();
            if (_depth == 0) _top.Add((_at, times is null ? literal : null));
            size = Math.Min(MaxWrittenOut + 1, size + Math.Min(MaxWrittenOut + 1, atom * (times ?? 1)));
        }
        return size;
    }

    private (int Size, char? Literal) ReadAtom()
    {
        var character = _pattern[_at++];
        switch (character)
        {
            case '(':
                _translation.Append("(?:");
                _depth++;
                var size = ReadAlternatives();
                _depth--;
                _at++;
                _translation.Append(')');
                return (size, null);
            case '[':
                ReadBracket();
                return (1, null);
            case '.':
                _translation.Append('.');
                return (1, null);
            case '^' or '$':
                _hasAnchor = true;
                _translation.Append(character == '^' ? @"\A" : @"\z");
                return (1, null);
            case '\\':
                character = _pattern[_at++];
                break;
        }
        AppendLiteral(character);
        return (1, character);
    }

    // How often at most, or at least where there is no most; null when nothing is repeated.
    private int? ReadRepetition()
    {
        if (_at == _pattern.Length || _pattern[_at] is not ('*' or '+' or '?' or '{')) return null;
        var end = _pattern[_at] == '{' ? _pattern.IndexOf('}', _at) + 1 : _at + 1;
        var text = _pattern[_at..end];
        _translation.Append(text);
        _at = end;
        if (text[0] != '{') return 1;
        var counts = text[1..^1].Split(',');
        return Math.Max(1, int.Parse(counts[^1].Length == 0 ? counts[0] : counts[^1], CultureInfo.InvariantCulture));
    }

    // The '[' is read already. A ']' that comes first is a member, and a backslash is nothing special.
    private void ReadBracket()
    {
        _translation.Append('[');
        if (_pattern[_at] == '^')
        {
            _translation.Append('^');
            _at++;
        }
        for (var first = true; first || _pattern[_at] != ']'; first = false)
        {
            if (_pattern[_at] == '[' && _pattern[_at + 1] is ':' or '=' or '.')
            {
                ReadNamed();
                continue;
            }
            AppendLiteral(_pattern[_at]);
            if (_pattern[_at + 1] == '-' && _pattern[_at + 2] != ']')
            {
                _translation.Append('-');
                AppendLiteral(_pattern[_at + 2]);
                _at += 3;
            }
            else _at++;
        }
        _at++;
        _translation.Append(']');
    }

    private void ReadNamed()
    {
        var end = _pattern.IndexOf($"{_pattern[_at + 1]}]", _at + 2, StringComparison.Ordinal);
        var name = _pattern[(_at + 2)..end];
        if (_pattern[_at + 1] == ':') _translation.Append(ClassOf(name));
        else if (name.Length == 1) AppendLiteral(name[0]);
        else Problem ??= $"uses the collating element \"{name}\"; write the character itself";
        _at = end + 2;
    }

    private void AppendLiteral(char character)
    {
        if (char.IsAsciiLetterOrDigit(character)) _translation.Append(character);
        else _translation.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}");
    }

    // Of the POSIX locale: identities are ASCII.
    private static string ClassOf(string name) => name switch
    {
        "alnum" => "A-Za-z0-9",
        "alpha" => "A-Za-z",
        "blank" => @"\u0009\u0020",
        "cntrl" => @"\u0000-\u001F\u007F",
        "digit" => "0-9",
        "graph" => @"\u0021-\u007E",
        "lower" => "a-z",
        "print" => @"\u0020-\u007E",
        "punct" => @"\u0021-\u002F\u003A-\u0040\u005B-\u0060\u007B-\u007E",
        "space" => @"\u0009-\u000D\u0020",
        "upper" => "A-Z",
        _ => "0-9A-Fa-f",
    };
}
