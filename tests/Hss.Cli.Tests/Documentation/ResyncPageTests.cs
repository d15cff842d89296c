namespace Hss.Cli.Tests.Documentation;

/// <summary>docs/resync.md is true to the letter.</summary>
public class ResyncPageTests
{
    [Fact]
    public async Task Every_command_prints_what_the_page_says()
    {
        var repository = FindRoot();
        await using var server = await DemoServer.StartAsync(repository);
        var page = await File.ReadAllTextAsync(Path.Combine(repository, "docs", "resync.md"));
        var differences = await DocumentedCommands.RunAsync(
            page, typeof(HssCommand).Assembly.Location, new Dictionary<string, string> { ["HSS_SERVER"] = server.Address });
        Assert.True(differences.Count == 0, string.Join("\n\n", differences));
    }

    internal static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Hss.sln"))) return folder.FullName;
        throw new InvalidOperationException($"no Hss.sln above {AppContext.BaseDirectory}");
    }
}
