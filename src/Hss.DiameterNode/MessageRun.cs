using System.Buffers.Binary;
using Hss.Diameter;

namespace Hss.DiameterNode;

/// <summary>Messages one behind the other, as they leave over the wire.</summary>
/// Why octets and no list of buffers: a message is copied once while it is still warm, its buffer serves the next one at once, and what leaves
/// together is one piece. Not for two threads.
internal sealed class MessageRun
{
    private const int LeastBytes = 1024;
    private const int MaxKeptBytes = 256 * 1024;

    private byte[] _octets = [];
    private int _length;
    private int _taken;

    /// <summary>Whether everything was taken.</summary>
    public bool IsEmpty => _taken == _length;

    /// <summary>Adds a complete message.</summary>
    public void Add(ReadOnlySpan<byte> message)
    {
        // It is cut off again by its length.
        if (DiameterHeader.Read(message).LengthBytes != message.Length) throw new ArgumentException("The message was not ended.", nameof(message));
        if (_octets.Length - _length < message.Length) Array.Resize(ref _octets, Math.Max(Math.Max(_octets.Length * 2, LeastBytes), _length + message.Length));
        message.CopyTo(_octets.AsSpan(_length));
        _length += message.Length;
    }

    /// <summary>Takes whole messages, in their order, until they are at least so many octets; valid until something is added.</summary>
    /// <param name="bytes">Octets; none are taken for 0.</param>
    /// <param name="answers">Is raised by the answers among them.</param>
    public ReadOnlyMemory<byte> Take(int bytes, ref int answers)
    {
        int first = _taken;
        while (_taken < _length && _taken - first < bytes)
        {
            ulong header = BinaryPrimitives.ReadUInt64BigEndian(_octets.AsSpan(_taken));
            if (((CommandFlags)(byte)(header >> 24) & CommandFlags.Request) == 0) answers++;
            _taken += (int)(header >> 32) & 0xFFFFFF;
        }

        return _octets.AsMemory(first, _taken - first);
    }

    /// <summary>Forgets everything; what a slow peer made long is given back.</summary>
    public void Clear()
    {
        _length = _taken = 0;
        if (_octets.Length > MaxKeptBytes) _octets = [];
    }
}
