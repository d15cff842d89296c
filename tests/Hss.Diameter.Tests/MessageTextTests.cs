namespace Hss.Diameter.Tests;

public sealed class MessageTextTests
{
    private static readonly byte[] Secret = "SECRETSECRET"u8.ToArray();

    [Fact]
    public void A_message_is_printed_one_AVP_per_line()
    {
        byte[] message = MarSample.With(
            CommandCase.All["UAA"],
            MarSample.Octets(Avp.SessionId, [.. "a;1;2"u8]),
            MarSample.Octets(Avp.OriginHost, [.. "hss.example"u8]),
            MarSample.Octets(Avp.OriginRealm, [.. "example"u8]),
            MarSample.Members(Avp.ExperimentalResult, SampleMessages.Avp(Avp.VendorId), MarSample.Octets(Avp.ExperimentalResultCode, 0, 0, 7, 0xD1)),
            SampleMessages.Raw(new AvpKey(50, 494), AvpFlags.Vendor, [1, 0xAB]),
            SampleMessages.Raw(Avp.ServerName.Key, AvpFlags.Vendor | AvpFlags.Protected, "sip:\"s\"\n"u8));
        Assert.Equal(
            """
            User-Authorization-Answer (UAA) 300, application 16777216, flags -P--, hop-by-hop 01020304, end-to-end 0a0b0c0d, 172 octets
              Session-Id (263): "a;1;2"
              Vendor-Specific-Application-Id (260):
                Vendor-Id (266): 10415
              Auth-Session-State (277): NO_STATE_MAINTAINED (1)
              Origin-Host (264): "hss.example"
              Origin-Realm (296): "example"
              Experimental-Result (297):
                Vendor-Id (266): 10415
                Experimental-Result-Code (298): 2001 (FirstRegistration)
              Unknown (494 of 50) V: 0x01ab
              Server-Name (602 of 10415) VP: "sip:\"s\"\u000a"
            """.ReplaceLineEndings("\n"),
            MessageText.Of(message));
    }

    [Fact]
    public void One_AVP_is_printed_on_one_line()
    {
        byte[] group = MarSample.Members(Avp.SipAuthDataItem, MarSample.Octets(Avp.SipItemNumber, 0, 0, 0, 1), MarSample.Members(Avp.ServerCapabilities), MarSample.Octets(Avp.SipAuthenticate, 1, 2));
        Assert.Equal(
            "SIP-Auth-Data-Item (612 of 10415) { SIP-Item-Number (613 of 10415) = 1, Server-Capabilities (603 of 10415) { }, SIP-Authenticate (609 of 10415) = 0x0102 }",
            MessageText.OfAvp(group));
    }

    [Fact]
    public void Secrets_are_never_printed_at_any_place()
    {
        foreach (AvpDefinition secret in DiameterDictionary.Avps.Where(avp => avp.Secret))
        {
            foreach (uint vendor in new[] { 0u, Vendors.ThreeGpp, Vendors.Etsi, 77u })
            {
                AvpFlags flags = vendor == 0 ? AvpFlags.None : AvpFlags.Vendor;
                if (DiameterDictionary.Find(new AvpKey(vendor, secret.Key.Code)) is { Secret: false }) continue;
                byte[] avp = SampleMessages.Raw(new AvpKey(vendor, secret.Key.Code), flags, Secret);
                byte[] deep = MarSample.Members(Avp.FailedAvp, MarSample.Members(Avp.SipAuthDataItem, MarSample.Members(Avp.SipDigestAuthenticate, avp)));
                AssertHidden(MessageText.OfAvp(avp), shown: "***");
                AssertHidden(MessageText.OfAvp(deep), shown: "***");
                AssertHidden(MessageText.Of(SampleMessages.Message(CommandCase.All["MAA"].Grammar, [deep, avp])), shown: "***");
                AssertHidden(TextOfFault(deep), shown: "");

                // Cut in the middle, its octets are counted and not shown.
                AssertHidden(MessageText.OfAvp(avp.AsSpan(0, avp.Length - 1)), shown: "cannot be read");
            }
        }
    }

    [Fact]
    public void Long_texts_and_octets_are_cut()
    {
        byte[] xml = [.. Enumerable.Repeat((byte)'<', 1000)];
        Assert.Equal($"User-Data (606 of 10415) = \"{new string('<', 400)}\"... (1000 characters)", MessageText.OfAvp(MarSample.Octets(Avp.UserData, xml)));
        Assert.Equal($"Class (25) = 0x{string.Concat(Enumerable.Repeat("3c", 48))}... (1000 octets)", MessageText.OfAvp(MarSample.Octets(Avp.Class, xml)));
    }

    [Fact]
    public void Values_their_type_cannot_have_are_printed_as_octets()
    {
        Assert.Equal("Result-Code (268) = 0x0102", MessageText.OfAvp(MarSample.Octets(Avp.ResultCode, 1, 2)));
        Assert.Equal("User-Name (1) = 0xff", MessageText.OfAvp(MarSample.Octets(Avp.UserName, 0xFF)));
        Assert.Equal("Auth-Session-State (277) = ? (9)", MessageText.OfAvp(MarSample.Octets(Avp.AuthSessionState, 0, 0, 0, 9)));
        Assert.Equal("Host-IP-Address (257) = 127.0.0.1", MessageText.OfAvp(SampleMessages.Avp(Avp.HostIpAddress)));
        Assert.Equal("Host-IP-Address (257) = 0x0001", MessageText.OfAvp(MarSample.Octets(Avp.HostIpAddress, 0, 1)));
        Assert.Equal("Event-Timestamp (55) = 1970-01-01T00:00:00Z", MessageText.OfAvp(MarSample.Octets(Avp.EventTimestamp, 0x83, 0xAA, 0x7E, 0x80)));
        Assert.Equal("(3 octets cannot be read)", MessageText.OfAvp([1, 2, 3]));
        Assert.Equal("(19 octets are no message)", MessageText.Of(new byte[19]));
        Assert.Equal("answer 0, application 0, flags ----, hop-by-hop 00000000, end-to-end 00000000, 20 octets, version 0, stated length 0", MessageText.Of(new byte[20]));
    }

    private static string TextOfFault(byte[] avp) => MarSample.Fault(avp).ToString();

    private static void AssertHidden(string text, string shown)
    {
        Assert.Contains(shown, text, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexStringLower(Secret)[..8], text, StringComparison.OrdinalIgnoreCase);
    }
}
