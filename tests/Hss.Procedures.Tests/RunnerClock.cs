using Hss.DiameterNode.Tests.Support;

namespace Hss.Procedures.Tests;

/// <summary>Waits for what a runner brings about, and lets time pass only when the runner can do nothing before it has.</summary>
internal sealed class RunnerClock(VirtualTime time, Func<(bool IsResting, TimeSpan RestTime)> runner, Func<Task<string>> describe)
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _news = new(0);

    /// <summary>Something happened that somebody may wait for. Any thread.</summary>
    public void Tell() => _news.Release();

    public async Task<T> WhenAsync<T>(Func<Task<T?>> look, string otherwise) where T : class
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            if (await look() is { } found) return found;
            if (runner() is (true, var rest))
            {
                // What was sent or written just before it came to rest counts.
                if (await look() is { } late) return late;
                time.Advance(rest);
                continue;
            }
            try
            {
                await _news.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"{otherwise}; {await describe()}");
            }
        }
    }

    /// <summary>Ends when so much time has passed and nothing is under way.</summary>
    public Task QuietAsync(TimeSpan howLong)
    {
        var until = time.GetUtcNow() + howLong;
        return WhenAsync(() => Task.FromResult(time.GetUtcNow() >= until && runner().IsResting ? "quiet" : null), "never quiet");
    }
}
