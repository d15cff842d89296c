using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Hss.Cli.Tests.Documentation;

/// <summary>A page of docs/ whose commands are run, in their order and by a shell, and whose printed output is compared with what came.</summary>
/// Shape of a page: blocks fenced with ```console are run; a line "$ command" is one command (one that ends with a backslash goes on in the next line, and
/// lines "> text" below it belong to it, as the shell shows them for a here-document),
/// the lines below it are its output, standard error included. In the expected output … stands for any text within a line, and a line that is only … for any
/// number of lines: for what is random, or is a time. Blocks fenced otherwise are only read. Blanks at the end of a line do not count.
/// All commands of a page run in one bash, in one empty folder: variables, files and $? live on, as at a terminal. hss is the built command.
internal static partial class DocumentedCommands
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    /// <summary>Runs a page. Returns one text for each command whose output differs; none when the page is true.</summary>
    /// <param name="variables">Environment of the commands, such as HSS_SERVER.</param>
    public static async Task<IReadOnlyList<string>> RunAsync(string page, string hssAssembly, IReadOnlyDictionary<string, string> variables)
    {
        var steps = Read(page);
        if (steps.Count == 0) throw new ArgumentException("this page has no command to run", nameof(page));
        var folder = Directory.CreateTempSubdirectory("hss-page-").FullName;
        try
        {
            var outputs = await RunAsync(steps, folder, hssAssembly, variables).ConfigureAwait(false);
            var differences = new List<string>();
            for (var i = 0; i < steps.Count; i++)
            {
                var actual = i < outputs.Count ? outputs[i] : "(not reached)\n";
                if (!Matches(steps[i].Expected, Lines(actual))) differences.Add($"$ {steps[i].Command}\n--- printed\n{string.Join('\n', steps[i].Expected)}\n--- came\n{actual}");
            }
            return differences;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The commands of a page, each with the lines that are printed below it.</summary>
    public static IReadOnlyList<(string Command, string[] Expected)> Read(string page)
    {
        var steps = new List<(string, string[])>();
        foreach (Match block in Block().Matches(page.ReplaceLineEndings("\n")))
        {
            var lines = Lines(block.Groups[1].Value);
            for (var i = 0; i < lines.Length;)
            {
                if (!lines[i].StartsWith("$ ", StringComparison.Ordinal))
                    throw new FormatException($"a block of commands begins with output: {lines[i]}");
                var command = new StringBuilder(lines[i++][2..]);
                while (i < lines.Length && (lines[i] == ">" || lines[i].StartsWith("> ", StringComparison.Ordinal) || command.Length > 0 && command[^1] == '\\'))
                {
                    command.Append('\n').Append(lines[i].StartsWith('>') ? lines[i][Math.Min(2, lines[i].Length)..] : lines[i]);
                    i++;
                }
                var expected = lines[i..].TakeWhile(line => !line.StartsWith("$ ", StringComparison.Ordinal)).ToArray();
                i += expected.Length;
                steps.Add((command.ToString(), expected));
            }
        }
        return steps;
    }

    public static bool Matches(ReadOnlySpan<string> expected, ReadOnlySpan<string> actual)
    {
        if (expected.IsEmpty) return actual.IsEmpty;
        if (expected[0].Trim() == "…")
        {
            for (var skipped = 0; skipped <= actual.Length; skipped++)
                if (Matches(expected[1..], actual[skipped..])) return true;
            return false;
        }
        if (actual.IsEmpty) return false;
        var pattern = "^" + string.Join(".*", expected[0].TrimEnd().Split('…').Select(Regex.Escape)) + "$";
        return Regex.IsMatch(actual[0], pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5)) && Matches(expected[1..], actual[1..]);
    }

    private static async Task<List<string>> RunAsync(
        IReadOnlyList<(string Command, string[] Expected)> steps, string folder, string hssAssembly, IReadOnlyDictionary<string, string> variables)
    {
        // A line that no command prints, so that one shell can run all of them and each output still be found.
        var mark = "=====" + Guid.NewGuid().ToString("N");
        var script = new StringBuilder("exec 2>&1 < /dev/null\nhss() { dotnet \"$HSS_ASSEMBLY\" \"$@\"; }\n");
        foreach (var (command, _) in steps)
            // $? is the command's own when the next one asks for it.
            script.Append($"(exit $status); {command}\nstatus=$?; echo; echo {mark}\n");
        var start = new ProcessStartInfo("bash") { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        start.ArgumentList.Add("-s");
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("HSS_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
        foreach (var (name, value) in variables) start.Environment[name] = value;
        (start.Environment["HSS_ASSEMBLY"], start.Environment["HOME"], start.Environment["NO_COLOR"]) = (hssAssembly, folder, "1");
        start.Environment.Remove("XDG_CONFIG_HOME");

        using var patience = new CancellationTokenSource(s_patience);
        using var shell = Process.Start(start) ?? throw new InvalidOperationException("bash does not start");
        try
        {
            var file = Path.Combine(folder, ".script");
            await File.WriteAllTextAsync(file, script.ToString(), patience.Token).ConfigureAwait(false);
            await shell.StandardInput.WriteAsync($". ./.script\n").ConfigureAwait(false);
            shell.StandardInput.Close();
            var output = await shell.StandardOutput.ReadToEndAsync(patience.Token).ConfigureAwait(false);
            await shell.WaitForExitAsync(patience.Token).ConfigureAwait(false);
            var parts = output.Split(mark + "\n");
            return [.. parts[..^1]];
        }
        catch (OperationCanceledException)
        {
            shell.Kill(entireProcessTree: true);
            throw new TimeoutException($"the commands of the page did not end within {s_patience}");
        }
    }

    /// <summary>Without blanks at the ends of lines, and without empty lines at the end.</summary>
    private static string[] Lines(string text)
    {
        var lines = text.Split('\n').Select(line => line.TrimEnd()).ToList();
        while (lines.Count > 0 && lines[^1].Length == 0) lines.RemoveAt(lines.Count - 1);
        return [.. lines];
    }

    [GeneratedRegex("^```console\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
