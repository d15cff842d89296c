using System.Collections.Immutable;

namespace Hss.Storage;

/// <summary>What makes one list of records into the next: whoever kept an element kept the object.</summary>
/// <param name="Written">Elements of the later list that are not objects of the earlier one.</param>
/// <param name="Removed">Elements of the earlier list whose key nothing in the later one has.</param>
internal readonly record struct ElementChanges<T>(IReadOnlyList<T> Written, IReadOnlyList<T> Removed) where T : class
{
    private static readonly ElementChanges<T> None = new([], []);

    public static ElementChanges<T> Between<TKey>(ImmutableArray<T> before, ImmutableArray<T> after, Func<T, TKey> key) where TKey : notnull
    {
        if (before == after || (before.IsEmpty && after.IsEmpty)) return None;
        if (before.IsEmpty) return new(after, []);
        if (after.IsEmpty) return new([], before);
        // Lists differ in one element mostly; what they begin and end with is out of the way without a hash of anything.
        var (start, beforeEnd, afterEnd) = (0, before.Length, after.Length);
        while (start < beforeEnd && start < afterEnd && ReferenceEquals(before[start], after[start])) start++;
        while (beforeEnd > start && afterEnd > start && ReferenceEquals(before[beforeEnd - 1], after[afterEnd - 1])) (beforeEnd, afterEnd) = (beforeEnd - 1, afterEnd - 1);

        var kept = new HashSet<T>(ReferenceEqualityComparer.Instance);
        for (var i = start; i < beforeEnd; i++) kept.Add(before[i]);
        var (written, keys) = (new List<T>(), new HashSet<TKey>());
        for (var i = start; i < afterEnd; i++)
        {
            keys.Add(key(after[i]));
            if (!kept.Contains(after[i])) written.Add(after[i]);
        }
        var removed = new List<T>();
        for (var i = start; i < beforeEnd; i++)
            if (!keys.Contains(key(before[i]))) removed.Add(before[i]);
        return new(written, removed);
    }
}
