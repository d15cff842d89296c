using Hss.Interop.Tests.Peers;

namespace Hss.Interop.Tests.Load;

/// <summary>A short run of tests/load: an independent client checks every answer under load. Its speed is not judged here.</summary>
public sealed class LoadKitTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [SkippableTheory]
    [InlineData("Cx")]
    [InlineData("Sh")]
    public async Task Every_answer_under_load_is_right(string application)
    {
        Requirement.Demand(Requirement.Linux, Requirement.Compiler, Requirement.CompilerHeaders);
        var run = await ChildProcess.RunAsync("/bin/bash", [Path.Combine(Repository.Root, "tests", "load", "run"), "--server", Repository.ServerAssembly,
            "--subscribers", "2000", "--rounds", "1", "--duration", "2", "--verbose", .. application == "Sh" ? (string[])["--sh"] : []], Repository.Root, Limit);
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("every answer right", run.Output, StringComparison.Ordinal);
    }
}
