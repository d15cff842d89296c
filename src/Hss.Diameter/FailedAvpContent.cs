using System.Buffers.Binary;

namespace Hss.Diameter;

/// <summary>Makes the AVP that stands inside a Failed-AVP. Only a fault gets here, so it may allocate.</summary>
/// Shape: header and data of one AVP without padding, its length true, so that the answer itself can always be read.
/// Spec: RFC 6733 7.1.5 (examples, undecodable headers) and 7.5 (groups around the AVP that failed).
public static class FailedAvpContent
{
    private const int HeaderBytes = 8;
    private const int VendorHeaderBytes = 12;

    /// <summary>A copy of an AVP; of a very long one its beginning, of a very long group its header.</summary>
    internal static byte[] Of(AvpReader avp)
    {
        ReadOnlySpan<byte> raw = avp.RawAvp;
        if (raw.Length <= DiameterLimits.MaxFailedAvpBytes) return raw.ToArray();
        bool group = DiameterDictionary.Find(avp.Key)?.Type == AvpType.Grouped;
        byte[] cut = raw[..(group ? avp.HeaderLengthBytes : DiameterLimits.MaxFailedAvpBytes)].ToArray();
        SetLength(cut);
        return cut;
    }

    /// <summary>An AVP that cannot be delimited: its header, padded with zeros if it is cut, and zeros for the least data of its type.</summary>
    internal static byte[] OfMalformed(ReadOnlySpan<byte> rest)
    {
        Span<byte> header = stackalloc byte[VendorHeaderBytes];
        header.Clear();
        rest[..Math.Min(rest.Length, VendorHeaderBytes)].CopyTo(header);
        bool vendor = (header[4] & (byte)AvpFlags.Vendor) != 0;
        int headerBytes = vendor ? VendorHeaderBytes : HeaderBytes;
        uint vendorId = vendor ? BinaryPrimitives.ReadUInt32BigEndian(header[HeaderBytes..]) : 0;
        AvpDefinition? definition = DiameterDictionary.Find(new AvpKey(vendorId, BinaryPrimitives.ReadUInt32BigEndian(header)));
        byte[] avp = new byte[headerBytes + (definition is null ? 0 : AvpFormat.MinimumBytes(definition.Type))];
        header[..headerBytes].CopyTo(avp);
        SetLength(avp);
        return avp;
    }

    /// <summary>An example of an AVP that is missing: zeros of the least length, a group with its required members.</summary>
    public static byte[] ExampleOf(AvpDefinition definition)
    {
        MessageWriter writer = MessageWriter.Rent();
        WriteExample(writer, definition);
        byte[] avp = writer.Written.ToArray();
        writer.Return();
        return TrimPadding(avp);
    }

    /// <summary>The header of the group around the member that failed.</summary>
    internal static byte[] Inside(AvpReader group, ReadOnlySpan<byte> member)
    {
        byte[] avp = new byte[group.HeaderLengthBytes + ((member.Length + 3) & ~3)];
        group.RawAvp[..group.HeaderLengthBytes].CopyTo(avp);
        member.CopyTo(avp.AsSpan(group.HeaderLengthBytes));
        SetLength(avp);
        return avp;
    }

    private static void WriteExample(MessageWriter writer, AvpDefinition definition)
    {
        if (definition.Group is { } members)
        {
            writer.BeginGroup(definition.Key, definition.Flags, keepEmpty: true);
            foreach (byte slot in members.RequiredSlots) WriteExample(writer, members.Rules[slot].Avp);
            writer.EndGroup();
            return;
        }

        Span<byte> zeros = stackalloc byte[8];
        zeros.Clear();
        writer.WriteAvp(definition.Key, definition.Flags, zeros[..AvpFormat.MinimumBytes(definition.Type)]);
    }

    private static byte[] TrimPadding(byte[] avp) =>
        avp[..(int)(BinaryPrimitives.ReadUInt32BigEndian(avp.AsSpan(4)) & 0xFFFFFF)];

    private static void SetLength(Span<byte> avp) =>
        BinaryPrimitives.WriteUInt32BigEndian(avp[4..], ((uint)avp[4] << 24) | (uint)avp.Length);
}
