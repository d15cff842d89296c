using Hss.Cli.Tests.Support;
using Hss.Provisioning.V1;

namespace Hss.Cli.Tests;

public sealed class ImportCommandTests
{
    private static string Documents(int count, params int[] bad) =>
        string.Concat(Enumerable.Range(1, count).Select(line => bad.Contains(line) ? "{\"subscriptionId\":\n" : $"{{\"subscriptionId\":\"imsi-{line:D5}\"}}\n"));

    [Fact]
    public async Task A_file_goes_into_the_store_and_leaves_no_resume_file()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        var file = shell.File("all.jsonl", "\n" + Documents(10) + "   \r\n" + "{\"subscriptionId\":\"last\"}");
        var outcome = await shell.RunAsync("import", file);
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Output));
        Assert.Equal($"{file}: 11 documents: 11 created, 0 updated, 0 unchanged, 0 refused", outcome.ErrorLines[^1]);
        // Lines as an editor counts them, the empty ones too.
        Assert.Equal([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13], server.Subscriptions.ImportedLines);
        Assert.False(File.Exists(file + ".hss-resume"));
    }

    [Fact]
    public async Task A_bad_document_is_named_by_file_line_and_field_and_the_mended_file_goes_on()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        var file = shell.File("all.jsonl", Documents(10, bad: 8));
        var refused = await shell.RunAsync("import", file);
        Assert.Equal(ExitCodes.Failed, refused.ExitCode);
        Assert.Contains($"{file}:8: imsi-x: privateIdentities[0].aka.k: 32 hexadecimal digits are wanted", refused.ErrorLines);
        Assert.Contains(refused.ErrorLines, line => line.Contains("everything up to line 6 is stored", StringComparison.Ordinal));
        Assert.Contains("\"committedLine\":6,", await File.ReadAllTextAsync(file + ".hss-resume"), StringComparison.Ordinal);

        await File.WriteAllTextAsync(file, Documents(10));
        server.Subscriptions.ImportedLines.Clear();
        var mended = await shell.RunAsync("import", file);
        Assert.Equal(0, mended.ExitCode);
        Assert.Contains("going on with line 7", mended.Error, StringComparison.Ordinal);
        Assert.Equal([7, 8, 9, 10], server.Subscriptions.ImportedLines);
        Assert.False(File.Exists(file + ".hss-resume"));
    }

    [Fact]
    public async Task A_server_that_goes_away_leaves_a_place_to_resume_at()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        var file = shell.File("all.jsonl", Documents(20));
        server.Subscriptions.BreakAfter = 10;
        var broken = await shell.RunAsync("import", file);
        Assert.Equal(ExitCodes.Unavailable, broken.ExitCode);
        Assert.Contains("everything up to line 9 is stored; the same command goes on there", broken.Error, StringComparison.Ordinal);
        server.Subscriptions.BreakAfter = int.MaxValue;
        Assert.Equal(0, (await shell.RunAsync("import", file)).ExitCode);
        Assert.Equal(Enumerable.Range(1, 20).Select(line => (long)line), server.Subscriptions.ImportedLines);
    }

    [Fact]
    public async Task A_file_that_changed_above_the_place_is_not_resumed()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        var file = shell.File("all.jsonl", Documents(10, bad: 8));
        await shell.RunAsync("import", file);
        await File.WriteAllTextAsync(file, "{\"subscriptionId\":\"inserted\"}\n" + Documents(10));
        server.Subscriptions.ImportedLines.Clear();
        var moved = await shell.RunAsync("import", file);
        Assert.Equal(ExitCodes.Failed, moved.ExitCode);
        Assert.Contains("--restart", moved.Error, StringComparison.Ordinal);
        Assert.Empty(server.Subscriptions.ImportedLines);
        Assert.Equal(0, (await shell.RunAsync("import", file, "--restart")).ExitCode);
        Assert.Equal(11, server.Subscriptions.ImportedLines.Count);
        // Shorter than the place to go on at.
        shell.File("all.jsonl.hss-resume", "{\"committedLine\":99,\"fingerprint\":\"00\"}");
        Assert.Equal(ExitCodes.Failed, (await shell.RunAsync("import", file)).ExitCode);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("{\"committedLine\":\"x\"}")]
    [InlineData("{\"committedLine\":-1,\"fingerprint\":\"00\"}")]
    public async Task A_resume_file_that_is_none_is_refused(string content)
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        var file = shell.File("all.jsonl", Documents(3));
        shell.File("all.jsonl.hss-resume", content);
        var outcome = await shell.RunAsync("import", file);
        Assert.Equal((ExitCodes.Usage, 1), (outcome.ExitCode, outcome.ErrorLines.Length));
        Assert.Contains("--restart", outcome.Error, StringComparison.Ordinal);
        Assert.Empty(server.Calls);
    }

    [Fact]
    public async Task Continue_on_error_leaves_out_the_bad_ones_and_says_so_by_its_exit_code()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        var file = shell.File("all.jsonl", Documents(10, 2, 8));
        var outcome = await shell.RunAsync("import", file, "--continue-on-error");
        Assert.Equal(ExitCodes.Failed, outcome.ExitCode);
        Assert.Contains("8 created, 0 updated, 0 unchanged, 2 refused", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(8, server.Subscriptions.Stored.Count);
        Assert.False(File.Exists(file + ".hss-resume"));
    }

    [Fact]
    public async Task Validate_only_writes_nothing_anywhere()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        var file = shell.File("all.jsonl", Documents(10, 8));
        var outcome = await shell.RunAsync("import", file, "--validate-only");
        Assert.Equal(ExitCodes.Failed, outcome.ExitCode);
        Assert.Contains("nothing was changed", outcome.Error, StringComparison.Ordinal);
        Assert.Empty(server.Subscriptions.Stored);
        Assert.Equal([file], Directory.GetFiles(shell.Folder));
    }

    [Fact]
    public async Task Machines_read_problems_and_the_end_as_json()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        var outcome = await shell.RunAsync("import", shell.File("all.jsonl", Documents(10, 8)), "-o", "json", "--continue-on-error");
        Assert.Equal(2, outcome.Lines.Length);
        Assert.Contains("\"line\":\"8\"", outcome.Lines[0], StringComparison.Ordinal);
        Assert.Contains("\"done\":true", outcome.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_standard_input_is_resumed_by_hand()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        shell.Input = Documents(10, 8);
        var refused = await shell.RunAsync("import", "-");
        Assert.Contains("with --resume-from 7", refused.Error, StringComparison.Ordinal);
        server.Subscriptions.ImportedLines.Clear();
        shell.Input = Documents(10);
        Assert.Equal(0, (await shell.RunAsync("import", "-", "--resume-from", "7")).ExitCode);
        Assert.Equal([7, 8, 9, 10], server.Subscriptions.ImportedLines);
        Assert.Empty(Directory.GetFiles(shell.Folder));
    }

    [Fact]
    public async Task A_terminal_sees_a_bar_and_nothing_of_it_is_left()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        shell.IsTerminal = true;
        var outcome = await shell.RunAsync("import", shell.File("all.jsonl", Documents(50, 8)), "--continue-on-error");
        Assert.Equal((ExitCodes.Failed, ""), (outcome.ExitCode, outcome.Output));
        Assert.Contains("%", outcome.Error, StringComparison.Ordinal);
        Assert.Contains(":8: imsi-x: privateIdentities[0].aka.k", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("49 created, 0 updated, 0 unchanged, 1 refused", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_sees_a_line_now_and_then_without_colours()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        var outcome = await shell.RunAsync("import", shell.File("all.jsonl", Documents(300)));
        Assert.InRange(outcome.ErrorLines.Length, 1, 12);
        Assert.DoesNotContain("\u001b", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_none_is_said_before_anything_is_sent()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        Assert.Equal(ExitCodes.Usage, (await shell.RunAsync("import", Path.Combine(shell.Folder, "none.jsonl"))).ExitCode);
        Assert.Equal(ExitCodes.Usage, (await shell.RunAsync("import", shell.Folder)).ExitCode);
        Assert.Equal(ExitCodes.Usage, (await shell.RunAsync("import", shell.File("a.jsonl", ""), "--resume-from", "2", "--restart")).ExitCode);
        Assert.Empty(server.Calls);
    }

    [Fact]
    public async Task A_line_without_end_stops_the_import_after_what_was_good()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        var outcome = await shell.RunAsync("import", shell.File("all.jsonl", Documents(3) + new string(' ', JsonLines.MaxLineBytes + 1)));
        Assert.Equal(ExitCodes.Failed, outcome.ExitCode);
        Assert.Contains("line 4 is longer than", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(3, server.Subscriptions.Stored.Count);
    }

    [Fact]
    public async Task A_wrong_token_ends_an_import_too()
    {
        await using var server = await FakeServer.StartAsync(wantsToken: true);
        using var shell = server.Shell();
        var outcome = await shell.RunAsync("import", shell.File("all.jsonl", Documents(2000)));
        Assert.Equal((ExitCodes.NotAllowed, 1), (outcome.ExitCode, outcome.ErrorLines.Length));
    }

    private const string Csv = "subscription_id,private_identity,public_identities,password\n"
        + "one,a@ims.example.org,sip:a@ims.example.org,first\n"
        + "two,b@ims.example.org,not an identity,second\n"
        + "three,c@ims.example.org,sip:c@ims.example.org,third\n";

    [Fact]
    public async Task A_CSV_file_with_a_bad_line_ends_there_or_goes_without_it()
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        var file = shell.File("all.csv", Csv);
        var stopped = await shell.RunAsync("import", file);
        Assert.Equal(ExitCodes.Failed, stopped.ExitCode);
        Assert.Contains(stopped.ErrorLines, line => line.StartsWith($"{file}: line 3: ", StringComparison.Ordinal));
        Assert.Equal([2], server.Subscriptions.ImportedLines);

        var whole = await shell.RunAsync("import", file, "--continue-on-error", "--restart");
        Assert.Equal(ExitCodes.Failed, whole.ExitCode);
        Assert.Equal([2, 2, 4], server.Subscriptions.ImportedLines);
        Assert.DoesNotContain("second", whole.Error + whole.Output, StringComparison.Ordinal);

        server.Subscriptions.ImportedLines.Clear();
        (shell.Input, file) = (Csv.Replace("not an identity", "sip:b@ims.example.org", StringComparison.Ordinal), "-");
        Assert.Equal(0, (await shell.RunAsync("import", file, "--format", "csv")).ExitCode);
        Assert.Equal([2, 3, 4], server.Subscriptions.ImportedLines);
    }

    [Fact]
    public async Task Documents_may_go_into_a_file_for_its_owner_alone()
    {
        using var shell = new Shell();
        var (file, to) = (shell.File("all.csv", Csv), Path.Combine(shell.Folder, "all.jsonl"));
        Assert.Equal(ExitCodes.Failed, (await shell.RunAsync("import", file, "--to", to)).ExitCode);
        Assert.False(File.Exists(to));
        var outcome = await shell.RunAsync("import", file, "--to", to, "--continue-on-error", "-o", "json");
        Assert.Equal(ExitCodes.Failed, outcome.ExitCode);
        Assert.Contains("\"documents\":2,\"refused\":1", Assert.Single(outcome.Lines), StringComparison.Ordinal);
        Assert.Equal(2, (await File.ReadAllLinesAsync(to)).Length);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(to));
        Assert.Equal(ExitCodes.Usage, (await shell.RunAsync("import", file, "--to", to)).ExitCode);
    }

    [Theory]
    [InlineData("--from", "pyhss")]
    [InlineData("--from", "fhoss")]
    [InlineData("--from", "opensips")]
    [InlineData("--from", "pyhss", "--format", "csv")]
    [InlineData("--from", "fhoss", "--domain", "ims.example.org")]
    [InlineData("--local-numbers")]
    [InlineData("--from", "pyhss", "--mnc-digits", "4")]
    [InlineData("--from", "pyhss", "--ifc-map", "no-such-file")]
    public async Task A_foreign_file_that_is_none_is_one_line(params string[] args)
    {
        await using var server = await FakeServer.StartAsync();
        using var shell = server.Shell();
        var outcome = await shell.RunAsync(["import", shell.File("all.db", "this is neither"), .. args]);
        Assert.True(outcome.ExitCode is ExitCodes.Usage or ExitCodes.Failed, outcome.Error);
        Assert.DoesNotContain("unexpected", outcome.Error, StringComparison.Ordinal);
        Assert.Empty(server.Subscriptions.ImportedLines);
    }
}
