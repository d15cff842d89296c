namespace Hss.Cli.Tests.Documentation;

/// <summary>docs/sh-client.md is true to the letter, from the start of the server on.</summary>
public class ShClientPageTests
{
    [Fact]
    public async Task Every_command_prints_what_the_page_says()
    {
        var repository = ResyncPageTests.FindRoot();
        var page = (await File.ReadAllTextAsync(Path.Combine(repository, "docs", "sh-client.md"))).ReplaceLineEndings("\n");
        await using var server = await WalkThroughServer.StartAsync(repository, page);
        var differences = await DocumentedCommands.RunAsync(page, typeof(HssCommand).Assembly.Location,
            new Dictionary<string, string> { ["HSS_SERVER"] = server.Address, ["PEER"] = server.Diameter });
        Assert.True(differences.Count == 0, string.Join("\n\n", differences));
    }
}
