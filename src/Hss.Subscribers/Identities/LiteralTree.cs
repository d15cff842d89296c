namespace Hss.Subscribers;

/// <summary>Values by text, found by every text that begins with theirs. Immutable: a change copies the path to its place and shares the rest.</summary>
/// Shape: a compressed prefix tree; children are ordered by their first character. Reading allocates nothing.
/// <see cref="Weight"/> is the most that the values on one way down weigh together, so what a search may find is known beforehand.
internal sealed class LiteralTree<TValue> where TValue : class
{
    private readonly Node _root;
    private readonly Func<TValue, int> _weigh;

    public LiteralTree(Func<TValue, int> weigh) : this(new Node("", null, [], 0), weigh) { }

    private LiteralTree(Node root, Func<TValue, int> weigh) => (_root, _weigh) = (root, weigh);

    public int Weight => _root.Weight;

    public TValue? Find(ReadOnlySpan<char> key)
    {
        var node = _root;
        while (!key.IsEmpty)
        {
            if (node.Child(key[0]) is not { } child || !key.StartsWith(child.Edge)) return null;
            key = key[child.Edge.Length..];
            node = child;
        }
        return node.Value;
    }

    /// <summary>The tree with this value at this key; null takes it away.</summary>
    public LiteralTree<TValue> With(ReadOnlySpan<char> key, TValue? value) => new(Set(_root, key, value), _weigh);

    /// <summary>The values whose keys begin the text, shortest first.</summary>
    public PathEnumerator PathOf(ReadOnlySpan<char> text) => new(_root, text);

    private Node Set(Node node, ReadOnlySpan<char> key, TValue? value)
    {
        if (key.IsEmpty) return Make(node.Edge, value, node.Children);
        var at = node.IndexOf(key[0]);
        if (at < 0)
        {
            if (value is null) return node;
            var leaf = Make(key.ToString(), value, []);
            return Make(node.Edge, node.Value, [.. node.Children[..~at], leaf, .. node.Children[~at..]]);
        }
        var child = node.Children[at];
        var common = child.Edge.AsSpan().CommonPrefixLength(key);
        if (common < child.Edge.Length)
        {
            if (value is null) return node;
            child = Make(child.Edge[..common], null, [Make(child.Edge[common..], child.Value, child.Children)]);
        }
        child = Set(child, key[common..], value);
        if (child is { Value: null, Children.Length: 0 })
            return Make(node.Edge, node.Value, [.. node.Children[..at], .. node.Children[(at + 1)..]]);
        if (child is { Value: null, Children: [var only] }) child = Make(child.Edge + only.Edge, only.Value, only.Children);
        return Make(node.Edge, node.Value, [.. node.Children[..at], child, .. node.Children[(at + 1)..]]);
    }

    private Node Make(string edge, TValue? value, Node[] children)
    {
        var heaviest = 0;
        foreach (var child in children) heaviest = Math.Max(heaviest, child.Weight);
        return new(edge, value, children, heaviest + (value is null ? 0 : _weigh(value)));
    }

    internal sealed record Node(string Edge, TValue? Value, Node[] Children, int Weight)
    {
        /// <summary>Index of the child that begins so, or the complement of the place where it would stand.</summary>
        public int IndexOf(char first)
        {
            var (low, high) = (0, Children.Length - 1);
            while (low <= high)
            {
                var middle = (low + high) / 2;
                var order = Children[middle].Edge[0] - first;
                if (order == 0) return middle;
                if (order < 0) low = middle + 1;
                else high = middle - 1;
            }
            return ~low;
        }

        public Node? Child(char first) => IndexOf(first) is var at and >= 0 ? Children[at] : null;
    }

    /// <summary>One way down. <see cref="Current"/> stands at the first <see cref="Length"/> characters of the text.</summary>
    internal ref struct PathEnumerator(Node root, ReadOnlySpan<char> text)
    {
        private readonly ReadOnlySpan<char> _text = text;
        private Node? _next = root;

        public TValue Current { get; private set; } = null!;

        public int Length { get; private set; }

        public bool MoveNext()
        {
            while (_next is { } node)
            {
                Length += node.Edge.Length;
                var rest = _text[Length..];
                _next = rest.IsEmpty ? null : node.Child(rest[0]);
                if (_next is { } child && !rest.StartsWith(child.Edge)) _next = null;
                if (node.Value is null) continue;
                Current = node.Value;
                return true;
            }
            return false;
        }
    }
}
