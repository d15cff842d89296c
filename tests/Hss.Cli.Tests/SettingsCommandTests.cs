using Grpc.Core;
using Hss.Cli.Tests.Support;

namespace Hss.Cli.Tests;

/// <summary>Server, token, certificates, configuration, exit codes: what all commands have in common.</summary>
public sealed class SettingsCommandTests
{
    [Fact]
    public async Task Option_goes_before_environment_before_configuration()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = new Shell();
        shell.File(".config/hss/config.json", $$"""{ "server": "{{server.Address}}", /* for all */ "output": "json", "timeout": "5s", }""");
        Assert.StartsWith("{", (await shell.RunAsync("peer", "list")).Output, StringComparison.Ordinal);
        Assert.StartsWith("IDENTITY", (await shell.RunAsync("peer", "list", "--output", "table")).Output, StringComparison.Ordinal);
        shell["HSS_SERVER"] = "127.0.27.9:1";
        Assert.Equal(ExitCodes.Unavailable, (await shell.RunAsync("peer", "list")).ExitCode);
        Assert.Equal(ExitCodes.Done, (await shell.RunAsync("peer", "list", "--server", "http://" + server.Address)).ExitCode);
        Assert.Equal(ExitCodes.Done, (await shell.RunAsync("--server", server.Address, "peer", "list")).ExitCode);
    }

    [Fact]
    public async Task The_configuration_is_found_by_option_variable_and_XDG()
    {
        await using var server = await FakeServer.StartAsync();
        var text = $$"""{"server":"{{server.Address}}"}""";
        using var shell = new Shell();
        Assert.Equal(0, (await shell.RunAsync("peer", "list", "--config", shell.File("a.json", text))).ExitCode);
        shell["XDG_CONFIG_HOME"] = Path.Combine(shell.Folder, "xdg");
        shell.File("xdg/hss/config.json", text);
        Assert.Equal(0, (await shell.RunAsync("peer", "list")).ExitCode);
        shell["HSS_CONFIG"] = Path.Combine(shell.Folder, "none.json");
        Assert.Equal(ExitCodes.Usage, (await shell.RunAsync("peer", "list")).ExitCode);
    }

    [Theory]
    [InlineData("{\"sever\":\"a:1\"}", "'sever' is not known; there are server, tokenFile, ca, cert, key, timeout, output")]
    [InlineData("{\"server\":1}", "server is no text")]
    [InlineData("{\"server\":\"a:1\",\"server\":\"b:1\"}", "server stands there twice")]
    [InlineData("{\"token\":\"hss_secret\"}", "a token does not belong into it")]
    [InlineData("[]", "no JSON object")]
    [InlineData("{\"server\":", "no valid JSON at line 1")]
    [InlineData("{\"output\":\"xml\"}", "'xml' is no output format")]
    [InlineData("{\"timeout\":\"soon\"}", "'soon' is no time")]
    public async Task A_bad_configuration_is_one_line_with_the_mend(string content, string expected)
    {
        using var shell = new Shell();
        shell.File(".config/hss/config.json", content);
        var outcome = await shell.RunAsync("peer", "list");
        Assert.Equal((ExitCodes.Usage, 1), (outcome.ExitCode, outcome.ErrorLines.Length));
        Assert.Contains(expected, outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hss_secret", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_comes_from_a_file_or_from_the_environment()
    {
        await using var server = await FakeServer.StartAsync(wantsToken: true);
        using var shell = server.Shell();
        var none = await shell.RunAsync("peer", "list");
        Assert.Equal(ExitCodes.NotAllowed, none.ExitCode);
        Assert.Equal("hss: the access token is not known; put the token into HSS_TOKEN or name its file with --token-file, or use --cert and --key\n", none.Error);
        var file = shell.File("token", FakeServer.Token + "\n");
        Assert.Equal(0, (await shell.RunAsync("peer", "list", "--token-file", file)).ExitCode);
        shell["HSS_TOKEN"] = "hss_wrong.one";
        Assert.Equal(ExitCodes.NotAllowed, (await shell.RunAsync("peer", "list")).ExitCode);
        Assert.Equal(0, (await shell.RunAsync("peer", "list", "--token-file", file)).ExitCode);
        shell["HSS_TOKEN"] = FakeServer.Token;
        Assert.Equal(0, (await shell.RunAsync("peer", "list")).ExitCode);
        shell["HSS_TOKEN"] = "";
        shell.File(".config/hss/config.json", "{\"tokenFile\":\"../../token\"}");
        Assert.Equal(0, (await shell.RunAsync("peer", "list")).ExitCode);
    }

    [Theory]
    [InlineData("two words")]
    [InlineData("line\r\nx-injected: 1")]
    public async Task A_token_that_is_none_is_not_repeated(string token)
    {
        using var shell = new Shell();
        shell["HSS_TOKEN"] = token;
        var outcome = await shell.RunAsync("peer", "list");
        Assert.Equal((ExitCodes.Usage, "hss: HSS_TOKEN holds no token: it is one word of letters, digits and signs\n"), (outcome.ExitCode, outcome.Error));
    }

    [Fact]
    public async Task A_token_does_not_travel_in_clear()
    {
        using var shell = new Shell();
        shell["HSS_TOKEN"] = FakeServer.Token;
        var outcome = await shell.RunAsync("peer", "list", "--server", "http://192.0.2.1:50051");
        Assert.Equal((ExitCodes.Usage, "hss: the token would travel in clear to 192.0.2.1:50051; write https://192.0.2.1:50051\n"), (outcome.ExitCode, outcome.Error));
    }

    [Theory]
    [InlineData("127.0.0.1:50051", "http://127.0.0.1:50051/")]
    [InlineData("localhost:1", "http://localhost:1/")]
    [InlineData("[::1]:1", "http://[::1]:1/")]
    [InlineData("hss.example.org:50051", "https://hss.example.org:50051/")]
    [InlineData("https://hss.example.org", "https://hss.example.org/")]
    [InlineData("http://hss.example.org:8080/", "http://hss.example.org:8080/")]
    public void An_address_in_short_is_in_clear_on_the_loopback_only(string text, string expected) => Assert.Equal(expected, Settings.Address(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("localhost")]
    [InlineData("[::1]")]
    [InlineData("host:")]
    [InlineData("host:port")]
    [InlineData("host:1/path")]
    [InlineData("ftp://host:1")]
    [InlineData("https://user:word@host:1")]
    public async Task An_address_that_is_none_is_exit_code_2(string text)
    {
        using var shell = new Shell();
        var outcome = await shell.RunAsync("peer", "list", "--server", text);
        Assert.Equal((ExitCodes.Usage, 1), (outcome.ExitCode, outcome.ErrorLines.Length));
        Assert.Contains("is no address of a server", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_down_is_exit_code_5()
    {
        using var shell = new Shell();
        var outcome = await shell.RunAsync("peer", "list", "--server", "127.0.27.2:1");
        Assert.Equal((ExitCodes.Unavailable, 1), (outcome.ExitCode, outcome.ErrorLines.Length));
        Assert.StartsWith("hss: 127.0.27.2:1 cannot be reached: ", outcome.Error, StringComparison.Ordinal);
        Assert.EndsWith("is it running? --server or HSS_SERVER names another\n", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_speaks_TLS_to_a_server_in_clear_is_told_in_one_line()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = new Shell();
        var outcome = await shell.RunAsync("peer", "list", "--server", "https://" + server.Address);
        Assert.Equal((ExitCodes.Unavailable, 1), (outcome.ExitCode, outcome.ErrorLines.Length));
    }

    [Fact]
    public async Task A_timeout_is_exit_code_5()
    {
        await using var server = await FakeServer.StartAsync();
        server.Subscriptions.WatchForEver = true;
        using var shell = server.Shell();
        var outcome = await shell.RunAsync("subscription", "watch", "--timeout", "200ms");
        Assert.Equal((ExitCodes.Unavailable, 1), (outcome.ExitCode, outcome.ErrorLines.Length));
        Assert.Contains("--timeout", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("30s", 30)]
    [InlineData("1.5", 1.5)]
    [InlineData("5m", 300)]
    public void Times_are_read(string text, double seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), Settings.Time(text));

    [Theory]
    [InlineData("s")]
    [InlineData("-1s")]
    [InlineData("1.2.3s")]
    [InlineData("99999h")]
    [InlineData("1d")]
    public void Times_that_are_none_are_refused(string text) => Assert.Equal(ExitCodes.Usage, Assert.Throws<CliException>(() => Settings.Time(text)).ExitCode);

    [Theory]
    [InlineData(StatusCode.InvalidArgument, ExitCodes.Failed)]
    [InlineData(StatusCode.FailedPrecondition, ExitCodes.Failed)]
    [InlineData(StatusCode.Aborted, ExitCodes.Failed)]
    [InlineData(StatusCode.AlreadyExists, ExitCodes.Failed)]
    [InlineData(StatusCode.ResourceExhausted, ExitCodes.Failed)]
    [InlineData(StatusCode.Unimplemented, ExitCodes.Failed)]
    [InlineData(StatusCode.Internal, ExitCodes.Failed)]
    [InlineData(StatusCode.Cancelled, ExitCodes.Failed)]
    [InlineData(StatusCode.NotFound, ExitCodes.NotFound)]
    [InlineData(StatusCode.Unauthenticated, ExitCodes.NotAllowed)]
    [InlineData(StatusCode.PermissionDenied, ExitCodes.NotAllowed)]
    [InlineData(StatusCode.Unavailable, ExitCodes.Unavailable)]
    [InlineData(StatusCode.DeadlineExceeded, ExitCodes.Unavailable)]
    public async Task Every_status_has_its_exit_code_and_one_line(StatusCode status, int exitCode)
    {
        await using var server = await FakeServer.StartAsync();
        server.Refusal = new(new Status(status, "first line\nsecond \u001b[2J line"));
        using var shell = server.Shell();
        var outcome = await shell.RunAsync("token", "list");
        Assert.Equal((exitCode, 1, ""), (outcome.ExitCode, outcome.ErrorLines.Length, outcome.Output));
        Assert.StartsWith("hss: first line second ?[2J line", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("subscription")]
    [InlineData("subscription", "got")]
    [InlineData("subscription", "get")]
    [InlineData("subscription", "get", "a", "b")]
    [InlineData("subscription", "get", "a", "--servr", "b")]
    [InlineData("subscription", "get", "a", "-o")]
    [InlineData("subscription", "get", "a", "-o", "xml")]
    [InlineData("job", "list", "--state", "lost")]
    [InlineData("job", "list", "--limit", "many")]
    [InlineData("job", "retry", "x")]
    [InlineData("peer", "list", "--timeout", "soon")]
    [InlineData("peer", "list", "--cert", "a.pem")]
    [InlineData("peer", "list", "--ca", "a.pem")]
    [InlineData("token", "create", "crm")]
    [InlineData("subscription", "upsert", "-", "--request-id", "1")]
    [InlineData("subscription", "upsert", "no-such-file")]
    [InlineData("subscription", "get", "a", "--token-file", "no-such-file")]
    public async Task What_cannot_be_understood_is_exit_code_2_and_one_line(params string[] args)
    {
        using var shell = new Shell();
        var outcome = await shell.RunAsync(args);
        Assert.Equal((ExitCodes.Usage, 1, ""), (outcome.ExitCode, outcome.ErrorLines.Length, outcome.Output));
        Assert.StartsWith("hss: ", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_is_there_for_every_command()
    {
        using var shell = new Shell();
        await Look([], HssCommand.Root(new() { Input = Stream.Null, Output = TextWriter.Null, Error = TextWriter.Null, Variable = _ => null }));
        Assert.Equal(ExitCodes.Usage, (await shell.RunAsync()).ExitCode);

        async Task Look(string[] path, System.CommandLine.Command command)
        {
            var help = await shell.RunAsync([.. path, "--help"]);
            Assert.Equal((0, ""), (help.ExitCode, help.Error));
            Assert.False(string.IsNullOrWhiteSpace(command.Description), string.Join(' ', path));
            Assert.Contains("hss " + string.Join(' ', path), help.Output, StringComparison.Ordinal);
            foreach (var option in command.Options.Where(one => !one.Hidden)) Assert.False(string.IsNullOrWhiteSpace(option.Description), $"{string.Join(' ', path)} {option.Name}");
            foreach (var inner in command.Subcommands.Where(one => !one.Hidden)) await Look([.. path, inner.Name], inner);
        }
    }

    [Fact]
    public async Task No_colour_where_none_is_wanted()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        shell.IsTerminal = true;
        Assert.Contains("\u001b[", (await shell.RunAsync("peer", "list")).Output, StringComparison.Ordinal);
        shell["NO_COLOR"] = "1";
        Assert.DoesNotContain("\u001b", (await shell.RunAsync("peer", "list")).Output, StringComparison.Ordinal);
        shell["NO_COLOR"] = "";
        shell["TERM"] = "dumb";
        Assert.DoesNotContain("\u001b", (await shell.RunAsync("peer", "list")).Output, StringComparison.Ordinal);
    }
}
