using System.Globalization;

namespace Hss.Subscribers;

internal enum NodeKind
{
    Character,
    Start,
    End,
    Sequence,
    Choice,
    Repetition,
}

/// <summary>A piece of a pattern.</summary>
/// <param name="Most">Of a repetition; null: any number.</param>
internal sealed record ExpressionNode(NodeKind Kind, CharacterSet? Set, IReadOnlyList<ExpressionNode> Parts, int Least = 0, int? Most = null)
{
    /// <summary>Places of the pattern with its repetitions written out; it saturates.</summary>
    public int Size { get; } = (int)Math.Min(int.MaxValue / 4,
        Kind == NodeKind.Repetition ? (long)(Parts[0].Size + 1) * Math.Max(Most ?? Least + 1, 1) : 1 + Parts.Sum(part => (long)part.Size + 1));
}

/// <summary>Reads a pattern that <see cref="ExtendedRegularExpression.Problem"/> had nothing to say about into a tree.</summary>
/// Depth: at most that of the pattern's parentheses, of which 253 characters hold few enough for any stack. Spec: POSIX.1-2017 XBD 9.3.5, 9.4.
internal sealed class ExpressionParser(string pattern)
{
    private int _at;

    /// <summary>What is well written and yet means nothing outside its locale.</summary>
    public string? Problem { get; private set; }

    public ExpressionNode Read()
    {
        var choices = new List<ExpressionNode> { ReadSequence() };
        while (_at < pattern.Length && pattern[_at] == '|')
        {
            _at++;
            choices.Add(ReadSequence());
        }
        return choices.Count == 1 ? choices[0] : new(NodeKind.Choice, null, choices);
    }

    private ExpressionNode ReadSequence()
    {
        var parts = new List<ExpressionNode>();
        while (_at < pattern.Length && pattern[_at] is not ('|' or ')')) parts.Add(ReadRepetition(ReadOne()));
        return parts.Count == 1 ? parts[0] : new(NodeKind.Sequence, null, parts);
    }

    private ExpressionNode ReadOne()
    {
        var character = pattern[_at++];
        switch (character)
        {
            case '^': return new(NodeKind.Start, null, []);
            case '$': return new(NodeKind.End, null, []);
            case '.': return new(NodeKind.Character, CharacterSet.Any, []);
            case '[': return new(NodeKind.Character, ReadBracket(), []);
            case '(':
                var group = Read();
                _at++;
                return group;
            case '\\':
                character = pattern[_at++];
                break;
        }
        var set = new CharacterSet();
        set.Add(character, character);
        return new(NodeKind.Character, set, []);
    }

    private ExpressionNode ReadRepetition(ExpressionNode part)
    {
        if (_at == pattern.Length || pattern[_at] is not ('*' or '+' or '?' or '{')) return part;
        switch (pattern[_at++])
        {
            case '*': return new(NodeKind.Repetition, null, [part]);
            case '+': return new(NodeKind.Repetition, null, [part], 1);
            case '?': return new(NodeKind.Repetition, null, [part], 0, 1);
        }
        var end = pattern.IndexOf('}', _at);
        var counts = pattern[_at..end].Split(',');
        _at = end + 1;
        var least = int.Parse(counts[0], CultureInfo.InvariantCulture);
        return new(NodeKind.Repetition, null, [part], least,
            counts.Length == 1 ? least : counts[1].Length == 0 ? null : int.Parse(counts[1], CultureInfo.InvariantCulture));
    }

    // The '[' is read already. A ']' that comes first is a member.
    private CharacterSet ReadBracket()
    {
        var set = new CharacterSet();
        if (pattern[_at] == '^')
        {
            set.Negated = true;
            _at++;
        }
        for (var first = true; first || pattern[_at] != ']'; first = false)
        {
            if (pattern[_at] == '[' && pattern[_at + 1] == ':')
            {
                var end = pattern.IndexOf(":]", _at + 2, StringComparison.Ordinal);
                set.AddClass(pattern[(_at + 2)..end]);
                _at = end + 2;
                continue;
            }
            var from = ReadMember();
            var to = from;
            if (pattern[_at] == '-' && pattern[_at + 1] != ']')
            {
                _at++;
                to = ReadMember();
            }
            set.Add(from, to);
        }
        _at++;
        return set;
    }

    // A character, or one written as [.-.] or [=a=]; only those of one character mean the same everywhere.
    private char ReadMember()
    {
        if (pattern[_at] != '[' || pattern[_at + 1] is not ('.' or '=')) return pattern[_at++];
        var end = pattern.IndexOf($"{pattern[_at + 1]}]", _at + 2, StringComparison.Ordinal);
        var member = pattern[(_at + 2)..end];
        _at = end + 2;
        if (member.Length == 1) return member[0];
        Problem = $"uses the collating element {DocumentText.Quote(member)}, which depends on the locale of the S-CSCF; write its characters";
        return '\0';
    }
}
