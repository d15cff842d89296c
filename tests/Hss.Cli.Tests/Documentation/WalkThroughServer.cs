using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace Hss.Cli.Tests.Documentation;

/// <summary>The server of a page such as docs/provisioning.md: the program that was built, with the arguments that the page gives it, and what it printed at its start.</summary>
/// Why addresses and files are added to the arguments: the page's own are the defaults, and a test may meet neither another server nor its store.
internal sealed partial class WalkThroughServer : IAsyncDisposable
{
    private const string Command = "dotnet run --project src/Hss.Server -c Release -- ";
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("hss-walk-").FullName;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Process? _process;

    /// <summary>Where it speaks Diameter.</summary>
    public string Diameter { get; } = $"127.0.29.2:{FreePort()}";

    public string Address { get; } = $"127.0.29.2:{FreePort()}";

    /// <summary>Starts what the page says. Fails when the server does not print what the page says it prints.</summary>
    public static async Task<WalkThroughServer> StartAsync(string repository, string page)
    {
        var lines = Block().Match(page).Groups[1].Value.TrimEnd('\n').Split('\n');
        Assert.StartsWith("$ " + Command, lines[0], StringComparison.Ordinal);
        var server = new WalkThroughServer();
        await server.StartAsync(repository, lines[0][(2 + Command.Length)..].Split(' '));
        // The log goes on beside it.
        Assert.True(DocumentedCommands.Matches([.. lines[1..], "…"], server.Printed()), $"the server printed\n{string.Join('\n', server.Printed())}");
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            if (!process.HasExited) process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
    }

    private async Task StartAsync(string repository, string[] arguments)
    {
        // Of the same configuration (Debug or Release) as the tests.
        var configuration = typeof(WalkThroughServer).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "Debug";
        var assembly = Path.Combine(repository, "src", "Hss.Server", "bin", configuration, $"net{Environment.Version.Major}.0", "Hss.Server.dll");
        var start = new ProcessStartInfo("dotnet",
        [
            assembly, .. arguments, $"--Provisioning:Listen={Address}", $"--Diameter:Listen={Diameter}", $"--Operations:Listen=127.0.29.2:{FreePort()}",
            $"--Storage:ConnectionString=Data Source={Path.Combine(_folder, "hss.db")}", $"--Storage:MasterKeyFile={Path.Combine(_folder, "master.key")}",
        ]) { WorkingDirectory = _folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("HSS_", StringComparison.Ordinal)).ToList()) start.Environment.Remove(name);
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException($"the server ended:\n{string.Join('\n', Printed())}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await _ready.Task.WaitAsync(s_patience);
    }

    private string[] Printed()
    {
        lock (_output) return _output.ToString().TrimEnd('\n').Split('\n');
    }

    private void Take(string? line)
    {
        if (line is null) return;
        lock (_output) _output.Append(line).Append('\n');
        if (line.StartsWith("ready:", StringComparison.Ordinal)) _ready.TrySetResult();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Parse("127.0.29.2"), 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex("^```server\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
