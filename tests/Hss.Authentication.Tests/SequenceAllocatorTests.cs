namespace Hss.Authentication.Tests;

public class SequenceAllocatorTests
{
    private static readonly IndRange Cx = new(5, 24, 27);

    [Fact]
    public void A_new_key_starts_with_seq_1()
    {
        Assert.True(SequenceAllocator.TryReserve(SequenceState.FromDurable(0, Cx), 1, Cx, 1024, out var reservation));
        Assert.Equal(1UL, reservation.FirstSeq);
        Assert.True(reservation.MustCommit);
        Assert.Equal(1025UL, reservation.After.CeilingSeq);
    }

    [Fact]
    public void Ind_rotates_per_block_inside_the_range()
    {
        var state = new SequenceState(0, 0, 24);
        var inds = new List<int>();
        for (var i = 0; i < 6; i++)
        {
            Assert.True(SequenceAllocator.TryReserve(state, 3, Cx, 0, out var reservation));
            inds.Add(reservation.Ind);
            state = reservation.After;
        }
        Assert.Equal([24, 25, 26, 27, 24, 25], inds);
        Assert.Equal(18UL, state.Seq);
    }

    [Fact]
    public void Two_domains_that_share_a_counter_both_rotate()
    {
        var eps = new IndRange(5, 0, 15);
        var state = SequenceState.FromDurable(0, Cx);
        var seen = new Dictionary<IndRange, HashSet<int>> { [Cx] = [], [eps] = [] };
        for (var i = 0; i < 100; i++)
        {
            var range = i % 2 == 0 ? Cx : eps;
            Assert.True(SequenceAllocator.TryReserve(state, 1, range, 0, out var reservation));
            Assert.InRange(reservation.Ind, range.First, range.Last);
            seen[range].Add(reservation.Ind);
            state = reservation.After;
        }
        Assert.True(seen[Cx].Count >= 2 && seen[eps].Count >= 2, "a domain stays on one IND");
    }

    [Fact]
    public void A_commit_is_due_only_when_seq_passes_the_ceiling()
    {
        var state = new SequenceState(10, 20, 24);
        Assert.True(SequenceAllocator.TryReserve(state, 10, Cx, 100, out var below));
        Assert.False(below.MustCommit);
        Assert.Equal(new(20, 20, 25), below.After);
        Assert.True(SequenceAllocator.TryReserve(below.After, 1, Cx, 100, out var above));
        Assert.True(above.MustCommit);
        Assert.Equal(new(21, 121, 26), above.After);
    }

    [Fact]
    public void Seq_never_passes_its_limit_and_never_wraps()
    {
        var limit = Cx.SeqLimit;
        Assert.Equal((1UL << 43) - 1, limit);
        Assert.True(SequenceAllocator.TryReserve(new(limit - 3, limit - 3, 24), 3, Cx, 1024, out var last));
        Assert.Equal(limit, last.After.Seq);
        Assert.Equal(limit, last.After.CeilingSeq);
        Assert.Equal(limit, last.FirstSeq + 2);
        Assert.False(SequenceAllocator.TryReserve(last.After, 1, Cx, 1024, out _));
        Assert.False(SequenceAllocator.TryReserve(new(limit - 3, limit - 3, 24), 4, Cx, 1024, out _));
        Assert.False(SequenceAllocator.TryReserve(SequenceState.FromDurable(SequenceNumber.Max, Cx), 1, Cx, 0, out _));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1, 0)]
    [InlineData(SequenceAllocator.MaxCount + 1, 0)]
    [InlineData(1, -1)]
    [InlineData(1, SequenceAllocator.MaxReserveAhead + 1)]
    public void Counts_outside_their_limits_are_refused(int count, int reserveAhead) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SequenceAllocator.TryReserve(default, count, Cx, reserveAhead, out _));

    [Theory]
    [InlineData(-1, 0, 0)]
    [InlineData(17, 0, 0)]
    [InlineData(5, -1, 3)]
    [InlineData(5, 4, 3)]
    [InlineData(5, 24, 32)]
    [InlineData(0, 0, 1)]
    public void A_range_that_cannot_be_is_refused(int indBits, int first, int last) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new IndRange(indBits, first, last));

    [Fact]
    public void Compose_and_split_are_inverse_and_checked()
    {
        Property.Holds(500, random =>
        {
            var indBits = random.Next(SequenceNumber.MaxIndBits + 1);
            var sqn = random.Number(48);
            var (seq, ind) = SequenceNumber.Split(sqn, indBits);
            Assert.Equal(sqn, SequenceNumber.Compose(seq, ind, indBits));
        });
        Assert.Equal(0x21UL, SequenceNumber.Compose(1, 1, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => SequenceNumber.Compose(1UL << 43, 0, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => SequenceNumber.Compose(1, 32, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => SequenceNumber.Compose(1, -1, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => SequenceNumber.Compose(1, 0, 17));
        Assert.Throws<ArgumentOutOfRangeException>(() => SequenceNumber.Split(1UL << 48, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => SequenceState.FromDurable(1UL << 48, Cx));
    }
}
