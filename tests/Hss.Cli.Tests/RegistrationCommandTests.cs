using Hss.Cli.Tests.Support;
using Hss.Provisioning.V1;

namespace Hss.Cli.Tests;

public sealed class RegistrationCommandTests
{
    [Fact]
    public async Task Get_shows_state_server_and_remarks()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        var outcome = await shell.RunAsync("registration", "get", "--public-identity", "tel:+12125550001");
        Assert.Equal((0, 2), (outcome.ExitCode, outcome.Lines.Length));
        foreach (var word in (string[])["registered", "tel:+12125550001", "sip:scscf.ims.mnc001.mcc001.3gppnetwork.org:6060", "User-Data outdated"])
            Assert.Contains(word, outcome.Lines[1], StringComparison.Ordinal);
        var json = await shell.RunAsync("registration", "get", "--private-identity", "a@b", "-o", "json");
        Assert.Contains("\"reassignmentPending\":false", Assert.Single(json.Lines), StringComparison.Ordinal);
        Assert.Equal(new GetRegistrationRequest { PrivateIdentity = "a@b" }, server.Registrations.Requests[^1]);
    }

    [Fact]
    public async Task List_filters_and_pages()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        var all = await shell.RunAsync("registration", "list", "--server-name", "sip:a\"b", "--diameter-host", "h", "-o", "json");
        Assert.Equal((0, 2), (all.ExitCode, all.Lines.Length));
        Assert.Equal("server_name = \"sip:a\\\"b\" AND diameter_host = \"h\"", ((ListRegistrationsRequest)server.Registrations.Requests[^1]).Filter);
        var one = await shell.RunAsync("registration", "list", "--limit", "1");
        Assert.Equal(2, one.Lines.Length);
        Assert.Contains("more than 1", one.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deregister_sends_the_reason_and_says_by_its_exit_code_whether_anything_was_written()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        var outcome = await shell.RunAsync("registration", "deregister", "--private-identity", "a@b", "--reason", "remove-s-cscf", "--info", "moved");
        Assert.Equal((0, "de-registering: a@b; hss job list shows what comes of it\n"), (outcome.ExitCode, outcome.Output));
        var request = Assert.IsType<DeregisterRequest>(server.Registrations.Requests[^1]);
        Assert.Equal((DeregisterRequest.Types.Reason.RemoveSCscf, "moved", "a@b", ""), (request.Reason, request.Info, request.PrivateIdentity, request.PublicIdentity));
        server.Registrations.Writes = false;
        Assert.Equal(ExitCodes.Failed, (await shell.RunAsync("registration", "deregister", "--public-identity", "sip:a@b")).ExitCode);
        Assert.Equal(DeregisterRequest.Types.Reason.PermanentTermination, ((DeregisterRequest)server.Registrations.Requests[^1]).Reason);
    }

    [Theory]
    [InlineData("registration", "get")]
    [InlineData("registration", "get", "--private-identity", "a@b", "--public-identity", "sip:a@b")]
    [InlineData("registration", "deregister")]
    [InlineData("registration", "deregister", "--private-identity", "a@b", "--reason", "because")]
    public async Task One_identity_is_wanted(params string[] args)
    {
        using var shell = new Shell();
        Assert.Equal(ExitCodes.Usage, (await shell.RunAsync(args)).ExitCode);
    }

    [Fact]
    public async Task Destructive_verbs_ask_on_a_terminal()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        (shell.IsTerminal, shell.Input) = (true, "n\n");
        string[][] verbs =
        [
            ["registration", "deregister", "--private-identity", "a@b"], ["job", "force", "12"], ["peer", "disconnect", "scscf.example.org"],
            ["token", "revoke", "crm"], ["audit", "undo", "41"],
        ];
        foreach (var verb in verbs)
        {
            var refused = await shell.RunAsync(verb);
            Assert.Equal(ExitCodes.Failed, refused.ExitCode);
            Assert.EndsWith("? [y/N] hss: nothing was done\n", refused.Error, StringComparison.Ordinal);
            Assert.Empty(server.Calls);
        }
        foreach (var verb in verbs) Assert.Equal(ExitCodes.Done, (await shell.RunAsync([.. verb, "--yes"])).ExitCode);
        Assert.Equal(verbs.Length, server.Calls.Count);
    }
}
