using Grpc.Core;
using Hss.Grpc;
using Hss.Provisioning.Tests.Support;
using Hss.Subscribers;
using static Hss.Provisioning.Tests.Support.ShRig;
using Operation = Hss.Provisioning.V1.ShPermission.Types.Operation;
using Outcome = Hss.Provisioning.V1.PutApplicationServerResponse.Types.Outcome;
using Reference = Hss.Provisioning.V1.ShPermission.Types.DataReference;

namespace Hss.Provisioning.Tests;

/// <summary>The AS permission list (TS 29.328 6.2).</summary>
public sealed class ApplicationServerServiceTests : IAsyncLifetime
{
    private ShRig _rig = null!;

    public async Task InitializeAsync() => _rig = await StartAsync();

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task What_is_put_is_in_force_at_once_and_comes_back_canonical()
    {
        var put = await PutAsync(new()
        {
            DiameterHost = "AS1.Example.org", ServerNames = { "sip:AS1.example.org:5090;lr" },
            Permissions = { Permission(Reference.RepositoryData, Operation.Update, Operation.Pull, Operation.Pull), Permission(Reference.UeReachabilityForIp, Operation.Subscribe) },
        });
        Assert.Equal((Outcome.Created, As1, "applicationServers/as1.example.org"), (put.Outcome, put.ApplicationServer.DiameterHost, put.ApplicationServer.Name));
        Assert.Equal(["sip:as1.example.org:5090"], put.ApplicationServer.ServerNames);
        Assert.Equal([Operation.Pull, Operation.Update], put.ApplicationServer.Permissions[0].Operations);
        var inForce = _rig.Store.FindApplicationServer("As1.example.ORG"u8)!;
        Assert.True(inForce.Allows(ShDataReference.RepositoryData, ShOperations.Update | ShOperations.Pull));
        Assert.True(inForce.Allows(ShDataReference.UeReachabilityForIP, ShOperations.Notify));
        Assert.False(inForce.Allows(ShDataReference.RepositoryData, ShOperations.Notify));
        Assert.Equal(put.ApplicationServer, await _rig.Service.GetApplicationServer(new() { Name = "applicationServers/AS1.example.org" }, Call("GetApplicationServer")));
        Assert.Equal(Outcome.Unchanged, (await PutAsync(put.ApplicationServer)).Outcome);
        var record = Assert.Single(await _rig.RecordsAsync());
        Assert.Equal((ChangeKind.Action, "PutApplicationServer"), (record.Kind, record.Author.Method));
        Assert.Contains("as1.example.org", record.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_reference_of_the_table_goes_in_and_out_and_nothing_beside_it()
    {
        var all = new V1.ApplicationServerPermissions { DiameterHost = As1 };
        foreach (var row in DataReferenceTable.Rows)
            all.Permissions.Add(Permission(row.Reference == ShDataReference.RepositoryData ? Reference.RepositoryData : (Reference)row.Reference,
                [.. new[] { (ShOperations.Pull, Operation.Pull), (ShOperations.Update, Operation.Update), (ShOperations.Notify, Operation.Subscribe) }
                    .Where(one => row.Operations.HasFlag(one.Item1)).Select(one => one.Item2)]));
        Assert.Equal(Enum.GetValues<Reference>().Length - 1, all.Permissions.Count);
        var put = (await PutAsync(all)).ApplicationServer;
        Assert.Equal(all.Permissions, put.Permissions);
        foreach (var row in DataReferenceTable.Rows)
            foreach (var (flag, operation) in new[] { (ShOperations.Pull, Operation.Pull), (ShOperations.Update, Operation.Update), (ShOperations.Notify, Operation.Subscribe) })
            {
                if (row.Operations.HasFlag(flag)) continue;
                var reference = row.Reference == ShDataReference.RepositoryData ? Reference.RepositoryData : (Reference)row.Reference;
                var refusal = await RefusedAsync(new() { DiameterHost = As1, Permissions = { Permission(reference, operation) } });
                Assert.Equal("application_server.permissions[0].operations[0]", Assert.Single(refusal.FieldViolations()).Field);
                Assert.Contains("Table 7.6.1", refusal.Status.Detail, StringComparison.Ordinal);
            }
    }

    [Fact]
    public async Task Every_mistake_is_named_with_its_place()
    {
        var refusal = await RefusedAsync(new()
        {
            DiameterHost = "as 1", ServerNames = { "as1.example.org", "sip:a@b", "sip:a@B;lr" },
            Permissions =
            {
                Permission(Reference.Unspecified, Operation.Pull), Permission((Reference)20, Operation.Pull), Permission(Reference.Msisdn, Operation.Pull, Operation.Update),
                Permission(Reference.Msisdn, Operation.Pull), Permission(Reference.Imsi), Permission(Reference.Dsai, (Operation)9),
            },
        });
        Assert.Equal(
            ["diameter_host", "server_names[0]", "server_names[2]", "permissions[0].data_reference", "permissions[1].data_reference", "permissions[2].operations[1]",
             "permissions[3].data_reference", "permissions[4].operations", "permissions[5].operations[0]"],
            refusal.FieldViolations().Select(one => one.Field["application_server.".Length..]));
        Assert.Contains("it has PULL", refusal.FieldViolations().First(one => one.Field.EndsWith("permissions[2].operations[1]", StringComparison.Ordinal)).Description, StringComparison.Ordinal);
        Assert.Empty((await ListAsync()).ApplicationServers);
        Assert.Empty(await _rig.RecordsAsync());
        Assert.Equal("application_server", Assert.Single((await Assert.ThrowsAsync<RpcException>(() => _rig.Service.PutApplicationServer(new(), Call("Put")))).FieldViolations()).Field);
    }

    [Fact]
    public async Task An_etag_that_is_not_the_stored_one_changes_nothing()
    {
        var first = (await PutAsync(One(Operation.Pull))).ApplicationServer;
        var second = (await PutAsync(One(Operation.Pull, Operation.Update))).ApplicationServer;
        Assert.NotEqual(first.Etag, second.Etag);
        var third = One(Operation.Subscribe);
        foreach (var etag in (string[])[first.Etag, "0", "none", "99999999999999999999"])
        {
            foreach (var inside in (bool[])[true, false])
            {
                var request = new V1.PutApplicationServerRequest { ApplicationServer = third.Clone() };
                if (inside) request.ApplicationServer.Etag = etag;
                else request.Etag = etag;
                Assert.Equal(StatusCode.Aborted, (await Assert.ThrowsAsync<RpcException>(() => _rig.Service.PutApplicationServer(request, Call("Put")))).StatusCode);
                request.ValidateOnly = true;
                Assert.Equal(StatusCode.Aborted, (await Assert.ThrowsAsync<RpcException>(() => _rig.Service.PutApplicationServer(request, Call("Put")))).StatusCode);
            }
            Assert.Equal(StatusCode.Aborted, (await Assert.ThrowsAsync<RpcException>(() =>
                _rig.Service.DeleteApplicationServer(new() { Name = first.Name, Etag = etag }, Call("Delete")))).StatusCode);
        }
        third.Etag = second.Etag;
        Assert.Equal(Outcome.Updated, (await PutAsync(third)).Outcome);
        Assert.Equal("etag", Assert.Single((await Assert.ThrowsAsync<RpcException>(() =>
            _rig.Service.PutApplicationServer(new() { ApplicationServer = third, Etag = "another" }, Call("Put")))).FieldViolations()).Field);
    }

    [Fact]
    public async Task A_request_id_makes_it_happen_once()
    {
        var request = new V1.PutApplicationServerRequest { ApplicationServer = One(Operation.Pull), RequestId = Guid.NewGuid().ToString() };
        var first = await _rig.Service.PutApplicationServer(request, Call("PutApplicationServer"));
        await PutAsync(One(Operation.Update));
        var again = await _rig.Service.PutApplicationServer(request, Call("PutApplicationServer"));
        Assert.NotEqual(first.ApplicationServer.Etag, again.ApplicationServer.Etag);
        Assert.True(_rig.Store.FindApplicationServer("as1.example.org"u8)!.Allows(ShDataReference.RepositoryData, ShOperations.Update));
        request.ApplicationServer = One(Operation.Subscribe);
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(() => _rig.Service.PutApplicationServer(request, Call("PutApplicationServer")))).StatusCode);

        var delete = new V1.DeleteApplicationServerRequest { Name = "applicationServers/" + As1, RequestId = Guid.NewGuid().ToString() };
        await _rig.Service.DeleteApplicationServer(delete, Call("DeleteApplicationServer"));
        await _rig.Service.DeleteApplicationServer(delete, Call("DeleteApplicationServer"));
        Assert.Equal(3, (await _rig.RecordsAsync()).Length);
    }

    [Fact]
    public async Task Validation_alone_writes_nothing()
    {
        foreach (var (expected, server) in new[] { (Outcome.Created, One(Operation.Pull)), (Outcome.Created, One(Operation.Update)) })
            Assert.Equal(expected, (await _rig.Service.PutApplicationServer(new() { ApplicationServer = server, ValidateOnly = true }, Call("Put"))).Outcome);
        Assert.Null(_rig.Store.FindApplicationServer("as1.example.org"u8));
        await PutAsync(One(Operation.Pull));
        Assert.Equal(Outcome.Unchanged, (await _rig.Service.PutApplicationServer(new() { ApplicationServer = One(Operation.Pull), ValidateOnly = true }, Call("Put"))).Outcome);
        Assert.Equal(Outcome.Updated, (await _rig.Service.PutApplicationServer(new() { ApplicationServer = One(Operation.Update), ValidateOnly = true }, Call("Put"))).Outcome);
        await _rig.Service.DeleteApplicationServer(new() { Name = "applicationServers/" + As1, ValidateOnly = true }, Call("Delete"));
        Assert.NotNull(_rig.Store.FindApplicationServer("as1.example.org"u8));
        Assert.Single(await _rig.RecordsAsync());
    }

    [Fact]
    public async Task Lists_come_in_pages_by_host()
    {
        for (var i = 9; i >= 1; i--) await PutAsync(new() { DiameterHost = $"as{i}.example.org", Permissions = { Permission(Reference.Msisdn, Operation.Pull) } });
        for (var size = 1; size <= 10; size++)
        {
            var (seen, token) = (new List<string>(), "");
            do
            {
                var page = await ListAsync(size, token);
                Assert.True(page.ApplicationServers.Count <= size);
                seen.AddRange(page.ApplicationServers.Select(one => one.DiameterHost));
                token = page.NextPageToken;
            }
            while (token.Length > 0);
            Assert.Equal(Enumerable.Range(1, 9).Select(i => $"as{i}.example.org"), seen);
        }
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(() => ListAsync(0, "nonsense"))).StatusCode);
        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(() => ListAsync(-1))).StatusCode);
    }

    [Theory]
    [InlineData("applicationServers/nobody.example.org", StatusCode.NotFound)]
    [InlineData("nobody.example.org", StatusCode.InvalidArgument)]
    [InlineData("applicationServers/", StatusCode.InvalidArgument)]
    [InlineData("applicationServers/a..b", StatusCode.InvalidArgument)]
    [InlineData("subscriptions/nobody.example.org", StatusCode.InvalidArgument)]
    public async Task What_is_not_there_is_said(string name, StatusCode code)
    {
        // A problem of the name comes before anything is waited for, so it is thrown at once.
        Assert.Equal(code, (await Assert.ThrowsAsync<RpcException>(async () => await _rig.Service.GetApplicationServer(new() { Name = name }, Call("Get")))).StatusCode);
        Assert.Equal(code, (await Assert.ThrowsAsync<RpcException>(() => _rig.Service.DeleteApplicationServer(new() { Name = name }, Call("Delete")))).StatusCode);
        if (code == StatusCode.NotFound) await _rig.Service.DeleteApplicationServer(new() { Name = name, AllowMissing = true, Etag = "7" }, Call("Delete"));
        Assert.Empty(await _rig.RecordsAsync());
    }

    [Fact]
    public async Task Who_may_not_subscribe_any_more_has_no_subscriptions_and_keeps_the_others()
    {
        await PutAsync(new() { DiameterHost = As1, Permissions = { Permission(Reference.ImsUserState, Operation.Pull, Operation.Subscribe), Permission(Reference.SCscfName, Operation.Subscribe) } });
        await PutAsync(new() { DiameterHost = "as2.example.org", Permissions = { Permission(Reference.ImsUserState, Operation.Subscribe) } });
        await _rig.ChangeAsync(data => data with
        {
            Subscriptions = [Subscription(ShDataReference.ImsUserState), Subscription(ShDataReference.ServerName), Subscription(ShDataReference.ImsUserState, host: "as2.example.org")],
        });
        await PutAsync(new() { DiameterHost = As1, Permissions = { Permission(Reference.ImsUserState, Operation.Pull), Permission(Reference.SCscfName, Operation.Subscribe) } });
        Assert.Equal(["as1.example.org ServerName", "as2.example.org ImsUserState"],
            (await _rig.SubscriberAsync()).ApplicationData.Subscriptions.Select(one => $"{one.Key.ApplicationServer} {one.Key.Reference}").Order());
        await _rig.Service.DeleteApplicationServer(new() { Name = "applicationServers/" + As1 }, Call("Delete"));
        Assert.Equal("as2.example.org", Assert.Single((await _rig.SubscriberAsync()).ApplicationData.Subscriptions).Key.ApplicationServer);
    }

    private Task<V1.PutApplicationServerResponse> PutAsync(V1.ApplicationServerPermissions server) =>
        _rig.Service.PutApplicationServer(new() { ApplicationServer = server }, Call("PutApplicationServer"));

    private async Task<RpcException> RefusedAsync(V1.ApplicationServerPermissions server)
    {
        var refusal = await Assert.ThrowsAsync<RpcException>(() => PutAsync(server));
        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        return refusal;
    }

    private Task<V1.ListApplicationServersResponse> ListAsync(int size = 0, string token = "") =>
        _rig.Service.ListApplicationServers(new() { PageSize = size, PageToken = token }, Call("ListApplicationServers"));

    private static V1.ApplicationServerPermissions One(params Operation[] operations) => new() { DiameterHost = As1, Permissions = { Permission(Reference.RepositoryData, operations) } };

    private static V1.ShPermission Permission(Reference reference, params Operation[] operations) => new() { DataReference = reference, Operations = { operations } };
}
