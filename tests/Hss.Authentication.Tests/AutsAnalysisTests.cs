using System.Buffers.Binary;
using System.Text;

namespace Hss.Authentication.Tests;

public class AutsAnalysisTests
{
    private const ulong SqnMs = 0x1234567;
    private const ushort Amf = 0x4321;

    private static readonly byte[] Rand = Convert.FromHexString("23553cbe9637a89d218ae64dae47bf35");
    private static readonly byte[] OtherRand = Convert.FromHexString("c00d603103dcee52c4478119494202e8");
    private static readonly byte[] Auts = Genuine();
    private static readonly AkaKey Right = Given(opc: TestKeys.Opc);

    private static readonly Dictionary<string, (AkaKey Key, byte[][] Rands, byte[] Octets, MacFailureCause Found)> Mistakes = new()
    {
        ["none"] = (Right, [Rand], Auts, MacFailureCause.None),
        ["OP as OPc"] = (Given(opc: TestKeys.Op), [Rand], Auts, MacFailureCause.OpGivenAsOpc),
        ["OPc as OP"] = (Given(op: TestKeys.Opc), [Rand], Auts, MacFailureCause.OpcGivenAsOp),
        ["OPc of another OP"] = (new(new(TestKeys.K), new(TestKeys.Op), new(Rand)), [Rand], Auts, MacFailureCause.OpcNotOfOp),
        ["OPc right, OP beside it wrong"] = (new(new(TestKeys.K), new(Rand), new(TestKeys.Opc)), [Rand], Auts, MacFailureCause.None),
        ["K and OPc exchanged"] = (new(new(TestKeys.Opc), null, new(TestKeys.K)), [Rand], Auts, MacFailureCause.KAndOpcExchanged),
        ["K and OPc exchanged, as OP"] = (new(new(TestKeys.Opc), new(TestKeys.K), null), [Rand], Auts, MacFailureCause.KAndOpcExchanged),
        ["K and OP exchanged"] = (new(new(TestKeys.Op), new(TestKeys.K), null), [Rand], Auts, MacFailureCause.KAndOpExchanged),
        ["K and OP exchanged, as OPc"] = (new(new(TestKeys.Op), null, new(TestKeys.K)), [Rand], Auts, MacFailureCause.KAndOpExchanged),
        ["AMF of the challenge in MAC-S"] = (Right, [Rand], WithAmf(Amf), MacFailureCause.AmfStarNotZero),
        ["separation bit in MAC-S"] = (Right, [Rand], WithAmf(0x8000), MacFailureCause.AmfStarNotZero),
        ["another challenge"] = (Right, [OtherRand, Rand], Auts, MacFailureCause.OtherChallenge),
        ["AUTN in full"] = (Right, [Rand], Autn(), MacFailureCause.AutnInPlaceOfAuts),
        ["AUTN cut"] = (Right, [Rand], Autn()[..14], MacFailureCause.AutnInPlaceOfAuts),
        ["the nonce"] = (Right, [], [.. Rand, .. Autn()], MacFailureCause.AutnInPlaceOfAuts),
        ["AUTS before RAND"] = (Right, [], [.. Auts, .. Rand], MacFailureCause.AutsBeforeRand),
        ["RAND and AUTS glued"] = (Right, [], [.. Rand, .. Auts], MacFailureCause.None),
        ["glued, beside another RAND"] = (Right, [OtherRand], [.. Rand, .. Auts], MacFailureCause.None),
        ["hexadecimal of hexadecimal"] = (Right, [Rand], Encoding.ASCII.GetBytes(Convert.ToHexString(Auts)), MacFailureCause.EncodedTwice),
        ["something of base64"] = (Right, [Rand], Encoding.ASCII.GetBytes(Convert.ToBase64String(Auts)), MacFailureCause.EncodedTwice),
        ["glued and encoded twice"] = (Right, [], Encoding.ASCII.GetBytes(Convert.ToHexString([.. Rand, .. Auts])), MacFailureCause.EncodedTwice),
        ["RAND as AUTS"] = (Right, [Rand], Rand, MacFailureCause.RandInPlaceOfAuts),
        ["RAND cut"] = (Right, [Rand], Rand[..14], MacFailureCause.RandInPlaceOfAuts),
        ["an octet short"] = (Right, [Rand], Auts[..13], MacFailureCause.WrongLength),
        ["nothing"] = (Right, [Rand], [], MacFailureCause.WrongLength),
        ["AUTS without RAND"] = (Right, [], Auts, MacFailureCause.WrongLength),
        ["another K"] = (new(new(Rand), null, new(TestKeys.Opc)), [Rand], Auts, MacFailureCause.WrongKeyOrRand),
    };

    public static TheoryData<string> Names => [.. Mistakes.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_mistake_is_found(string name)
    {
        var (key, rands, octets, found) = Mistakes[name];
        var analysis = AutsAnalysis.Of(key, Amf, rands, octets);
        Assert.Equal(found, analysis.Cause);
        Assert.Equal(found == MacFailureCause.None, analysis.IsGenuine);
        Assert.Equal(name.StartsWith("another challenge", StringComparison.Ordinal) ? 1 : -1, analysis.OtherChallenge);
        if (found is MacFailureCause.None or MacFailureCause.OtherChallenge or MacFailureCause.EncodedTwice)
        {
            Assert.Equal(SqnMs, analysis.SqnMs);
            Assert.Equal(analysis.MacExpected, analysis.MacReceived);
            Assert.Equal(Rand, analysis.Rand);
            Assert.Equal(Auts, analysis.Auts);
        }
    }

    [Fact]
    public void No_octets_throw_and_none_pass() => Property.Holds(3000, random =>
    {
        var analysis = AutsAnalysis.Of(Right, Amf, random.Next(2) == 0 ? [Rand] : [Rand, OtherRand], random.Octets(random.Next(70)));
        Assert.False(analysis.IsGenuine);
    });

    [Fact]
    public void Every_bit_of_an_auts_counts()
    {
        for (var bit = 0; bit < 14 * 8; bit++)
        {
            var spoilt = Auts.ToArray();
            spoilt[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(MacFailureCause.WrongKeyOrRand, AutsAnalysis.Of(Right, Amf, [Rand], spoilt).Cause);
        }
    }

    [Fact]
    public void Op_and_opc_that_do_not_belong_together_are_noticed()
    {
        Assert.True(new AkaKey(new(TestKeys.K), new(Rand), new(TestKeys.Opc)).IsContradictory);
        Assert.False(new AkaKey(new(TestKeys.K), new(TestKeys.Op), new(TestKeys.Opc)).IsContradictory);
        Assert.False(Right.IsContradictory);
        Assert.Equal(new Secret(TestKeys.Opc), Given(op: TestKeys.Op).Opc);
    }

    [Fact]
    public void A_key_prints_as_nothing() => Assert.Equal("***", Right.ToString());

    private static AkaKey Given(byte[]? op = null, byte[]? opc = null) =>
        new(new(TestKeys.K), op is null ? null : new Secret(op), opc is null ? null : new Secret(opc));

    private static byte[] Autn()
    {
        AuthenticationVector.Generate(TestKeys.Key, Amf, Rand, SqnMs, out var vector);
        return vector.Autn.ToArray();
    }

    private static byte[] Genuine()
    {
        var auts = new byte[14];
        Resynchronisation.WriteAuts(TestKeys.Key, Rand, SqnMs, auts);
        return auts;
    }

    private static byte[] WithAmf(ushort amf)
    {
        var octets = Genuine();
        BinaryPrimitives.WriteUInt64BigEndian(octets.AsSpan(6), Milenage.F1Star(TestKeys.Key, Rand, SqnMs, amf));
        return octets;
    }
}
