using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Hss.Diameter;

// Groups: the place of each open group is remembered, its length is set when it closes.
public sealed partial class MessageWriter
{
    /// <summary>Opens a group; what is written until <see cref="EndGroup"/> are its members.</summary>
    public void BeginGroup(AvpDefinition definition) => BeginGroup(definition.Key, definition.Flags);

    /// <summary>Opens a group with the flags given, for repeating what another node sent.</summary>
    /// Shape: an empty group is dropped unless <paramref name="keepEmpty"/>.
    public void BeginGroup(AvpKey key, AvpFlags flags, bool keepEmpty = false)
    {
        if (_depth == DiameterLimits.MaxNestingDepth) throw new InvalidOperationException("Too many groups inside groups.");
        if (keepEmpty) _keptEmpty |= 1u << _depth;
        else _keptEmpty &= ~(1u << _depth);
        _groups[_depth++] = _length;
        BeginAvp(key, flags, 0);
    }

    /// <summary>Closes the innermost group: sets its length, or drops it when it has no member.</summary>
    public void EndGroup()
    {
        if (_depth == 0) throw new InvalidOperationException("No group is open.");
        int start = _groups[--_depth];
        uint flags = BinaryPrimitives.ReadUInt32BigEndian(_buffer.AsSpan(start + 4)) & 0xFF00_0000;
        int headerBytes = (flags & 0x8000_0000) != 0 ? 12 : 8;
        int length = _length - start;
        if (length == headerBytes && (_keptEmpty >> _depth & 1) == 0)
        {
            _length = start;
            return;
        }

        BinaryPrimitives.WriteUInt32BigEndian(_buffer.AsSpan(start + 4), flags | (uint)length);
    }

    [InlineArray(DiameterLimits.MaxNestingDepth)]
    private struct OpenGroups
    {
        private int _first;
    }
}
