using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hss.Provisioning.V1;

namespace Hss.Cli.Tests.Support;

internal sealed class FakeRegistrations : RegistrationService.RegistrationServiceBase
{
    public List<IMessage> Requests { get; } = [];

    public bool Writes { get; set; } = true;

    public static Registration Example { get; } = new()
    {
        SubscriptionId = "imsi-001010000000001",
        PublicIdentities = { "sip:001010000000001@ims.mnc001.mcc001.3gppnetwork.org", "tel:+12125550001" },
        Status = Registration.Types.Status.Registered,
        ServerName = "sip:scscf.ims.mnc001.mcc001.3gppnetwork.org:6060",
        RegisteredPrivateIdentities = { "001010000000001@ims.mnc001.mcc001.3gppnetwork.org" },
        UserDataOutdated = true,
    };

    public override Task<GetRegistrationResponse> GetRegistration(GetRegistrationRequest request, ServerCallContext context)
    {
        Requests.Add(request);
        return Task.FromResult(new GetRegistrationResponse { Registrations = { Example } });
    }

    public override Task<ListRegistrationsResponse> ListRegistrations(ListRegistrationsRequest request, ServerCallContext context)
    {
        Requests.Add(request);
        return Task.FromResult(new ListRegistrationsResponse { Registrations = { Example }, NextPageToken = request.PageToken.Length == 0 ? "1" : "" });
    }

    public override Task<DeregisterResponse> Deregister(DeregisterRequest request, ServerCallContext context)
    {
        Requests.Add(request);
        return Task.FromResult(new DeregisterResponse { Written = Writes });
    }

    public override Task<ListJobsResponse> ListJobs(ListJobsRequest request, ServerCallContext context)
    {
        Requests.Add(request);
        return Task.FromResult(new ListJobsResponse { Jobs = { JobOf(12, Job.Types.State.Pending) } });
    }

    public override Task<ChangeJobResponse> RetryJob(ChangeJobRequest request, ServerCallContext context) => Change(request, Job.Types.State.Pending);

    public override Task<ChangeJobResponse> ForceJob(ChangeJobRequest request, ServerCallContext context) => Change(request, Job.Types.State.Forced);

    private Task<ChangeJobResponse> Change(ChangeJobRequest request, Job.Types.State state)
    {
        Requests.Add(request);
        return request.Id == 12
            ? Task.FromResult(new ChangeJobResponse { Job = JobOf(request.Id, state) })
            : throw new RpcException(new Status(StatusCode.NotFound, $"there is no job {request.Id}"));
    }

    private static Job JobOf(long id, Job.Types.State state) => new()
    {
        Id = id, Kind = "RTR", State = state, SubscriptionId = "imsi-001010000000001", Reason = "PERMANENT_TERMINATION",
        PublicIdentities = { "tel:+12125550001" }, ServerName = "sip:scscf.ims.mnc001.mcc001.3gppnetwork.org:6060", Attempts = 3,
    };
}

internal sealed class FakeNodes : NodeService.NodeServiceBase
{
    public override Task<ListPeersResponse> ListPeers(ListPeersRequest request, ServerCallContext context) => Task.FromResult(new ListPeersResponse
    {
        Peers = { new Peer { Identity = "scscf.ims.mnc001.mcc001.3gppnetwork.org", Realm = "ims.mnc001.mcc001.3gppnetwork.org", IsOpen = true, IsTls = true, RequestsInFlight = 2 } },
    });

    public override Task<DisconnectPeerResponse> DisconnectPeer(DisconnectPeerRequest request, ServerCallContext context) =>
        request.Identity.StartsWith("scscf", StringComparison.Ordinal)
            ? Task.FromResult(new DisconnectPeerResponse())
            : throw new RpcException(new Status(StatusCode.NotFound, $"{request.Identity} is not connected"));
}

internal sealed class FakeTokens : AccessTokenService.AccessTokenServiceBase
{
    public const string Made = "hss_made.secret-of-the-token";

    public List<IMessage> Requests { get; } = [];

    public override Task<CreateAccessTokenResponse> CreateAccessToken(CreateAccessTokenRequest request, ServerCallContext context)
    {
        Requests.Add(request);
        if (request.Name == "taken") throw new RpcException(new Status(StatusCode.AlreadyExists, "there is a token taken"));
        return Task.FromResult(new CreateAccessTokenResponse { AccessToken = new() { Name = request.Name, Role = request.Role, ExpireTime = request.ExpireTime }, Token = Made });
    }

    public override Task<ListAccessTokensResponse> ListAccessTokens(ListAccessTokensRequest request, ServerCallContext context) => Task.FromResult(new ListAccessTokensResponse
    {
        AccessTokens = { new AccessToken { Name = "crm", Role = Role.AuthenticationAdmin, CreatedBy = "offline", CreateTime = Timestamp.FromDateTime(DateTime.UnixEpoch) } },
    });

    public override Task<RevokeAccessTokenResponse> RevokeAccessToken(RevokeAccessTokenRequest request, ServerCallContext context)
    {
        Requests.Add(request);
        return Task.FromResult(new RevokeAccessTokenResponse());
    }
}

internal sealed class FakeAudit : AuditService.AuditServiceBase
{
    public List<IMessage> Requests { get; } = [];

    public override Task<ListAuditRecordsResponse> ListAuditRecords(ListAuditRecordsRequest request, ServerCallContext context)
    {
        Requests.Add(request);
        return Task.FromResult(new ListAuditRecordsResponse
        {
            Records = { new AuditRecord { Id = 41, Actor = "crm", RemoteAddress = "192.0.2.7", Kind = AuditRecord.Types.Kind.Updated, SubscriptionId = "imsi-001010000000001", Summary = "imsi", After = FakeSubscriptions.Example(1) } },
        });
    }

    public override Task<AuditRecord> UndoAuditRecord(UndoAuditRecordRequest request, ServerCallContext context)
    {
        Requests.Add(request);
        return request.Id == 41
            ? Task.FromResult(new AuditRecord { Id = 42, Undoes = 41, SubscriptionId = "imsi-001010000000001" })
            : throw new RpcException(new Status(StatusCode.FailedPrecondition, "the subscription was changed again since, by change 43"));
    }
}

internal sealed class FakeAuthentication : AuthenticationService.AuthenticationServiceBase
{
    public List<SetCredentialsRequest> Requests { get; } = [];

    public override Task<SetCredentialsResponse> SetCredentials(SetCredentialsRequest request, ServerCallContext context)
    {
        Requests.Add(request);
        return Task.FromResult(new SetCredentialsResponse
        {
            Etag = "8",
            PrivateIdentity = new() { Identity = request.PrivateIdentity, Aka = new() { KFingerprint = "0011223344556677", OpcFingerprint = "8899aabbccddeeff" } },
        });
    }
}

internal sealed class FakeProfiles : ServiceProfileService.ServiceProfileServiceBase
{
    public List<ServiceProfileSource> Sources { get; } = [];

    public SimulateRequest? Simulated { get; private set; }

    public override Task<ListTemplatesResponse> ListTemplates(ListTemplatesRequest request, ServerCallContext context) =>
        Task.FromResult(new ListTemplatesResponse { Templates = { new Template { Name = "of-the-server" } } });

    public override Task<ListTemplateSetsResponse> ListTemplateSets(ListTemplateSetsRequest request, ServerCallContext context) => Task.FromResult(new ListTemplateSetsResponse());

    public override Task<LintServiceProfileResponse> LintServiceProfile(LintServiceProfileRequest request, ServerCallContext context)
    {
        Sources.Add(request.Source);
        return Task.FromResult(new LintServiceProfileResponse { Errors = { new Problem { Field = "a", Rule = "E5", Description = "b" } } });
    }

    public override Task<RenderServiceProfileResponse> RenderServiceProfile(RenderServiceProfileRequest request, ServerCallContext context)
    {
        Sources.Add(request.Source);
        return Task.FromResult(new RenderServiceProfileResponse { UserDataXml = "<a></a>" });
    }

    public override Task<SimulateResponse> Simulate(SimulateRequest request, ServerCallContext context)
    {
        Simulated = request;
        return Task.FromResult(new SimulateResponse());
    }
}
