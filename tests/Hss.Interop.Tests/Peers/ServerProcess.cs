using System.Net;

namespace Hss.Interop.Tests.Peers;

/// <summary>The HSS as an operator runs it: a process of its own on a store in a folder. One object is one run.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const int OperationsPortDistance = 10_000;

    /// <summary>A machine that is shared may take seconds for what takes a millisecond; the deadline has tests of its own.</summary>
    private const string RequestDeadline = "--Diameter:RequestDeadlineMilliseconds=15000";

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);

    private readonly ChildProcess _process;

    private ServerProcess(ChildProcess process, IPEndPoint endpoint, IPEndPoint operations)
    {
        _process = process;
        Endpoint = endpoint;
        Operations = operations;
    }

    /// <summary>Where it speaks Diameter.</summary>
    public IPEndPoint Endpoint { get; }

    /// <summary>Where it serves /healthz, /readyz and /metrics: a port of its own for each Diameter port, so that servers never collide.</summary>
    public IPEndPoint Operations { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>What it wrote to its console.</summary>
    public string Log => _process.Output;

    public int Id => _process.Id;

    /// <summary>Starts the server in a folder of its own, where its store and its logs go, and waits for its "ready:" line.</summary>
    public static async Task<ServerProcess> StartAsync(string folder, IPEndPoint endpoint, params IEnumerable<string> moreArguments)
    {
        var operations = new IPEndPoint(endpoint.Address, endpoint.Port + OperationsPortDistance);
        LoopbackPorts.DemandFree([("tcp", endpoint), ("tcp", operations)]);
        Directory.CreateDirectory(folder);
        var process = ChildProcess.Start(
            "dotnet", [Repository.ServerAssembly, .. StoreArguments(folder), $"--Diameter:Listen:0={endpoint}", $"--Operations:Listen={operations}", "--Provisioning:Listen=", RequestDeadline, .. moreArguments],
            folder);
        try
        {
            await process.WaitForLineAsync(line => line.StartsWith("ready:", StringComparison.Ordinal), StartLimit);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
        return new ServerProcess(process, endpoint, operations);
    }

    /// <summary>A page of the operations listener.</summary>
    public async Task<(int Status, string Text)> PageAsync(string path)
    {
        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri($"http://{Operations}{path}"));
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>The `import` command on the store of a folder, while no server uses it.</summary>
    public static Task ImportAsync(string folder, string file) => CommandAsync(folder, "import", "--file", file);

    /// <summary>Any command on the store of a folder, while no server uses it; it must end well. Returns what it said.</summary>
    public static async Task<string> CommandAsync(string folder, params IEnumerable<string> command)
    {
        Directory.CreateDirectory(folder);
        var outcome = await ChildProcess.RunAsync(
            "dotnet", [Repository.ServerAssembly, .. command, .. StoreArguments(folder)], folder, TimeSpan.FromMinutes(2));
        Assert.True(outcome.ExitCode == 0, $"{string.Join(' ', command)} ended with {outcome.ExitCode}:\n{outcome.Output}");
        return outcome.Output;
    }

    /// <summary>The first line of its console, past or future, that is wanted.</summary>
    public Task<string> WaitForLineAsync(Predicate<string> wanted, TimeSpan limit) => _process.WaitForLineAsync(wanted, limit);

    /// <summary>Waits until a job for a private identity and an S-CSCF has ended so, as the log tells it.</summary>
    public Task WaitForJobAsync(string kind, string privateIdentity, string host, string state, TimeSpan limit) => WaitForLineAsync(
        line => line.Contains($"({kind} of {privateIdentity} to {host}) ended {state}", StringComparison.Ordinal), limit);

    public Task KillAsync() => _process.KillAsync();

    /// <summary>SIGTERM; the server must say goodbye and leave with 0.</summary>
    public async Task StopAsync()
    {
        var exitCode = await _process.TerminateAsync();
        Assert.True(exitCode == 0, $"the server left with {exitCode} after SIGTERM:\n{Log}");
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string[] StoreArguments(string folder) =>
    [
        $"--Storage:ConnectionString=Data Source={Path.Combine(folder, "hss.db")}", $"--Storage:MasterKeyFile={Path.Combine(folder, "master.key")}",
    ];
}
