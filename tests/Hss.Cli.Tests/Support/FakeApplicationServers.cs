using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hss.Provisioning.V1;
using Reference = Hss.Provisioning.V1.ShPermission.Types.DataReference;

namespace Hss.Cli.Tests.Support;

/// <summary>One application server, one of everything else. What is put stands.</summary>
internal sealed class FakeApplicationServers : ApplicationServerService.ApplicationServerServiceBase
{
    public const string Host = "as1.example.org";

    public List<IMessage> Requests { get; } = [];

    public ApplicationServerPermissions? Standing { get; set; } = new()
    {
        Name = "applicationServers/" + Host, DiameterHost = Host, ServerNames = { "sip:as1.example.org" }, Etag = "7",
        Permissions =
        {
            new ShPermission { DataReference = Reference.RepositoryData, Operations = { ShPermission.Types.Operation.Pull } },
            new ShPermission { DataReference = Reference.ImsUserState, Operations = { ShPermission.Types.Operation.Pull, ShPermission.Types.Operation.Subscribe } },
        },
    };

    public override Task<PutApplicationServerResponse> PutApplicationServer(PutApplicationServerRequest request, ServerCallContext context)
    {
        Requests.Add(request);
        var outcome = Standing is null ? PutApplicationServerResponse.Types.Outcome.Created : PutApplicationServerResponse.Types.Outcome.Updated;
        if (!request.ValidateOnly) Standing = request.ApplicationServer.Clone();
        return Task.FromResult(new PutApplicationServerResponse { ApplicationServer = request.ApplicationServer, Outcome = outcome });
    }

    public override Task<ApplicationServerPermissions> GetApplicationServer(GetApplicationServerRequest request, ServerCallContext context) =>
        Standing is not null && request.Name == "applicationServers/" + Host ? Task.FromResult(Standing.Clone()) : throw new RpcException(new Status(StatusCode.NotFound, $"there is no {request.Name}"));

    public override Task<ListApplicationServersResponse> ListApplicationServers(ListApplicationServersRequest request, ServerCallContext context) =>
        Task.FromResult(new ListApplicationServersResponse { ApplicationServers = { Standing is null ? [] : [Standing] } });

    public override Task<Empty> DeleteApplicationServer(DeleteApplicationServerRequest request, ServerCallContext context) => Note(request, new Empty());

    public override Task<ListRepositoryDataResponse> ListRepositoryData(ListRepositoryDataRequest request, ServerCallContext context) =>
        Note(request, new ListRepositoryDataResponse { RepositoryData = { Data("") } });

    public override Task<RepositoryData> GetRepositoryData(GetRepositoryDataRequest request, ServerCallContext context) => Note(request, Data("<a>\n\u001b[2J</a>"));

    public override Task<Empty> DeleteRepositoryData(DeleteRepositoryDataRequest request, ServerCallContext context) => Note(request, new Empty());

    public override Task<ListServiceActivationsResponse> ListServiceActivations(ListServiceActivationsRequest request, ServerCallContext context) =>
        Note(request, new ListServiceActivationsResponse { ServiceActivations = { new ServiceActivation { SubscriptionId = "imsi-1", PublicIdentity = "sip:a@b", ServerName = "sip:as1", DsaiTag = "busy" } } });

    public override Task<ServiceActivation> SetServiceActivation(SetServiceActivationRequest request, ServerCallContext context) =>
        Note(request, new ServiceActivation { SubscriptionId = "imsi-1", PublicIdentity = request.PublicIdentity, ServerName = request.ServerName, DsaiTag = request.DsaiTag, Active = request.Active });

    public override Task<ListNotificationSubscriptionsResponse> ListNotificationSubscriptions(ListNotificationSubscriptionsRequest request, ServerCallContext context) =>
        Note(request, new ListNotificationSubscriptionsResponse { NotificationSubscriptions = { new NotificationSubscription { Id = "abc", SubscriptionId = "imsi-1", Key = Key(), OneTime = true } } });

    public override Task<Empty> DeleteNotificationSubscription(DeleteNotificationSubscriptionRequest request, ServerCallContext context) => Note(request, new Empty());

    public override Task<ListNotificationsResponse> ListNotifications(ListNotificationsRequest request, ServerCallContext context) =>
        Note(request, new ListNotificationsResponse { Notifications = { Notification(Hss.Provisioning.V1.Notification.Types.State.Failed) } });

    public override Task<ChangeNotificationResponse> RetryNotification(ChangeNotificationRequest request, ServerCallContext context) => Change(request, Hss.Provisioning.V1.Notification.Types.State.Pending);

    public override Task<ChangeNotificationResponse> WithdrawNotification(ChangeNotificationRequest request, ServerCallContext context) => Change(request, Hss.Provisioning.V1.Notification.Types.State.Withdrawn);

    public override Task<AccessReport> ReportAccess(ReportAccessRequest request, ServerCallContext context) =>
        Note(request, new AccessReport { PrivateIdentity = request.PrivateIdentity, ReportTime = request.ReportTime ?? Timestamp.FromDateTime(DateTime.UnixEpoch), ShData = request.ShData });

    public override Task<AccessReport> GetAccessReport(GetAccessReportRequest request, ServerCallContext context) =>
        Note(request, new AccessReport { PrivateIdentity = request.PrivateIdentity, ReportTime = Timestamp.FromDateTime(DateTime.UnixEpoch), ShData = "<Sh-Data/>" });

    public override Task<Empty> DeleteAccessReport(DeleteAccessReportRequest request, ServerCallContext context) => Note(request, new Empty());

    private Task<T> Note<T>(IMessage request, T answer)
    {
        Requests.Add(request);
        return Task.FromResult(answer);
    }

    private Task<ChangeNotificationResponse> Change(ChangeNotificationRequest request, Notification.Types.State state)
    {
        Requests.Add(request);
        return request.Id == 5 ? Task.FromResult(new ChangeNotificationResponse { Notification = Notification(state) })
            : throw new RpcException(new Status(StatusCode.NotFound, $"there is no notification {request.Id}"));
    }

    private static RepositoryData Data(string content) => new()
    {
        SubscriptionId = "imsi-1", PublicIdentity = "sip:a@b", ServiceIndication = "mmtel", SequenceNumber = 7, Size = 5, ServiceData = content,
    };

    private static NotificationKey Key() => new() { DiameterHost = Host, Msisdn = "12125550001", DataReference = Reference.ImsPublicIdentity, IdentitySet = NotificationKey.Types.IdentitySet.AliasIdentities };

    private static Notification Notification(Notification.Types.State state) => new() { Id = 5, State = state, SubscriptionId = "imsi-1", Key = Key(), Attempts = 3, Result = "nobody answered" };
}
