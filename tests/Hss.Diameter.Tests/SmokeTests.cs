using Hss.Diameter.Commands.Cx;

namespace Hss.Diameter.Tests;

public sealed class SmokeTests
{
    [Fact]
    public void A_written_MAR_is_read_back()
    {
        MessageWriter w = MessageWriter.Rent();
        w.Begin(new DiameterHeader { CommandCode = 303, ApplicationId = ApplicationIds.Cx, Flags = CommandFlags.Request | CommandFlags.Proxiable, HopByHopId = 1, EndToEndId = 2 });
        w.WriteText(Avp.SessionId, "a;b;c");
        w.BeginGroup(Avp.VendorSpecificApplicationId);
        w.WriteUnsigned32(Avp.VendorId, Vendors.ThreeGpp);
        w.WriteUnsigned32(Avp.AuthApplicationId, ApplicationIds.Cx);
        w.EndGroup();
        w.WriteUnsigned32(Avp.AuthSessionState, 1);
        w.WriteText(Avp.OriginHost, "scscf.example");
        w.WriteText(Avp.OriginRealm, "example");
        w.WriteText(Avp.DestinationRealm, "example");
        w.WriteText(Avp.UserName, "u@example");
        w.WriteText(Avp.PublicIdentity, "sip:u@example");
        w.BeginGroup(Avp.SipAuthDataItem);
        w.WriteText(Avp.SipAuthenticationScheme, "Digest-AKAv1-MD5");
        w.EndGroup();
        w.WriteUnsigned32(Avp.SipNumberAuthItems, 1);
        w.WriteText(Avp.ServerName, "sip:scscf.example");
        w.End();
        byte[] frame = w.Written.ToArray();
        w.Return();
        bool good = MultimediaAuthRequest.TryParse(frame, out MultimediaAuthRequest request, out GrammarFault fault);
        Assert.True(good, fault.ToString());
        Assert.Equal("u@example", request.UserName.ToText());
        Assert.Equal("Digest-AKAv1-MD5", request.SipAuthDataItem.SipAuthenticationScheme.ToText());
        Assert.Equal(ApplicationIds.Cx, request.VendorSpecificApplicationId.AuthApplicationId);
        frame[0] = 2;
        Assert.False(MultimediaAuthRequest.TryParse(frame, out _, out fault));
        Assert.Equal(ResultCode.UnsupportedVersion, fault.Code);
    }
}
