namespace Hss.Diameter.Tests;

/// <summary>Faults of the message header: RFC 6733 3 and 7.1.</summary>
public sealed class HeaderFaultTests
{
    private static readonly byte[] Message = SampleMessages.Minimal(MarSample.Mar.Grammar);

    [Fact]
    public void Fewer_octets_than_a_header_are_5015()
    {
        for (int length = 0; length < DiameterHeader.SizeBytes; length++) AssertFault(ResultCode.InvalidMessageLength, Message[..length]);
    }

    [Fact]
    public void Every_version_but_1_is_5011()
    {
        for (int version = 0; version < 256; version++)
        {
            byte[] message = [(byte)version, .. Message[1..]];
            AssertFault(version == 1 ? ResultCode.None : ResultCode.UnsupportedVersion, message);
        }
    }

    [Theory]
    [InlineData(-4)]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(0x100000)]
    public void A_stated_length_that_is_not_the_number_of_octets_is_5015(int off)
    {
        byte[] message = [.. Message];
        SetLength(message, message.Length + off);
        AssertFault(ResultCode.InvalidMessageLength, message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_length_that_is_no_multiple_of_four_is_5015(int more)
    {
        byte[] message = [.. Message, .. new byte[more]];
        SetLength(message, message.Length);
        AssertFault(ResultCode.InvalidMessageLength, message);
    }

    [Fact]
    public void The_longest_message_is_read_and_a_longer_one_is_5015()
    {
        int room = DiameterLimits.MaxFrameLengthBytes - Message.Length - 8;
        byte[] longest = [.. Message, .. SampleMessages.Raw(new AvpKey(0, 9999), AvpFlags.None, new byte[room])];
        SetLength(longest, longest.Length);
        Assert.Equal(DiameterLimits.MaxFrameLengthBytes, longest.Length);
        AssertFault(ResultCode.None, longest);

        byte[] longer = [.. Message, .. SampleMessages.Raw(new AvpKey(0, 9999), AvpFlags.None, new byte[room + 4])];
        SetLength(longer, longer.Length);
        AssertFault(ResultCode.InvalidMessageLength, longer);
    }

    [Fact]
    public void The_version_is_judged_before_the_length_and_the_length_before_the_flags()
    {
        byte[] message = [.. Message, 0];
        message[0] = 2;
        message[4] = 0;
        AssertFault(ResultCode.UnsupportedVersion, message);
        message[0] = 1;
        AssertFault(ResultCode.InvalidMessageLength, message);
        AssertFault(ResultCode.InvalidHdrBits, message[..^1]);
    }

    [Fact]
    public void Another_command_is_3001_and_another_application_3007()
    {
        byte[] other = [.. Message];
        other[7]++;
        AssertFault(ResultCode.CommandUnsupported, other);
        other = [.. Message];
        other[11]++;
        AssertFault(ResultCode.ApplicationUnsupported, other);
    }

    [Fact]
    public void A_command_that_did_not_parse_is_empty()
    {
        Assert.False(Commands.Cx.MultimediaAuthRequest.TryParse(Message.AsMemory(..^4), out Commands.Cx.MultimediaAuthRequest request, out _));
        Assert.True(request.Frame.IsEmpty);
        Assert.False(request.UserName.IsPresent);
        Assert.Equal(0, request.SupportedFeatures.Count);
        Assert.Throws<InvalidOperationException>(() => request.SipNumberAuthItems);
    }

    private static void AssertFault(ResultCode code, byte[] message)
    {
        GrammarFault fault = MarSample.Mar.Parse(message);
        Assert.Equal(code, fault.Code);
        Assert.True(fault.FailedAvp.IsEmpty);
    }

    private static void SetLength(byte[] message, int length) => (message[1], message[2], message[3]) = ((byte)(length >> 16), (byte)(length >> 8), (byte)length);
}
