using Hss.Cli.Tests.Support;
using Hss.Provisioning.V1;

namespace Hss.Cli.Tests;

/// <summary>Jobs, peers, tokens, audit, credentials.</summary>
public sealed class OperationCommandTests
{
    private const string K = "8BAF473F2F8FD09487CCCBD7097C6862";
    private const string Opc = "8E27B6AF0E692E750F32667A3B14605D";

    [Fact]
    public async Task Jobs_are_listed_retried_and_forced()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        var list = await shell.RunAsync("job", "list", "--state", "pending", "--identity", "tel:+12125550001");
        Assert.Equal((0, 2), (list.ExitCode, list.Lines.Length));
        Assert.StartsWith("12  RTR   pending", list.Lines[1], StringComparison.Ordinal);
        var request = Assert.IsType<ListJobsRequest>(server.Registrations.Requests[^1]);
        Assert.Equal((Job.Types.State.Pending, "tel:+12125550001"), (request.State, request.Identity));
        Assert.Contains("\"state\":\"PENDING\"", (await shell.RunAsync("job", "retry", "12", "-o", "json")).Output, StringComparison.Ordinal);
        Assert.Contains("forced", (await shell.RunAsync("job", "force", "12")).Output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.NotFound, (await shell.RunAsync("job", "retry", "13")).ExitCode);
    }

    [Fact]
    public async Task Peers_are_listed_and_disconnected()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        var list = await shell.RunAsync("peer", "list");
        Assert.Contains("scscf.ims.mnc001.mcc001.3gppnetwork.org", list.Lines[1], StringComparison.Ordinal);
        Assert.EndsWith("not configured, TLS", list.Lines[1], StringComparison.Ordinal);
        Assert.Contains("\"isRelay\":false", (await shell.RunAsync("peer", "list", "-o", "json")).Output, StringComparison.Ordinal);
        Assert.Equal("disconnected: scscf.example.org\n", (await shell.RunAsync("peer", "disconnect", "scscf.example.org")).Output);
        Assert.Equal(ExitCodes.NotFound, (await shell.RunAsync("peer", "disconnect", "unknown.example.org")).ExitCode);
    }

    [Fact]
    public async Task A_token_is_shown_this_once_and_alone_on_the_output()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        shell.Time = new FixedTime(new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero));
        var outcome = await shell.RunAsync("token", "create", "crm", "--role", "authentication-admin", "--expires", "30d");
        Assert.Equal((0, FakeTokens.Made + "\n"), (outcome.ExitCode, outcome.Output));
        Assert.DoesNotContain(FakeTokens.Made, outcome.Error, StringComparison.Ordinal);
        var request = Assert.IsType<CreateAccessTokenRequest>(server.Tokens.Requests[^1]);
        Assert.Equal((Role.AuthenticationAdmin, new DateTime(2026, 12, 22, 0, 0, 0, DateTimeKind.Utc)), (request.Role, request.ExpireTime.ToDateTime()));
        Assert.Contains($"\"token\":\"{FakeTokens.Made}\"", (await shell.RunAsync("token", "create", "crm", "--role", "reader", "-o", "json")).Output, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Usage, (await shell.RunAsync("token", "create", "crm", "--role", "reader", "--expires", "2020-01-01")).ExitCode);
        Assert.Equal(ExitCodes.Usage, (await shell.RunAsync("token", "create", "crm", "--role", "king")).ExitCode);
    }

    [Fact]
    public async Task A_token_may_go_into_a_file_instead()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        var file = Path.Combine(shell.Folder, "crm.token");
        Assert.Equal(ExitCodes.Failed, (await shell.RunAsync("token", "create", "taken", "--role", "reader", "--to", file)).ExitCode);
        Assert.False(File.Exists(file));
        var outcome = await shell.RunAsync("token", "create", "crm", "--role", "reader", "--to", file);
        Assert.Equal(0, outcome.ExitCode);
        Assert.DoesNotContain(FakeTokens.Made, outcome.Output + outcome.Error, StringComparison.Ordinal);
        Assert.Equal(FakeTokens.Made + "\n", await File.ReadAllTextAsync(file));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        // The one that exists is somebody's.
        Assert.Equal(ExitCodes.Usage, (await shell.RunAsync("token", "create", "crm", "--role", "reader", "--to", file)).ExitCode);
    }

    [Fact]
    public async Task Tokens_are_listed_and_revoked()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        Assert.Equal("crm   authentication admin  1970-01-01T00:00:00Z  offline  never", (await shell.RunAsync("token", "list")).Lines[1]);
        Assert.Contains("\"role\":\"AUTHENTICATION_ADMIN\"", (await shell.RunAsync("token", "list", "-o", "json")).Output, StringComparison.Ordinal);
        Assert.Equal("revoked: crm\n", (await shell.RunAsync("token", "revoke", "crm")).Output);
    }

    [Fact]
    public async Task Changes_are_listed_and_undone()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        shell.Time = new FixedTime(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));
        var list = await shell.RunAsync("audit", "list", "--subscription", "imsi-1", "--actor", "crm", "--since", "24h");
        Assert.StartsWith("41", list.Lines[1], StringComparison.Ordinal);
        var request = Assert.IsType<ListAuditRecordsRequest>(server.Audit.Requests[^1]);
        Assert.Equal(("imsi-1", "crm", new DateTime(2026, 11, 21, 12, 0, 0, DateTimeKind.Utc)), (request.SubscriptionId, request.Actor, request.Since.ToDateTime()));
        var json = await shell.RunAsync("audit", "list", "--since", "2026-11-21", "-o", "json");
        Assert.Contains("\"undoes\":\"0\"", json.Output, StringComparison.Ordinal);
        Assert.Contains("\"after\":{\"name\":\"subscriptions/", json.Output, StringComparison.Ordinal);
        Assert.Equal("undone: 41, imsi-001010000000001; this is change 42\n", (await shell.RunAsync("audit", "undo", "41")).Output);
        Assert.Equal("can be undone, nothing changed: 41\n", (await shell.RunAsync("audit", "undo", "41", "--validate-only")).Output);
        var late = await shell.RunAsync("audit", "undo", "40");
        Assert.Equal((ExitCodes.Failed, "hss: the subscription was changed again since, by change 43\n"), (late.ExitCode, late.Error));
        Assert.Equal(ExitCodes.Usage, (await shell.RunAsync("audit", "list", "--since", "yesterday")).ExitCode);
    }

    [Fact]
    public async Task Keys_come_from_files_or_the_standard_input()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        shell.Input = K + "\r\nmore";
        var outcome = await shell.RunAsync("credentials", "set", "a@b", "--k", "-", "--opc", "@" + shell.File("opc", Opc + "\n"), "--amf", "8000", "--etag", "7");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("0011223344556677", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(K, outcome.Output + outcome.Error, StringComparison.OrdinalIgnoreCase);
        var request = server.Authentication.Requests[^1];
        Assert.Equal(("a@b", K, Opc, "8000", "7"), (request.PrivateIdentity, request.Aka.K, request.Aka.Opc, request.Aka.Amf, request.Etag));
        Assert.Null(request.SipDigest);
    }

    [Fact]
    public async Task Encrypted_keys_passwords_and_documents_are_taken_too()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        Assert.Equal(0, (await shell.RunAsync("credentials", "set", "a@b", "--encrypted-k", "@" + shell.File("k", K), "--encrypted-opc", "@" + shell.File("opc", Opc), "--transport-key", "vendor")).ExitCode);
        Assert.Equal((K, Opc, "vendor"), (server.Authentication.Requests[^1].Aka.EncryptedK, server.Authentication.Requests[^1].Aka.EncryptedOpc, server.Authentication.Requests[^1].Aka.TransportKey));
        Assert.Equal(0, (await shell.RunAsync("credentials", "set", "a@b", "--password", "@" + shell.File("p", "with blank "), "--realm", "b", "--keep-password")).ExitCode);
        Assert.Equal(("with blank ", "b", true), (server.Authentication.Requests[^1].SipDigest.Password, server.Authentication.Requests[^1].SipDigest.Realm, server.Authentication.Requests[^1].SipDigest.KeepPasswordForLegacyDigestMd5));
        shell.Input = $$"""{"identity":"a@b","aka":{"k":"{{K}}","opc":"{{Opc}}"},"allowedSchemes":["Digest-AKAv1-MD5"]}""";
        Assert.Equal(0, (await shell.RunAsync("credentials", "set", "a@b", "--document", "-", "-o", "json")).ExitCode);
        Assert.Equal((K, "Digest-AKAv1-MD5"), (server.Authentication.Requests[^1].Aka.K, Assert.Single(server.Authentication.Requests[^1].AllowedSchemes)));
    }

    [Theory]
    [InlineData("--k", K)]
    [InlineData("--k", "@no-such-file")]
    [InlineData("--k", "-", "--opc", "-")]
    [InlineData("--amf")]
    [InlineData("--document", "-")]
    public async Task A_key_on_the_command_line_is_refused_and_not_repeated(params string[] args)
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        shell.Input = "{\"aka\":{\"k\":" + K + "}}";
        var outcome = await shell.RunAsync(["credentials", "set", "a@b", .. args]);
        Assert.Equal((ExitCodes.Usage, 1), (outcome.ExitCode, outcome.ErrorLines.Length));
        Assert.DoesNotContain(K, outcome.Error, StringComparison.Ordinal);
        Assert.Empty(server.Calls);
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
