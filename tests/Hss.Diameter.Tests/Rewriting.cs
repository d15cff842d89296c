namespace Hss.Diameter.Tests;

/// <summary>Decodes a message by the dictionary, down to typed values, and writes these again.</summary>
internal static class Rewriting
{
    public static byte[] Of(ReadOnlyMemory<byte> frame)
    {
        MessageWriter writer = MessageWriter.Rent();
        writer.Begin(DiameterHeader.Read(frame.Span));
        WriteAll(writer, AvpReader.OverMessage(frame.Span), frame);
        writer.End();
        byte[] written = writer.Written.ToArray();
        writer.Return();
        return written;
    }

    private static void WriteAll(MessageWriter writer, AvpReader reader, ReadOnlyMemory<byte> container)
    {
        while (reader.Read())
        {
            AvpDefinition? definition = DiameterDictionary.Find(reader.Key);
            AvpValue value = AvpOccurrences.Find(SampleMessages.Message(CommandCase.All["DWR"].Grammar, [reader.RawAvp.ToArray()]), reader.Key).First;
            if (definition?.Type == AvpType.Grouped)
            {
                writer.BeginGroup(reader.Key, reader.Flags, keepEmpty: true);
                WriteAll(writer, new AvpReader(container.Span.Slice(reader.Offset, reader.LengthBytes), reader.HeaderLengthBytes), container.Slice(reader.Offset, reader.LengthBytes));
                writer.EndGroup();
            }
            else if (definition is null || reader.Flags != definition.Flags)
            {
                writer.WriteAvp(reader.Key, reader.Flags, reader.Data);
            }
            else
            {
                WriteTyped(writer, definition, value);
            }
        }

        Assert.False(reader.IsMalformed);
    }

    private static void WriteTyped(MessageWriter writer, AvpDefinition definition, AvpValue value)
    {
        switch (definition.Type)
        {
            case AvpType.Unsigned32:
                writer.WriteUnsigned32(definition, value.ToUnsigned32());
                break;
            case AvpType.Unsigned64:
                writer.WriteUnsigned64(definition, value.ToUnsigned64());
                break;
            case AvpType.Enumerated:
                writer.WriteEnumerated(definition, value.ToInteger32());
                break;
            case AvpType.Time:
                writer.WriteTime(definition, value.ToTime());
                break;
            case AvpType.Address:
                writer.WriteAddress(definition, value.ToAddress()!);
                break;
            case AvpType.Utf8String or AvpType.DiameterIdentity or AvpType.DiameterUri:
                writer.WriteText(definition, value.ToText());
                break;
            default:
                writer.WriteOctets(definition, value.Span);
                break;
        }
    }
}
