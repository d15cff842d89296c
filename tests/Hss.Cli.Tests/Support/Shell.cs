using System.Text;

namespace Hss.Cli.Tests.Support;

/// <summary>Runs the command in this process, with streams and an environment of its own.</summary>
internal sealed class Shell : IDisposable
{
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);

    public Shell()
    {
        Folder = Directory.CreateTempSubdirectory("hss-cli-").FullName;
        // Not the configuration of whoever runs the tests.
        _variables["HOME"] = Folder;
    }

    public string Folder { get; }

    /// <summary>What somebody types, or what comes through a pipe.</summary>
    public string Input { get; set; } = "";

    public bool IsTerminal { get; set; }

    public TimeProvider Time { get; set; } = TimeProvider.System;

    public string this[string variable]
    {
        set => _variables[variable] = value;
    }

    public string File(string name, string content)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, content);
        return path;
    }

    public Task<Outcome> RunAsync(params string[] args) => RunAsync(CancellationToken.None, args);

    public async Task<Outcome> RunAsync(CancellationToken stop, params string[] args)
    {
        var (output, error) = (new StringWriter { NewLine = "\n" }, new StringWriter { NewLine = "\n" });
        var exitCode = await HssCommand.RunAsync(args, new()
        {
            Input = new MemoryStream(Encoding.UTF8.GetBytes(Input)),
            Output = TextWriter.Synchronized(output),
            Error = TextWriter.Synchronized(error),
            IsInputTerminal = IsTerminal,
            IsOutputTerminal = IsTerminal,
            IsErrorTerminal = IsTerminal,
            Variable = name => _variables.GetValueOrDefault(name),
            Time = Time,
        }, stop);
        return new(exitCode, output.ToString(), error.ToString());
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

/// <summary>What a run left behind.</summary>
internal sealed record Outcome(int ExitCode, string Output, string Error)
{
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
