using System.Text;
using static Hss.Diameter.Tests.MarSample;

namespace Hss.Diameter.Tests;

/// <summary>Faults of single AVPs: RFC 6733 4.1, 4.3, 7.1.5.</summary>
public sealed class AvpFaultTests
{
    private static readonly AvpKey Unknown = new(99999, 4242);

    public static TheoryData<string, string> BadValues => new()
    {
        { "Session-Id", "" }, { "Session-Id", "610062" }, { "User-Name", "" }, { "User-Name", "FF" }, { "User-Name", "C3" }, { "User-Name", "EDA080" },
        { "User-Name", "6100" }, { "Public-Identity", "" }, { "Server-Name", "" }, { "Visited-Network-Identifier", "" },
        { "SIP-Authentication-Scheme", "C080" }, { "Origin-Host", "" }, { "Origin-Host", "61C3A9" }, { "Origin-Host", "6120" }, { "Origin-Host", "00" },
        { "Destination-Realm", "7F" }, { "Redirect-Host", "" }, { "Host-IP-Address", "00007F000001" }, { "Host-IP-Address", "FFFF7F000001" },
        { "Server-Assignment-Type", "0000000F" }, { "Wildcarded-Public-Identity", "" },
    };

    public static TheoryData<string> BadAddressLengths => ["", "00", "0001", "00017F0000", "00017F00000100", "00027F000001", "0008"];

    public static TheoryData<string, string> GoodValues => new()
    {
        { "Session-Id", "613B0D0A" }, { "User-Name", "C3A9" }, { "SIP-Authentication-Scheme", "" }, { "Digest-Realm", "" }, { "SIP-Authorization", "" },
        { "Host-IP-Address", "00017F000001" }, { "Host-IP-Address", "000220010DB8000000000000000000000001" }, { "Host-IP-Address", "000831323334" },
        { "Auth-Session-State", "00000000" }, { "Auth-Session-State", "00000001" }, { "Visited-Network-Identifier", "FF00" }, { "Framed-IPv6-Prefix", "" },
    };

    [Theory, MemberData(nameof(BadValues))]
    public void A_value_the_type_does_not_have_is_5004_with_the_AVP(string name, string hex)
    {
        byte[] avp = Octets(DefinitionOf(name), Convert.FromHexString(hex));
        GrammarFault fault = Fault(avp);
        Assert.Equal(ResultCode.InvalidAvpValue, fault.Code);
        Assert.Equal(avp, fault.FailedAvp.ToArray());
    }

    [Theory, MemberData(nameof(BadAddressLengths))]
    public void A_length_the_address_family_does_not_have_is_5014_with_the_AVP(string hex)
    {
        byte[] avp = Octets(Avp.HostIpAddress, Convert.FromHexString(hex));
        GrammarFault fault = Fault(avp);
        Assert.Equal(ResultCode.InvalidAvpLength, fault.Code);
        Assert.Equal(avp, fault.FailedAvp.ToArray());
    }

    [Theory, MemberData(nameof(GoodValues))]
    public void A_value_the_type_has_is_no_fault(string name, string hex) =>
        Assert.Equal(ResultCode.None, Fault(Octets(DefinitionOf(name), Convert.FromHexString(hex))).Code);

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(200)]
    [InlineData(0xFFFFFF)]
    public void A_length_below_the_header_or_past_the_message_is_5014_with_the_header_and_the_least_data(int length)
    {
        byte[] message = With(Mar, Octets(Avp.UserName, [.. "user@example"u8]));
        int place = message.AsSpan().IndexOf(Encoding.ASCII.GetBytes("user@example")) - 8;
        SetLength(message.AsSpan(place), length);
        GrammarFault fault = Mar.Parse(message);
        Assert.Equal(ResultCode.InvalidAvpLength, fault.Code);
        Assert.Equal(Octets(Avp.UserName, 0), fault.FailedAvp.ToArray());
    }

    [Theory]
    [InlineData(8)]
    [InlineData(11)]
    [InlineData(4000)]
    public void With_a_vendor_the_header_has_twelve_octets(int length)
    {
        byte[] last = Octets(Avp.SipNumberAuthItems, 0, 0, 0, 1);
        List<byte[]> avps = SampleMessages.AvpsOf(Mar.Grammar, maximal: false);
        byte[] message = SampleMessages.Message(Mar.Grammar, [.. avps, last]);
        SetLength(message.AsSpan(message.Length - last.Length), length);
        GrammarFault fault = Mar.Parse(message);
        Assert.Equal(ResultCode.InvalidAvpLength, fault.Code);
        Assert.Equal(Octets(Avp.SipNumberAuthItems, 0, 0, 0, 0), fault.FailedAvp.ToArray());
    }

    [Fact]
    public void A_header_that_is_cut_off_is_5014_padded_with_zeros()
    {
        byte[] minimal = SampleMessages.Minimal(Mar.Grammar);
        foreach ((byte[] rest, byte[] shown) in new (byte[], byte[])[]
        {
            ([0, 0, 1, 7], [0, 0, 1, 7, 0, 0, 0, 9, 0]),
            ([0, 0, 16, 0x92], [0, 0, 16, 0x92, 0, 0, 0, 8]),
            ([0, 0, 2, 0x5F, 0xC0, 0, 0, 16], [0, 0, 2, 0x5F, 0xC0, 0, 0, 12, 0, 0, 0, 0]),
        })
        {
            byte[] message = [.. minimal, .. rest];
            (message[2], message[3]) = ((byte)(message.Length >> 8), (byte)message.Length);
            GrammarFault fault = Mar.Parse(message);
            Assert.Equal(ResultCode.InvalidAvpLength, fault.Code);
            Assert.Equal(shown, fault.FailedAvp.ToArray());
        }
    }

    [Fact]
    public void The_first_fault_on_the_wire_is_the_one_reported_and_a_missing_AVP_comes_last()
    {
        byte[] unknown = SampleMessages.Raw(Unknown, AvpFlags.Vendor | AvpFlags.Mandatory, [1]);
        byte[] empty = Octets(Avp.PublicIdentity);
        List<byte[]> avps = [.. SampleMessages.AvpsOf(Mar.Grammar, maximal: false).Skip(1)];
        Assert.Equal(ResultCode.MissingAvp, Parse(avps).Code);
        Assert.Equal(ResultCode.AvpUnsupported, Parse([.. avps, unknown]).Code);
        Assert.Equal(ResultCode.AvpUnsupported, Parse([unknown, empty, .. avps]).Code);
        Assert.Equal(ResultCode.InvalidAvpValue, Parse([empty, unknown, .. avps]).Code);
    }

    [Fact]
    public void A_known_AVP_that_the_grammar_does_not_name_is_welcome_and_judged()
    {
        byte[] authorization = Octets(Avp.SipAuthorization, new byte[30]);
        byte[] message = With(Mar, authorization);
        Assert.Equal(ResultCode.None, Mar.Parse(message).Code);
        Assert.Equal(authorization, AvpOccurrences.Find(message, Avp.SipAuthorization).First.RawAvp.ToArray());
        Assert.Equal(ResultCode.InvalidAvpLength, Fault(Octets(Avp.SipItemNumber, 1, 2, 3)).Code);
    }

    [Fact]
    public void An_AVP_of_the_same_name_in_another_space_is_another_AVP()
    {
        GrammarFault fault = Fault(SampleMessages.Raw(new AvpKey(0, 376), AvpFlags.Mandatory, [0, 0, 0, 1]));
        Assert.Equal(ResultCode.AvpUnsupported, fault.Code);

        // Without its V bit a 3GPP AVP is an unknown one of the IETF, and the one asked for is missing.
        byte[] withoutVendor = SampleMessages.Raw(new AvpKey(0, 602), AvpFlags.None, "sip:s"u8);
        byte[] message = SampleMessages.Message(Mar.Grammar, [.. SampleMessages.AvpsOf(Mar.Grammar, false).SkipLast(1), withoutVendor]);
        Assert.Equal(ResultCode.MissingAvp, Mar.Parse(message).Code);
    }

    [Fact]
    public void A_vendor_of_0_is_the_IETF()
    {
        byte[] message = With(Mar, SampleMessages.Raw(Avp.UserName.Key, AvpFlags.Vendor | AvpFlags.Mandatory, "user@example"u8));
        Assert.True(Commands.Cx.MultimediaAuthRequest.TryParse(message, out Commands.Cx.MultimediaAuthRequest request, out _));
        Assert.Equal("user@example", request.UserName.ToText());
    }

    [Fact]
    public void A_very_long_faulty_AVP_is_shown_in_part()
    {
        byte[] text = new byte[DiameterLimits.MaxFailedAvpBytes];
        Array.Fill(text, (byte)0xFF);
        GrammarFault fault = Fault(Octets(Avp.UserName, text));
        Assert.Equal(ResultCode.InvalidAvpValue, fault.Code);
        Assert.Equal(Octets(Avp.UserName, text[..^8]), fault.FailedAvp.ToArray());

        byte[] group = SampleMessages.Raw(Avp.ServerCapabilities.Key, Avp.ServerCapabilities.Flags | (AvpFlags)1, text);
        fault = Fault(group);
        Assert.Equal(ResultCode.InvalidAvpBits, fault.Code);
        Assert.Equal(SampleMessages.Raw(Avp.ServerCapabilities.Key, Avp.ServerCapabilities.Flags | (AvpFlags)1, []), fault.FailedAvp.ToArray());
    }

    [Fact]
    public void As_many_AVPs_as_allowed_are_read_and_the_first_one_more_is_5009()
    {
        byte[] small = SampleMessages.Raw(new AvpKey(0, 9999), AvpFlags.None, []);
        int minimal = CountAll(Mar.Grammar);
        byte[][] room = [.. Enumerable.Repeat(small, DiameterLimits.MaxAvpsPerMessage - minimal)];
        List<byte[]> avps = SampleMessages.AvpsOf(Mar.Grammar, maximal: false);
        Assert.Equal(ResultCode.None, Parse([.. avps, .. room]).Code);
        byte[] oneMore = SampleMessages.Raw(new AvpKey(0, 9998), AvpFlags.None, []);
        GrammarFault fault = Parse([.. avps, .. room, oneMore]);
        Assert.Equal(ResultCode.AvpOccursTooManyTimes, fault.Code);
        Assert.Equal(oneMore, fault.FailedAvp.ToArray());
    }

    private static int CountAll(Grammar grammar) =>
        grammar.Members.Where(rule => rule.Required).Sum(rule => 1 + (rule.Avp.Group is { } group ? CountAll(group) : 0));

    private static GrammarFault Parse(IEnumerable<byte[]> avps) => Mar.Parse(SampleMessages.Message(Mar.Grammar, avps));

    private static AvpDefinition DefinitionOf(string name) => DiameterDictionary.Avps.Single(avp => avp.Name == name);

    private static void SetLength(Span<byte> avp, int length) => (avp[5], avp[6], avp[7]) = ((byte)(length >> 16), (byte)(length >> 8), (byte)length);
}
