using System.Buffers.Binary;
using Hss.Diameter;

namespace Hss.Fuzz.Tests;

/// <summary>An AVP taken apart so that it can be damaged: a tree that is written again, with lengths that are true or false.</summary>
internal sealed class AvpNode
{
    public uint Code { get; set; }

    public AvpFlags Flags { get; set; }

    public uint VendorId { get; set; }

    public byte[] Data { get; set; } = [];

    /// <summary>The members of a group; null for all else.</summary>
    public List<AvpNode>? Members { get; private init; }

    /// <summary>A length to state instead of the true one.</summary>
    public uint? StatedLength { get; set; }

    public bool HasNoPadding { get; set; }

    private bool HasVendor => (Flags & AvpFlags.Vendor) != 0;

    /// <summary>Takes AVPs apart as far as they can be read.</summary>
    public static List<AvpNode> Parse(ReadOnlySpan<byte> avps)
    {
        List<AvpNode> nodes = [];
        AvpReader reader = new(avps);
        while (reader.Read())
        {
            bool isGroup = DiameterDictionary.Find(reader.Key)?.Type == AvpType.Grouped;
            nodes.Add(new AvpNode
            {
                Code = reader.Code,
                Flags = reader.Flags,
                VendorId = reader.VendorId,
                Data = isGroup ? [] : reader.Data.ToArray(),
                Members = isGroup ? Parse(reader.Data) : null,
            });
        }

        return nodes;
    }

    /// <summary>A group of these members.</summary>
    public static AvpNode Group(AvpDefinition definition, params List<AvpNode> members) => new()
    {
        Code = definition.Key.Code,
        VendorId = definition.Key.VendorId,
        Flags = definition.Flags,
        Members = members,
    };

    public AvpNode Clone() => new()
    {
        Code = Code,
        Flags = Flags,
        VendorId = VendorId,
        Data = Data,
        Members = Members?.ConvertAll(member => member.Clone()),
        StatedLength = StatedLength,
        HasNoPadding = HasNoPadding,
    };

    /// <summary>Octets it will take, with padding.</summary>
    public int SizeBytes => HasNoPadding ? LengthBytes : (LengthBytes + 3) & ~3;

    public static void WriteAll(List<AvpNode> nodes, List<byte> to)
    {
        foreach (AvpNode node in nodes) node.Write(to);
    }

    private int LengthBytes => (HasVendor ? 12 : 8) + (Members is null ? Data.Length : Members.Sum(member => member.SizeBytes));

    private void Write(List<byte> to)
    {
        Span<byte> header = stackalloc byte[12];
        BinaryPrimitives.WriteUInt32BigEndian(header, Code);
        BinaryPrimitives.WriteUInt32BigEndian(header[4..], ((uint)Flags << 24) | ((StatedLength ?? (uint)LengthBytes) & 0xFFFFFF));
        BinaryPrimitives.WriteUInt32BigEndian(header[8..], VendorId);
        to.AddRange(header[..(HasVendor ? 12 : 8)]);
        if (Members is null) to.AddRange(Data);
        else WriteAll(Members, to);
        for (int padding = SizeBytes - LengthBytes; padding > 0; padding--) to.Add(0);
    }
}
