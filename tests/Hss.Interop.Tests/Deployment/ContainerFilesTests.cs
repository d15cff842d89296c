using System.Net;
using System.Text.RegularExpressions;
using Hss.Interop.Tests.Peers;

namespace Hss.Interop.Tests.Deployment;

/// <summary>docker-compose.yml and Dockerfile, without a container engine: the compose schema, the settings, the files they name.</summary>
public sealed class ContainerFilesTests
{
    private static readonly string ComposeFile = Path.Combine(Repository.Root, "docker-compose.yml");

    /// <summary>Debian's docker-compose checks a file against the schema of the compose specification; "config" needs no engine.</summary>
    [SkippableFact]
    public async Task Compose_file_keeps_the_compose_schema()
    {
        Requirement.Demand(Requirement.Compose);
        var outcome = await ConfigAsync(ComposeFile);
        Assert.True(outcome.ExitCode == 0, outcome.Output);
    }

    /// <summary>The check above can fail: the same file with a key that no schema knows, and with a value of the wrong type.</summary>
    [SkippableTheory]
    [InlineData("restart: unless-stopped", "restarts: unless-stopped")]
    [InlineData("stop_grace_period: 15s", "stop_grace_period: [15]")]
    public async Task Compose_schema_check_notices_a_mistake(string right, string wrong)
    {
        Requirement.Demand(Requirement.Compose);
        var folder = Directory.CreateTempSubdirectory("hss-compose-").FullName;
        try
        {
            var text = await File.ReadAllTextAsync(ComposeFile);
            Assert.Contains(right, text, StringComparison.Ordinal);
            var file = Path.Combine(folder, "docker-compose.yml");
            await File.WriteAllTextAsync(file, text.Replace(right, wrong, StringComparison.Ordinal));
            Assert.NotEqual(0, (await ConfigAsync(file)).ExitCode);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The server takes every setting of the compose file; only what a test must move is overridden.</summary>
    [SkippableFact]
    public async Task Server_starts_with_the_settings_of_the_compose_file()
    {
        Requirement.Demand(Requirement.Linux);
        var settings = Regex.Matches(await File.ReadAllTextAsync(ComposeFile), @"^\s+HSS_(\S+): (.+)$", RegexOptions.Multiline)
            .Select(m => (Key: m.Groups[1].Value.Replace("__", ":", StringComparison.Ordinal), Value: m.Groups[2].Value.Trim())).ToList();
        Assert.Contains(settings, s => s.Key == "Diameter:Peers:1:Identity");
        var folder = Directory.CreateTempSubdirectory("hss-compose-").FullName;
        await using (var server = await ServerProcess.StartAsync(folder, new IPEndPoint(Loopback.SecondHss, 3868),
            settings.Where(s => !s.Key.StartsWith("Diameter:Listen", StringComparison.Ordinal)).Select(s => $"--{s.Key}={s.Value}")))
        {
            await using (await DiameterClient.ConnectAsync(server.Endpoint, "scscf." + KamailioRig.Realm))
            {
            }
            await server.StopAsync();
        }
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Dockerfile_copies_what_is_there()
    {
        var copies = File.ReadLines(Path.Combine(Repository.Root, "Dockerfile"))
            .Where(line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from", StringComparison.Ordinal))
            .SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..^1]).ToList();
        Assert.NotEmpty(copies);
        Assert.All(copies, name => Assert.True(Path.Exists(Path.Combine(Repository.Root, name)), $"the Dockerfile copies {name}"));
    }

    private static Task<Outcome> ConfigAsync(string file) =>
        ChildProcess.RunAsync("docker-compose", ["-f", file, "config", "-q"], Path.GetDirectoryName(file)!, TimeSpan.FromSeconds(60));
}
