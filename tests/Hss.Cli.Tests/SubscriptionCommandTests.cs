using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Hss.Cli.Tests.Support;
using Hss.Provisioning.V1;

namespace Hss.Cli.Tests;

public sealed class SubscriptionCommandTests
{
    [Fact]
    public async Task Get_shows_what_an_engineer_looks_for_and_every_identity_whole()
    {
        await using var server = await FakeServer.StartAsync();
        server.Subscriptions.Stored["imsi-1"] = FakeSubscriptions.Example(1);
        using var shell = server.Shell();
        foreach (var isTerminal in (bool[])[false, true])
        {
            shell.IsTerminal = isTerminal;
            var outcome = await shell.RunAsync("subscription", "get", "imsi-1");
            Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
            // Each on one line, however narrow the terminal may be.
            Assert.Contains(outcome.Lines, line => line.Contains("001010000000001@ims.mnc001.mcc001.3gppnetwork.org", StringComparison.Ordinal)
                && line.Contains("K 0011223344556677, OPc 8899aabbccddeeff", StringComparison.Ordinal));
            Assert.Contains(outcome.Lines, line => line.Contains("sip:001010000000001@ims.mnc001.mcc001.3gppnetwork.org", StringComparison.Ordinal) && line.Contains("barred", StringComparison.Ordinal));
            Assert.Contains("2026-11-22T01:02:03Z", outcome.Output, StringComparison.Ordinal);
            // What a display name says to the terminal stays a display name.
            Assert.Contains("Front?[31m desk", outcome.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Get_as_json_is_the_document_in_one_line()
    {
        await using var server = await FakeServer.StartAsync();
        server.Subscriptions.Stored["imsi-1"] = FakeSubscriptions.Example(1);
        using var shell = server.Shell();
        var outcome = await shell.RunAsync("subscription", "get", "imsi-1", "--output", "json");
        Assert.Equal(FakeSubscriptions.Example(1), JsonParser.Default.Parse<Subscription>(Assert.Single(outcome.Lines)));
        Assert.DoesNotContain("\"template\":\"\"", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_of_none_is_exit_code_3()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        var outcome = await shell.RunAsync("subscription", "get", "imsi-9");
        Assert.Equal((ExitCodes.NotFound, "", "hss: there is no subscriptions/imsi-9\n"), (outcome.ExitCode, outcome.Output, outcome.Error));
    }

    [Theory]
    [InlineData(new[] { "--limit", "0" }, 5, false)]
    [InlineData(new[] { "--limit", "5" }, 5, false)]
    [InlineData(new[] { "--limit", "3" }, 3, true)]
    [InlineData(new string[0], 5, false)]
    public async Task List_reads_page_after_page_and_says_when_there_is_more(string[] options, int shown, bool hasMore)
    {
        await using var server = await FakeServer.StartAsync();
        for (var i = 1; i <= 5; i++) server.Subscriptions.Stored[$"imsi-{i}"] = FakeSubscriptions.Example(i);
        using var shell = server.Shell();
        var json = await shell.RunAsync(["subscription", "list", "-o", "json", "--filter", "registered = true", .. options]);
        Assert.Equal((0, shown), (json.ExitCode, json.Lines.Length));
        Assert.Equal("registered = true", server.Subscriptions.Requests.OfType<ListSubscriptionsRequest>().First().Filter);
        var table = await shell.RunAsync(["subscription", "list", .. options]);
        Assert.Equal(shown + 1, table.Lines.Length);
        Assert.StartsWith("SUBSCRIPTION", table.Lines[0], StringComparison.Ordinal);
        Assert.Equal(hasMore, table.Error.Contains("--limit", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_to_list_is_a_word_to_people_and_nothing_to_machines()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        Assert.Equal("no subscription\n", (await shell.RunAsync("subscription", "list")).Output);
        Assert.Equal("", (await shell.RunAsync("subscription", "list", "-o", "json")).Output);
    }

    [Fact]
    public async Task Upsert_sends_the_file_as_it_is_and_says_what_came_of_it()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        var outcome = await shell.RunAsync("subscription", "upsert", shell.File("one.json", "\uFEFF{\"subscriptionId\":\"imsi-1\"}"), "--etag", "7");
        Assert.Equal((0, "updated: imsi-001010000000001, etag 7; 1 job for S-CSCFs, see hss job list\n", "warning: serviceProfiles[0]: E9 no trigger\n"),
            (outcome.ExitCode, outcome.Output, outcome.Error));
        var request = Assert.IsType<UpsertSubscriptionRequest>(server.Subscriptions.Requests[^1]);
        Assert.Equal("{\"subscriptionId\":\"imsi-1\"}", request.DocumentJson);
        Assert.True(Guid.TryParse(request.RequestId, out _));
        Assert.False(request.ValidateOnly);
    }

    [Fact]
    public async Task Upsert_reads_the_standard_input_and_answers_machines_in_json()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        shell.Input = "{}";
        var outcome = await shell.RunAsync("subscription", "upsert", "-", "--validate-only", "--request-id", "0F1E2D3C-4b5a-6978-8796-a5b4c3d2e1f0", "--output=json");
        using var answer = JsonDocument.Parse(Assert.Single(outcome.Lines));
        Assert.Equal("UPDATED", answer.RootElement.GetProperty("outcome").GetString());
        Assert.Equal("imsi-001010000000001", answer.RootElement.GetProperty("subscription").GetProperty("subscriptionId").GetString());
        Assert.False(answer.RootElement.GetProperty("subscription").TryGetProperty("imsi", out _));
        var request = Assert.IsType<UpsertSubscriptionRequest>(server.Subscriptions.Requests[^1]);
        Assert.Equal((true, "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"), (request.ValidateOnly, request.RequestId));
    }

    [Fact]
    public async Task A_refused_document_is_one_line_for_each_field()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        shell.Input = "nonsense";
        var outcome = await shell.RunAsync("subscription", "upsert", "-");
        Assert.Equal((ExitCodes.Failed, ""), (outcome.ExitCode, outcome.Output));
        Assert.Equal(
            ["hss: the document is refused: 2 problems", "privateIdentities[0].aka.k: 32 hexadecimal digits are wanted, there are 31", "imsi: 6 to 15 digits"],
            outcome.ErrorLines);
    }

    [Fact]
    public async Task A_stale_etag_names_the_mend()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        shell.Input = "{}";
        var outcome = await shell.RunAsync("subscription", "upsert", "-", "--etag", "6");
        Assert.Equal((ExitCodes.Failed, "hss: the subscription has etag 7\n"), (outcome.ExitCode, outcome.Error));
    }

    [Theory]
    [InlineData("y\n", true)]
    [InlineData("YES\n", true)]
    [InlineData("n\n", false)]
    [InlineData("", false)]
    public async Task Delete_asks_on_a_terminal(string answer, bool isDeleted)
    {
        await using var server = await FakeServer.StartAsync();
        server.Subscriptions.Stored["imsi-1"] = FakeSubscriptions.Example(1);
        using var shell = server.Shell();
        (shell.IsTerminal, shell.Input) = (true, answer);
        var outcome = await shell.RunAsync("subscription", "delete", "imsi-1");
        Assert.StartsWith("Delete subscription imsi-1 and de-register its users? [y/N] ", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(isDeleted ? 0 : ExitCodes.Failed, outcome.ExitCode);
        Assert.Equal(!isDeleted, server.Subscriptions.Stored.ContainsKey("imsi-1"));
        Assert.Equal(isDeleted, server.Subscriptions.Requests.Count > 0);
    }

    [Fact]
    public async Task Delete_does_not_ask_a_script_nor_who_says_yes()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        foreach (var (isTerminal, args) in ((bool, string[])[])[(false, []), (true, ["--yes"]), (true, ["--validate-only"])])
        {
            server.Subscriptions.Stored["imsi-1"] = FakeSubscriptions.Example(1);
            shell.IsTerminal = isTerminal;
            var outcome = await shell.RunAsync(["subscription", "delete", "imsi-1", .. args]);
            Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        }
        Assert.Single(server.Subscriptions.Stored);
        Assert.Equal(ExitCodes.Done, (await shell.RunAsync("subscription", "delete", "imsi-1", "-y")).ExitCode);
        Assert.Equal(ExitCodes.NotFound, (await shell.RunAsync("subscription", "delete", "imsi-1", "-y")).ExitCode);
        Assert.Equal(ExitCodes.Done, (await shell.RunAsync("subscription", "delete", "imsi-1", "-y", "--allow-missing")).ExitCode);
    }

    [Fact]
    public async Task Explain_tells_the_links_and_its_exit_code_is_the_answer()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        server.Subscriptions.Explanation = new()
        {
            Summary = "The UE would be refused: the two identities are of different subscriptions.",
            Result = "DIAMETER_ERROR_IDENTITIES_DONT_MATCH",
            Steps = { new ExplainIdentityResponse.Types.Step { Holds = true, What = "private identity", Explanation = "it is stored" }, new ExplainIdentityResponse.Types.Step { What = "together", Explanation = "put them into one subscription" } },
        };
        var refused = await shell.RunAsync("subscription", "explain", "--private-identity", "a@b", "--public-identity", "sip:a@b", "--visited-network", "b");
        Assert.Equal(ExitCodes.Failed, refused.ExitCode);
        Assert.StartsWith("The UE would be refused", refused.Output, StringComparison.Ordinal);
        Assert.Contains(refused.Lines, line => line.StartsWith("NO", StringComparison.Ordinal) && line.EndsWith("put them into one subscription", StringComparison.Ordinal));
        Assert.Equal(new ExplainIdentityRequest { PrivateIdentity = "a@b", PublicIdentity = "sip:a@b", VisitedNetwork = "b" }, server.Subscriptions.Requests[^1]);
        var json = await shell.RunAsync("subscription", "explain", "--public-identity", "sip:a@b", "-o", "json");
        // A script must find false, not nothing.
        Assert.Contains("\"mayRegister\":false", json.Output, StringComparison.Ordinal);
        server.Subscriptions.Explanation = new() { Summary = "The UE may register.", MayRegister = true };
        Assert.Equal(ExitCodes.Done, (await shell.RunAsync("subscription", "explain", "--public-identity", "sip:a@b")).ExitCode);
        Assert.Equal(ExitCodes.Usage, (await shell.RunAsync("subscription", "explain")).ExitCode);
    }

    [Fact]
    public async Task Watch_shows_each_change_and_no_heartbeat()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        server.Subscriptions.Changes =
        [
            new() { Kind = SubscriptionChange.Types.Kind.Created, SubscriptionId = "imsi-1", ResumeToken = "1", Actor = "crm", ChangeTime = Timestamp.FromDateTime(DateTime.UnixEpoch), Subscription = FakeSubscriptions.Example(1) },
            new() { Kind = SubscriptionChange.Types.Kind.Heartbeat, ResumeToken = "2" },
            new() { Kind = SubscriptionChange.Types.Kind.Deleted, SubscriptionId = "imsi-2", ResumeToken = "3", Actor = "crm" },
        ];
        var table = await shell.RunAsync("subscription", "watch", "--resume-token", "0");
        Assert.Equal(["1970-01-01T00:00:00Z  created  imsi-1  crm", "  deleted  imsi-2  crm"], table.Lines);
        Assert.Equal("0", Assert.IsType<WatchSubscriptionsRequest>(server.Subscriptions.Requests[^1]).ResumeToken);
        var json = await shell.RunAsync("subscription", "watch", "--count", "1", "-o", "json");
        Assert.Contains("\"kind\":\"CREATED\"", Assert.Single(json.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_ends_a_watch_with_130()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        server.Subscriptions.WatchForEver = true;
        using var stop = new CancellationTokenSource();
        var run = shell.RunAsync(stop.Token, "subscription", "watch");
        await server.Subscriptions.Watching.Task;
        await stop.CancelAsync();
        var outcome = await run;
        Assert.Equal((ExitCodes.Interrupted, "hss: interrupted\n"), (outcome.ExitCode, outcome.Error));
    }

    [Fact]
    public async Task An_export_can_be_imported_again_and_compared_with_another()
    {
        await using var server = await FakeServer.StartAsync();
        for (var i = 1; i <= 5; i++) server.Subscriptions.Stored[$"imsi-{i}"] = FakeSubscriptions.Example(i);
        using var shell = server.Shell();
        var screen = await shell.RunAsync("export");
        Assert.Equal((0, 5, "exported 5 subscriptions\n"), (screen.ExitCode, screen.Lines.Length, screen.Error));
        foreach (var own in (string[])["\"etag\"", "\"name\":\"subscriptions", "updateTime"]) Assert.DoesNotContain(own, screen.Output, StringComparison.Ordinal);
        var path = Path.Combine(shell.Folder, "all.jsonl");
        Assert.Equal(0, (await shell.RunAsync("export", "--to", path)).ExitCode);
        Assert.Equal(screen.Output, await File.ReadAllTextAsync(path));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal(ExitCodes.Usage, (await shell.RunAsync("export", "--to", path)).ExitCode);
        server.Subscriptions.Stored.Clear();
        Assert.Equal(0, (await shell.RunAsync("import", path)).ExitCode);
        Assert.Equal(5, server.Subscriptions.Stored.Count);
    }
}
