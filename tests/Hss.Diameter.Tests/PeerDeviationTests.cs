using Hss.Diameter.Commands.Base;
using Hss.Diameter.Commands.Cx;
using static Hss.Diameter.Tests.MarSample;

namespace Hss.Diameter.Tests;

/// <summary>What real CSCFs send that the printed grammars do not foresee.</summary>
public sealed class PeerDeviationTests
{
    [Fact]
    public void Kamailio_leaves_Host_IP_Address_out_of_its_CER_and_writes_Product_Name_without_M()
    {
        CommandCase cer = CommandCase.All["CER"];
        byte[] product = SampleMessages.Raw(Avp.ProductName.Key, AvpFlags.None, "CDiameterPeer"u8);
        byte[] other = Members(Avp.VendorSpecificApplicationId, Octets(Avp.VendorId, 0, 0, 0x11, 0x8B), Octets(Avp.AuthApplicationId, 1, 0, 0, 0));
        byte[] cx = Members(Avp.VendorSpecificApplicationId, SampleMessages.Avp(Avp.VendorId), Octets(Avp.AuthApplicationId, 1, 0, 0, 0));
        byte[] message = SampleMessages.Message(cer.Grammar, [SampleMessages.Avp(Avp.OriginHost), SampleMessages.Avp(Avp.OriginRealm), SampleMessages.Avp(Avp.VendorId), product, other, cx]);
        Assert.True(CapabilitiesExchangeRequest.TryParse(message, out CapabilitiesExchangeRequest request, out _));
        Assert.Equal(0, request.HostIpAddress.Count);
        Assert.Equal([4491u, 10415u], request.VendorSpecificApplicationId.Select(v => VendorSpecificApplicationId.Read(v).VendorId));
    }

    [Fact]
    public void Kamailio_answers_a_DPR_without_a_Result_Code()
    {
        CommandCase dpa = CommandCase.All["DPA"];
        Assert.Equal(ResultCode.None, dpa.Parse(SampleMessages.Message(dpa.Grammar, [SampleMessages.Avp(Avp.OriginHost), SampleMessages.Avp(Avp.OriginRealm)])).Code);
    }

    [Fact]
    public void Kamailio_adds_its_Call_ID_to_an_SAR_as_an_AVP_nobody_knows()
    {
        CommandCase sar = CommandCase.All["SAR"];
        Assert.Equal(ResultCode.None, sar.Parse(With(sar, SampleMessages.Raw(new AvpKey(50, 494), AvpFlags.Vendor, "1-2@127.0.0.1"u8))).Code);
    }

    [Fact]
    public void Kamailio_adds_the_ETSI_digest_to_a_MAR_with_the_M_bit()
    {
        const AvpFlags demanded = AvpFlags.Vendor | AvpFlags.Mandatory;
        byte[] name = SampleMessages.Raw(Avp.EtsiDigestUsername.Key, demanded, "user"u8);
        byte[] method = SampleMessages.Raw(Avp.EtsiDigestMethod.Key, demanded, "REGISTER"u8);
        byte[] authorization = SampleMessages.Raw(Avp.EtsiSipAuthorization.Key, demanded, SampleMessages.Group([name, method]));
        byte[] message = With(Mar, Members(Avp.SipAuthDataItem, Octets(Avp.SipAuthenticationScheme, [.. "HTTP_DIGEST_MD5"u8]), authorization));
        Assert.True(MultimediaAuthRequest.TryParse(message, out MultimediaAuthRequest request, out GrammarFault fault), fault.ToString());
        AvpValue etsi = AvpOccurrences.FindIn(request.SipAuthDataItem.Group, Avp.EtsiSipAuthorization).First;
        Assert.Equal("REGISTER", EtsiSipAuthorization.Read(etsi).EtsiDigestMethod.ToText());
    }

    [Fact]
    public void OpenSIPS_puts_the_resynchronisation_at_the_top_level_of_the_MAR()
    {
        byte[] randAndAuts = [.. Enumerable.Range(1, 30).Select(octet => (byte)octet)];
        Assert.True(MultimediaAuthRequest.TryParse(With(Mar, Octets(Avp.SipAuthorization, randAndAuts)), out MultimediaAuthRequest request, out _));
        Assert.False(request.SipAuthDataItem.SipAuthorization.IsPresent);
        Assert.Equal(randAndAuts, AvpOccurrences.Find(request.Frame, Avp.SipAuthorization).First.Memory.ToArray());
    }

    [Fact]
    public void An_answer_with_the_E_bit_follows_the_answer_message_whatever_its_command()
    {
        byte[] error = SampleMessages.Message(
            CommandCase.All["RTA"].Grammar,
            [SampleMessages.Avp(Avp.SessionId), SampleMessages.Avp(Avp.OriginHost), SampleMessages.Avp(Avp.OriginRealm), Octets(Avp.ResultCode, 0, 0, 0x0B, 0xBA)],
            CommandFlags.Proxiable | CommandFlags.Error);
        Assert.Equal(ResultCode.InvalidHdrBits, CommandCase.All["RTA"].Parse(error).Code);
        Assert.Same(AnswerMessage.Grammar, DiameterDictionary.FindCommand(DiameterHeader.Read(error)));
        Assert.True(AnswerMessage.TryParse(error, out AnswerMessage answer, out _));
        Assert.Equal((uint)ResultCode.UnableToDeliver, answer.ResultCode);
    }
}
