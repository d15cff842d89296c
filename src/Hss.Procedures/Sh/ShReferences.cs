using Hss.Diameter;
using Hss.Subscribers;

namespace Hss.Procedures.Sh;

/// <summary>The Data-References of a request, read once: nearly every step asks for them.</summary>
/// Shape: in the order of the request, repeated ones too. The grammar lets only known values through, and they are below 64.
internal readonly struct ShReferences
{
    private readonly AvpOccurrences _all;
    private readonly ulong _asked;

    public ShReferences(AvpOccurrences all)
    {
        _all = all;
        foreach (var value in all)
        {
            var reference = (ShDataReference)value.ToInteger32();
            if (Count++ == 0) First = reference;
            _asked |= 1UL << (int)reference;
        }
    }

    public int Count { get; }

    public ShDataReference First { get; }

    public bool Contains(ShDataReference reference) => (_asked & (1UL << (int)reference)) != 0;

    public Enumerator GetEnumerator() => new(this);

    /// <summary>The walk. Of the usual one reference the message is not looked at again.</summary>
    public struct Enumerator
    {
        private readonly int _count;
        private AvpOccurrences.Enumerator _values;
        private int _next;

        internal Enumerator(in ShReferences references)
        {
            _count = references.Count;
            Current = references.First;
            if (_count > 1) _values = references._all.GetEnumerator();
        }

        public ShDataReference Current { get; private set; }

        public bool MoveNext()
        {
            if (_next++ == _count) return false;
            if (_count == 1) return true;
            _values.MoveNext();
            Current = (ShDataReference)_values.Current.ToInteger32();
            return true;
        }
    }
}
