using System.Buffers.Binary;

namespace Hss.Diameter.Tests;

/// <summary>The captures hold one message per segment; the reader must not need that.</summary>
public sealed class CaptureFileTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 19)]
    [InlineData(3, 700)]
    [InlineData(4, 5000)]
    public void Messages_are_put_together_however_their_octets_were_cut(int seed, int longestSegment)
    {
        byte[][] messages = [.. CaptureFile.All[0].Messages.Where(m => m.FromHss).Select(m => m.Frame)];
        byte[] stream = [.. messages.SelectMany(message => message)];
        Random random = new(seed);
        List<(uint Sequence, byte[] Data)> segments = [];
        uint initial = uint.MaxValue - 100;
        for (int at = 0; at < stream.Length;)
        {
            int length = Math.Min(random.Next(1, longestSegment + 1), stream.Length - at);
            segments.Add((unchecked(initial + (uint)at), stream[at..(at + length)]));

            // Now and then a segment is sent again together with what follows it.
            if (random.Next(4) == 0) segments.Add((unchecked(initial + (uint)at), stream[at..Math.Min(at + (length * 2), stream.Length)]));
            at += length;
        }

        for (int swap = 0; swap + 1 < segments.Count; swap += 3) (segments[swap + 1], segments[swap]) = (segments[swap], segments[swap + 1]);
        CaptureFile read = new("cut", Pcap(segments));
        Assert.Equal(messages, read.Messages.Select(m => m.Frame));
        Assert.All(read.Messages, m => Assert.True(m.FromHss));
    }

    private static byte[] Pcap(IEnumerable<(uint Sequence, byte[] Data)> segments)
    {
        List<byte> file = [0xD4, 0xC3, 0xB2, 0xA1, .. new byte[20]];
        foreach ((uint sequence, byte[] data) in segments)
        {
            byte[] packet = new byte[14 + 20 + 20 + data.Length];
            packet[12] = 0x08;
            Span<byte> ip = packet.AsSpan(14), tcp = packet.AsSpan(34);
            ip[0] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)ip.Length);
            ip[9] = 6;
            BinaryPrimitives.WriteUInt16BigEndian(tcp, 3868);
            BinaryPrimitives.WriteUInt16BigEndian(tcp[2..], 40000);
            BinaryPrimitives.WriteUInt32BigEndian(tcp[4..], sequence);
            tcp[12] = 5 << 4;
            data.CopyTo(tcp[20..]);
            byte[] record = new byte[16];
            BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(8), packet.Length);
            BinaryPrimitives.WriteInt32LittleEndian(record.AsSpan(12), packet.Length);
            file.AddRange([.. record, .. packet]);
        }

        return [.. file];
    }
}
