using System.Collections.Immutable;

namespace Hss.Subscribers;

/// <summary>Wildcarded public identities, found by an identity that falls into one of them. Immutable; a change gives the next one.</summary>
/// Shape: wildcards stand in a tree by the literal text before their expression, and there in a tree by the literal text behind it, read
/// backwards. A search walks down both with the identity's own characters, so its cost follows the length of the identity and never the
/// number of wildcards; only what fits at both ends is tested as an expression.
/// Order: the most specific wildcard wins, and that is the one with the most literal text; of two with the same, the one with more of it in
/// front (numbers and names grow more particular to the right), then the first in ordinal order, so that the answer never depends on the
/// order of provisioning. The standard leaves overlapping wildcards to the operator; this is what their writer most likely means.
/// Spec: TS 23.003 13.4A, 13.5; TS 29.228 6.1 (an identity that is provisioned itself comes before every wildcard: the caller looks first).
public sealed class WildcardIndex
{
    /// <summary>Expressions that one identity may have to be tested against. Provisioning refuses a wildcard that would lead to more.</summary>
    /// Why a bound at all: wildcards that share their literal text (or lie inside each other) cannot be told apart without the expression.
    public const int MaxCandidates = 32;

    public static readonly WildcardIndex Empty = new(new(static suffixes => suffixes.Weight), 0);

    private readonly LiteralTree<LiteralTree<Bucket>> _byPrefix;

    private WildcardIndex(LiteralTree<LiteralTree<Bucket>> byPrefix, int count) => (_byPrefix, Count) = (byPrefix, count);

    public int Count { get; }

    /// <summary>No identity is tested against more expressions than these.</summary>
    public int CandidatesAtMost => _byPrefix.Weight;

    /// <summary>The index with this canonical wildcarded identity; itself when it is there already, or is no wildcard that can be matched.</summary>
    public WildcardIndex With(string wildcard)
    {
        ArgumentNullException.ThrowIfNull(wildcard);
        if (WildcardExpression.Read(wildcard) is not { } expression) return this;
        var bucket = BucketOf(expression);
        return bucket is not null && bucket.Expressions.Any(e => e.Wildcard == wildcard)
            ? this
            : Set(expression, new((bucket?.Expressions ?? []).Add(expression)), Count + 1);
    }

    public WildcardIndex Without(string wildcard)
    {
        ArgumentNullException.ThrowIfNull(wildcard);
        if (WildcardExpression.Read(wildcard) is not { } expression || BucketOf(expression) is not { } bucket) return this;
        var left = bucket.Expressions.RemoveAll(e => e.Wildcard == wildcard);
        return left.Length == bucket.Expressions.Length ? this : Set(expression, left.IsEmpty ? null : new(left), Count - 1);
    }

    /// <summary>The most specific wildcard that a canonical identity falls into.</summary>
    public bool TryMatch(string identity, out string wildcard) => TryMatch(identity, out wildcard, out _);

    internal bool TryMatch(string identity, out string wildcard, out int tested)
    {
        ArgumentNullException.ThrowIfNull(identity);
        tested = 0;
        wildcard = "";
        if (Count == 0 || identity.Length > CanonicalIdentity.MaxLengthBytes) return false;
        if (Candidates(identity) is not { } candidates) return false;
        if (candidates.Count > 1) candidates.Sort(static (one, other) => CompareSpecific(one, other));
        foreach (var candidate in candidates)
        {
            tested++;
            if (!candidate.Matches(identity)) continue;
            wildcard = candidate.Wildcard;
            return true;
        }
        return false;
    }

    private List<WildcardExpression>? Candidates(string identity)
    {
        List<WildcardExpression>? candidates = null;
        Span<char> backwards = stackalloc char[CanonicalIdentity.MaxLengthBytes];
        backwards = backwards[..identity.Length];
        identity.CopyTo(backwards);
        backwards.Reverse();
        var prefixes = _byPrefix.PathOf(identity);
        while (prefixes.MoveNext())
        {
            // What is in front cannot count again at the end.
            var suffixes = prefixes.Current.PathOf(backwards[..(identity.Length - prefixes.Length)]);
            while (suffixes.MoveNext()) (candidates ??= []).AddRange(suffixes.Current.Expressions);
        }
        return candidates;
    }

    private static int CompareSpecific(WildcardExpression one, WildcardExpression other)
    {
        if (one.LiteralLength != other.LiteralLength) return other.LiteralLength - one.LiteralLength;
        return one.Prefix.Length != other.Prefix.Length
            ? other.Prefix.Length - one.Prefix.Length : string.CompareOrdinal(one.Wildcard, other.Wildcard);
    }

    private Bucket? BucketOf(WildcardExpression expression) => _byPrefix.Find(expression.Prefix)?.Find(Backwards(expression.Suffix));

    private WildcardIndex Set(WildcardExpression expression, Bucket? bucket, int count)
    {
        var suffixes = _byPrefix.Find(expression.Prefix) ?? new(static b => b.Expressions.Length);
        suffixes = suffixes.With(Backwards(expression.Suffix), bucket);
        return new(_byPrefix.With(expression.Prefix, suffixes.Weight == 0 ? null : suffixes), count);
    }

    private static string Backwards(string text) => string.Create(text.Length, text, static (span, source) =>
    {
        source.CopyTo(span);
        span.Reverse();
    });

    /// <summary>Wildcards with the same literal text.</summary>
    private sealed record Bucket(ImmutableArray<WildcardExpression> Expressions);
}
