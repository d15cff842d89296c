using System.Diagnostics;
using Hss.Cli.Tests.Support;

namespace Hss.Cli.Tests;

public sealed class CompletionCommandTests
{
    [Theory]
    [InlineData("subscription upsert", "sub")]
    [InlineData("subscription", "s")]
    [InlineData("get list", "subscription", "")]
    [InlineData("get", "subscription", "g")]
    [InlineData("--server", "subscription", "get", "--se")]
    [InlineData("table json", "subscription", "get", "--output", "")]
    [InlineData("json", "subscription", "get", "-o", "j")]
    [InlineData("--output=json", "peer", "list", "--output=j")]
    [InlineData("failed forced", "job", "list", "--state", "f")]
    [InlineData("list", "--server", "job", "peer", "l")]
    [InlineData("bash zsh fish", "completion", "")]
    [InlineData("permit put", "as", "p")]
    [InlineData("list show delete", "as", "repository", "")]
    [InlineData("repository-data reference-location-information", "as", "permit", "host", "re")]
    [InlineData("", "subscription", "get", "")]
    [InlineData("", "nonsense", "--nonsense=")]
    public async Task What_may_come_next(string expected, params string[] words)
    {
        using var shell = new Shell();
        var outcome = await shell.RunAsync(["complete-words", "--", .. words]);
        var candidates = outcome.Lines.Select(line => line.Split('\t')[0]).ToArray();
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        if (expected.Length == 0) Assert.Empty(candidates);
        var wanted = expected.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(wanted.Where(word => word.StartsWith(words[^1], StringComparison.Ordinal)), word => Assert.Contains(word, candidates));
        Assert.All(candidates, word => Assert.StartsWith(words[^1], word, StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("complete-words", candidates);
    }

    [Theory]
    [InlineData("hss subscr", "subscription")]
    [InlineData("hss subscription l", "list")]
    [InlineData("hss subscription list --lim", "--limit")]
    [InlineData("hss job list --state acknow", "acknowledged")]
    [InlineData("hss peer list --output js", "json")]
    [InlineData("hss peer list --output = js", "json")]
    [InlineData("hss peer list --output=js", "json")]
    public async Task Bash_completes_with_the_script(string line, string expected)
    {
        // A shell function stands for the installed command; the script itself is the one that people source.
        using var shell = new Shell();
        var script = shell.File("hss.bash", (await shell.RunAsync("completion", "bash")).Output);
        var bin = Path.Combine(shell.Folder, "bin");
        Directory.CreateDirectory(bin);
        var program = shell.File("bin/hss", $"#!/bin/sh\nexec dotnet '{typeof(HssCommand).Assembly.Location}' \"$@\"\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var words = string.Join(' ', line.Split(' ').Select(word => $"'{word}'"));
        var (exitCode, output) = await BashAsync($"""
            set -eu
            export PATH='{bin}':"$PATH"
            source '{script}'
            COMP_WORDS=({words}); COMP_CWORD=$(( {"${#COMP_WORDS[@]}"} - 1 )); COMP_LINE='{line}'; COMP_POINT={"${#COMP_LINE}"}
            _hss
            printf '%s\n' "{"${COMPREPLY[@]}"}"
            complete -p hss
            """);
        Assert.Equal(0, exitCode);
        Assert.Equal([expected, "complete -o default -F _hss hss"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("bash", "bash")]
    [InlineData("zsh", "zsh")]
    [InlineData("fish", "fish")]
    public async Task The_script_is_well_formed(string name, string program)
    {
        using var shell = new Shell();
        var outcome = await shell.RunAsync("completion", name);
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.Contains("complete-words", outcome.Output, StringComparison.Ordinal);
        var script = shell.File("script", outcome.Output);
        // The other shells are not on every machine; where they are, they read it.
        var (exitCode, output) = await BashAsync($"if command -v {program} >/dev/null; then {program} -n '{script}' 2>&1; fi");
        Assert.Equal((0, ""), (exitCode, output));
    }

    private static async Task<(int ExitCode, string Output)> BashAsync(string script)
    {
        using var bash = Process.Start(new ProcessStartInfo("bash") { ArgumentList = { "--noprofile", "--norc", "-c", script }, RedirectStandardOutput = true })!;
        var output = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        return (bash.ExitCode, output);
    }
}
