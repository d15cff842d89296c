using Hss.Conformance.Tests.Support;
using Hss.DiameterNode;

namespace Hss.Conformance.Tests.Rfc6733;

/// <summary>RFC 6733 7.3, 7.4: words for people beside the code; Error-Reporting-Host only from who is not the Origin-Host.</summary>
public sealed class ErrorMessageTests
{
    private const uint S6a = 16777251;

    [Theory]
    [InlineData("unknown", ResultCode.UnknownPeer)]
    [InlineData("no application", ResultCode.NoCommonApplication)]
    [InlineData("inband security", ResultCode.NoCommonSecurity)]
    [InlineData("our name", ResultCode.InvalidAvpValue)]
    [InlineData("grammar", ResultCode.MissingAvp)]
    public async Task A_CER_that_is_refused_is_told_why_in_words(string fault, ResultCode code)
    {
        await using WholeNode node = new(options => options with
        {
            AllowUnknownPeers = fault != "unknown",
            Peers = fault == "unknown" ? [new PeerOptions { Identity = Requests.Icscf }] : [],
        });
        byte[] cer = Requests.Cer(
            fault == "our name" ? Requests.Hss : Requests.Scscf,
            fault == "no application" ? writer => Requests.VendorApplication(writer, Vendors.ThreeGpp, S6a) : null,
            more: fault == "inband security" ? writer => writer.WriteUnsigned32(Avp.InbandSecurityId, 1) : null);
        if (fault == "grammar") cer = Requests.WithoutAvp(cer, Avp.OriginRealm);
        FakePeer peer = node.Connect();
        ReceivedMessage cea = await peer.AskAsync(cer);
        AnswerRules.Check(cer, cea, node.Options);
        Assert.Equal(code, cea.Result);
        Assert.False(string.IsNullOrEmpty(cea.Text(Avp.ErrorMessage)));
        Assert.False(cea.Find(Avp.ErrorReportingHost).IsPresent);
        await peer.ExpectClosedAsync();
    }
}
