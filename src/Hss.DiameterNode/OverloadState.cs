namespace Hss.DiameterNode;

/// <summary>What one interval showed.</summary>
/// <param name="MostInFlight">The most requests in work at one time.</param>
/// <param name="Served">Requests that ended in time.</param>
/// <param name="Late">Requests whose deadline passed.</param>
internal readonly record struct OverloadSample(int MostInFlight, int Served, int Late);

/// <summary>How much the node takes on, and how much less it asks for. A pure function of what the last interval showed.</summary>
/// Shape: Limit in requests in work; ReductionPercent as OC-Reduction-Percentage, 0 when there is no overload.
/// Spec: RFC 7683 4.1 and 5.1 leave the measure to the reporting node.
/// <remarks>
/// | interval                                   | Limit                            | ReductionPercent |
/// |--------------------------------------------|----------------------------------|------------------|
/// | late ones, and nothing ended in time       | the least                        | + 10, at most 90 |
/// | a tenth or more late, none cut within a deadline | half of what was in work   | + 10, at most 90 |
/// | a tenth or more late, cut within a deadline | stays                           | + 10, at most 90 |
/// | in time, 70 % of Limit in work or more     | + a twentieth of the bound       | + 10, at most 90 |
/// | in time, 50 % to 70 %                      | + a twentieth of the bound       | stays            |
/// | in time, less than 50 %                    | + a twentieth of the bound       | - 10             |
///
/// Why a limit below the bound: requests behind a store that stands still would wait for their deadline and get 5012, which is final and
/// two seconds late. With the limit down the next ones get 3004 at once, in time for their sender to try another node. Those that
/// wait already do get 5012: their procedure has begun, and 3004 would deny that it may have changed something.
/// Why a tenth: one subscriber whose turn is stuck is no overload; the many who are served prove it.
/// Why one cut per deadline: what a cut keeps out shows only when those let in before it are through.
/// Why never less than the least: nothing but requests can tell that the store is back. Why never 100 %: the end of an overload travels in
/// answers. Between 50 % and 70 % nothing changes, so a load at one mark does not switch reports on and off.
/// </remarks>
internal readonly record struct OverloadState(int Limit, int ReductionPercent, int IntervalsSinceCut)
{
    private const int LeastLimit = 16;
    private const int HighPercent = 70;
    private const int CalmPercent = 50;
    private const int StepPercent = 10;
    private const int MostPercent = 90;
    private const int GrowthPart = 20;

    /// <summary>A node that has not seen anything yet.</summary>
    public static OverloadState Start(int bound) => new(bound, 0, int.MaxValue);

    /// <summary>The state after one interval.</summary>
    /// <param name="sample">What it showed.</param>
    /// <param name="bound">The most the node ever takes on.</param>
    /// <param name="intervalsPerDeadline">How long a cut needs to show.</param>
    public OverloadState Next(OverloadSample sample, int bound, int intervalsPerDeadline)
    {
        int least = Math.Min(LeastLimit, bound);
        int sinceCut = IntervalsSinceCut == int.MaxValue ? int.MaxValue : IntervalsSinceCut + 1;
        if (sample.Late > 0 && sample.Late * 9L >= sample.Served)
        {
            int reduction = Math.Min(ReductionPercent + StepPercent, MostPercent);
            if (sample.Served == 0) return new(least, reduction, 0);
            if (sinceCut < intervalsPerDeadline) return new(Limit, reduction, sinceCut);
            return new(Math.Max(least, Math.Min(Limit, sample.MostInFlight) / 2), reduction, 0);
        }

        int share = (int)Math.Min(sample.MostInFlight * 100L / Limit, 100);
        int change = share >= HighPercent ? StepPercent : share < CalmPercent ? -StepPercent : 0;
        int grown = (int)Math.Min(bound, Limit + Math.Max(bound / GrowthPart, 1L));
        return new(grown, Math.Clamp(ReductionPercent + change, 0, MostPercent), sinceCut);
    }
}
