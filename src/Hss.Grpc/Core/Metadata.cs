using System.Collections;
using System.Text;

namespace Grpc.Core;

/// <summary>Headers or trailers of a call. Names are lower case; those that end in -bin carry octets, in base64 on the wire.</summary>
/// Spec: gRPC over HTTP2, "Custom-Metadata".
public sealed class Metadata : IList<Metadata.Entry>
{
    public const string BinaryHeaderSuffix = "-bin";

    public static readonly Metadata Empty = new(isReadOnly: true);

    private readonly List<Entry> _entries = [];

    public Metadata() { }

    private Metadata(bool isReadOnly) => IsReadOnly = isReadOnly;

    public int Count => _entries.Count;

    public bool IsReadOnly { get; private set; }

    public Entry this[int index]
    {
        get => _entries[index];
        set { CheckWritable(); _entries[index] = value; }
    }

    /// <summary>The last entry of that name, or null.</summary>
    public Entry? Get(string key) => _entries.FindLast(entry => string.Equals(entry.Key, key, StringComparison.OrdinalIgnoreCase));

    /// <summary>The text of the last entry of that name, or null.</summary>
    public string? GetValue(string key) => Get(key)?.Value;

    public byte[]? GetValueBytes(string key) => Get(key)?.ValueBytes;

    public IEnumerable<Entry> GetAll(string key) => _entries.Where(entry => string.Equals(entry.Key, key, StringComparison.OrdinalIgnoreCase));

    public void Add(string key, string value) => Add(new Entry(key, value));

    public void Add(string key, byte[] valueBytes) => Add(new Entry(key, valueBytes));

    public void Add(Entry item) { CheckWritable(); _entries.Add(item); }

    public void Clear() { CheckWritable(); _entries.Clear(); }

    public bool Contains(Entry item) => _entries.Contains(item);

    public void CopyTo(Entry[] array, int arrayIndex) => _entries.CopyTo(array, arrayIndex);

    public IEnumerator<Entry> GetEnumerator() => _entries.GetEnumerator();

    public int IndexOf(Entry item) => _entries.IndexOf(item);

    public void Insert(int index, Entry item) { CheckWritable(); _entries.Insert(index, item); }

    public bool Remove(Entry item) { CheckWritable(); return _entries.Remove(item); }

    public void RemoveAt(int index) { CheckWritable(); _entries.RemoveAt(index); }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void CheckWritable()
    {
        if (IsReadOnly) throw new InvalidOperationException("this metadata is read-only");
    }

    /// <summary>One header.</summary>
    public sealed class Entry
    {
        private readonly byte[]? _octets;
        private readonly string? _text;

        public Entry(string key, string value)
        {
            ArgumentNullException.ThrowIfNull(key);
            ArgumentNullException.ThrowIfNull(value);
            Key = CheckKey(key);
            if (IsBinary) throw new ArgumentException($"{key} carries octets: its name ends in {BinaryHeaderSuffix}", nameof(key));
            _text = value;
        }

        public Entry(string key, byte[] valueBytes)
        {
            ArgumentNullException.ThrowIfNull(key);
            ArgumentNullException.ThrowIfNull(valueBytes);
            Key = CheckKey(key);
            if (!IsBinary) throw new ArgumentException($"{key} carries text: its name does not end in {BinaryHeaderSuffix}", nameof(key));
            _octets = [.. valueBytes];
        }

        public string Key { get; }

        public bool IsBinary => Key.EndsWith(BinaryHeaderSuffix, StringComparison.Ordinal);

        public string Value => _text ?? throw new InvalidOperationException($"{Key} carries octets");

        public byte[] ValueBytes => _octets is null ? Encoding.ASCII.GetBytes(_text!) : [.. _octets];

        public override string ToString() => IsBinary ? $"{Key}: {_octets!.Length} octets" : $"{Key}: {_text}";

        private static string CheckKey(string key)
        {
            var lower = key.ToLowerInvariant();
            if (lower.Length == 0 || !lower.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.'))
                throw new ArgumentException($"'{key}' is no name of a header", nameof(key));
            return lower;
        }
    }
}
