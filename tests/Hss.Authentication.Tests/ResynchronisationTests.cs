namespace Hss.Authentication.Tests;

public class ResynchronisationTests
{
    private static readonly IndRange Cx = new(5, 24, 27);
    private static readonly byte[] Rand = Convert.FromHexString("23553cbe9637a89d218ae64dae47bf35");

    [Fact]
    public void Sqn_ms_of_every_vector_is_recovered()
    {
        foreach (var entry in Vectors.Read("auts.json", "milenage_auts", 26))
            foreach (var key in entry.Keys())
            {
                Assert.True(Resynchronisation.TrySplitAuthorization(entry.Hex("sip_authorization"), out var rand, out var auts));
                Assert.Equal(entry.Hex("rand"), rand);
                Assert.Equal(entry.Hex("auts"), auts);
                var result = Resynchronisation.Evaluate(key, 0xb9b9, rand, auts, default, Cx);
                Assert.Equal(entry.Number("sqn_ms"), result.SqnMs);
                Assert.Equal(entry.Number("sqn_ms") >> 5 == Cx.SeqLimit, result.Outcome == ResynchronisationOutcome.OutOfRange);
                Assert.NotEqual(ResynchronisationOutcome.BadMac, result.Outcome);

                var written = new byte[14];
                Resynchronisation.WriteAuts(key, rand, entry.Number("sqn_ms"), written);
                Assert.Equal(entry.Hex("auts"), written);
            }
    }

    // SEQ_HE, SEQ_MS, whether SEQ_HE moves. Delta is 2^28.
    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(99, 100, true)]
    [InlineData(100, 100, false)]
    [InlineData(98, 100, true)]
    [InlineData(0, 1UL << 42, true)]
    [InlineData(100 + (1UL << 28) - 1, 100, false)]
    [InlineData(100 + (1UL << 28), 100, true)]
    [InlineData(1UL << 42, 100, true)]
    [InlineData((1UL << 43) - 1, 5, true)]
    public void Seq_he_moves_only_when_the_next_sqn_would_be_refused(ulong seqHe, ulong seqMs, bool moves)
    {
        var state = new SequenceState(seqHe, seqHe + 7, 26);
        var result = Evaluate(seqMs, state);
        Assert.Equal(moves ? ResynchronisationOutcome.Moved : ResynchronisationOutcome.AlreadyAcceptable, result.Outcome);
        Assert.Equal(moves, result.MustCommit);
        Assert.True(result.IsAccepted);
        // The ceiling is exact, also when it sinks: the next reservation then asks for a commit whatever the old ceiling was.
        Assert.Equal(moves ? new(seqMs, seqMs, 26) : state, result.State);
        Assert.True(SequenceAllocator.TryReserve(result.State, 1, Cx, 1024, out var reservation));
        Assert.Equal(moves, reservation.MustCommit);
    }

    [Fact]
    public void After_any_genuine_auts_the_next_vector_is_accepted_in_every_element() => Property.Holds(200, random =>
    {
        var usim = new SimulatedUsim(TestKeys.K, TestKeys.Opc);
        Span<byte> auts = stackalloc byte[14];
        for (var ind = 0; ind < 32; ind++)
        {
            var range = new IndRange(5, ind, ind);
            var seqMs = random.Number(43) % range.SeqLimit;
            var seqHe = NearOrFar(random, seqMs) % range.SeqLimit;
            usim.Set(SequenceNumber.Compose(seqMs, random.Next(32), 5));
            Resynchronisation.WriteAuts(TestKeys.Key, Rand, usim.SqnMs, auts);

            var result = Resynchronisation.Evaluate(TestKeys.Key, 0x8000, Rand, auts, new(seqHe, seqHe, ind), range);
            Assert.True(result.IsAccepted);
            Assert.True(SequenceAllocator.TryReserve(result.State, 1, range, 10, out var reservation));
            Assert.True(reservation.SqnAt(0, range) > usim.SqnMs);
            AuthenticationVector.Generate(TestKeys.Key, 0x8000, random.Octets(16), reservation.SqnAt(0, range), out var vector);
            Assert.Equal(UsimVerdict.Accepted, usim.Authenticate(vector.Rand, vector.Autn));

            // Unless this very vector was the last one within Delta, the same octets come to nothing the second time.
            if (reservation.After.Seq + 1 - seqMs > Resynchronisation.DefaultDelta) continue;
            var replayed = Resynchronisation.Evaluate(TestKeys.Key, 0x8000, Rand, auts, reservation.After, range);
            Assert.Equal(ResynchronisationOutcome.AlreadyAcceptable, replayed.Outcome);
            Assert.Equal(reservation.After, replayed.State);
            Assert.False(replayed.MustCommit);
        }
    });

    [Fact]
    public void A_usim_recovers_with_one_auts_wherever_the_counters_are() => Property.Holds(300, random =>
    {
        var usim = new SimulatedUsim(TestKeys.K, TestKeys.Opc);
        usim.Set(random.Number(48) % (Cx.SeqLimit << 5));
        var state = SequenceState.FromDurable(random.Number(48) % (Cx.SeqLimit << 5), Cx);
        var random16 = new SeededRandomSource(random.Next());
        var vectors = new AuthenticationVector[1];

        Assert.True(SequenceAllocator.TryReserve(state, 1, Cx, 1024, out var reservation));
        AuthenticationVector.Generate(TestKeys.Key, 0x8000, random16, reservation, Cx, vectors);
        if (usim.Authenticate(vectors[0].Rand, vectors[0].Autn) == UsimVerdict.Accepted) return;

        var result = Resynchronisation.Evaluate(TestKeys.Key, 0x8000, vectors[0].Rand, usim.Auts, reservation.After, Cx);
        Assert.True(result.IsAccepted);
        Assert.True(SequenceAllocator.TryReserve(result.State, 1, Cx, 1024, out reservation));
        AuthenticationVector.Generate(TestKeys.Key, 0x8000, random16, reservation, Cx, vectors);
        Assert.Equal(UsimVerdict.Accepted, usim.Authenticate(vectors[0].Rand, vectors[0].Autn));
    });

    [Fact]
    public void One_flipped_bit_anywhere_changes_nothing()
    {
        var authorization = new byte[30];
        Rand.CopyTo(authorization, 0);
        Resynchronisation.WriteAuts(TestKeys.Key, Rand, 1000 << 5, authorization.AsSpan(16));
        var state = new SequenceState(3, 50, 25);
        for (var bit = 0; bit < authorization.Length * 8; bit++)
        {
            authorization[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(Resynchronisation.TrySplitAuthorization(authorization, out var rand, out var auts));
            var result = Resynchronisation.Evaluate(TestKeys.Key, 0x8000, rand, auts, state, Cx);
            Assert.Equal(new(ResynchronisationOutcome.BadMac, 0, state, MacFailureCause.WrongKeyOrRand), result);
            Assert.False(result.IsAccepted || result.MustCommit);
            authorization[bit / 8] ^= (byte)(1 << (bit % 8));
        }
        Assert.Equal(ResynchronisationOutcome.Moved,
            Resynchronisation.Evaluate(TestKeys.Key, 0x8000, Rand, authorization.AsSpan(16), state, Cx).Outcome);
    }

    [Fact]
    public void Random_octets_never_change_anything() => Property.Holds(2000, random =>
    {
        var state = new SequenceState(random.Number(40), 1UL << 40, 24);
        var result = Resynchronisation.Evaluate(TestKeys.Key, 0x8000, random.Octets(16), random.Octets(14), state, Cx);
        Assert.Equal(ResynchronisationOutcome.BadMac, result.Outcome);
        Assert.Equal(state, result.State);
    });

    [Fact]
    public void The_mac_is_checked_also_when_nothing_would_move()
    {
        // SQN_MS = 0 under AK*, so that only MAC-S tells a genuine AUTS from a made-up one.
        var auts = new byte[14];
        Resynchronisation.WriteAuts(TestKeys.Key, Rand, 0, auts);
        auts[13] ^= 1;
        Assert.Equal(ResynchronisationOutcome.BadMac,
            Resynchronisation.Evaluate(TestKeys.Key, 0x8000, Rand, auts, new(5, 100, 24), Cx).Outcome);
    }

    [Fact]
    public void Seq_ms_at_the_limit_is_refused_and_changes_nothing()
    {
        var state = new SequenceState(5, 100, 24);
        var result = Evaluate(Cx.SeqLimit, state);
        Assert.Equal(ResynchronisationOutcome.OutOfRange, result.Outcome);
        Assert.Equal(state, result.State);
        Assert.False(result.IsAccepted || result.MustCommit);

        var below = Evaluate(Cx.SeqLimit - 1, state);
        Assert.Equal(ResynchronisationOutcome.Moved, below.Outcome);
        Assert.True(SequenceAllocator.TryReserve(below.State, 1, Cx, 1024, out _));
    }

    [Fact]
    public void Delta_can_be_chosen()
    {
        var auts = new byte[14];
        Resynchronisation.WriteAuts(TestKeys.Key, Rand, 100 << 5, auts);
        var state = new SequenceState(110, 120, 24);
        Assert.False(Resynchronisation.Evaluate(TestKeys.Key, 0, Rand, auts, state, Cx, delta: 11).MustCommit);
        Assert.True(Resynchronisation.Evaluate(TestKeys.Key, 0, Rand, auts, state, Cx, delta: 10).MustCommit);
        Assert.Throws<ArgumentOutOfRangeException>(() => Resynchronisation.Evaluate(TestKeys.Key, 0, Rand, auts, state, Cx, delta: 0));
    }

    [Fact]
    public void Wrong_lengths_are_values_not_exceptions()
    {
        for (var length = 0; length <= 64; length++)
            Assert.Equal(length == 30, Resynchronisation.TrySplitAuthorization(new byte[length], out _, out _));
        var state = new SequenceState(5, 100, 24);
        foreach (var (rand, auts) in new[] { (16, 13), (16, 16), (15, 14), (17, 14), (0, 0) })
            Assert.Equal(new(ResynchronisationOutcome.Malformed, 0, state, MacFailureCause.None),
                Resynchronisation.Evaluate(TestKeys.Key, 0, new byte[rand], new byte[auts], state, Cx));
    }

    private static ResynchronisationResult Evaluate(ulong seqMs, SequenceState state)
    {
        Span<byte> auts = stackalloc byte[14];
        Resynchronisation.WriteAuts(TestKeys.Key, Rand, SequenceNumber.Compose(seqMs, 9, 5), auts);
        return Resynchronisation.Evaluate(TestKeys.Key, 0x8000, Rand, auts, state, Cx);
    }

    private static ulong NearOrFar(Random random, ulong seqMs) => random.Next(4) switch
    {
        0 => seqMs + (ulong)random.Next(4),
        1 => seqMs - Math.Min(seqMs, (ulong)random.Next(4)),
        2 => seqMs + Resynchronisation.DefaultDelta + (ulong)random.Next(4) - 2,
        _ => random.Number(43),
    };
}
