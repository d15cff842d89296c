using System.Globalization;
using Xunit.Abstractions;

namespace Hss.Simulation.Tests.Sh;

/// <summary>Two application servers race on one item of repository data over a whole node in memory. A failure prints its seed and the last steps;
/// HSS_TEST_SEED shifts all seeds.</summary>
/// What must hold: every sequence number has exactly one winner, over all crashes and whichever alias is asked with; a PUR that was answered with
/// success is durable, one that was refused never is; what is read stood between request and answer; what an application server is told of one identity
/// never goes back; and whenever the weather is calm for a while, whoever subscribed was told of every change that others made, or of a later one.
public sealed class ShStormTests(ITestOutputHelper output)
{
    private const int StepsBetweenCalms = 50;

    private static readonly int FirstSeed =
        int.TryParse(Environment.GetEnvironmentVariable("HSS_TEST_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out int seed) ? seed : 20261122;

    public static TheoryData<int, int> Storms => new() { { FirstSeed, 10_000 }, { FirstSeed + 1, 1_000 }, { FirstSeed + 2, 1_000 }, { FirstSeed + 3, 1_000 } };

    [Theory, MemberData(nameof(Storms))]
    public async Task Numbers_never_fork_and_nobody_misses_the_last_word(int seed, int steps)
    {
        ShStorm storm = await ShStorm.StartAsync(seed);
        try
        {
            while (storm.Steps < steps)
            {
                await storm.StepAsync();
                if (storm.Steps % StepsBetweenCalms == 0) await storm.CalmAsync();
            }

            await storm.EndAsync();
        }
        catch (Exception e)
        {
            // Whatever it was, with the seed and the last steps; unless an invariant failed first.
            storm.Ledger.Fail(e.ToString());
            storm.Ledger.ThrowIfFailed(seed);
        }

        string summary = $"{storm.Ledger.Changes} changes, {storm.Ledger.Told} PNR, {storm.Ledger.ToldAgain} of them again, {storm.Crashes} crashes, {storm.Cuts} cuts; "
            + string.Join(", ", storm.Ledger.Results.OrderBy(result => result.Key).Select(result => $"{result.Key}: {result.Value}"));
        output.WriteLine(summary);
        Assert.True(storm.Ledger.Changes > steps / 20 && storm.Ledger.Told > steps / 40 && storm.Ledger.ToldAgain > 0 && storm.Crashes > 0 && storm.Cuts > 0, summary);

        // A short storm may end before each of them came by.
        if (steps >= 10_000) Assert.Empty(new uint[] { 2001, 5012, 5101, 5105, 5106 }.Except(storm.Ledger.Results.Keys));
    }
}
