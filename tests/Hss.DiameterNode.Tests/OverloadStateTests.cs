namespace Hss.DiameterNode.Tests;

/// <summary>The table of <see cref="OverloadState"/>, and what it adds up to.</summary>
public sealed class OverloadStateTests
{
    private const int Bound = 1000;
    private const int PerDeadline = 4;

    public static TheoryData<string, int, int, int, int, int, int, int, int> Rows => new()
    {
        // row                        limit  red. since   most  served late   limit  red.
        { "idle",                       1000,   0,  99,      0,     0,   0,    1000,   0 },
        { "half full",                  1000,   0,  99,    500,   500,   0,    1000,   0 },
        { "seven tenths",               1000,   0,  99,    700,   500,   0,    1000,  10 },
        { "seven tenths again",         1000,  10,  99,    700,   500,   0,    1000,  20 },
        { "between the marks",          1000,  30,  99,    600,   500,   0,    1000,  30 },
        { "calm",                       1000,  30,  99,    499,   500,   0,    1000,  20 },
        { "the last step down",         1000,  10,  99,      0,     0,   0,    1000,   0 },
        { "never more than 90",         1000,  90,  99,   1000,   500,   0,    1000,  90 },
        { "one late of many",           1000,   0,  99,    100,   100,  11,    1000,   0 },
        { "a tenth late",               1000,   0,  99,    800,    90,  10,     400,  10 },
        { "a tenth late, cut before",    400,  10,   0,    400,    90,  10,     400,  20 },
        { "a tenth late, cut long ago",  400,  20,   3,    400,    90,  10,     200,  30 },
        { "all late",                   1000,   0,  99,    800,     0,   1,      16,  10 },
        { "all late, cut before",        400,  10,   0,    800,     0,   1,      16,  20 },
        { "never less than the least",    20,  10,  99,     20,     9,   1,      16,  20 },
        { "back again",                   16,  90,  99,      2,    10,   0,      66,  80 },
        { "back at the bound",           980,   0,  99,      2,    10,   0,    1000,   0 },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Each_row_of_the_table(string row, int limit, int reduction, int since, int most, int served, int late, int nextLimit, int nextReduction)
    {
        OverloadState next = new OverloadState(limit, reduction, since).Next(new OverloadSample(most, served, late), Bound, PerDeadline);
        Assert.True((nextLimit, nextReduction) == (next.Limit, next.ReductionPercent), $"{row}: {next}");
    }

    [Fact]
    public void A_small_bound_is_never_exceeded_and_never_none()
    {
        OverloadState state = OverloadState.Start(2).Next(new OverloadSample(2, 0, 5), 2, PerDeadline);
        Assert.Equal(2, state.Limit);
        Assert.Equal(1, OverloadState.Start(1).Next(new OverloadSample(1, 0, 5), 1, PerDeadline).Limit);
    }

    [Fact]
    public void Whatever_happens_limits_hold_and_calm_leads_back()
    {
        const int seed = 4711;
        Random random = new(seed);
        OverloadState state = OverloadState.Start(Bound);
        for (int i = 0; i < 10_000; i++)
        {
            state = state.Next(new OverloadSample(random.Next(2 * Bound), random.Next(100), random.Next(4) == 0 ? random.Next(100) : 0), Bound, PerDeadline);
            Assert.True(state is { Limit: >= 16 and <= Bound, ReductionPercent: >= 0 and <= 90 }, $"seed {seed} step {i}: {state}");
            if (i % 100 != 0) continue;
            OverloadState calm = state;
            for (int quiet = 0; quiet < 32; quiet++) calm = calm.Next(default, Bound, PerDeadline);
            Assert.Equal((Bound, 0), (calm.Limit, calm.ReductionPercent));
        }
    }

    [Theory]
    [InlineData(1000, 0, 1000)]
    [InlineData(1000, 10, 734)]
    [InlineData(1000, 15, 600)]
    [InlineData(2, 10, 2)]
    [InlineData(1, 15, 1)]
    public void Each_priority_has_its_share(int bound, int priority, int share)
    {
        int[] shares = RequestPriority.Shares(bound);
        Assert.Equal(share, shares[priority]);
        Assert.Equal(shares.OrderDescending(), shares);
    }
}
