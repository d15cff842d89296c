using System.Text.Json;
using Hss.Interop.Tests.Peers;

namespace Hss.Interop.Tests.Provisioning;

/// <summary>One run of a client of another gRPC implementation against one server.</summary>
/// Shape: it says a line per case, "ok NAME" or "not ok NAME: reason"; "served PATH" and "called PATH" for methods; "ask ..." when it wants something done;
/// "done" at its end.
internal sealed class ForeignClient : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly ChildProcess _process;

    private ForeignClient(ChildProcess process) => _process = process;

    public string Output => _process.Output;

    public IReadOnlyList<string> Cases =>
        [.. Lines("ok ").Concat(Lines("not ok ").Select(line => line.Split(": ")[0]))];

    public IReadOnlyList<string> Failures => [.. Lines("not ok ")];

    public IReadOnlySet<string> Served => Lines("served ").ToHashSet(StringComparer.Ordinal);

    /// <summary>The methods that gave at least one good answer.</summary>
    public IReadOnlySet<string> Called => Lines("called ").ToHashSet(StringComparer.Ordinal);

    public bool IsDone => Lines("done").Any();

    /// <param name="program">With its first arguments.</param>
    /// <param name="folder">Where its scripts are.</param>
    /// <param name="configuration">What it is told, as its last argument.</param>
    public static ForeignClient Start(string[] program, string folder, object configuration) =>
        new(ChildProcess.Start(program[0], [.. program[1..], JsonSerializer.Serialize(configuration)], folder));

    /// <summary>What it asks for next of some kind; null when it ended without asking.</summary>
    public async Task<string?> AskedAsync(string what)
    {
        try
        {
            return (await _process.WaitForLineAsync(line => line.StartsWith($"ask {what}", StringComparison.Ordinal), Limit))[$"ask {what}".Length..].Trim();
        }
        catch (InvalidOperationException)
        {
            // Its cases say why, and a test tells it.
            return null;
        }
    }

    public Task WaitForEndAsync() => _process.WaitForExitAsync(Limit);

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private IEnumerable<string> Lines(string beginning) =>
        Output.Split('\n').Where(line => line.StartsWith(beginning, StringComparison.Ordinal)).Select(line => line[beginning.Length..]);
}
