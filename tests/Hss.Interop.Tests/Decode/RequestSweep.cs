using System.Text;
using Hss.Diameter;
using Hss.Diameter.Commands.Cx;
using Hss.Interop.Tests.Peers;

namespace Hss.Interop.Tests.Decode;

/// <summary>One request of every kind, good and bad, on the demo subscribers: so that every kind of answer is on the wire once.</summary>
/// Order: it begins and ends with subscribers 1 and 3 not registered.
internal sealed class RequestSweep(DiameterClient client)
{
    private const string Scscf = "sip:scscf." + KamailioRig.Realm + ":6060";
    private const string OtherScscf = "sip:scscf2." + KamailioRig.Realm + ":6060";

    private static readonly string Impi = CxRequests.PrivateIdentity("001010000000001");
    private static readonly string Impu = CxRequests.PublicIdentity("001010000000001");
    private static readonly string OtherImpu = CxRequests.PublicIdentity("001010000000002");
    private static readonly string DigestImpi = CxRequests.PrivateIdentity("001010000000003");
    private static readonly string DigestImpu = CxRequests.PublicIdentity("001010000000003");
    private static readonly string UnknownImpi = CxRequests.PrivateIdentity("001019999999999");
    private static readonly string UnknownImpu = CxRequests.PublicIdentity("001019999999999");

    private readonly List<(string What, string Wanted, DiameterAnswer Answer)> _answers = [];

    /// <summary>Every request of the sweep: what it was, the result it should have, and the answer.</summary>
    public async Task<IReadOnlyList<(string What, string Wanted, DiameterAnswer Answer)>> RunAsync()
    {
        await SubscribersAsync();
        await AuthenticationAsync();
        await AssignmentAsync();
        await GrammarAsync();
        await OverloadAsync();
        await RoutingAsync();
        return _answers;
    }

    private async Task SubscribersAsync()
    {
        Take("UAR, first registration", "e2001", await client.UarAsync(Impi, Impu));
        Take("UAR, REGISTRATION", "e2001", await client.UarAsync(Impi, Impu, UserAuthorizationType.Registration));
        Take("UAR, capabilities", "2001", await client.UarAsync(Impi, Impu, UserAuthorizationType.RegistrationAndCapabilities));
        Take("UAR, de-registration of nobody", "e5003", await client.UarAsync(Impi, Impu, UserAuthorizationType.DeRegistration));
        Take("UAR, unknown IMPI", "e5001", await client.UarAsync(UnknownImpi, Impu));
        Take("UAR, unknown IMPU", "e5001", await client.UarAsync(Impi, UnknownImpu));
        Take("UAR, somebody else's IMPU", "e5002", await client.UarAsync(Impi, OtherImpu));
        Take("LIR, not registered", "e5003", await client.LirAsync(DigestImpu));
        Take("LIR, unknown IMPU", "e5001", await client.LirAsync(UnknownImpu));
    }

    private async Task AuthenticationAsync()
    {
        Take("MAR, one vector", "2001", await client.MarAsync(Impi, Impu, Scscf));
        Take("MAR, three vectors", "2001", await client.MarAsync(Impi, Impu, Scscf, items: 3));
        Take("MAR, SIP Digest", "2001", await client.MarAsync(DigestImpi, DigestImpu, Scscf, scheme: "SIP Digest"));
        Take("MAR, unknown scheme of a digest user", "2001", await client.MarAsync(DigestImpi, DigestImpu, Scscf, scheme: "Unknown"));
        Take("MAR, scheme not provisioned", "e5006", await client.MarAsync(DigestImpi, DigestImpu, Scscf));
        Take("MAR, scheme unheard of", "e5006", await client.MarAsync(Impi, Impu, Scscf, scheme: "Rot13"));
        Take("MAR, unknown IMPI", "e5001", await client.MarAsync(UnknownImpi, Impu, Scscf));
        Take("MAR, somebody else's IMPU", "e5002", await client.MarAsync(Impi, OtherImpu, Scscf));
        Take("MAR, AUTS of 13 octets", "5004", await client.MarAsync(Impi, Impu, Scscf, authorization: new byte[29]));
        Take("MAR, AUTS with a bad MAC-S", "5012", await client.MarAsync(Impi, Impu, Scscf, authorization: new byte[30]));
        Take("SAR, authentication failure", "2001", await client.SarAsync(Impi, Impu, Scscf, ServerAssignmentType.AuthenticationFailure));
        Take("SAR, authentication timeout", "2001",
            await client.SarAsync(DigestImpi, DigestImpu, Scscf, ServerAssignmentType.AuthenticationTimeout));
    }

    private async Task AssignmentAsync()
    {
        Take("SAR, registration", "2001", await client.SarAsync(Impi, Impu, Scscf, ServerAssignmentType.Registration));
        Take("SAR, registration, data already there", "2001",
            await client.SarAsync(Impi, Impu, Scscf, ServerAssignmentType.ReRegistration, UserDataAlreadyAvailable.UserDataAlreadyAvailable));
        Take("SAR, no assignment", "2001", await client.SarAsync(Impi, Impu, Scscf, ServerAssignmentType.NoAssignment));
        Take("SAR, another S-CSCF", "e5005", await client.SarAsync(Impi, Impu, OtherScscf, ServerAssignmentType.Registration));
        Take("SAR, no assignment, another S-CSCF", "5012",
            await client.SarAsync(Impi, Impu, OtherScscf, ServerAssignmentType.NoAssignment));
        Take("UAR, subsequent", "e2002", await client.UarAsync(Impi, Impu));
        Take("UAR, de-registration", "2001", await client.UarAsync(Impi, Impu, UserAuthorizationType.DeRegistration));
        Take("LIR, registered", "2001", await client.LirAsync(Impu));
        Take("SAR, user de-registration", "2001", await client.SarAsync(Impi, Impu, Scscf, ServerAssignmentType.UserDeregistration));
        foreach (var type in (ServerAssignmentType[])
                 [
                     ServerAssignmentType.TimeoutDeregistration, ServerAssignmentType.AdministrativeDeregistration,
                     ServerAssignmentType.DeregistrationTooMuchData,
                 ])
        {
            Take($"SAR, registration before {type}", "2001", await client.SarAsync(Impi, Impu, Scscf, ServerAssignmentType.Registration));
            Take($"SAR, {type}", "2001", await client.SarAsync(Impi, Impu, Scscf, type));
        }
        Take("SAR, unregistered user", "2001", await client.SarAsync(null, Impu, Scscf, ServerAssignmentType.UnregisteredUser));
        Take("LIR, unregistered with a server", "2001", await client.LirAsync(Impu));
        Take("SAR, unregistered user gone", "2001", await client.SarAsync(Impi, Impu, Scscf, ServerAssignmentType.TimeoutDeregistration));
        Take("SAR, unknown IMPI", "e5001", await client.SarAsync(UnknownImpi, Impu, Scscf, ServerAssignmentType.Registration));
        Take("SAR, somebody else's IMPU", "e5002", await client.SarAsync(Impi, OtherImpu, Scscf, ServerAssignmentType.Registration));
    }

    // What these make the HSS repeat (an AVP in Failed-AVP, a command code) is known to tshark, so that "unknown" would be our own doing.
    private async Task GrammarAsync()
    {
        Take("UAR without Public-Identity", "5005", await client.CxAsync(CxRequests.UserAuthorization, avps =>
        {
            avps.WriteText(Avp.UserName, Impi);
            avps.WriteText(Avp.VisitedNetworkIdentifier, KamailioRig.Realm);
        }));
        Take("LIR without anything", "5005", await client.CxAsync(CxRequests.LocationInfo, avps => { }));
        Take("SAR with type 99", "5004", await client.CxAsync(CxRequests.ServerAssignment, avps => WriteAssignment(avps, type: 99)));
        Take("LIR with two identities", "5009", await client.CxAsync(CxRequests.LocationInfo, avps =>
        {
            avps.WriteText(Avp.PublicIdentity, Impu);
            avps.WriteText(Avp.PublicIdentity, OtherImpu);
        }));
        Take("LIR with a mandatory AVP of RADIUS", "5001", await client.CxAsync(CxRequests.LocationInfo, avps =>
        {
            avps.WriteText(Avp.PublicIdentity, Impu);
            avps.WriteAvp(new AvpKey(0, 30), AvpFlags.Mandatory, "2125550001"u8); // Called-Station-Id
        }));
        Take("LIR with an optional unknown AVP", "e5003", await client.CxAsync(CxRequests.LocationInfo, avps =>
        {
            avps.WriteText(Avp.PublicIdentity, DigestImpu);
            avps.WriteAvp(new AvpKey(999_999, 1), AvpFlags.Vendor, "anything"u8);
        }));
        Take("LIR through a proxy", "e5003", await client.CxAsync(CxRequests.LocationInfo, avps =>
        {
            avps.WriteText(Avp.PublicIdentity, DigestImpu);
            avps.BeginGroup(Avp.ProxyInfo);
            avps.WriteText(Avp.ProxyHost, "proxy." + KamailioRig.Realm);
            avps.WriteOctets(Avp.ProxyState, Encoding.ASCII.GetBytes("state to come back"));
            avps.EndGroup();
            avps.WriteText(Avp.RouteRecord, client.OriginHost);
        }));
    }

    // DRMP (RFC 7944) and OC-Supported-Features (RFC 7683): how urgent it is, and that the sender can be asked to send less.
    private async Task OverloadAsync() => Take("LIR with a priority, of a sender that takes overload reports", "e5003",
        await client.CxAsync(CxRequests.LocationInfo, avps =>
        {
            avps.WriteText(Avp.PublicIdentity, DigestImpu);
            avps.WriteEnumerated(Avp.Drmp, 3);
            avps.BeginGroup(Avp.OcSupportedFeatures);
            avps.WriteUnsigned64(Avp.OcFeatureVector, 1); // OLR_DEFAULT_ALGO
            avps.EndGroup();
        }));

    private async Task RoutingAsync()
    {
        const uint CreditControl = 272, S6a = 16777251, AuthenticationInformation = 318;
        var cx = new DiameterHeader
        {
            Flags = CommandFlags.Request | CommandFlags.Proxiable, CommandCode = CxRequests.LocationInfo, ApplicationId = ApplicationIds.Cx,
        };
        Take("unknown command", "3001", await client.RequestAsync(cx with { CommandCode = CreditControl }, avps => client.WriteCxBeginning(avps)));
        Take("application not served", "3007", await client.RequestAsync(
            cx with { ApplicationId = S6a, CommandCode = AuthenticationInformation }, avps => client.WriteCxBeginning(avps)));
        Take("another realm", "3003", await client.RequestAsync(cx, avps =>
        {
            client.WriteCxBeginning(avps, "elsewhere.example");
            avps.WriteText(Avp.PublicIdentity, Impu);
        }));
        Take("another host", "3002", await client.CxAsync(CxRequests.LocationInfo, avps =>
        {
            avps.WriteText(Avp.DestinationHost, "not-me." + KamailioRig.Realm);
            avps.WriteText(Avp.PublicIdentity, Impu);
        }));
        Take("request with the E bit", "3008", await client.RequestAsync(cx with { Flags = cx.Flags | CommandFlags.Error }, avps =>
        {
            client.WriteCxBeginning(avps);
            avps.WriteText(Avp.PublicIdentity, Impu);
        }));
        Take("watchdog", "2001", await client.BaseAsync(280, avps => { }));
        Take("good-bye", "2001", await client.BaseAsync(282, avps => avps.WriteUnsigned32(Avp.DisconnectCause, 2)));
    }

    private static void WriteAssignment(MessageWriter avps, int type)
    {
        avps.WriteText(Avp.UserName, Impi);
        avps.WriteText(Avp.PublicIdentity, Impu);
        avps.WriteText(Avp.ServerName, Scscf);
        avps.WriteEnumerated(Avp.ServerAssignmentType, type);
        avps.WriteEnumerated(Avp.UserDataAlreadyAvailable, 0);
    }

    private void Take(string what, string wanted, DiameterAnswer answer) => _answers.Add((what, wanted, answer));
}
