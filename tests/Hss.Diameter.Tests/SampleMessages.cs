using System.Buffers.Binary;
using System.Net;

namespace Hss.Diameter.Tests;

/// <summary>Valid messages made from the grammars alone: the least a command may hold, and all it may hold.</summary>
/// Shape: the maximal message has every named AVP, those that may repeat twice, to the depth of the grammars.
/// Order: as in the ABNF.
public static class SampleMessages
{
    private const uint HopByHopId = 0x01020304;
    private const uint EndToEndId = 0x0A0B0C0D;

    public static byte[] Minimal(CommandGrammar command) => Message(command, AvpsOf(command, maximal: false));

    public static byte[] Maximal(CommandGrammar command) => Message(command, AvpsOf(command, maximal: true));

    /// <summary>A message of these AVPs, each with its header and without padding.</summary>
    public static byte[] Message(CommandGrammar command, IEnumerable<byte[]> avps, CommandFlags? flags = null)
    {
        MessageWriter writer = MessageWriter.Rent();
        writer.Begin(new DiameterHeader
        {
            Flags = flags ?? command.Flags,
            CommandCode = command.IsForAnyCommand ? 303 : command.Code,
            ApplicationId = command.IsForAnyCommand ? ApplicationIds.Cx : command.ApplicationId,
            HopByHopId = HopByHopId,
            EndToEndId = EndToEndId,
        });
        foreach (byte[] avp in avps) writer.WriteRawAvp(avp);
        writer.End();
        byte[] message = writer.Written.ToArray();
        writer.Return();
        return message;
    }

    /// <summary>The AVPs of a sample message, in the order of the grammar.</summary>
    public static List<byte[]> AvpsOf(Grammar grammar, bool maximal)
    {
        List<byte[]> avps = [];
        foreach (MemberRule rule in grammar.Members)
        {
            int times = maximal ? (rule.Repeatable ? 2 : 1) : rule.Required ? 1 : 0;
            for (int time = 0; time < times; time++) avps.Add(Avp(rule.Avp, maximal));
        }

        return avps;
    }

    /// <summary>A valid AVP of this definition: header and data, without padding.</summary>
    public static byte[] Avp(AvpDefinition definition, bool maximal = false) => Raw(definition.Key, definition.Flags, Data(definition, maximal));

    /// <summary>Any AVP: header and data, without padding.</summary>
    public static byte[] Raw(AvpKey key, AvpFlags flags, ReadOnlySpan<byte> data)
    {
        int header = (flags & AvpFlags.Vendor) != 0 ? 12 : 8;
        byte[] avp = new byte[header + data.Length];
        BinaryPrimitives.WriteUInt32BigEndian(avp, key.Code);
        BinaryPrimitives.WriteUInt32BigEndian(avp.AsSpan(4), ((uint)flags << 24) | (uint)avp.Length);
        if (header == 12) BinaryPrimitives.WriteUInt32BigEndian(avp.AsSpan(8), key.VendorId);
        data.CopyTo(avp.AsSpan(header));
        return avp;
    }

    /// <summary>Members with their padding, as the data of a group.</summary>
    public static byte[] Group(IEnumerable<byte[]> members) =>
        [.. members.SelectMany(member => member.Concat(new byte[-member.Length & 3]))];

    private static byte[] Data(AvpDefinition definition, bool maximal) => definition.Type switch
    {
        AvpType.Grouped => Group(AvpsOf(definition.Group!, maximal)),
        AvpType.Enumerated => Number(definition.Values[^1].Value),
        AvpType.Unsigned32 or AvpType.Integer32 => Number(10415),
        AvpType.Unsigned64 or AvpType.Integer64 => [0, 0, 0, 0, .. Number(7)],
        AvpType.Time => Number(unchecked((int)0xE9000000)),
        AvpType.Address => [0, 1, .. IPAddress.Loopback.GetAddressBytes()],
        AvpType.DiameterIdentity => "node.example"u8.ToArray(),
        AvpType.DiameterUri => "aaa://node.example"u8.ToArray(),
        AvpType.Utf8String => "name@é.example"u8.ToArray(),
        _ => [0, 1, 2, 0xFF, 0xFE],
    };

    private static byte[] Number(int value)
    {
        byte[] octets = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(octets, value);
        return octets;
    }
}
