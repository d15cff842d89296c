using System.Text.Json;
using Hss.Cli.Tests.Support;
using Hss.Provisioning.V1;

namespace Hss.Cli.Tests;

public sealed class IfcCommandTests
{
    // As an export has it: without keys.
    private const string Document = """
        {"subscriptionId":"one","privateIdentities":[{"identity":"a@ims.example.org","aka":{"kFingerprint":"0011223344556677"}}],
         "implicitRegistrationSets":[{"publicIdentities":[{"identity":"sip:barred@ims.example.org","serviceProfile":"other","barred":true},{"identity":"sip:a@ims.example.org","serviceProfile":"volte"}]}],
         "serviceProfiles":[{"name":"volte","initialFilterCriteria":[{"template":"mmtel-originating","parameters":{"as_uri":"sip:as.ims.example.org;lr"}},{"template":"mmtel-terminating","parameters":{"as_uri":"sip:as.ims.example.org;lr"}}]},
                            {"name":"other","initialFilterCriteria":[]}]}
        """;

    private const string Broken = """{"name":"p","initialFilterCriteria":[{"template":"no-such-template"}]}""";

    private const string Invite = "INVITE sip:b@ims.example.org SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1\r\nFrom: <sip:a@ims.example.org>;tag=1\r\nTo: <sip:b@ims.example.org>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n";

    [Fact]
    public async Task Templates_and_sets_are_listed_from_the_files_that_come_with_the_command()
    {
        using var shell = new Shell();
        var table = await shell.RunAsync("ifc", "list");
        Assert.Equal((0, ""), (table.ExitCode, table.Error));
        Assert.Contains(table.Lines, line => line.StartsWith("mmtel-originating ", StringComparison.Ordinal) && line.Contains("as_uri", StringComparison.Ordinal));
        var json = await shell.RunAsync("ifc", "list", "-o", "json");
        Assert.Equal(table.Lines.Length - 1, json.Lines.Length);
        Assert.Contains("\"type\":\"sip-uri\"", json.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await shell.RunAsync("ifc", "list", "--sets")).ExitCode);
        var none = await shell.RunAsync("ifc", "list", "--templates", shell.Folder);
        Assert.Equal((ExitCodes.Usage, 1), (none.ExitCode, none.ErrorLines.Length));
    }

    [Fact]
    public async Task Lint_looks_at_documents_profiles_and_whole_files()
    {
        using var shell = new Shell();
        var good = await shell.RunAsync("ifc", "lint", shell.File("one.json", Document));
        Assert.Equal(0, good.ExitCode);
        shell.Input = Broken;
        var bad = await shell.RunAsync("ifc", "lint", "-");
        Assert.Equal(ExitCodes.Failed, bad.ExitCode);
        Assert.StartsWith("error: initialFilterCriteria[0]", bad.Output, StringComparison.Ordinal);
        var lines = await shell.RunAsync("ifc", "lint", shell.File("all.jsonl", $"\n{Document.ReplaceLineEndings(" ")}\n{Broken}\n{{"), "-o", "json");
        Assert.Equal(ExitCodes.Failed, lines.ExitCode);
        using var answer = JsonDocument.Parse(Assert.Single(lines.Lines));
        Assert.Equal(["line 3: ", "line 4: "], answer.RootElement.GetProperty("errors").EnumerateArray().Select(one => one.GetProperty("field").GetString()![..8]).Distinct());
    }

    [Fact]
    public async Task Render_writes_what_the_S_CSCF_gets()
    {
        using var shell = new Shell();
        var file = shell.File("one.json", Document);
        var xml = await shell.RunAsync("ifc", "render", file);
        Assert.Equal(0, xml.ExitCode);
        Assert.Contains("<ServerName>sip:as.ims.example.org;lr</ServerName>", xml.Output, StringComparison.Ordinal);
        Assert.Contains("<PrivateID>a@ims.example.org</PrivateID>", xml.Output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse((await shell.RunAsync("ifc", "render", file, "-o", "json")).Output);
        Assert.Equal("volte", json.RootElement.GetProperty("serviceProfile").GetProperty("name").GetString());
        Assert.NotEmpty(json.RootElement.GetProperty("serviceProfile").GetProperty("initialFilterCriteria")[0].GetProperty("triggerPoint").GetProperty("servicePointTriggers").EnumerateArray());
        using var other = JsonDocument.Parse((await shell.RunAsync("ifc", "render", file, "-o", "json", "--public-identity", "sip:barred@ims.example.org")).Output);
        Assert.Equal("other", other.RootElement.GetProperty("serviceProfile").GetProperty("name").GetString());
        Assert.Equal(ExitCodes.NotFound, (await shell.RunAsync("ifc", "render", file, "--public-identity", "sip:x@ims.example.org")).ExitCode);
        shell.Input = Broken;
        var bad = await shell.RunAsync("ifc", "render", "-");
        Assert.Equal((ExitCodes.Failed, 1, ""), (bad.ExitCode, bad.ErrorLines.Length, bad.Output));
    }

    [Fact]
    public async Task Simulate_says_who_is_reached_and_why_the_others_are_not()
    {
        using var shell = new Shell();
        var file = shell.File("one.json", Document);
        shell.Input = Invite;
        var outcome = await shell.RunAsync("ifc", "simulate", file, "--message", "-", "--session-case", "originating-registered");
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.Contains(outcome.Lines, line => line.StartsWith("fires", StringComparison.Ordinal) && line.EndsWith("(mmtel-originating)", StringComparison.Ordinal));
        Assert.Contains(outcome.Lines, line => line.StartsWith("- ", StringComparison.Ordinal) && line.EndsWith("(mmtel-terminating)", StringComparison.Ordinal));
        Assert.Contains("fails: ", outcome.Output, StringComparison.Ordinal);
        Assert.Equal("reached in this order: sip:as.ims.example.org;lr", outcome.Lines[^1]);
        Assert.Contains("\"fires\":false", (await shell.RunAsync("ifc", "simulate", file, "--message", "-", "--session-case", "ORIGINATING_REGISTERED", "-o", "json")).Output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Usage, (await shell.RunAsync("ifc", "simulate", file, "--message", "-")).ExitCode);
        Assert.Equal(ExitCodes.Usage, (await shell.RunAsync("ifc", "simulate", file, "--message", "-", "--session-case", "terminating-registered", "--state", "unregistered")).ExitCode);
        Assert.Equal(ExitCodes.Usage, (await shell.RunAsync("ifc", "simulate", "-", "--message", "-", "--session-case", "terminating-registered")).ExitCode);
    }

    [Fact]
    public async Task A_stored_subscription_is_looked_at_by_the_server()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        shell.Input = Invite;
        Assert.Equal(ExitCodes.Failed, (await shell.RunAsync("ifc", "lint", "--subscription", "one")).ExitCode);
        Assert.Equal("<a></a>\n", (await shell.RunAsync("ifc", "render", "--subscription", "one", "--public-identity", "sip:a@b")).Output);
        Assert.Equal(new ServiceProfileSource { Subscription = "subscriptions/one", PublicIdentity = "sip:a@b" }, server.Profiles.Sources[^1]);
        Assert.Equal("no application server is reached\n", (await shell.RunAsync("ifc", "simulate", "--subscription", "one", "--message", "-", "--session-case", "terminating-unregistered")).Output);
        Assert.False(server.Profiles.Simulated!.Registered);
        Assert.Contains("of-the-server", (await shell.RunAsync("ifc", "list", "--online")).Output, StringComparison.Ordinal);
        Assert.Equal("no set\n", (await shell.RunAsync("ifc", "list", "--online", "--sets")).Output);
        foreach (var wrong in (string[][])[["ifc", "lint"], ["ifc", "lint", "-", "--subscription", "one"], ["ifc", "lint", "--templates", "x", "--subscription", "one"], ["ifc", "list", "--online", "--templates", "x"]])
            Assert.Equal(ExitCodes.Usage, (await shell.RunAsync(wrong)).ExitCode);
    }
}
