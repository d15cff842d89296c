using Hss.Storage;
using Hss.Subscribers;

namespace Hss.Provisioning;

/// <summary>One document of an import, read.</summary>
/// <param name="AsDocument">It came as JSON: problems are named as in the document.</param>
internal sealed record ImportItem(long Line, SubscriptionReading Reading, int LengthBytes, bool AsDocument)
{
    public string SubscriptionId => Reading.SubscriptionId ?? "";
}

/// <summary>Documents that are written together: all of them or none.</summary>
internal sealed class ImportBatch
{
    private const int MaxItems = SubscriberStore.MaxEditsPerChange;

    /// <summary>Large documents make a small batch, so that what one import holds in memory has a bound.</summary>
    private const int MaxBytes = 8 * 1024 * 1024;

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private int _count;
    private int _lengthBytes;

    public List<ImportItem> Good { get; } = [];

    public bool HasBad { get; private set; }

    public long LastLine { get; private set; }

    public bool IsEmpty => _count == 0;

    public bool IsFull => _count >= MaxItems || _lengthBytes >= MaxBytes;

    public bool Holds(ImportItem item) => _names.Contains(item.SubscriptionId);

    public void Add(ImportItem item)
    {
        _count++;
        _lengthBytes += item.LengthBytes;
        LastLine = item.Line;
        if (item.Reading.Problems.IsEmpty)
        {
            Good.Add(item);
            _names.Add(item.SubscriptionId);
        }
        else HasBad = true;
    }
}
