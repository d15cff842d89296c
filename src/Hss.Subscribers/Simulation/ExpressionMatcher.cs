using System.Collections.Frozen;

namespace Hss.Subscribers;

/// <summary>Finds a POSIX extended regular expression in a text, in time that is linear in both: all ways to match are followed at once, none is tried again.</summary>
/// Why not the regular expressions of .NET: their syntax differs, and their linear engine grows steeply with nested repetitions.
/// Case: with <c>ignoreCase</c>, letters A to Z. Classes such as [:alpha:] are those of the POSIX locale. Spec: POSIX.1-2017 XBD 9.3.5, 9.4.
internal sealed class ExpressionMatcher
{
    /// <summary>A pattern of 253 characters needs as many; only repetitions need more. ((a{255}){255}){255} would need 16 million.</summary>
    private const int MaxStates = 5000;

    private readonly List<State> _states = [];
    private readonly bool _ignoreCase;
    private readonly int _start;

    private ExpressionMatcher(ExpressionNode node, bool ignoreCase)
    {
        _ignoreCase = ignoreCase;
        _states.Add(new(StateKind.Match, null, -1, -1));
        _start = Add(node, 0);
    }

    /// <summary>Null, and why, for what POSIX leaves undefined or what is too large to follow.</summary>
    public static ExpressionMatcher? Create(string pattern, bool ignoreCase, out string? problem)
    {
        problem = ExtendedRegularExpression.Problem(pattern);
        if (problem is not null) return null;
        var parser = new ExpressionParser(pattern);
        var node = parser.Read();
        problem = parser.Problem ?? (node.Size > MaxStates ? $"is {node.Size} characters long with its repetitions written out, more than {MaxStates} are not simulated" : null);
        return problem is null ? new(node, ignoreCase) : null;
    }

    public bool IsMatch(string text, MatchBudget budget)
    {
        var (now, next) = (new StateSet(_states.Count), new StateSet(_states.Count));
        var pending = new Stack<int>();
        for (var i = 0; ; i++)
        {
            // A match may begin anywhere.
            if (Follow(_start, i, text, now, pending)) return true;
            if (i == text.Length || !budget.Take(now.Count + 1)) return false;
            foreach (var index in now.Members)
                if (_states[index] is { Kind: StateKind.Character } state && state.Set!.Contains(text[i], _ignoreCase) && Follow(state.Next, i + 1, text, next, pending)) return true;
            (now, next) = (next, now);
            next.Clear();
        }
    }

    // Adds a state and all that is reached from it without a character; true when the end of the pattern is among them.
    private bool Follow(int first, int position, string text, StateSet into, Stack<int> pending)
    {
        pending.Clear();
        pending.Push(first);
        while (pending.TryPop(out var index))
        {
            if (!into.Add(index)) continue;
            var state = _states[index];
            switch (state.Kind)
            {
                case StateKind.Match: return true;
                case StateKind.Start when position == 0:
                case StateKind.End when position == text.Length:
                    pending.Push(state.Next);
                    break;
                case StateKind.Fork:
                    pending.Push(state.Next);
                    pending.Push(state.Other);
                    break;
            }
        }
        return false;
    }

    // Builds from the end: the states of a node that goes on to `next`. Gives the first of them.
    private int Add(ExpressionNode node, int next)
    {
        switch (node.Kind)
        {
            case NodeKind.Character: return New(new(StateKind.Character, node.Set, next, -1));
            case NodeKind.Start: return New(new(StateKind.Start, null, next, -1));
            case NodeKind.End: return New(new(StateKind.End, null, next, -1));
            case NodeKind.Sequence:
                for (var i = node.Parts.Count - 1; i >= 0; i--) next = Add(node.Parts[i], next);
                return next;
            case NodeKind.Choice:
                var first = Add(node.Parts[^1], next);
                for (var i = node.Parts.Count - 2; i >= 0; i--) first = New(new(StateKind.Fork, null, Add(node.Parts[i], next), first));
                return first;
            default: return AddRepetition(node, next);
        }
    }

    private int AddRepetition(ExpressionNode node, int next)
    {
        var part = node.Parts[0];
        var after = next;
        if (node.Most is { } most)
            for (var i = node.Least; i < most; i++) after = New(new(StateKind.Fork, null, Add(part, after), next));
        else
        {
            var loop = New(new(StateKind.Fork, null, -1, next));
            _states[loop] = _states[loop] with { Next = Add(part, loop) };
            after = loop;
        }
        for (var i = 0; i < node.Least; i++) after = Add(part, after);
        return after;
    }

    private int New(State state)
    {
        _states.Add(state);
        return _states.Count - 1;
    }

    private enum StateKind
    {
        Match,
        Character,
        Start,
        End,
        Fork,
    }

    private readonly record struct State(StateKind Kind, CharacterSet? Set, int Next, int Other);

    // A set that is emptied by forgetting how many it has.
    private sealed class StateSet(int size)
    {
        private readonly int[] _members = new int[size];
        private readonly int[] _places = new int[size];

        public int Count { get; private set; }

        public ReadOnlySpan<int> Members => _members.AsSpan(0, Count);

        public bool Add(int index)
        {
            var place = _places[index];
            if (place < Count && _members[place] == index) return false;
            _places[index] = Count;
            _members[Count++] = index;
            return true;
        }

        public void Clear() => Count = 0;
    }
}

/// <summary>The characters that one place of a pattern takes.</summary>
internal sealed class CharacterSet
{
    private static readonly FrozenDictionary<string, Func<char, bool>> s_classes = new Dictionary<string, Func<char, bool>>
    {
        ["alnum"] = char.IsAsciiLetterOrDigit, ["alpha"] = char.IsAsciiLetter, ["blank"] = c => c is ' ' or '\t', ["cntrl"] = c => c < ' ' || c == '\x7f',
        ["digit"] = char.IsAsciiDigit, ["graph"] = c => c is > ' ' and < '\x7f', ["lower"] = char.IsAsciiLetterLower, ["print"] = c => c is >= ' ' and < '\x7f',
        ["punct"] = c => c is > ' ' and < '\x7f' && !char.IsAsciiLetterOrDigit(c), ["space"] = c => c is ' ' or (>= '\t' and <= '\r'), ["upper"] = char.IsAsciiLetterUpper,
        ["xdigit"] = char.IsAsciiHexDigit,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly List<(char First, char Last)> _ranges = [];
    private readonly List<Func<char, bool>> _classes = [];

    public static CharacterSet Any { get; } = new() { Negated = true };

    public bool Negated { get; set; }

    public void Add(char first, char last) => _ranges.Add((first, last));

    public void AddClass(string name) => _classes.Add(s_classes[name]);

    /// <summary>[^a] does not take A either when case is ignored, so the case is looked at before the negation.</summary>
    public bool Contains(char character, bool ignoreCase) =>
        (Holds(character) || (ignoreCase && char.IsAsciiLetter(character) && Holds((char)(character ^ 0x20)))) != Negated;

    private bool Holds(char character)
    {
        foreach (var (first, last) in _ranges)
            if (character >= first && character <= last) return true;
        foreach (var holds in _classes)
            if (holds(character)) return true;
        return false;
    }
}
