using System.Diagnostics;

namespace Hss.DiameterNode.Tests.Support;

/// <summary>Waits for what another thread is about to do, where there is nothing to await.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    public static Task IsTrueAsync(Func<bool> condition) => IsTrueAsync(() => Task.FromResult(condition()));

    public static async Task IsTrueAsync(Func<Task<bool>> condition)
    {
        long start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Patience, "waited in vain");
            await Task.Yield();
        }
    }
}
