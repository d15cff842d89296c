using System.Buffers;
using System.Text;
using Hss.Diameter;
using Hss.DiameterNode.Tests.Support;

namespace Hss.DiameterNode.Tests;

/// <summary>RFC 6733 3: the length of the header frames the stream.</summary>
public sealed class FrameReaderTests
{
    private const int Max = DiameterLimits.MaxFrameLengthBytes;

    [Fact]
    public void Two_messages_are_cut_in_every_way_the_bytes_can_be_split()
    {
        byte[] first = Requests.Dwr();
        byte[] second = Requests.Mar();
        byte[] both = [.. first, .. second, 1, 0];
        for (int split = 0; split <= both.Length; split++)
        {
            ReadOnlySequence<byte> buffer = Split(both, split);
            Assert.Equal(FrameOutcome.Complete, FrameReader.TryCut(ref buffer, Max, out ReadOnlySequence<byte> frame));
            Assert.Equal(first, frame.ToArray());
            Assert.Equal(FrameOutcome.Complete, FrameReader.TryCut(ref buffer, Max, out frame));
            Assert.Equal(second, frame.ToArray());
            Assert.Equal(FrameOutcome.Incomplete, FrameReader.TryCut(ref buffer, Max, out _));
            Assert.Equal(2, buffer.Length);
        }
    }

    [Fact]
    public void A_message_is_incomplete_until_its_last_octet()
    {
        byte[] whole = Requests.Mar();
        for (int length = 0; length < whole.Length; length++)
        {
            ReadOnlySequence<byte> buffer = new(whole, 0, length);
            Assert.Equal(FrameOutcome.Incomplete, FrameReader.TryCut(ref buffer, Max, out _));
            Assert.Equal(length, buffer.Length);
        }
    }

    [Theory]
    [InlineData(0, FrameOutcome.Unreadable)]
    [InlineData(19, FrameOutcome.Unreadable)]
    [InlineData(20, FrameOutcome.Incomplete)]
    [InlineData(21, FrameOutcome.Incomplete)]
    [InlineData(Max, FrameOutcome.Incomplete)]
    [InlineData(Max + 1, FrameOutcome.TooLong)]
    [InlineData(0xFFFFFF, FrameOutcome.TooLong)]
    public void The_length_is_judged_as_soon_as_it_is_there(int length, object outcome)
    {
        ReadOnlySequence<byte> buffer = new([1, (byte)(length >> 16), (byte)(length >> 8), (byte)length]);
        Assert.Equal((FrameOutcome)outcome, FrameReader.TryCut(ref buffer, Max, out _));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("\u0016\u0003\u0001\u0002\u0000\u0001")]
    [InlineData("PRI * HTTP/2.0\r\n")]
    public void What_strangers_send_is_unreadable(string text)
    {
        ReadOnlySequence<byte> buffer = new(Encoding.Latin1.GetBytes(text));
        Assert.Equal(FrameOutcome.Unreadable, FrameReader.TryCut(ref buffer, Max, out _));
    }

    private static ReadOnlySequence<byte> Split(byte[] bytes, int at)
    {
        Segment first = new(bytes.AsMemory(0, at), null);
        Segment last = new(bytes.AsMemory(at), first);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? before)
        {
            Memory = memory;
            if (before is null) return;
            before.Next = this;
            RunningIndex = before.RunningIndex + before.Memory.Length;
        }
    }
}
