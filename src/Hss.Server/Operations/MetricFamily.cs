namespace Hss.Server.Operations;

/// <summary>All series of one name.</summary>
/// Shape: an open table of series by their labels that is copied when it grows, so that finding one takes no lock and allocates nothing.
/// With replaces a measurement takes the place of the one before; with isAsked the instrument tells all it has each time it is asked.
/// Limits: at most <see cref="MaxSeries"/>; what would be one more is counted under the label value "other", so that nothing is lost and
/// no peer can fill the memory with names.
internal sealed class MetricFamily(string name, string help, MetricKind kind, double[] bounds, bool replaces, bool isAsked)
{
    public const int MaxSeries = 2000;

    private const int FirstTableSize = 16;
    private const string Other = "other";

    private readonly Lock _gate = new();
    private MetricSeries?[] _table = new MetricSeries?[FirstTableSize];
    private int _count;

    public string Name => name;

    public string Help => help;

    public MetricKind Kind => kind;

    public double[] Bounds => bounds;

    public void Record(long value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (replaces || kind == MetricKind.Histogram) Record((double)value, tags);
        else Series(tags).Add(value);
    }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = Series(tags);
        if (kind == MetricKind.Histogram) series.Observe(value);
        else if (replaces) series.Set(value);
        else series.Add(value);
    }

    /// <summary>Before an instrument that is asked is asked: what it does not tell any more, such as a peer that left, goes.</summary>
    public void Forget()
    {
        if (!isAsked) return;
        lock (_gate)
        {
            foreach (var series in _table)
                if (series is not null) series.IsFresh = false;
        }
    }

    /// <summary>The series in the order of their labels.</summary>
    public IReadOnlyList<MetricSeries> Snapshot()
    {
        lock (_gate)
        {
            if (isAsked) DropStale();
            return [.. _table.OfType<MetricSeries>().OrderBy(series => series.Labels, StringComparer.Ordinal)];
        }
    }

    private MetricSeries Series(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = MetricSeries.Hash(tags);
        return Find(Volatile.Read(ref _table), hash, tags) ?? Make(hash, tags);
    }

    private static MetricSeries? Find(MetricSeries?[] table, int hash, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        for (var i = hash & (table.Length - 1); Volatile.Read(ref table[i]) is { } series; i = (i + 1) & (table.Length - 1))
            if (series.TagsHash == hash && series.Has(tags)) return series;
        return null;
    }

    private MetricSeries Make(int hash, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
        {
            if (Find(_table, hash, tags) is { } made) return made;
            if (_count >= MaxSeries && tags.Length > 0 && !tags.ToArray().All(tag => Other.Equals(tag.Value)))
            {
                var others = Array.ConvertAll(tags.ToArray(), tag => new KeyValuePair<string, object?>(tag.Key, Other));
                var otherHash = MetricSeries.Hash(others);
                return Find(_table, otherHash, others) ?? Put(new MetricSeries(others, otherHash, bounds));
            }
            return Put(new MetricSeries(tags, hash, bounds));
        }
    }

    private MetricSeries Put(MetricSeries series)
    {
        // At most half full, so that a search is short and always ends.
        if (2 * (_count + 1) > _table.Length) Rebuild(_table.OfType<MetricSeries>(), 2 * _table.Length);
        Insert(_table, series);
        _count++;
        return series;
    }

    private void DropStale()
    {
        if (_table.Any(series => series is { IsFresh: false })) Rebuild([.. _table.OfType<MetricSeries>().Where(series => series.IsFresh)], _table.Length);
    }

    private void Rebuild(IEnumerable<MetricSeries> all, int size)
    {
        var table = new MetricSeries?[size];
        var count = 0;
        foreach (var series in all)
        {
            Insert(table, series);
            count++;
        }
        _count = count;
        Volatile.Write(ref _table, table);
    }

    private static void Insert(MetricSeries?[] table, MetricSeries series)
    {
        var i = series.TagsHash & (table.Length - 1);
        while (table[i] is not null) i = (i + 1) & (table.Length - 1);
        Volatile.Write(ref table[i], series);
    }
}
