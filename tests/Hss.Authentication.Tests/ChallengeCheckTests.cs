using System.Buffers.Binary;

namespace Hss.Authentication.Tests;

public class ChallengeCheckTests
{
    private const ulong Sqn = 0x1234567;
    private const ushort Amf = 0x4321;

    private static readonly byte[] Rand = Convert.FromHexString("23553cbe9637a89d218ae64dae47bf35");
    private static readonly byte[] OtherRand = Convert.FromHexString("c00d603103dcee52c4478119494202e8");
    private static readonly AkaKey Right = new(new(TestKeys.K), null, new(TestKeys.Opc));

    [Fact]
    public void A_genuine_challenge_shows_its_parts()
    {
        var check = ChallengeCheck.Of(Right, Rand, Autn());
        Assert.True(check.IsGenuine);
        Assert.Equal(Sqn, check.Sqn);
        Assert.Equal(Amf, check.Amf);
        Assert.Equal(check.MacExpected, check.MacReceived);
        Assert.Equal(Milenage.F5(TestKeys.Key, Rand), check.Ak);
    }

    private static readonly Dictionary<string, (AkaKey Key, byte[] Rand, byte[] Autn, MacFailureCause Found)> Mistakes = new()
    {
        ["OP as OPc"] = (new(new(TestKeys.K), null, new(TestKeys.Op)), Rand, Autn(), MacFailureCause.OpGivenAsOpc),
        ["OPc as OP"] = (new(new(TestKeys.K), new(TestKeys.Opc), null), Rand, Autn(), MacFailureCause.OpcGivenAsOp),
        ["OPc of another OP"] = (new(new(TestKeys.K), new(TestKeys.Op), new(Rand)), Rand, Autn(), MacFailureCause.OpcNotOfOp),
        ["K and OPc exchanged"] = (new(new(TestKeys.Opc), null, new(TestKeys.K)), Rand, Autn(), MacFailureCause.KAndOpcExchanged),
        ["K and OP exchanged"] = (new(new(TestKeys.Op), new(TestKeys.K), null), Rand, Autn(), MacFailureCause.KAndOpExchanged),
        ["RAND and AUTN exchanged"] = (Right, Autn(), Rand, MacFailureCause.AutnBeforeRand),
        ["AMF overwritten"] = (Right, Rand, Autn(amfShown: 0x9999), MacFailureCause.AmfChanged),
        ["SQN in clear"] = (Right, Rand, Autn(concealed: Sqn), MacFailureCause.SqnNotConcealed),
        ["SQN under AK*"] = (Right, Rand, Autn(concealed: Sqn ^ Milenage.F5Star(TestKeys.Key, Rand)), MacFailureCause.SqnConcealedWithF5Star),
        ["another K"] = (new(new(Rand), null, new(TestKeys.Opc)), Rand, Autn(), MacFailureCause.WrongKeyOrRand),
    };

    public static TheoryData<string> Names => [.. Mistakes.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_mistake_is_found(string name)
    {
        var (key, rand, autn, found) = Mistakes[name];
        var check = ChallengeCheck.Of(key, rand, autn, Amf);
        Assert.Equal(found, check.Cause);
        Assert.False(check.IsGenuine);
        Assert.NotEqual(check.MacExpected, check.MacReceived);
    }

    [Fact]
    public void The_challenge_that_fits_is_found_among_others()
    {
        var check = ChallengeCheck.Of(Right, OtherRand, Autn(), Amf, [new byte[16], Rand]);
        Assert.Equal(MacFailureCause.OtherChallenge, check.Cause);
        Assert.Equal(1, check.OtherChallenge);
    }

    [Fact]
    public void A_vector_taken_apart_is_the_vector_that_was_made() => Property.Holds(500, random =>
    {
        var (rand, sqn, amf) = (random.Octets(16), random.Number(48), (ushort)random.Next(0x10000));
        var analysis = VectorAnalysis.Make(TestKeys.Key, amf, rand, sqn, 5);
        Assert.Equal((sqn, sqn >> 5, (int)(sqn & 31), amf), (analysis.Sqn, analysis.Seq, analysis.Ind, analysis.Amf));
        Assert.Equal(Milenage.F1(TestKeys.Key, rand, sqn, amf), analysis.MacA);
        Assert.True(ChallengeCheck.Of(Right, analysis.Rand, analysis.Autn).IsGenuine);
        Assert.Equal([.. analysis.Rand, .. analysis.Autn], Convert.FromBase64String(analysis.Nonce));
        Assert.Equal("***", analysis.ToString());
    });

    private static byte[] Autn(ulong? concealed = null, ushort? amfShown = null)
    {
        AuthenticationVector.Generate(TestKeys.Key, Amf, Rand, Sqn, out var vector);
        var autn = vector.Autn.ToArray();
        if (concealed is { } value) BinaryPrimitives.WriteUInt64BigEndian(autn, (value << 16) | Amf);
        if (amfShown is { } amf) BinaryPrimitives.WriteUInt16BigEndian(autn.AsSpan(6), amf);
        return autn;
    }
}
