using Xunit.Abstractions;

namespace Hss.Conformance.Tests.Support;

/// <summary>Counts the generated cases of one test and prints the number: a table that went empty is a failure, not a success.</summary>
internal sealed class CaseCount(ITestOutputHelper output, string name)
{
    private readonly List<string> _failures = [];

    private int _count;

    /// <summary>Runs one case. All cases of a table run, so that one look shows all that is wrong.</summary>
    public async Task RunAsync(string what, Func<Task> check)
    {
        _count++;
        try
        {
            await check();
        }
        catch (Xunit.Sdk.XunitException failure)
        {
            _failures.Add($"{what}: {failure.Message}");
        }
    }

    /// <summary>At the end: nothing failed, and there were as many cases as the grammar promises at least.</summary>
    public void End(int atLeast)
    {
        output.WriteLine($"{name}: {_count} cases");
        Assert.True(_failures.Count == 0, $"{_failures.Count} of {_count}:\n{string.Join("\n\n", _failures.Take(5))}");
        Assert.True(_count > 0 && _count >= atLeast, $"{_count} cases, at least {atLeast} are in the grammar of {name}");
    }
}
