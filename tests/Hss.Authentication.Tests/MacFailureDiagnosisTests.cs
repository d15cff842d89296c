using System.Buffers.Binary;

namespace Hss.Authentication.Tests;

public class MacFailureDiagnosisTests
{
    private const ulong SqnMs = 0x1234560;
    private const ushort Amf = 0x4321;

    private static readonly byte[] Rand = Convert.FromHexString("23553cbe9637a89d218ae64dae47bf35");
    private static readonly MilenageKey Usim = TestKeys.Key;

    [Fact]
    public void Op_given_as_opc_is_recognised() =>
        Assert.Equal(MacFailureCause.OpGivenAsOpc, Diagnose(new(new Secret(TestKeys.K), new Secret(TestKeys.Op)), Genuine()));

    [Fact]
    public void K_and_opc_exchanged_are_recognised() =>
        Assert.Equal(MacFailureCause.KAndOpcExchanged, Diagnose(new(new Secret(TestKeys.Opc), new Secret(TestKeys.K)), Genuine()));

    [Fact]
    public void K_and_op_exchanged_are_recognised() =>
        Assert.Equal(MacFailureCause.KAndOpExchanged, Diagnose(new(new Secret(TestKeys.Op), new Secret(TestKeys.K)), Genuine()));

    [Theory]
    [InlineData(Amf)]
    [InlineData(0x8000)]
    public void An_amf_in_mac_s_is_recognised(ushort used) =>
        Assert.Equal(MacFailureCause.AmfStarNotZero,
            Diagnose(Usim, Auts(SqnMs ^ Milenage.F5Star(Usim, Rand), Milenage.F1Star(Usim, Rand, SqnMs, used))));

    [Fact]
    public void An_sqn_ms_without_ak_star_is_recognised() =>
        Assert.Equal(MacFailureCause.SqnMsNotConcealed, Diagnose(Usim, Auts(SqnMs, Milenage.F1Star(Usim, Rand, SqnMs, 0))));

    [Fact]
    public void An_sqn_ms_under_f5_is_recognised() =>
        Assert.Equal(MacFailureCause.SqnMsConcealedWithF5,
            Diagnose(Usim, Auts(SqnMs ^ Milenage.F5(Usim, Rand), Milenage.F1Star(Usim, Rand, SqnMs, 0))));

    [Fact]
    public void The_front_of_autn_is_recognised()
    {
        AuthenticationVector.Generate(Usim, Amf, Rand, SqnMs, out var vector);
        Assert.Equal(MacFailureCause.AutnInPlaceOfAuts, Diagnose(Usim, vector.Autn[..14].ToArray()));
    }

    [Fact]
    public void Auts_before_rand_is_recognised()
    {
        byte[] swapped = [.. Genuine(), .. Rand];
        Assert.Equal(MacFailureCause.AutsBeforeRand, Diagnose(Usim, swapped[16..], swapped[..16]));
    }

    [Fact]
    public void A_wrong_key_and_the_rand_of_another_challenge_read_alike()
    {
        Assert.Equal(MacFailureCause.WrongKeyOrRand, Diagnose(new(new Secret(new byte[16]), new Secret(TestKeys.Opc)), Genuine()));
        Assert.Equal(MacFailureCause.WrongKeyOrRand, Diagnose(Usim, Genuine(), new byte[16]));
        // OPc provisioned as OP: what was given cannot be computed back.
        var doubled = new MilenageKey(new Secret(TestKeys.K), Milenage.DeriveOpc(new(TestKeys.K), new(TestKeys.Opc)));
        Assert.Equal(MacFailureCause.WrongKeyOrRand, Diagnose(doubled, Genuine()));
    }

    [Fact]
    public void Every_cause_has_a_sentence_of_its_own()
    {
        var sentences = Enum.GetValues<MacFailureCause>().Select(MacFailureDiagnosis.Explain).ToList();
        Assert.Equal(sentences.Count, sentences.Distinct().Count());
        Assert.All(sentences, sentence => Assert.InRange(sentence.Length, 10, 160));
    }

    private static MacFailureCause Diagnose(MilenageKey provisioned, byte[] auts, byte[]? rand = null)
    {
        var state = new SequenceState(5, 10, 24);
        var result = Resynchronisation.Evaluate(provisioned, Amf, rand ?? Rand, auts, state, new(5, 24, 27));
        Assert.Equal(ResynchronisationOutcome.BadMac, result.Outcome);
        Assert.Equal(state, result.State);
        Assert.Equal(0UL, result.SqnMs);
        return result.Cause;
    }

    private static byte[] Genuine()
    {
        var auts = new byte[14];
        Resynchronisation.WriteAuts(Usim, Rand, SqnMs, auts);
        return auts;
    }

    private static byte[] Auts(ulong concealed, ulong mac)
    {
        var octets = new byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(octets, concealed);
        BinaryPrimitives.WriteUInt64BigEndian(octets.AsSpan(8), mac);
        return octets[2..];
    }
}
