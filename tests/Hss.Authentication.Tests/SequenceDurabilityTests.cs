namespace Hss.Authentication.Tests;

/// <summary>What a store that keeps one number per key can promise over crashes, restarts and new configuration.</summary>
public class SequenceDurabilityTests
{
    [Fact]
    public void A_ceiling_and_its_state_are_inverse()
    {
        var range = new IndRange(5, 24, 27);
        var state = new SequenceState(7, 1031, 25);
        Assert.Equal((1031UL << 5) | 31, state.ToDurable(range));
        var loaded = SequenceState.FromDurable(state.ToDurable(range), range);
        Assert.Equal((1031UL, 1031UL), (loaded.Seq, loaded.CeilingSeq));
        Assert.InRange(loaded.NextInd, 24, 27);
        Assert.Equal(state.ToDurable(range), loaded.ToDurable(range));
    }

    [Fact]
    public void The_first_sqn_after_loading_is_above_the_ceiling_for_any_number_of_ind_bits() => Property.Holds(2000, random =>
    {
        var ceiling = random.Number(48);
        var indBits = random.Next(SequenceNumber.MaxIndBits + 1);
        var range = new IndRange(indBits, 0, (1 << indBits) - 1);
        if (!SequenceAllocator.TryReserve(SequenceState.FromDurable(ceiling, range), 1, range, 10, out var reservation)) return;
        Assert.True(reservation.SqnAt(0, range) > ceiling);
        Assert.True(reservation.After.ToDurable(range) > ceiling);
    });

    [Fact]
    public void A_key_that_is_loaded_for_each_use_still_rotates()
    {
        var range = new IndRange(5, 24, 27);
        var durable = 0UL;
        var inds = new HashSet<int>();
        for (var i = 0; i < 8; i++)
        {
            Assert.True(SequenceAllocator.TryReserve(SequenceState.FromDurable(durable, range), 1, range, 1024, out var reservation));
            inds.Add(reservation.Ind);
            durable = reservation.After.ToDurable(range);
        }
        Assert.Equal(4, inds.Count);
    }

    [Fact]
    public void No_sequence_number_is_ever_issued_twice_over_crashes_restarts_resynchronisations_and_changes_of_ind_bits() =>
        Property.Holds(500, random =>
        {
            var node = new Node(random.Number(40), new(5, 24, 27), random.Next(8));
            for (var step = 0; step < 200; step++)
            {
                switch (random.Next(8))
                {
                    case <= 3: node.Request(random.Next(1, 6), crashesBeforeCommit: false); break;
                    case 4: node.Request(random.Next(1, 6), crashesBeforeCommit: true); break;
                    case 5: node.Restart(node.Range); break;
                    case 6:
                        var indBits = random.Next(4, 9);
                        var first = random.Next(1 << indBits);
                        node.Restart(new(indBits, first, random.Next(first, 1 << indBits)));
                        break;
                    default: node.Resynchronise(random.Next(100)); break;
                }
            }
            Assert.NotEqual(0, node.Issued);
        });

    /// <summary>One front end with its store. Vectors "leave" only where a real front end would send them.</summary>
    private sealed class Node(ulong initialSqn, IndRange range, int reserveAhead)
    {
        private static readonly byte[] Rand = new byte[16];

        private ulong _durable = initialSqn;
        private ulong _greatest = initialSqn;
        private SequenceState _state = SequenceState.FromDurable(initialSqn, range);

        public IndRange Range { get; private set; } = range;

        public int Issued { get; private set; }

        public void Request(int count, bool crashesBeforeCommit)
        {
            if (!SequenceAllocator.TryReserve(_state, count, Range, reserveAhead, out var reservation)) return;
            if (crashesBeforeCommit && reservation.MustCommit)
            {
                Restart(Range);
                return;
            }
            if (reservation.MustCommit) _durable = reservation.After.ToDurable(Range);
            _state = reservation.After;
            for (var i = 0; i < reservation.Count; i++) Issue(reservation.SqnAt(i, Range));
        }

        public void Restart(IndRange newRange)
        {
            Range = newRange;
            _state = SequenceState.FromDurable(_durable, newRange);
        }

        /// <summary>The USIM is ahead, as after vectors of another AuC.</summary>
        public void Resynchronise(int ahead)
        {
            Span<byte> auts = stackalloc byte[14];
            Resynchronisation.WriteAuts(TestKeys.Key, Rand, SequenceNumber.Compose(_state.Seq + (uint)ahead, Range.Last, Range.IndBits), auts);
            var result = Resynchronisation.Evaluate(TestKeys.Key, 0, Rand, auts, _state, Range);
            Assert.True(result.IsAccepted);
            if (!SequenceAllocator.TryReserve(result.State, 1, Range, reserveAhead, out var reservation)) return;
            Assert.True(reservation.MustCommit || !result.MustCommit, "a reservation after a move asks for a commit");
            if (reservation.MustCommit) _durable = reservation.After.ToDurable(Range);
            _state = reservation.After;
            Issue(reservation.SqnAt(0, Range));
        }

        private void Issue(ulong sqn)
        {
            Assert.True(sqn > _greatest, $"{sqn:x12} after {_greatest:x12}");
            Assert.True(sqn <= _durable, $"{sqn:x12} was not durable, ceiling {_durable:x12}");
            _greatest = sqn;
            Issued++;
        }
    }
}
