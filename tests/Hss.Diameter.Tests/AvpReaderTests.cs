namespace Hss.Diameter.Tests;

public sealed class AvpReaderTests
{
    private static readonly byte[] Three =
    [
        0, 0, 0, 1, 0x40, 0, 0, 9, (byte)'a', 0, 0, 0,
        0, 0, 2, 0x59, 0xC0, 0, 0, 14, 0, 0, 0x28, 0xAF, (byte)'b', (byte)'c', 0, 0,
        0, 0, 1, 7, 0x00, 0, 0, 8,
    ];

    [Fact]
    public void AVPs_are_read_in_wire_order()
    {
        foreach (ReadOnlyMemory<byte> shape in BufferShapes.Of(Three))
        {
            AvpReader reader = new(shape.Span);
            Assert.True(reader.Read());
            Assert.Equal((Avp.UserName.Key, AvpFlags.Mandatory, 0, 8, 9), (reader.Key, reader.Flags, reader.Offset, reader.HeaderLengthBytes, reader.LengthBytes));
            Assert.Equal("a"u8, reader.Data);
            Assert.True(reader.Read());
            Assert.Equal(
                (Avp.PublicIdentity.Key, AvpFlags.Mandatory | AvpFlags.Vendor, 12, 12, 14),
                (reader.Key, reader.Flags, reader.Offset, reader.HeaderLengthBytes, reader.LengthBytes));
            Assert.Equal("bc"u8, reader.Data);
            Assert.Equal(Three.AsSpan(12, 14), reader.RawAvp);
            Assert.True(reader.Read());
            Assert.Equal((Avp.SessionId.Key, AvpFlags.None), (reader.Key, reader.Flags));
            Assert.True(reader.Data.IsEmpty);
            Assert.False(reader.Read());
            Assert.False(reader.IsMalformed);
        }
    }

    [Fact]
    public void However_the_octets_are_cut_the_reader_stops_at_the_AVP_that_is_not_whole()
    {
        // The padding of the last AVP may be missing, its data may not.
        int[] ends = [0, 9, 10, 11, 12, 26, 27, 28, 36];
        for (int length = 0; length <= Three.Length; length++)
        {
            foreach (ReadOnlyMemory<byte> shape in BufferShapes.Of(Three.AsMemory(0, length)))
            {
                AvpReader reader = new(shape.Span);
                int whole = 0;
                while (reader.Read()) whole++;
                Assert.Equal(!ends.Contains(length), reader.IsMalformed);
                Assert.Equal((length >= 9 ? 1 : 0) + (length >= 26 ? 1 : 0) + (length >= 36 ? 1 : 0), whole);
                Assert.False(reader.Read());
            }
        }
    }

    [Fact]
    public void Every_stated_length_is_held_against_the_octets_there_are()
    {
        byte[] avp = [.. Three.AsSpan(12, 16)];
        for (int length = 0; length < 300; length++)
        {
            (avp[6], avp[7]) = ((byte)(length >> 8), (byte)length);
            foreach (ReadOnlyMemory<byte> shape in BufferShapes.Of(avp))
            {
                AvpReader reader = new(shape.Span);
                Assert.Equal(length is >= 12 and <= 16, reader.Read());
                Assert.Equal(length is < 12 or > 16, reader.IsMalformed);
            }
        }
    }

    [Fact]
    public void A_message_shorter_than_its_header_has_no_AVPs()
    {
        for (int length = 0; length <= DiameterHeader.SizeBytes; length++)
        {
            AvpReader reader = AvpReader.OverMessage(new byte[length]);
            Assert.False(reader.Read());
            Assert.False(reader.IsMalformed);
        }
    }

    [Fact]
    public void Occurrences_are_found_at_their_level_alone()
    {
        byte[] name = SampleMessages.Avp(Avp.UserName), other = SampleMessages.Avp(Avp.PublicIdentity);
        byte[] group = MarSample.Members(Avp.AssociatedIdentities, name, other, name);
        byte[] message = SampleMessages.Message(CommandCase.All["SAA"].Grammar, [other, name, group, name, other, name]);
        foreach (ReadOnlyMemory<byte> shape in BufferShapes.Of(message))
        {
            AvpOccurrences found = AvpOccurrences.Find(shape, Avp.UserName);
            Assert.Equal(3, found.Count);
            Assert.All(found, value => Assert.Equal(name, value.RawAvp.ToArray()));
            AvpValue inside = AvpOccurrences.Find(shape, Avp.AssociatedIdentities).First;
            Assert.Equal(2, AvpOccurrences.FindIn(inside, Avp.UserName).Count);
            Assert.Equal(1, AvpOccurrences.FindIn(inside, Avp.PublicIdentity).Count);
            Assert.Equal(0, AvpOccurrences.Find(shape, new AvpKey(Vendors.ThreeGpp, 1)).Count);
        }

        Assert.Equal(0, AvpOccurrences.FindIn(default, Avp.UserName).Count);
        Assert.False(default(AvpOccurrences).First.IsPresent);
    }
}
