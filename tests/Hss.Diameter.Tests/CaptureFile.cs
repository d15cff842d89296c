using System.Buffers.Binary;

namespace Hss.Diameter.Tests;

/// <summary>A recorded conversation: the Diameter messages of a classic pcap file, put together from its TCP segments.</summary>
/// Shape: little-endian pcap, Ethernet, IPv4. Order: connections by their first segment, messages as sent.
internal sealed class CaptureFile
{
    private const int HssPort = 3868;
    private const int PcapHeaderBytes = 24;
    private const int PcapRecordBytes = 16;
    private const int EthernetBytes = 14;

    private readonly Dictionary<(ulong Source, ulong Destination), List<Segment>> _streams = [];

    public CaptureFile(string name, ReadOnlySpan<byte> file)
    {
        Name = name;
        Assert.Equal(0xA1B2C3D4, BinaryPrimitives.ReadUInt32LittleEndian(file));
        for (int at = PcapHeaderBytes; at < file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(file[(at + 8)..]);
            ReadPacket(file.Slice(at + PcapRecordBytes, length));
            at += PcapRecordBytes + length;
        }

        foreach (((ulong source, ulong destination), List<Segment> segments) in _streams) ReadMessages((ushort)source, segments);
    }

    public string Name { get; }

    /// <summary>All messages, and whether they came from the HSS.</summary>
    public List<(byte[] Frame, bool FromHss)> Messages { get; } = [];

    public static IReadOnlyList<CaptureFile> All { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(VectorFiles.Vectors, "captures"), "*.pcap").Order(StringComparer.Ordinal)
            .Select(path => new CaptureFile(Path.GetFileNameWithoutExtension(path), File.ReadAllBytes(path)))];

    private void ReadPacket(ReadOnlySpan<byte> packet)
    {
        const int ipv4 = 0x0800, tcp = 6, syn = 2;
        ReadOnlySpan<byte> ip = packet[EthernetBytes..];
        if (BinaryPrimitives.ReadUInt16BigEndian(packet[12..]) != ipv4 || ip[9] != tcp) return;
        int ipHeader = (ip[0] & 0xF) * 4;
        ReadOnlySpan<byte> segment = ip[ipHeader..BinaryPrimitives.ReadUInt16BigEndian(ip[2..])];
        uint sequence = BinaryPrimitives.ReadUInt32BigEndian(segment[4..]) + (uint)((segment[13] & syn) >> 1);
        ReadOnlySpan<byte> data = segment[((segment[12] >> 4) * 4)..];
        ulong source = ((ulong)BinaryPrimitives.ReadUInt32BigEndian(ip[12..]) << 16) | BinaryPrimitives.ReadUInt16BigEndian(segment);
        ulong destination = ((ulong)BinaryPrimitives.ReadUInt32BigEndian(ip[16..]) << 16) | BinaryPrimitives.ReadUInt16BigEndian(segment[2..]);
        if (data.IsEmpty || ((ushort)source != HssPort && (ushort)destination != HssPort)) return;
        if (!_streams.TryGetValue((source, destination), out List<Segment>? segments)) _streams[(source, destination)] = segments = [];
        segments.Add(new Segment(sequence, data.ToArray()));
    }

    private void ReadMessages(ushort sourcePort, List<Segment> segments)
    {
        // Sequence numbers are compared by their distance from the first, so that one that wraps stays in order.
        uint first = segments.MinBy(segment => unchecked((int)(segment.Sequence - segments[0].Sequence)))!.Sequence;
        List<byte> stream = [];
        foreach (Segment segment in segments.OrderBy(segment => segment.Sequence - first))
        {
            int place = (int)(segment.Sequence - first);
            Assert.True(place <= stream.Count, $"{Name}: octets are missing before {place}");
            stream.AddRange(segment.Data.Skip(stream.Count - place));
        }

        byte[] octets = [.. stream];
        for (int at = 0; at < octets.Length;)
        {
            int length = DiameterHeader.Read(octets.AsSpan(at)).LengthBytes;
            Messages.Add((octets[at..(at + length)], sourcePort == HssPort));
            at += length;
        }
    }

    private sealed record Segment(uint Sequence, byte[] Data);
}
