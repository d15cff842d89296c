using System.Collections.Immutable;
using Grpc.Core;
using Hss.Authentication;
using Hss.Procedures.Cx;
using Hss.Provisioning.Tests.Support;
using Hss.Storage;
using Hss.Subscribers;
using Hss.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Status = Hss.Provisioning.V1.Registration.Types.Status;

namespace Hss.Provisioning.Tests;

/// <summary>Who is registered where, de-registrations and jobs.</summary>
public sealed class RegistrationServiceTests : IAsyncLifetime
{
    private const string Path = "/hss.provisioning.v1.RegistrationService/";
    private static readonly AssignedServer X = new("sip:x.example.org:6060", "x.example.org", "example.org");
    private static readonly AssignedServer Y = new("sip:y.example.org:6060", "y.example.org", "example.org");

    private static readonly Secret Key = new(Convert.FromHexString("8BAF473F2F8FD09487CCCBD7097C6862"));

    private readonly SubscriberStore _store = new(new MemoryDatabase(), new() { CacheEntries = 64 }, TimeProvider.System, NullLogger<SubscriberStore>.Instance);
    private readonly CxInstruments _instruments = new();
    private RegistrationService _service = null!;

    public async Task InitializeAsync()
    {
        _service = new(_store, new(_store, _instruments, TimeProvider.System, NullLoggerFactory.Instance));
        await AddAsync("a", (X, RegistrationStatus.Registered), (Y, RegistrationStatus.Unregistered));
        await AddAsync("b", (null, RegistrationStatus.NotRegistered), (X, RegistrationStatus.Registered));
        await AddAsync("c", (null, RegistrationStatus.NotRegistered));
        await AddAsync("d", (X, RegistrationStatus.Registered), (X, RegistrationStatus.Registered), (X, RegistrationStatus.Registered));
    }

    public async Task DisposeAsync()
    {
        _service.Dispose();
        await _store.DisposeAsync();
        _instruments.Dispose();
    }

    [Fact]
    public async Task A_registration_is_found_by_either_identity()
    {
        var byPublic = Assert.Single((await _service.GetRegistration(new() { PublicIdentity = "SIP:a1@EXAMPLE.org" }, Call("GetRegistration"))).Registrations);
        Assert.Equal(("a", 1, Status.Unregistered, Y.Name), (byPublic.SubscriptionId, byPublic.SetIndex, byPublic.Status, byPublic.ServerName));
        var byPrivate = (await _service.GetRegistration(new() { PrivateIdentity = "a@example.org" }, Call("GetRegistration"))).Registrations;
        Assert.Equal([Status.Registered, Status.Unregistered], byPrivate.Select(one => one.Status));
        Assert.Equal(["a@example.org"], byPrivate[0].RegisteredPrivateIdentities);
    }

    [Theory]
    [InlineData("", "", StatusCode.InvalidArgument)]
    [InlineData("a@example.org", "sip:a0@example.org", StatusCode.InvalidArgument)]
    [InlineData("", "no uri", StatusCode.InvalidArgument)]
    [InlineData("nobody@example.org", "", StatusCode.NotFound)]
    [InlineData("", "sip:nobody@example.org", StatusCode.NotFound)]
    public async Task What_cannot_be_found_is_said(string privateIdentity, string publicIdentity, StatusCode code)
    {
        Assert.Equal(code, (await Assert.ThrowsAsync<RpcException>(() =>
            _service.GetRegistration(new() { PrivateIdentity = privateIdentity, PublicIdentity = publicIdentity }, Call("GetRegistration")))).StatusCode);
        Assert.Equal(code, (await Assert.ThrowsAsync<RpcException>(() =>
            _service.Deregister(new() { PrivateIdentity = privateIdentity, PublicIdentity = publicIdentity }, Call("Deregister")))).StatusCode);
    }

    [Theory]
    [InlineData("", "a0 a1 b1 d0 d1 d2")]
    [InlineData("server_name = \"sip:x.example.org:6060\"", "a0 b1 d0 d1 d2")]
    [InlineData("diameter_host=y.example.org", "a1")]
    [InlineData("diameter_host = \"nobody\"", "")]
    [InlineData("diameter_host = \"y.example.org\" AND server_name = \"sip:x.example.org:6060\"", "")]
    public async Task Pages_of_every_size_show_all_and_none_twice(string filter, string all)
    {
        for (var size = 1; size <= 7; size++)
        {
            var seen = new List<string>();
            var token = "";
            do
            {
                var page = await _service.ListRegistrations(new() { Filter = filter, PageSize = size, PageToken = token }, Call("ListRegistrations"));
                Assert.True(page.Registrations.Count <= size);
                seen.AddRange(page.Registrations.Select(one => $"{one.SubscriptionId}{one.SetIndex}"));
                token = page.NextPageToken;
            }
            while (token.Length > 0);
            Assert.Equal(all, string.Join(' ', seen));
        }
    }

    [Theory]
    [InlineData("server_name")]
    [InlineData("private_identity = \"a\"")]
    [InlineData("server_name = \"x\" AND server_name = \"y\"")]
    [InlineData("server_name = \"x\" AND ")]
    [InlineData("server_name = ")]
    public async Task A_filter_that_cannot_be_answered_says_what_can(string filter)
    {
        var problem = await Assert.ThrowsAsync<RpcException>(() => _service.ListRegistrations(new() { Filter = filter }, Call("ListRegistrations")));
        Assert.Equal(StatusCode.InvalidArgument, problem.StatusCode);
        Assert.Contains("diameter_host = ", problem.Status.Detail, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RpcException>(() => _service.ListRegistrations(new() { Filter = new string('x', 2000) }, Call("ListRegistrations")));
        await Assert.ThrowsAsync<RpcException>(() => _service.ListRegistrations(new() { PageToken = "nonsense" }, Call("ListRegistrations")));
    }

    [Fact]
    public async Task A_deregistration_writes_its_RTR_and_its_record_once_however_often_it_is_asked()
    {
        var request = new V1.DeregisterRequest { PrivateIdentity = "a@example.org", Info = "moved", RequestId = Guid.NewGuid().ToString() };
        Assert.True((await _service.Deregister(request, Call("Deregister"))).Written);
        var jobs = (await _service.ListJobs(new(), Call("ListJobs"))).Jobs;
        Assert.NotEmpty(jobs);
        Assert.All(jobs, job => Assert.Equal(("RTR", V1.Job.Types.State.Pending, "PERMANENT_TERMINATION"), (job.Kind, job.State, job.Reason)));
        Assert.True((await _service.Deregister(request, Call("Deregister"))).Written);
        Assert.Equal(jobs.Count, (await _service.ListJobs(new(), Call("ListJobs"))).Jobs.Count);
        var record = Assert.Single(await RecordsAsync());
        Assert.Equal(("local", "Deregister", "a", "RTR (PERMANENT_TERMINATION) for a@example.org"), (record.Author.Actor, record.Author.Method, record.SubscriptionId, record.Summary));

        request.Info = "another request";
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(() => _service.Deregister(request, Call("Deregister")))).StatusCode);
    }

    [Fact]
    public async Task Where_nothing_is_registered_nothing_is_written_and_nothing_recorded()
    {
        Assert.False((await _service.Deregister(new() { PublicIdentity = "sip:c0@example.org" }, Call("Deregister"))).Written);
        Assert.Empty(await RecordsAsync());
        Assert.Empty((await _service.ListJobs(new(), Call("ListJobs"))).Jobs);
    }

    [Fact]
    public async Task Jobs_come_in_pages_and_are_forced_once()
    {
        foreach (var name in (string[])["a", "b", "d"]) await _service.Deregister(new() { PrivateIdentity = $"{name}@example.org" }, Call("Deregister"));
        var all = (await _service.ListJobs(new(), Call("ListJobs"))).Jobs.Select(job => job.Id).ToArray();
        Assert.True(all.Length >= 3);
        var seen = new List<long>();
        var token = "";
        do
        {
            var page = await _service.ListJobs(new() { PageSize = 1, PageToken = token, State = V1.Job.Types.State.Pending }, Call("ListJobs"));
            seen.AddRange(page.Jobs.Select(job => job.Id));
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        Assert.Equal(all, seen);

        Assert.Equal(StatusCode.FailedPrecondition, (await Assert.ThrowsAsync<RpcException>(() => _service.RetryJob(new() { Id = all[0] }, Call("RetryJob")))).StatusCode);
        Assert.Equal(V1.Job.Types.State.Forced, (await _service.ForceJob(new() { Id = all[0] }, Call("ForceJob"))).Job.State);
        Assert.Contains("is forced", (await Assert.ThrowsAsync<RpcException>(() => _service.ForceJob(new() { Id = all[0] }, Call("ForceJob")))).Status.Detail, StringComparison.Ordinal);
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => _service.ForceJob(new() { Id = 999 }, Call("ForceJob")))).StatusCode);
        Assert.Contains(await RecordsAsync(), record => record.Summary == $"job {all[0]} declared done");
    }

    private static TestCall Call(string method) => TestCall.Local(Path + method);

    private async Task<IReadOnlyList<ChangeRecord>> RecordsAsync() =>
        [.. (await _store.ReadChangesAsync(new() { After = 0 }, default)).Where(record => record.Kind == ChangeKind.Action)];

    private async Task AddAsync(string name, params (AssignedServer? Server, RegistrationStatus Status)[] sets)
    {
        await _store.UpsertAsync([new Subscription
        {
            SubscriptionId = name,
            PrivateIdentities = [new() { Identity = $"{name}@example.org", Credentials = new(new AkaCredentials(Key, Key, 0x8000), null), AllowedSchemes = AuthenticationSchemes.DigestAkaV1Md5, DefaultScheme = AuthenticationSchemes.DigestAkaV1Md5 }],
            ImplicitRegistrationSets = [.. sets.Select((_, set) => new ImplicitRegistrationSet { PublicIdentities = [new() { Identity = $"sip:{name}{set}@example.org", ServiceProfile = "p" }] })],
            ServiceProfiles = [new() { Name = "p", InitialFilterCriteria = [] }],
        }], default);
        var subscriber = (await _store.FindByPrivateIdentityAsync($"{name}@example.org", default))!;
        using var turn = await _store.EnterAsync(subscriber, default);
        ImmutableArray<(int, RegistrationState)> states = [.. sets.Select((set, index) => (index, new RegistrationState
        {
            Status = set.Status,
            Server = set.Server,
            RegisteredPrivateIdentities = set.Status == RegistrationStatus.Registered ? [$"{name}@example.org"] : [],
        }))];
        await _store.CommitAsync(turn, new(states, []), default);
    }
}
