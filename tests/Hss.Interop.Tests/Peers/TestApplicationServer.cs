using System.Net;
using System.Text;
using Hss.Diameter;

namespace Hss.Interop.Tests.Peers;

/// <summary>A scripted application server on Sh with one connection. It recognises no notification, so each of them fails.</summary>
/// Spec: TS 29.329 6.1.3, 6.1.5, 6.1.7.
internal sealed class TestApplicationServer : IAsyncDisposable
{
    private const uint ProfileUpdate = 307;
    private const uint SubscribeNotifications = 308;

    private readonly DiameterClient _client;
    private uint _lastSession;

    private TestApplicationServer(DiameterClient client) => _client = client;

    public static async Task<TestApplicationServer> ConnectAsync(IPEndPoint hss, string originHost)
    {
        var client = await DiameterClient.OpenAsync(hss, originHost, _ => avps =>
        {
            DiameterClient.WriteApplication(avps, ApplicationIds.Sh);
            avps.BeginGroup(Avp.ExperimentalResult);
            avps.WriteUnsigned32(Avp.VendorId, Vendors.ThreeGpp);
            avps.WriteUnsigned32(Avp.ExperimentalResultCode, (uint)ExperimentalResultCode.ErrorUserDataNotRecognized);
            avps.EndGroup();
            avps.WriteUnsigned32(Avp.AuthSessionState, 1);
        });
        var answer = await client.ExchangeCapabilitiesAsync(ApplicationIds.Sh);
        Assert.True(answer.Result == "2001", $"CEA:\n{answer}");
        return new(client);
    }

    /// <summary>PUR that creates repository data.</summary>
    public Task<DiameterAnswer> CreateAsync(string publicIdentity, string serviceIndication, string serviceData) => RequestAsync(ProfileUpdate, publicIdentity, avps =>
    {
        avps.WriteUnsigned32(Avp.DataReference, 0);
        avps.WriteOctets(Avp.ShUserData, Encoding.UTF8.GetBytes(
            $"<Sh-Data><RepositoryData><ServiceIndication>{serviceIndication}</ServiceIndication><SequenceNumber>0</SequenceNumber><ServiceData>{serviceData}</ServiceData></RepositoryData></Sh-Data>"));
    });

    /// <summary>SNR.</summary>
    public Task<DiameterAnswer> SubscribeAsync(string publicIdentity, uint dataReference, string? serviceIndication = null) => RequestAsync(SubscribeNotifications, publicIdentity, avps =>
    {
        if (serviceIndication is not null) avps.WriteOctets(Avp.ServiceIndication, Encoding.UTF8.GetBytes(serviceIndication));
        avps.WriteUnsigned32(Avp.SubsReqType, 0);
        avps.WriteUnsigned32(Avp.DataReference, dataReference);
    });

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private Task<DiameterAnswer> RequestAsync(uint command, string publicIdentity, Action<MessageWriter> avps) => _client.RequestAsync(
        new DiameterHeader { Flags = CommandFlags.Request | CommandFlags.Proxiable, CommandCode = command, ApplicationId = ApplicationIds.Sh }, writer =>
        {
            writer.WriteText(Avp.SessionId, $"{_client.OriginHost};{Environment.TickCount64};{Interlocked.Increment(ref _lastSession)}");
            DiameterClient.WriteApplication(writer, ApplicationIds.Sh);
            writer.WriteUnsigned32(Avp.AuthSessionState, 1);
            writer.WriteText(Avp.OriginHost, _client.OriginHost);
            writer.WriteText(Avp.OriginRealm, KamailioRig.Realm);
            writer.WriteText(Avp.DestinationRealm, KamailioRig.Realm);
            writer.BeginGroup(Avp.UserIdentity);
            writer.WriteText(Avp.PublicIdentity, publicIdentity);
            writer.EndGroup();
            avps(writer);
        });
}
