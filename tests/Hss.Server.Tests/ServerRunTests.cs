using System.Diagnostics;
using Grpc.Core;
using Hss.Grpc;
using Hss.Provisioning.V1;

namespace Hss.Server.Tests;

/// <summary>The program itself: its ready line, its end, and what keeps it from starting.</summary>
public sealed class ServerRunTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly string _folder = Directory.CreateTempSubdirectory("hss-run-").FullName;

    [Fact]
    public async Task It_is_ready_with_all_its_listeners_and_SIGTERM_ends_open_streams_and_then_the_process()
    {
        if (OperatingSystem.IsWindows()) return; // there is no SIGTERM
        using var server = Start("--Diameter:Listen:0=127.0.24.4:3868", "--Operations:Listen=127.0.24.4:8080", "--Provisioning:Listen=127.0.24.4:50051");
        try
        {
            var ready = await server.StandardOutput.ReadLineAsync().WaitAsync(Patience);
            Assert.Equal("ready: diameter 127.0.24.4:3868, grpc 127.0.24.4:50051, operations 127.0.24.4:8080", ready);
            using var channel = GrpcChannel.ForAddress("http://127.0.24.4:50051");
            using var watch = new SubscriptionService.SubscriptionServiceClient(channel).WatchSubscriptions(new());
            await new NodeService.NodeServiceClient(channel).ListPeersAsync(new());
            using var kill = Process.Start("kill", ["-TERM", $"{server.Id}"]);
            var problem = await Assert.ThrowsAsync<RpcException>(async () =>
            {
                while (await watch.ResponseStream.MoveNext(default).WaitAsync(Patience)) { }
            });
            Assert.Equal(StatusCode.Unavailable, problem.StatusCode);
            await server.WaitForExitAsync().WaitAsync(Patience);
            Assert.Equal(0, server.ExitCode);
        }
        finally
        {
            if (!server.HasExited) server.Kill();
        }
    }

    [Theory]
    [InlineData("--Provisioning:Listen=0.0.0.0:50051", "is not on loopback")]
    [InlineData("--Provisioning:TransportKeysFile=no-such-file", "Provisioning:TransportKeysFile")]
    public async Task What_cannot_be_is_one_line_and_exit_code_2(string argument, string says)
    {
        using var server = Start("--Diameter:Listen:0=127.0.24.5:3868", "--Operations:Listen=", "--Provisioning:Listen=127.0.24.5:50051", argument);
        var error = await server.StandardError.ReadToEndAsync().WaitAsync(Patience);
        await server.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(2, server.ExitCode);
        Assert.Contains(says, Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => line.StartsWith("hss: ", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Hss.Server.dll"), .. arguments])
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("HSS_", StringComparison.Ordinal)).ToArray()) start.Environment.Remove(name);
        Directory.CreateDirectory(Path.Combine(_folder, "db"));
        var process = Process.Start(start)!;
        // Nobody reads the log here, and a full pipe would stop it.
        if (arguments.Length == 3) process.ErrorDataReceived += static (_, _) => { };
        if (arguments.Length == 3) process.BeginErrorReadLine();
        return process;
    }
}
