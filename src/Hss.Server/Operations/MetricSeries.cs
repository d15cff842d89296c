using System.Globalization;
using System.Text;

namespace Hss.Server.Operations;

/// <summary>One series: a family with fixed label values.</summary>
/// Order: any thread may add; a reader sees each number whole, and of a histogram a count that fits its buckets.
internal sealed class MetricSeries
{
    private const int SampledCharacters = 8;

    private readonly KeyValuePair<string, object?>[] _tags;
    private readonly double[] _bounds;
    private readonly long[] _buckets;
    private long _whole;
    private double _fraction;

    /// <param name="tags">The labels.</param>
    /// <param name="hash">Their hash, by <see cref="Hash"/>.</param>
    /// <param name="bounds">The upper bounds of the buckets, ascending, without infinity; empty for anything but a histogram.</param>
    public MetricSeries(ReadOnlySpan<KeyValuePair<string, object?>> tags, int hash, double[] bounds)
    {
        _tags = tags.ToArray();
        TagsHash = hash;
        _bounds = bounds;
        _buckets = new long[bounds.Length + 1];
        Labels = Write(_tags);
    }

    public int TagsHash { get; }

    /// <summary>The labels as they are printed, without braces; empty when there are none.</summary>
    public string Labels { get; }

    /// <summary>The value of a counter or gauge, the sum of a histogram.</summary>
    public double Value => Volatile.Read(ref _whole) + Volatile.Read(ref _fraction);

    /// <summary>Whether it was written since the mark was last taken away; for instruments that are asked.</summary>
    public bool IsFresh { get; set; }

    public ReadOnlySpan<long> Buckets => _buckets;

    /// <summary>A quick hash that tells the labels of this program apart; series that share one are told apart by <see cref="Has"/>.</summary>
    public static int Hash(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        uint hash = 2166136261;
        foreach (var tag in tags) hash = (hash ^ (tag.Value is string text ? Sample(text) : (uint)(tag.Value?.GetHashCode() ?? 0))) * 16777619;
        return (int)(hash ^ (hash >> 15));
    }

    // Labels are short (MAR, 2001) or long with a common end (host names of a realm): all of a short one counts, of a long one the beginning.
    private static uint Sample(string text)
    {
        var sample = (uint)text.Length;
        for (var i = 0; i < text.Length && i < SampledCharacters; i++) sample = (sample * 31) + text[i];
        return sample;
    }

    public bool Has(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length != _tags.Length) return false;
        for (var i = 0; i < tags.Length; i++)
        {
            if (!IsSame(tags[i].Value, _tags[i].Value) || !string.Equals(tags[i].Key, _tags[i].Key, StringComparison.Ordinal)) return false;
        }
        return true;
    }

    public void Add(long value) => Interlocked.Add(ref _whole, value);

    public void Add(double value)
    {
        for (var seen = Volatile.Read(ref _fraction); ;)
        {
            var before = Interlocked.CompareExchange(ref _fraction, seen + value, seen);
            if (before.Equals(seen)) return;
            seen = before;
        }
    }

    public void Set(double value)
    {
        Volatile.Write(ref _fraction, value);
        IsFresh = true;
    }

    public void Observe(double value)
    {
        var bucket = 0; // Nearly all values fall into the first few.
        while (bucket < _bounds.Length && value > _bounds[bucket]) bucket++; // A bound belongs to its bucket: "le".
        Interlocked.Increment(ref _buckets[bucket]);
        Add(value);
    }

    private static bool IsSame(object? one, object? other) =>
        ReferenceEquals(one, other) || (one is string text ? other is string same && string.Equals(text, same, StringComparison.Ordinal) : Equals(one, other));

    private static string Write(KeyValuePair<string, object?>[] tags)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in tags.OrderBy(tag => tag.Key, StringComparer.Ordinal))
        {
            if (text.Length > 0) text.Append(',');
            text.Append(key).Append("=\"");
            foreach (var c in Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")
            {
                _ = c switch
                {
                    '\\' => text.Append(@"\\"),
                    '"' => text.Append("\\\""),
                    '\n' => text.Append(@"\n"),
                    _ => text.Append(c),
                };
            }
            text.Append('"');
        }
        return text.ToString();
    }
}
