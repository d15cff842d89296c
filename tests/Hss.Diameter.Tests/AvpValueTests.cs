using System.Net;

namespace Hss.Diameter.Tests;

public sealed class AvpValueTests
{
    [Fact]
    public void An_absent_value_is_empty_and_has_no_number()
    {
        AvpValue absent = default;
        Assert.False(absent.IsPresent);
        Assert.True(absent.RawAvp.IsEmpty && absent.Memory.IsEmpty && absent.Span.IsEmpty);
        Assert.Equal("", absent.ToText());
        Assert.Null(absent.ToAddress());
        Assert.Equal(AvpFlags.None, absent.Flags);
        Assert.Throws<InvalidOperationException>(() => absent.ToUnsigned32());
        Assert.Throws<InvalidOperationException>(() => absent.ToTime());
    }

    [Fact]
    public void Numbers_and_texts_are_read_from_the_data()
    {
        Assert.Equal(0x01020304u, Of(Avp.ResultCode, 1, 2, 3, 4).ToUnsigned32());
        Assert.Equal(-2, Of(Avp.ResultCode, 0xFF, 0xFF, 0xFF, 0xFE).ToInteger32());
        Assert.Equal(0x0102030405060708ul, Of(Avp.OcFeatureVector, 1, 2, 3, 4, 5, 6, 7, 8).ToUnsigned64());
        Assert.Equal("é", Of(Avp.PublicIdentity, 0xC3, 0xA9).ToText());
        Assert.Throws<InvalidOperationException>(() => Of(Avp.ResultCode, 1, 2, 3).ToUnsigned32());
        Assert.Equal("Result-Code (268) = 2001 (Success)", Of(Avp.ResultCode, 0, 0, 7, 0xD1).ToString());
    }

    [Fact]
    public void Addresses_are_read_by_their_family()
    {
        Assert.Equal(IPAddress.Parse("127.0.0.20"), Of(Avp.HostIpAddress, 0, 1, 127, 0, 0, 20).ToAddress());
        Assert.Equal(IPAddress.Parse("::1"), Of(Avp.HostIpAddress, [0, 2, .. new byte[15], 1]).ToAddress());
        Assert.Null(Of(Avp.HostIpAddress, 0, 8, 49).ToAddress());
    }

    [Theory]
    [InlineData(0x83AA7E80, "1970-01-01T00:00:00Z")]
    [InlineData(0xFFFFFFFF, "2036-02-07T06:28:15Z")]
    [InlineData(0x00000000, "2036-02-07T06:28:16Z")]
    [InlineData(0x7FFFFFFF, "2104-02-26T09:42:23Z")]
    [InlineData(0x80000000, "1968-01-20T03:14:08Z")]
    public void Times_run_from_1968_to_2104(uint seconds, string expected)
    {
        DateTimeOffset time = DateTimeOffset.Parse(expected, null);
        Assert.Equal(time, Of(Avp.EventTimestamp, (byte)(seconds >> 24), (byte)(seconds >> 16), (byte)(seconds >> 8), (byte)seconds).ToTime());
        MessageWriter writer = MessageWriter.Rent();
        writer.WriteTime(Avp.EventTimestamp, time);
        Assert.Equal(seconds, System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(writer.Written.Span[8..]));
        writer.Return();
    }

    private static AvpValue Of(AvpDefinition definition, params byte[] data) =>
        AvpOccurrences.Find(SampleMessages.Message(CommandCase.All["DWR"].Grammar, [MarSample.Octets(definition, data)]), definition).First;
}
