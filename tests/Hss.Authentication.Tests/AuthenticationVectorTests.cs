namespace Hss.Authentication.Tests;

public class AuthenticationVectorTests
{
    private static readonly IndRange Cx = new(5, 24, 27);

    [Fact]
    public void Challenge_response_and_keys_are_those_of_the_aka_digest_vectors()
    {
        foreach (var entry in Vectors.Read("aka-digest.json", "aka_digest", 8))
            foreach (var key in entry.Keys())
            {
                AuthenticationVector.Generate(key, (ushort)entry.Number("amf"), entry.Hex("rand"), entry.Number("sqn"), out var vector);
                Assert.Equal(entry.Hex("autn"), vector.Autn);
                Assert.Equal(entry.Hex("xres"), vector.Xres);
                Assert.Equal(entry.Hex("ck"), vector.Ck);
                Assert.Equal(entry.Hex("ik"), vector.Ik);
                Assert.Equal(entry.Text("nonce"), AkaDigest.Nonce(vector));
            }
    }

    [Fact]
    public void The_amf_is_exactly_the_subscribers()
    {
        foreach (ushort amf in new ushort[] { 0x0000, 0x8000, 0xb9b9, 0xffff })
        {
            AuthenticationVector.Generate(TestKeys.Key, amf, new byte[16], 32, out var vector);
            Assert.Equal(amf, (vector.Autn[6] << 8) | vector.Autn[7]);
        }
    }

    [Fact]
    public void A_batch_shares_one_ind_rises_and_has_a_fresh_rand_each()
    {
        Assert.True(SequenceAllocator.TryReserve(new(41, 100, 26), 5, Cx, 0, out var reservation));
        var vectors = new AuthenticationVector[5];
        AuthenticationVector.Generate(TestKeys.Key, 0x8000, new SeededRandomSource(1), reservation, Cx, vectors);
        var rands = new HashSet<string>();
        for (var i = 0; i < vectors.Length; i++)
        {
            var concealed = Convert.ToUInt64(Convert.ToHexString(vectors[i].Autn[..6]), 16);
            var (seq, ind) = SequenceNumber.Split(concealed ^ Milenage.F5(TestKeys.Key, vectors[i].Rand), 5);
            Assert.Equal(42UL + (ulong)i, seq);
            Assert.Equal(26, ind);
            Assert.True(rands.Add(Convert.ToHexString(vectors[i].Rand)));
        }
    }

    [Fact]
    public void A_batch_of_another_size_than_reserved_is_refused()
    {
        Assert.True(SequenceAllocator.TryReserve(default, 2, Cx, 0, out var reservation));
        Assert.Throws<ArgumentException>(() =>
            AuthenticationVector.Generate(TestKeys.Key, 0, new SeededRandomSource(1), reservation, Cx, new AuthenticationVector[3]));
    }

    [SkippableFact]
    public void Nothing_allocates_per_vector()
    {
        Skip.IfNot(AesInstructions.IsSupported, "the platform's cipher allocates");
        var auts = new byte[14];
        Resynchronisation.WriteAuts(TestKeys.Key, new byte[16], 32, auts);
        Span<AuthenticationVector> vectors = stackalloc AuthenticationVector[3];
        Run(vectors, auts, 10);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(vectors, auts, 2000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Run(Span<AuthenticationVector> vectors, byte[] auts, int times)
    {
        var state = SequenceState.FromDurable(0, Cx);
        Span<byte> rand = stackalloc byte[16];
        for (var i = 0; i < times; i++)
        {
            if (!SequenceAllocator.TryReserve(state, vectors.Length, Cx, 1024, out var reservation)) throw new InvalidOperationException();
            AuthenticationVector.Generate(TestKeys.Key, 0x8000, SystemRandomSource.Instance, reservation, Cx, vectors);
            state = reservation.After;
            if (!Resynchronisation.Evaluate(TestKeys.Key, 0x8000, rand, auts, state, Cx).IsAccepted) throw new InvalidOperationException();
        }
    }
}
