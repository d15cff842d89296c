using System.Buffers.Binary;
using Hss.Diameter;

namespace Hss.Fuzz.Tests;

/// <summary>A damaged message.</summary>
/// <param name="Octets">What goes over the wire.</param>
/// <param name="IsFramed">Whether its length field says how long it is, so that the message behind it is found.</param>
internal readonly record struct Mutation(byte[] Octets, bool IsFramed);

/// <summary>Damages messages: in their structure, then in their octets, then in their header.</summary>
internal sealed class MessageMutator(IReadOnlyList<byte[]> corpus)
{
    /// <summary>One in so many mutations repeats an AVP up to the frame limit: they cost a hundred times what the others cost.</summary>
    private const int HugeRate = 300;

    private const int MessageLengthRate = 24;

    private static readonly AvpDefinition[] Groups = [.. DiameterDictionary.Avps.Where(avp => avp.Type == AvpType.Grouped)];

    private static readonly uint[] OddLengths = [0, 1, 7, 8, 11, 12, 13, 0xFFFF, 0xFFFFFE, 0xFFFFFF];

    private static readonly byte[][] OddData =
    [
        [], [0], [0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0], [0, 0, 0, 1], new byte[8], new byte[30], [0xC3], [0xF0, 0x9F], [0x20], [0x0A, 0x0D],
        "sip:"u8.ToArray(), "tel:+"u8.ToArray(), "@"u8.ToArray(), "sip:%40@x"u8.ToArray(), "unknown"u8.ToArray(), "SIP Digest"u8.ToArray(), "Digest-MD5"u8.ToArray(),
        "\"\""u8.ToArray(), [.. Enumerable.Repeat((byte)'a', 600)], [.. Enumerable.Repeat((byte)'/', 5000)], [.. Enumerable.Repeat((byte)0xFF, 300)],
    ];

    public Mutation Next(Random random)
    {
        byte[] source = Pick(random, corpus);
        List<AvpNode> nodes = AvpNode.Parse(source.AsSpan(DiameterHeader.SizeBytes));
        for (int changes = random.Next(4); changes > 0; changes--) Restructure(random, nodes);
        if (random.Next(HugeRate) == 0) Repeat(random, nodes);

        List<byte> octets = new(source.Length + 64);
        octets.AddRange(source.AsSpan(0, DiameterHeader.SizeBytes));
        AvpNode.WriteAll(nodes, octets);
        for (int changes = random.Next(3); changes > 0; changes--) Damage(random, octets);
        return WithHeader(random, octets);
    }

    private void Restructure(Random random, List<AvpNode> top)
    {
        List<AvpNode> siblings = PickSiblings(random, top);
        if (siblings.Count == 0) return;
        int place = random.Next(siblings.Count);
        AvpNode node = siblings[place];
        switch (random.Next(14))
        {
            case 0: node.StatedLength = OddLength(random, node); break;
            case 1: siblings.Insert(random.Next(siblings.Count + 1), node.Clone()); break;
            case 2: Swap(siblings, place, random.Next(siblings.Count)); break;
            case 3: siblings.RemoveAt(place); break;
            case 4: node.Code = random.Next(3) == 0 ? (uint)random.Next() : Pick(random, DiameterDictionary.Avps).Key.Code; break;
            case 5: node.VendorId = Pick(random, [0u, Vendors.ThreeGpp, Vendors.Etsi, uint.MaxValue, (uint)random.Next()]); break;
            case 6: node.Flags ^= (AvpFlags)(1 << random.Next(8)); break;
            case 7: siblings[place] = Nested(random, node); break;
            case 8: node.Data = Pick(random, OddData); break;
            case 9: node.Data = [.. node.Data.Take(random.Next(node.Data.Length + 1))]; break;
            case 10: node.HasNoPadding = true; break;
            case 11: Splice(random, siblings); break;
            case 12: siblings.Insert(place, Known(random)); break;
            default: node.Data = SwapCase(random, node.Data); break;
        }
    }

    private static void Swap(List<AvpNode> siblings, int one, int other) => (siblings[one], siblings[other]) = (siblings[other], siblings[one]);

    private static List<AvpNode> PickSiblings(Random random, List<AvpNode> top)
    {
        List<AvpNode> siblings = top;
        while (random.Next(2) == 0 && siblings.Find(node => node.Members is { Count: > 0 }) is not null)
        {
            AvpNode[] groups = [.. siblings.Where(node => node.Members is { Count: > 0 })];
            siblings = Pick(random, groups).Members!;
        }

        return siblings;
    }

    private static uint OddLength(Random random, AvpNode node) => random.Next(3) switch
    {
        0 => Pick(random, OddLengths),
        1 => (uint)Math.Max(0, node.SizeBytes + random.Next(-9, 10)),
        _ => (uint)random.Next(1 << random.Next(1, 25)),
    };

    private static AvpNode Nested(Random random, AvpNode node)
    {
        int depth = random.Next(4) == 0 ? random.Next(1, 60) : random.Next(1, 5);
        AvpDefinition? always = random.Next(2) == 0 ? Pick(random, Groups) : null;
        for (int level = 0; level < depth; level++) node = AvpNode.Group(always ?? Pick(random, Groups), node);
        return node;
    }

    private void Splice(Random random, List<AvpNode> siblings)
    {
        List<AvpNode> others = AvpNode.Parse(Pick(random, corpus).AsSpan(DiameterHeader.SizeBytes));
        int cut = random.Next(siblings.Count + 1);
        siblings.RemoveRange(cut, siblings.Count - cut);
        siblings.AddRange(others.Skip(random.Next(others.Count + 1)));
    }

    private static AvpNode Known(Random random)
    {
        AvpDefinition definition = Pick(random, DiameterDictionary.Avps);
        if (definition.Type == AvpType.Grouped) return AvpNode.Group(definition);
        return new AvpNode { Code = definition.Key.Code, VendorId = definition.Key.VendorId, Flags = definition.Flags, Data = Pick(random, OddData) };
    }

    private static byte[] SwapCase(Random random, byte[] data) =>
        [.. data.Select(octet => char.IsAsciiLetter((char)octet) && random.Next(4) == 0 ? (byte)(octet ^ 0x20) : octet)];

    /// <summary>Repeats one AVP as often as the frame limit allows, or a little more often.</summary>
    private static void Repeat(Random random, List<AvpNode> nodes)
    {
        if (nodes.Count == 0) return;
        AvpNode node = Pick(random, nodes);
        int room = DiameterLimits.MaxFrameLengthBytes - DiameterHeader.SizeBytes - nodes.Sum(one => one.SizeBytes);
        int times = Math.Min((room / Math.Max(node.SizeBytes, 8)) + random.Next(-2, 2), 8_192);
        if (random.Next(2) == 0) times = Math.Min(times, random.Next(2, 3_000));
        if (random.Next(4) == 0 && node.Members is null && room > 0) node.Data = new byte[Math.Max(0, room - random.Next(64))];
        else nodes.AddRange(Enumerable.Repeat(node, Math.Max(times, 0)));
    }

    private void Damage(Random random, List<byte> octets)
    {
        int place = random.Next(octets.Count);
        switch (random.Next(9))
        {
            case 0 or 1: octets[place] ^= (byte)(1 << random.Next(8)); break;
            case 2: octets[place] = (byte)random.Next(256); break;
            case 3: octets.InsertRange(place, Enumerable.Repeat((byte)random.Next(256), random.Next(1, 9))); break;
            case 4: octets.RemoveRange(place, Math.Min(random.Next(1, 9), octets.Count - place)); break;
            case 5: octets.RemoveRange(place, octets.Count - place); break;
            case 6: octets.InsertRange(place & ~3, octets.GetRange(place & ~3, Math.Min(4 * random.Next(1, 12), octets.Count - (place & ~3)))); break;
            case 7: octets.AddRange(Pick(random, corpus).Skip(random.Next(200))); break;
            default: octets[random.Next(Math.Min(DiameterHeader.SizeBytes, octets.Count))] ^= (byte)(1 << random.Next(8)); break;
        }

        if (octets.Count == 0) octets.Add(0);
    }

    private static Mutation WithHeader(Random random, List<byte> octets)
    {
        if (random.Next(8) == 0) ChangeHeader(random, octets);
        if (random.Next(MessageLengthRate) == 0)
        {
            if (octets.Count >= 4) SetLength(octets, (int)(random.Next(2) == 0 ? Pick(random, OddLengths) : (uint)Math.Max(0, octets.Count + random.Next(-24, 25))));
            return Finished(octets);
        }

        // Most keep a length that is true and a multiple of four, or nearly all would end at 5015.
        while (octets.Count < DiameterHeader.SizeBytes) octets.Add(0);
        if (octets.Count > DiameterLimits.MaxFrameLengthBytes && random.Next(3) != 0)
            octets.RemoveRange(DiameterLimits.MaxFrameLengthBytes, octets.Count - DiameterLimits.MaxFrameLengthBytes);
        while (octets.Count % 4 != 0 && random.Next(32) != 0) octets.Add(0);
        SetLength(octets, octets.Count);
        return Finished(octets);
    }

    private static void ChangeHeader(Random random, List<byte> octets)
    {
        if (octets.Count < DiameterHeader.SizeBytes) return;
        Span<byte> header = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(octets);
        switch (random.Next(5))
        {
            case 0: header[0] = (byte)random.Next(3); break;
            case 1: header[4] ^= (byte)(1 << random.Next(8)); break;
            case 2: BinaryPrimitives.WriteUInt32BigEndian(header[4..], ((uint)header[4] << 24) | Pick<uint>(random, [257, 280, 282, 300, 301, 302, 303, 304, 305, 306])); break;
            case 3: BinaryPrimitives.WriteUInt32BigEndian(header[8..], Pick(random, [ApplicationIds.Base, ApplicationIds.Cx, ApplicationIds.Relay, 16777217u])); break;
            default: BinaryPrimitives.WriteUInt64BigEndian(header[12..], (ulong)random.NextInt64()); break;
        }
    }

    private static Mutation Finished(List<byte> octets)
    {
        byte[] frame = [.. octets];
        int stated = frame.Length < 4 ? 0 : (int)(BinaryPrimitives.ReadUInt32BigEndian(frame) & 0xFFFFFF);
        bool isFramed = stated == frame.Length && stated is >= DiameterHeader.SizeBytes and <= DiameterLimits.MaxFrameLengthBytes;
        return new Mutation(frame, isFramed);
    }

    private static void SetLength(List<byte> octets, int length) =>
        (octets[1], octets[2], octets[3]) = ((byte)(length >> 16), (byte)(length >> 8), (byte)length);

    private static T Pick<T>(Random random, IReadOnlyList<T> items) => items[random.Next(items.Count)];
}
