using System.Globalization;
using Hss.Subscribers;
using Xunit.Abstractions;

namespace Hss.Simulation.Tests;

/// <summary>Storms over the whole node in memory. A failure prints its seed and the last steps; HSS_TEST_SEED shifts all seeds.</summary>
/// What must hold: a request on a connection that stays up is answered exactly once, and its copies alike; no SEQ is issued twice for one key over all
/// crashes; no vector leaves before its ceiling is durable; a USIM accepts every challenge in order; a resynchronisation repairs any desynchronisation.
/// Every commit that changes a registration state follows from a request that is open, from provisioning, from an operator, or from what an
/// S-CSCF has answered to an RTR or PPR, and touches no set that another S-CSCF serves by then; whoever loses a registration is told. No job is lost over a
/// crash, none is acknowledged that its S-CSCF has not acknowledged, and all end once the S-CSCFs are well. UAR and LIR that only look write nothing.
/// A request of the node has the same octets on all its ways, once on each, and the T bit where it may be a copy. In the end nothing is owed.
public sealed class StormTests(ITestOutputHelper output)
{
    private const int Batches = 6;
    private const int StormsPerBatch = 8; // in four there was once no job that failed, by chance
    private const int StepsPerStorm = 500;

    private static readonly int FirstSeed =
        int.TryParse(Environment.GetEnvironmentVariable("HSS_TEST_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out int seed) ? seed : 20260501;

    /// <summary>Every frequent kind of answer a storm is to bring about, or it would prove less than it says.</summary>
    private static readonly string[] Expected =
        ["R:2001", "R:5012", "E:2001", "E:2002", "E:2003", "E:2004", "E:5001", "E:5003", "E:5005", "E:5006"];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, Batches).Select(batch => FirstSeed + (batch * StormsPerBatch))];

    [Theory, MemberData(nameof(Seeds))]
    public async Task Nothing_is_lost_doubled_or_forgotten(int firstSeed)
    {
        int vectors = 0, crashes = 0, cuts = 0, repairs = 0, late = 0;
        int replayed = 0, asked = 0, askedAgain = 0, pushes = 0;
        Dictionary<string, int> results = new(StringComparer.Ordinal);
        Dictionary<CxJobState, int> jobs = [];
        for (int seed = firstSeed; seed < firstSeed + StormsPerBatch; seed++)
        {
            Storm storm = await RunAsync(seed);
            foreach ((string result, int count) in storm.Ledger.Results)
            {
                string kind = result.Split(' ')[0];
                results[kind] = results.GetValueOrDefault(kind) + count;
            }

            foreach ((CxJobState end, int count) in storm.Ledger.JobEnds) jobs[end] = jobs.GetValueOrDefault(end) + count;
            replayed += storm.Ledger.Replayed;
            asked += storm.Ledger.Asked;
            askedAgain += storm.Ledger.AskedAgain;
            pushes += storm.Ledger.PushesAnswered;
            vectors += storm.Ledger.Vectors;
            late += storm.Ledger.LateAnswers;
            crashes += storm.Crashes;
            cuts += storm.Cuts;
            repairs += storm.Repairs;
        }

        string summary = $"{vectors} vectors, {crashes} crashes, {cuts} cuts, {repairs} last repairs, {late} answers too late; "
            + $"{replayed} answers repeated; {asked} RTR and PPR, {askedAgain} of them again, {pushes} PPA; jobs {string.Join(", ", jobs.OrderBy(end => end.Key))}; "
            + string.Join(", ", results.OrderBy(result => result.Key));
        output.WriteLine(summary);
        Assert.True(vectors > StormsPerBatch * StepsPerStorm / 4 && crashes > 0 && cuts > 0 && repairs > 0 && late > 0, summary);
        Assert.True(replayed > 20 && asked > 100 && askedAgain > 10 && pushes > 5, summary);
        Assert.Empty(Expected.Except(results.Keys));
        Assert.Empty(new[] { CxJobState.Acknowledged, CxJobState.Failed, CxJobState.Forced, CxJobState.Withdrawn }.Except(jobs.Keys));
    }

    private static async Task<Storm> RunAsync(int seed)
    {
        Storm storm = await Storm.StartAsync(seed);
        try
        {
            while (storm.Steps < StepsPerStorm) await storm.StepAsync();
            await storm.EndAsync();
        }
        catch (Exception e)
        {
            // Whatever it was, with the seed and the last steps; unless an invariant failed first.
            storm.Ledger.Fail(e.ToString());
            storm.Ledger.ThrowIfFailed(seed);
        }

        return storm;
    }
}
