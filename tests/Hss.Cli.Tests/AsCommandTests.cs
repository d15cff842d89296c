using Hss.Cli.Tests.Support;
using Hss.Provisioning.V1;
using Hss.Subscribers;
using Operation = Hss.Provisioning.V1.ShPermission.Types.Operation;
using Reference = Hss.Provisioning.V1.ShPermission.Types.DataReference;

namespace Hss.Cli.Tests;

/// <summary>hss as: application servers on Sh.</summary>
public sealed class AsCommandTests
{
    private const string Host = FakeApplicationServers.Host;

    [Fact]
    public async Task What_one_may_do_is_shown_for_people_and_machines()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        var list = await shell.RunAsync("as", "list");
        Assert.Equal(["DIAMETER", "HOST", "SERVER", "NAMES", "REFERENCES", "ETAG"], list.Lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal([Host, "sip:as1.example.org", "2", "7"], list.Lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        var shown = await shell.RunAsync("as", "show", Host);
        Assert.Contains(shown.Lines, line => line.StartsWith("repository-data", StringComparison.Ordinal) && line.EndsWith("pull", StringComparison.Ordinal));
        Assert.Contains(shown.Lines, line => line.StartsWith("ims-user-state", StringComparison.Ordinal) && line.EndsWith("pull subscribe", StringComparison.Ordinal));
        var json = await shell.RunAsync("as", "show", "applicationServers/" + Host, "-o", "json");
        Assert.Contains("\"dataReference\":\"REPOSITORY_DATA\"", Assert.Single(json.Lines).Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(ExitCodes.NotFound, (await shell.RunAsync("as", "show", "nobody.example.org")).ExitCode);
        server.ApplicationServers.Standing = null;
        Assert.Equal("no application server: nobody may do anything on Sh\n", (await shell.RunAsync("as", "list")).Output);
    }

    [Fact]
    public async Task What_is_shown_can_be_put_back()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        var before = server.ApplicationServers.Standing!.Clone();
        var file = shell.File("as.json", (await shell.RunAsync("as", "show", Host, "-o", "json")).Output);
        var put = await shell.RunAsync("as", "put", file, "--etag", "7");
        Assert.Equal((0, $"updated: {Host}\n"), (put.ExitCode, put.Output));
        var request = Assert.IsType<PutApplicationServerRequest>(server.ApplicationServers.Requests[^1]);
        Assert.Equal(("7", ""), (request.Etag, request.ApplicationServer.Etag));
        before.Etag = "";
        Assert.Equal(before, request.ApplicationServer);
        Assert.True(Guid.TryParse(request.RequestId, out _));
        foreach (var broken in (string[])["{", "[]", "{\"permissions\":[{\"dataReference\":\"NOTHING\"}]}", "{\"more\":1}"])
        {
            shell.Input = broken;
            Assert.Equal(ExitCodes.Usage, (await shell.RunAsync("as", "put", "-")).ExitCode);
        }
    }

    [Fact]
    public async Task Permit_adds_and_deny_takes_away_and_both_send_the_etag()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        Assert.Equal(0, (await shell.RunAsync("as", "permit", Host, "RepositoryData,IMS_PUBLIC_IDENTITY,27", "pull,UPDATE", "--server-name", "sip:other.example.org")).ExitCode);
        var request = (PutApplicationServerRequest)server.ApplicationServers.Requests[^1];
        Assert.Equal("7", request.ApplicationServer.Etag);
        Assert.Equal(["sip:as1.example.org", "sip:other.example.org"], request.ApplicationServer.ServerNames);
        Assert.Equal(["RepositoryData Pull Update", "ImsUserState Pull Subscribe", "ImsPublicIdentity Pull Update", "StnSr Pull Update"], Texts(request));
        Assert.Equal(0, (await shell.RunAsync("as", "deny", Host, "0,stn-sr,imsi", "pull")).ExitCode);
        Assert.Equal(["RepositoryData Update", "ImsUserState Pull Subscribe", "ImsPublicIdentity Pull Update", "StnSr Update"], Texts((PutApplicationServerRequest)server.ApplicationServers.Requests[^1]));
        Assert.Equal(0, (await shell.RunAsync("as", "deny", Host, "all")).ExitCode);
        Assert.Empty(((PutApplicationServerRequest)server.ApplicationServers.Requests[^1]).ApplicationServer.Permissions);
        Assert.Equal(ExitCodes.NotFound, (await shell.RunAsync("as", "deny", "nobody.example.org", "all")).ExitCode);

        static IEnumerable<string> Texts(PutApplicationServerRequest request) => request.ApplicationServer.Permissions.Select(one => $"{one.DataReference} {string.Join(' ', one.Operations)}");
    }

    [Fact]
    public async Task All_is_what_the_table_has_and_a_new_one_is_created()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        server.ApplicationServers.Standing = null;
        var outcome = await shell.RunAsync("as", "permit", Host, "all", "all", "--validate-only");
        Assert.Equal((0, $"valid, nothing changed: would be created: {Host}\n"), (outcome.ExitCode, outcome.Output));
        var permitted = ((PutApplicationServerRequest)server.ApplicationServers.Requests[^1]).ApplicationServer.Permissions;
        Assert.Equal(DataReferenceTable.Rows.Length, permitted.Count);
        foreach (var row in DataReferenceTable.Rows)
        {
            var operations = permitted.Single(one => one.DataReference == (row.Reference == ShDataReference.RepositoryData ? Reference.RepositoryData : (Reference)row.Reference)).Operations;
            Assert.Equal((row.Operations.HasFlag(ShOperations.Pull), row.Operations.HasFlag(ShOperations.Update), row.Operations.HasFlag(ShOperations.Notify)),
                (operations.Contains(Operation.Pull), operations.Contains(Operation.Update), operations.Contains(Operation.Subscribe)));
        }
        await shell.RunAsync("as", "permit", Host, "all", "update");
        Assert.Equal(5, ((PutApplicationServerRequest)server.ApplicationServers.Requests[^1]).ApplicationServer.Permissions.Count);
    }

    [Theory]
    [InlineData("permit", Host, "nothing", "pull")]
    [InlineData("permit", Host, "1", "pull")]
    [InlineData("permit", Host, "20", "pull")]
    [InlineData("permit", Host, "AliasesRepositoryData", "pull")]
    [InlineData("permit", Host, "data-reference-unspecified", "pull")]
    [InlineData("permit", Host, "0", "push")]
    [InlineData("permit", Host, "0")]
    [InlineData("repository", "list")]
    [InlineData("repository", "list", "--subscription", "a", "--public-identity", "sip:a@b")]
    [InlineData("service", "list")]
    [InlineData("subscriptions", "list")]
    [InlineData("notifications", "retry", "five")]
    [InlineData("notifications", "list", "--state", "lost")]
    [InlineData("access", "report", "a@b", "no-such-file")]
    public async Task What_cannot_be_meant_is_not_sent(params string[] args)
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        Assert.Equal(ExitCodes.Usage, (await shell.RunAsync(["as", .. args])).ExitCode);
        Assert.Empty(server.Calls);
    }

    [Fact]
    public async Task Repository_data_is_listed_shown_and_removed()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        var list = await shell.RunAsync("as", "repository", "list", "--public-identity", "sip:a@b");
        Assert.Equal(["sip:a@b", "mmtel", "7", "5"], list.Lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        // The content alone on the output, line ends kept, and nothing in it moves a cursor.
        var shown = await shell.RunAsync("as", "repository", "show", "sip:a@b", "mmtel");
        Assert.Equal(("<a>\n?[2J</a>\n", "sip:a@b mmtel: sequence number 7, 5 octets\n"), (shown.Output, shown.Error));
        Assert.Equal("removed: mmtel of sip:a@b\n", (await shell.RunAsync("as", "repository", "delete", "sip:a@b", "mmtel", "--sequence-number", "7")).Output);
        Assert.Equal(new DeleteRepositoryDataRequest { PublicIdentity = "sip:a@b", ServiceIndication = "mmtel", SequenceNumber = 7 }, server.ApplicationServers.Requests[^1]);
        await shell.RunAsync("as", "repository", "delete", "sip:a@b", "mmtel");
        Assert.False(((DeleteRepositoryDataRequest)server.ApplicationServers.Requests[^1]).HasSequenceNumber);
    }

    [Fact]
    public async Task Services_are_switched()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        Assert.EndsWith("inactive", (await shell.RunAsync("as", "service", "list", "--subscription", "imsi-1")).Lines[1], StringComparison.Ordinal);
        foreach (var isActive in (bool[])[true, false])
        {
            var outcome = await shell.RunAsync("as", "service", isActive ? "activate" : "deactivate", "sip:a@b", "sip:as1", "busy");
            Assert.Equal((0, isActive ? "active" : "inactive"), (outcome.ExitCode, outcome.Lines[1].Split(' ')[^1]));
            Assert.Equal(new SetServiceActivationRequest { PublicIdentity = "sip:a@b", ServerName = "sip:as1", DsaiTag = "busy", Active = isActive }, server.ApplicationServers.Requests[^1]);
        }
    }

    [Fact]
    public async Task Subscriptions_and_notifications_are_listed_and_ended()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        var subscriptions = await shell.RunAsync("as", "subscriptions", "list", "--host", Host, "--identity", "12125550001");
        foreach (var word in (string[])["abc", Host, "12125550001", "ims-public-identity", "alias identities", "never", "one time"])
            Assert.Contains(word, subscriptions.Lines[1], StringComparison.Ordinal);
        Assert.Equal("ended: abc of imsi-1\n", (await shell.RunAsync("as", "subscriptions", "delete", "imsi-1", "abc")).Output);
        var notifications = await shell.RunAsync("as", "notifications", "list", "--state", "failed", "--subscription", "imsi-1");
        foreach (var word in (string[])["5", "failed", "imsi-1", "12125550001", "nobody answered"]) Assert.Contains(word, notifications.Lines[1], StringComparison.Ordinal);
        Assert.Equal(Hss.Provisioning.V1.Notification.Types.State.Failed, ((ListNotificationsRequest)server.ApplicationServers.Requests[^1]).State);
        Assert.Contains("pending", (await shell.RunAsync("as", "notifications", "retry", "5")).Lines[1], StringComparison.Ordinal);
        Assert.Contains("withdrawn", (await shell.RunAsync("as", "notifications", "withdraw", "5")).Lines[1], StringComparison.Ordinal);
        Assert.Equal(ExitCodes.NotFound, (await shell.RunAsync("as", "notifications", "retry", "6")).ExitCode);
    }

    [Fact]
    public async Task Access_data_is_reported_shown_and_forgotten()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        shell.Input = "<Sh-Data/>";
        var outcome = await shell.RunAsync("as", "access", "report", "a@b", "-", "--time", "2026-01-31T12:00:00Z");
        Assert.Equal((0, "reported: a@b, as of 2026-01-31T12:00:00Z\n"), (outcome.ExitCode, outcome.Output));
        Assert.Equal("<Sh-Data/>", ((ReportAccessRequest)server.ApplicationServers.Requests[^1]).ShData);
        Assert.Equal(("<Sh-Data/>\n", "a@b, as of 1970-01-01T00:00:00Z\n"), (await shell.RunAsync("as", "access", "show", "a@b")) is var shown ? (shown.Output, shown.Error) : default);
        Assert.Equal("removed: access report of a@b\n", (await shell.RunAsync("as", "access", "delete", "a@b")).Output);
        shell.Input = "<Sh-Data/>";
        Assert.Equal(ExitCodes.Usage, (await shell.RunAsync("as", "access", "report", "a@b", "-", "--time", "yesterday")).ExitCode);
    }

    [Fact]
    public async Task Verbs_that_end_something_ask_on_a_terminal()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        (shell.IsTerminal, shell.Input) = (true, "n\n");
        string[][] verbs =
        [
            ["as", "delete", Host], ["as", "repository", "delete", "sip:a@b", "mmtel"], ["as", "subscriptions", "delete", "imsi-1", "abc"],
            ["as", "notifications", "withdraw", "5"], ["as", "access", "delete", "a@b"],
        ];
        foreach (var verb in verbs)
        {
            Assert.Equal(ExitCodes.Failed, (await shell.RunAsync(verb)).ExitCode);
            Assert.Empty(server.Calls);
        }
        foreach (var verb in verbs) Assert.Equal(ExitCodes.Done, (await shell.RunAsync([.. verb, "--yes"])).ExitCode);
        Assert.Equal(verbs.Length, server.Calls.Count);
    }
}
