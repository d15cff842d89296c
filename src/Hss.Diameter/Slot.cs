namespace Hss.Diameter;

/// <summary>Turns a slot of a generated command into what it stands for. Slot 0 is the header, so it means "absent".</summary>
internal static class Slot
{
    /// <summary>The AVP a slot points at.</summary>
    public static AvpValue Value(ReadOnlyMemory<byte> container, ushort slot)
    {
        if (slot == 0) return default;
        AvpReader reader = new(container.Span, slot * GrammarParser.SlotUnitBytes);
        return reader.Read() ? new AvpValue(container.Slice(reader.Offset, reader.LengthBytes)) : default;
    }

    /// <summary>The AVPs from the one a slot points at.</summary>
    public static AvpOccurrences All(ReadOnlyMemory<byte> container, ushort slot, AvpDefinition definition) =>
        new(container, slot == 0 ? container.Length : slot * GrammarParser.SlotUnitBytes, definition.Key);
}
