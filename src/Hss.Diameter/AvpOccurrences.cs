using System.Collections;

namespace Hss.Diameter;

/// <summary>All AVPs of one kind in a message or a group, found by walking it. Copies nothing.</summary>
/// Order: as on the wire. Errors: none; behind a malformed AVP nothing more is found.
public readonly struct AvpOccurrences : IEnumerable<AvpValue>
{
    private readonly ReadOnlyMemory<byte> _container;
    private readonly int _first;
    private readonly AvpKey _key;

    /// <summary>The AVPs with this key from octet <paramref name="first"/> of the container on.</summary>
    internal AvpOccurrences(ReadOnlyMemory<byte> container, int first, AvpKey key)
    {
        _container = container;
        _first = first;
        _key = key;
    }

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            int count = 0;
            foreach (AvpValue _ in this) count++;
            return count;
        }
    }

    /// <summary>The first one; absent when there is none.</summary>
    public AvpValue First
    {
        get
        {
            Enumerator all = GetEnumerator();
            return all.MoveNext() ? all.Current : default;
        }
    }

    /// <summary>The AVPs with this key at the top level of a message, known to its grammar or not.</summary>
    public static AvpOccurrences Find(ReadOnlyMemory<byte> frame, AvpKey key) =>
        new(frame, Math.Min(DiameterHeader.SizeBytes, frame.Length), key);

    /// <summary>The AVPs of this definition at the top level of a message, known to its grammar or not.</summary>
    public static AvpOccurrences Find(ReadOnlyMemory<byte> frame, AvpDefinition definition) => Find(frame, definition.Key);

    /// <summary>The AVPs of this definition directly inside a group.</summary>
    public static AvpOccurrences FindIn(AvpValue group, AvpDefinition definition) =>
        new(group.RawAvp, group.IsPresent ? group.HeaderLengthBytes : 0, definition.Key);

    /// <summary>Walks the occurrences without allocating.</summary>
    public Enumerator GetEnumerator() => new(this);

    IEnumerator<AvpValue> IEnumerable<AvpValue>.GetEnumerator() => GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The walk.</summary>
    public struct Enumerator : IEnumerator<AvpValue>
    {
        private readonly AvpOccurrences _all;
        private int _next;

        internal Enumerator(AvpOccurrences all)
        {
            _all = all;
            _next = all._first;
        }

        /// <inheritdoc/>
        public AvpValue Current { get; private set; }

        readonly object IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext()
        {
            AvpReader reader = new(_all._container.Span, _next);
            while (reader.Read())
            {
                _next = reader.NextOffset;
                if (reader.Key != _all._key) continue;
                Current = new AvpValue(_all._container.Slice(reader.Offset, reader.LengthBytes));
                return true;
            }

            _next = _all._container.Length;
            return false;
        }

        /// <inheritdoc/>
        public void Reset() => _next = _all._first;

        /// <inheritdoc/>
        public readonly void Dispose()
        {
        }
    }
}
