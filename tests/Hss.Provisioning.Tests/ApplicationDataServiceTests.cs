using System.Text;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hss.Provisioning.Tests.Support;
using Hss.Subscribers;
using static Hss.Provisioning.Tests.Support.ShRig;

namespace Hss.Provisioning.Tests;

/// <summary>Repository data, dynamic service activation and access reports, as operators see and change them (TS 29.328 7.6.1, 7.6.18, 7.6.6).</summary>
public sealed class ApplicationDataServiceTests : IAsyncLifetime
{
    private const string Content = "<settings xmlns=\"urn:x\">secret of the user</settings>";
    private const string Eps = "<Sh-Data><Extension><Extension><Extension><Extension><EPSUserState>2</EPSUserState></Extension></Extension></Extension></Extension></Sh-Data>";

    private ShRig _rig = null!;

    public async Task InitializeAsync() => _rig = await StartAsync();

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task Repository_data_is_found_by_every_alias_and_shown_only_when_it_is_asked_for()
    {
        await _rig.KeepAsync(Alice, "mmtel", 7, Content);
        await _rig.KeepAsync("sip:alone@example.org", "other", 0, "<x/>");
        var all = (await ListAsync(new() { SubscriptionId = "alice-1" })).RepositoryData;
        Assert.Equal(["sip:alice@example.org mmtel 7", "sip:alone@example.org other 0"], all.Select(one => $"{one.PublicIdentity} {one.ServiceIndication} {one.SequenceNumber}"));
        Assert.All(all, one => Assert.Equal("", one.ServiceData));
        Assert.Equal(Encoding.UTF8.GetByteCount(Content), all[0].Size);
        foreach (var alias in (string[])["SIP:alice@EXAMPLE.org", "tel:+1-212-555-0001"])
        {
            Assert.Equal("mmtel", Assert.Single((await ListAsync(new() { PublicIdentity = alias })).RepositoryData).ServiceIndication);
            Assert.Equal(Content, (await _rig.Service.GetRepositoryData(new() { PublicIdentity = alias, ServiceIndication = "mmtel" }, Call("Get"))).ServiceData);
        }
        // Without a group it has no aliases.
        Assert.Equal("other", Assert.Single((await ListAsync(new() { PublicIdentity = "sip:alone@example.org" })).RepositoryData).ServiceIndication);
        Assert.Equal(StatusCode.NotFound, await StatusAsync(() => _rig.Service.GetRepositoryData(new() { PublicIdentity = "sip:alone@example.org", ServiceIndication = "mmtel" }, Call("Get"))));
    }

    [Fact]
    public async Task What_falls_into_a_wildcard_has_the_data_of_the_wildcard()
    {
        await _rig.KeepAsync("sip:room-!.*!@example.org", "rooms", 0, "<r/>");
        Assert.Equal("<r/>", (await _rig.Service.GetRepositoryData(new() { PublicIdentity = "sip:room-7@example.org", ServiceIndication = "rooms" }, Call("Get"))).ServiceData);
        Assert.Equal("sip:room-!.*!@example.org", Assert.Single((await ListAsync(new() { PublicIdentity = "sip:room-!.*!@example.org" })).RepositoryData).PublicIdentity);
    }

    [Fact]
    public async Task Removed_data_is_gone_and_its_record_has_nothing_of_the_content()
    {
        await _rig.KeepAsync(Alice, "mmtel", 7, Content);
        Assert.Equal(StatusCode.Aborted, await StatusAsync(() => DeleteAsync(new() { PublicIdentity = Alice, ServiceIndication = "mmtel", SequenceNumber = 6 })));
        Assert.Equal(StatusCode.NotFound, await StatusAsync(() => DeleteAsync(new() { PublicIdentity = Alice, ServiceIndication = "other" })));
        Assert.Empty(await _rig.RecordsAsync());
        await DeleteAsync(new() { PublicIdentity = "tel:+12125550001", ServiceIndication = "mmtel", SequenceNumber = 7 });
        Assert.True((await _rig.SubscriberAsync()).ApplicationData.Repository.IsEmpty);
        var record = Assert.Single(await _rig.RecordsAsync());
        Assert.Equal(("alice-1", "DeleteRepositoryData"), (record.SubscriptionId, record.Author.Method));
        Assert.Contains("mmtel", record.Summary, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", record.Summary, StringComparison.Ordinal);
        Assert.Equal(StatusCode.NotFound, await StatusAsync(() => DeleteAsync(new() { PublicIdentity = Alice, ServiceIndication = "mmtel" })));
    }

    [Fact]
    public async Task Pages_of_every_size_show_all_and_none_twice()
    {
        for (var i = 1; i <= 9; i++) await _rig.KeepAsync(Alice, $"service {i}", 0, "<x/>");
        for (var size = 1; size <= 10; size++)
        {
            var (seen, token) = (new List<string>(), "");
            do
            {
                var page = await ListAsync(new() { PublicIdentity = Alice, PageSize = size, PageToken = token });
                seen.AddRange(page.RepositoryData.Select(one => one.ServiceIndication));
                token = page.NextPageToken;
            }
            while (token.Length > 0);
            Assert.Equal(Enumerable.Range(1, 9).Select(i => $"service {i}"), seen);
        }
        var first = await ListAsync(new() { PublicIdentity = Alice, PageSize = 1 });
        Assert.Equal(StatusCode.InvalidArgument, await StatusAsync(() => ListAsync(new() { SubscriptionId = "alice-1", PageToken = first.NextPageToken })));
    }

    [Theory]
    [InlineData("", "", StatusCode.InvalidArgument)]
    [InlineData("alice-1", Alice, StatusCode.InvalidArgument)]
    [InlineData("nobody", "", StatusCode.NotFound)]
    [InlineData("", "sip:nobody@example.org", StatusCode.NotFound)]
    [InlineData("", "nobody", StatusCode.InvalidArgument)]
    public async Task Of_whom_is_said_once_and_exists(string subscriptionId, string publicIdentity, StatusCode code)
    {
        Assert.Equal(code, await StatusAsync(() => ListAsync(new() { SubscriptionId = subscriptionId, PublicIdentity = publicIdentity })));
        Assert.Equal(code, await StatusAsync(() => _rig.Service.ListServiceActivations(new() { SubscriptionId = subscriptionId, PublicIdentity = publicIdentity }, Call("List"))));
    }

    [Fact]
    public async Task A_service_is_switched_for_one_identity_and_the_S_CSCF_hears_of_it()
    {
        await RegisterAsync();
        var services = (await _rig.Service.ListServiceActivations(new() { SubscriptionId = "alice-1" }, Call("List"))).ServiceActivations;
        // Two tags for each of the two identities with the profile.
        Assert.Equal(4, services.Count);
        Assert.All(services, one => Assert.True(one.Active));
        var off = await SetAsync(Alice, "sip:AS1.example.org:5090", "voicemail", false);
        Assert.Equal(("alice-1", Alice, "sip:as1.example.org:5090;lr", "voicemail", false), (off.SubscriptionId, off.PublicIdentity, off.ServerName, off.DsaiTag, off.Active));
        Assert.Equal([new InactiveService(Alice, "sip:as1.example.org:5090;lr", "voicemail")], (await _rig.SubscriberAsync()).ApplicationData.InactiveServices.AsEnumerable());
        Assert.Equal(["sip:alice@example.org voicemail"],
            (await _rig.Service.ListServiceActivations(new() { SubscriptionId = "alice-1" }, Call("List"))).ServiceActivations.Where(one => !one.Active).Select(one => $"{one.PublicIdentity} {one.DsaiTag}"));
        // The filter bears another tag, which is ACTIVE still: it stays.
        Assert.Empty(await _rig.Store.ReadJobsAsync(new(), CancellationToken.None));
        // What stands already is no change, and has no record.
        await SetAsync(Alice, "sip:as1.example.org:5090;lr", "voicemail", false);
        Assert.Single(await _rig.RecordsAsync());
        await SetAsync(Alice, "sip:as1.example.org:5090;lr", "voicemail", true);
        Assert.True((await _rig.SubscriberAsync()).ApplicationData.InactiveServices.IsEmpty);
        Assert.Equal(["service voicemail of sip:alice@example.org at sip:as1.example.org:5090;lr switched off", "service voicemail of sip:alice@example.org at sip:as1.example.org:5090;lr switched on"],
            (await _rig.RecordsAsync()).Select(record => record.Summary!));
        foreach (var tag in (string[])["voicemail", "busy"]) await SetAsync(Alice, "sip:as1.example.org:5090", tag, false);
        Assert.Equal(CxJobKind.PushProfile, Assert.Single(await _rig.Store.ReadJobsAsync(new(), CancellationToken.None)).Kind);
    }

    [Theory]
    [InlineData(Alice, "sip:as1.example.org:5090", "nothing", StatusCode.NotFound)]
    [InlineData(Alice, "sip:as1.example.org", "voicemail", StatusCode.NotFound)]
    [InlineData("sip:alone@example.org", "sip:as1.example.org:5090", "voicemail", StatusCode.NotFound)]
    [InlineData("sip:nobody@example.org", "sip:as1.example.org:5090", "voicemail", StatusCode.NotFound)]
    [InlineData(Alice, "as1.example.org", "voicemail", StatusCode.InvalidArgument)]
    [InlineData(Alice, "", "voicemail", StatusCode.InvalidArgument)]
    [InlineData(Alice, "sip:as1.example.org:5090", "", StatusCode.InvalidArgument)]
    public async Task A_service_that_no_filter_has_cannot_be_switched(string identity, string server, string tag, StatusCode code)
    {
        Assert.Equal(code, await StatusAsync(() => SetAsync(identity, server, tag, false)));
        Assert.Empty(await _rig.RecordsAsync());
    }

    [Fact]
    public async Task An_access_report_takes_the_place_of_an_older_one_and_of_no_newer_one()
    {
        var now = _rig.Time.GetUtcNow();
        var first = await ReportAsync(Eps);
        Assert.Equal((AlicePrivate, now, Eps), (first.PrivateIdentity, first.ReportTime.ToDateTimeOffset(), first.ShData));
        Assert.Equal(first, await _rig.Service.GetAccessReport(new() { PrivateIdentity = "alice@EXAMPLE.org" }, Call("Get")));
        Assert.Equal(StatusCode.FailedPrecondition, await StatusAsync(() => ReportAsync(Eps, now - TimeSpan.FromMinutes(1))));
        // A clock that is a little ahead is not told off, and not believed either.
        Assert.Equal(now, (await ReportAsync(Eps, now + TimeSpan.FromSeconds(30))).ReportTime.ToDateTimeOffset());
        Assert.Equal(StatusCode.InvalidArgument, await StatusAsync(() => ReportAsync(Eps, now + TimeSpan.FromMinutes(2))));
        Assert.Equal(["access report of alice@example.org", "access report of alice@example.org"], (await _rig.RecordsAsync()).Select(record => record.Summary!));
        await _rig.Service.DeleteAccessReport(new() { PrivateIdentity = AlicePrivate }, Call("DeleteAccessReport"));
        Assert.Equal(StatusCode.NotFound, await StatusAsync(() => _rig.Service.GetAccessReport(new() { PrivateIdentity = AlicePrivate }, Call("Get"))));
        Assert.Equal(StatusCode.NotFound, await StatusAsync(() => _rig.Service.DeleteAccessReport(new() { PrivateIdentity = AlicePrivate }, Call("Delete"))));
    }

    [Theory]
    [InlineData("", "is missing")]
    [InlineData("no XML", "sh_data")]
    [InlineData("<Sh-Data/>", "nothing that an access network reports")]
    [InlineData("<Sh-Data><Sh-IMS-Data><IMSUserState>1</IMSUserState></Sh-IMS-Data></Sh-Data>", "IMSUserState")]
    public async Task What_is_no_access_report_is_refused_whole(string document, string problem)
    {
        var refusal = await Assert.ThrowsAsync<RpcException>(() => ReportAsync(document));
        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        Assert.Contains(problem, refusal.Status.Detail, StringComparison.Ordinal);
        Assert.True((await _rig.SubscriberAsync()).ApplicationData.IsEmpty);
    }

    [Fact]
    public async Task A_report_is_of_somebody_and_validation_alone_keeps_none()
    {
        Assert.Equal(StatusCode.NotFound, await StatusAsync(() => ReportAsync(Eps, identity: "nobody@example.org")));
        Assert.Equal(StatusCode.InvalidArgument, await StatusAsync(() => ReportAsync(Eps, identity: "")));
        await _rig.Service.ReportAccess(new() { PrivateIdentity = AlicePrivate, ShData = Eps, ValidateOnly = true }, Call("ReportAccess"));
        Assert.True((await _rig.SubscriberAsync()).ApplicationData.IsEmpty);
        Assert.Empty(await _rig.RecordsAsync());
    }

    private async Task RegisterAsync()
    {
        using var turn = await _rig.Store.EnterAsync(await _rig.SubscriberAsync(), CancellationToken.None);
        var registered = RegistrationState.Initial with
        {
            Status = RegistrationStatus.Registered, Server = new("sip:s.example.org", "s.example.org", "example.org"), RegisteredPrivateIdentities = [AlicePrivate],
        };
        await _rig.Store.CommitAsync(turn, new([(0, registered)], []), CancellationToken.None);
    }

    private Task<V1.ListRepositoryDataResponse> ListAsync(V1.ListRepositoryDataRequest request) => _rig.Service.ListRepositoryData(request, Call("ListRepositoryData"));

    private Task<Empty> DeleteAsync(V1.DeleteRepositoryDataRequest request) => _rig.Service.DeleteRepositoryData(request, Call("DeleteRepositoryData"));

    private Task<V1.ServiceActivation> SetAsync(string identity, string server, string tag, bool isActive) =>
        _rig.Service.SetServiceActivation(new() { PublicIdentity = identity, ServerName = server, DsaiTag = tag, Active = isActive }, Call("SetServiceActivation"));

    private Task<V1.AccessReport> ReportAsync(string document, DateTimeOffset? time = null, string identity = AlicePrivate) => _rig.Service.ReportAccess(
        new() { PrivateIdentity = identity, ShData = document, ReportTime = time?.ToTimestamp() }, Call("ReportAccess"));

    private static async Task<StatusCode> StatusAsync(Func<Task> call) => (await Assert.ThrowsAsync<RpcException>(call)).StatusCode;
}
