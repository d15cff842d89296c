using System.Net;

namespace Hss.Diameter.Tests;

public sealed class MessageWriterTests
{
    private static readonly DiameterHeader Header = new() { CommandCode = 303, ApplicationId = ApplicationIds.Cx, HopByHopId = 7, EndToEndId = 8, Flags = CommandFlags.Proxiable };

    [Fact]
    public void A_message_is_written_octet_by_octet()
    {
        byte[] written = Write(writer =>
        {
            writer.WriteUnsigned32(Avp.ResultCode, 2001);
            writer.WriteText(Avp.PublicIdentity, "é");
            writer.BeginGroup(Avp.SipAuthDataItem);
            writer.WriteOctets(Avp.SipAuthorization, [1, 2, 3, 4, 5]);
            writer.EndGroup();
        });
        Assert.Equal(
            "01000050" + "4000012F" + "01000000" + "00000007" + "00000008"
            + "0000010C" + "4000000C" + "000007D1"
            + "00000259" + "C000000E" + "000028AF" + "C3A90000"
            + "00000264" + "C0000020" + "000028AF"
            + "00000262" + "C0000011" + "000028AF" + "01020304" + "05000000",
            Convert.ToHexString(written));
    }

    [Fact]
    public void Addresses_numbers_times_and_named_values_have_their_octets()
    {
        Assert.Equal("000001014000000E" + "00017F000014" + "0000", Avps(w => w.WriteAddress(Avp.HostIpAddress, IPAddress.Parse("127.0.0.20"))));
        Assert.Equal(
            "000001014000001A" + "000220010DB8000000000000000000000001" + "0000",
            Avps(w => w.WriteAddress(Avp.HostIpAddress, IPAddress.Parse("2001:db8::1"))));
        Assert.Equal("0000026E00000010" + "0102030405060708", Avps(w => w.WriteUnsigned64(Avp.OcFeatureVector, 0x0102030405060708)));
        Assert.Equal("000001154000000C" + "00000001", Avps(w => w.WriteEnumerated(Avp.AuthSessionState, Commands.Base.AuthSessionState.NoStateMaintained)));
        Assert.Equal("000000374000000C" + "83AA7E80", Avps(w => w.WriteTime(Avp.EventTimestamp, DateTimeOffset.UnixEpoch)));
    }

    [Fact]
    public void An_empty_text_or_octet_string_is_a_mistake_of_this_node()
    {
        MessageWriter writer = MessageWriter.Rent();
        Assert.Throws<ArgumentException>(() => writer.WriteText(Avp.UserName, ""));
        Assert.Throws<ArgumentException>(() => writer.WriteOctets(Avp.UserData, []));
        Assert.Equal(0, writer.LengthBytes);
        writer.Return();
    }

    [Fact]
    public void An_empty_group_is_dropped_with_the_groups_that_it_leaves_empty()
    {
        Assert.Equal("", Avps(writer =>
        {
            writer.BeginGroup(Avp.ServerCapabilities);
            writer.BeginGroup(Avp.SupportedApplications);
            writer.EndGroup();
            writer.EndGroup();
        }));
    }

    [Fact]
    public void A_group_can_be_kept_though_it_is_empty()
    {
        Assert.Equal("0000025B8000000C000028AF", Avps(writer =>
        {
            writer.BeginGroup(Avp.ServerCapabilities.Key, AvpFlags.Vendor, keepEmpty: true);
            writer.EndGroup();
        }));
    }

    [Fact]
    public void Raw_AVPs_are_copied_and_padded_and_must_be_one_AVP()
    {
        Assert.Equal("0000000140000009" + "61000000" + "0000000140000009" + "61000000", Avps(writer =>
        {
            writer.WriteRawAvp([0, 0, 0, 1, 0x40, 0, 0, 9, 0x61]);
            writer.WriteAvp(Avp.UserName.Key, AvpFlags.Mandatory, "a"u8);
        }));
        MessageWriter writer = MessageWriter.Rent();
        foreach (byte[] bad in new byte[][] { [], [0, 0, 0, 1, 0x40, 0, 0, 9], [0, 0, 0, 1, 0x40, 0, 0, 9, 0x61, 0, 0, 0], [0, 0, 0, 1, 0x40, 0, 0] })
        {
            Assert.Throws<ArgumentException>(() => writer.WriteRawAvp(bad));
        }

        writer.Return();
    }

    [Fact]
    public void Groups_are_closed_in_turn()
    {
        MessageWriter writer = MessageWriter.Rent();
        writer.Begin(Header);
        Assert.Throws<InvalidOperationException>(writer.EndGroup);
        writer.BeginGroup(Avp.SipAuthDataItem);
        Assert.Throws<InvalidOperationException>(writer.End);
        for (int depth = 1; depth < DiameterLimits.MaxNestingDepth; depth++) writer.BeginGroup(Avp.SipAuthDataItem);
        Assert.Throws<InvalidOperationException>(() => writer.BeginGroup(Avp.SipAuthDataItem));
        writer.Return();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(1003)]
    [InlineData(70_001)]
    public void The_buffer_grows_and_padding_is_zero_though_the_buffer_was_used_before(int length)
    {
        for (int time = 0; time < 2; time++)
        {
            byte[] dirty = new byte[200_000];
            Array.Fill(dirty, (byte)0xFF);
            MessageWriter writer = MessageWriter.Rent();
            writer.WriteOctets(Avp.UserData, dirty);
            writer.Clear();
            writer.Begin(Header);
            writer.WriteOctets(Avp.UserData, dirty.AsSpan(0, length));
            writer.WriteText(Avp.UserName, new string('é', length));
            writer.End();
            byte[] expected =
            [
                .. SampleMessages.Group([SampleMessages.Raw(Avp.UserData.Key, Avp.UserData.Flags, dirty.AsSpan(0, length))]),
                .. SampleMessages.Group([SampleMessages.Raw(Avp.UserName.Key, Avp.UserName.Flags, System.Text.Encoding.UTF8.GetBytes(new string('é', length)))]),
            ];
            Assert.Equal(expected, writer.Written[DiameterHeader.SizeBytes..].ToArray());
            Assert.Equal(writer.LengthBytes, DiameterHeader.Read(writer.Written.Span).LengthBytes);
            writer.Return();
        }
    }

    [Fact]
    public void A_message_that_does_not_fit_its_length_field_is_refused()
    {
        MessageWriter writer = MessageWriter.Rent();
        writer.Begin(Header);
        byte[] large = new byte[0x800000];
        writer.WriteOctets(Avp.UserData, large);
        Assert.Throws<InvalidOperationException>(() => writer.WriteOctets(Avp.UserData, large));
        writer.Return();
    }

    [Fact]
    public void Two_rented_writers_are_never_the_same_one()
    {
        MessageWriter[] rented = [.. Enumerable.Range(0, 200).Select(_ => MessageWriter.Rent())];
        Assert.Equal(rented.Length, rented.Distinct().Count());
        foreach (MessageWriter writer in rented) writer.Return();
        MessageWriter[] again = [.. Enumerable.Range(0, 200).Select(_ => MessageWriter.Rent())];
        Assert.Equal(again.Length, again.Distinct().Count());
        Assert.All(again, writer => Assert.Equal(0, writer.LengthBytes));
        foreach (MessageWriter writer in again) writer.Return();
    }

    private static string Avps(Action<MessageWriter> write) => Convert.ToHexString(Write(write).AsSpan(DiameterHeader.SizeBytes));

    private static byte[] Write(Action<MessageWriter> write)
    {
        MessageWriter writer = MessageWriter.Rent();
        writer.Begin(Header);
        write(writer);
        writer.End();
        byte[] message = writer.Written.ToArray();
        writer.Return();
        return message;
    }
}
