using System.Runtime.Intrinsics;

namespace Hss.Authentication.Tests;

public class MilenageTests
{
    [Fact]
    public void All_functions_give_the_values_of_the_conformance_sets()
    {
        foreach (var set in Vectors.Read("milenage.json", "milenage", 21))
            foreach (var key in set.Keys())
            {
                var rand = set.Hex("rand");
                var sqn = set.Number("sqn");
                var amf = (ushort)set.Number("amf");
                byte[] res = new byte[8], ck = new byte[16], ik = new byte[16];
                Milenage.F2(key, rand, res);
                Milenage.F3(key, rand, ck);
                Milenage.F4(key, rand, ik);
                Assert.Equal(set.Number("f1"), Milenage.F1(key, rand, sqn, amf));
                Assert.Equal(set.Number("f1star"), Milenage.F1Star(key, rand, sqn, amf));
                Assert.Equal(set.Hex("f2"), res);
                Assert.Equal(set.Hex("f3"), ck);
                Assert.Equal(set.Hex("f4"), ik);
                Assert.Equal(set.Number("f5"), Milenage.F5(key, rand));
                Assert.Equal(set.Number("f5star"), Milenage.F5Star(key, rand));
            }
    }

    [Fact]
    public void Opc_is_derived_from_op()
    {
        foreach (var set in Vectors.Read("milenage.json", "milenage", 21))
            Assert.Equal(new Secret(set.Hex("opc")), Milenage.DeriveOpc(new(set.Hex("k")), new(set.Hex("op"))));
    }

    [Fact]
    public void A_vector_holds_the_outputs_of_the_single_functions_in_both_implementations() => Property.Holds(200, random =>
    {
        var (k, opc, rand) = (random.Octets(16), random.Octets(16), random.Octets(16));
        var sqn = random.Number(48);
        var amf = (ushort)random.Next(0x10000);
        foreach (var key in TestKeys.Everywhere(k, opc))
        {
            AuthenticationVector.Generate(key, amf, rand, sqn, out var vector);
            byte[] res = new byte[8], ck = new byte[16], ik = new byte[16];
            Milenage.F2(key, rand, res);
            Milenage.F3(key, rand, ck);
            Milenage.F4(key, rand, ik);
            var concealed = sqn ^ Milenage.F5(key, rand);
            var autn = Convert.FromHexString($"{concealed:x12}{amf:x4}{Milenage.F1(key, rand, sqn, amf):x16}");
            Assert.Equal(rand, vector.Rand);
            Assert.Equal(autn, vector.Autn);
            Assert.Equal([.. rand, .. autn], vector.Challenge);
            Assert.Equal(res, vector.Xres);
            Assert.Equal(ck, vector.Ck);
            Assert.Equal(ik, vector.Ik);
        }
    });

    [SkippableFact]
    public void The_two_aes_implementations_agree_on_random_blocks()
    {
        Skip.IfNot(AesInstructions.IsSupported, "this processor has no AES instructions");
        Property.Holds(500, random =>
        {
            var key = Vector128.Create(random.Octets(16));
            Vector128<byte>[] one = [.. Enumerable.Range(0, 4).Select(_ => Vector128.Create(random.Octets(16)))];
            Vector128<byte>[] two = [.. one];
            AesInstructions.ExpandKey(key.AsSpan(), out var keys);
            foreach (var block in one) Assert.Equal(AesPlatform.Encrypt(key, block), AesInstructions.Encrypt(keys, block));
            AesInstructions.Encrypt(keys, ref one[0], ref one[1], ref one[2], ref one[3]);
            AesPlatform.Encrypt(key, ref two[0], ref two[1], ref two[2], ref two[3]);
            Assert.Equal(two, one);
        });
    }

    [SkippableFact]
    public void The_key_schedule_is_the_one_of_fips_197()
    {
        Skip.IfNot(AesInstructions.IsSupported, "this processor has no AES instructions");
        AesInstructions.ExpandKey(Convert.FromHexString("2b7e151628aed2a6abf7158809cf4f3c"), out var keys);
        Assert.Equal("a0fafe1788542cb123a339392a6c7605", Convert.ToHexStringLower(keys[1].AsSpan()));
        Assert.Equal("d014f9a8c9ee2589e13f0cc8b6630ca6", Convert.ToHexStringLower(keys[10].AsSpan()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(17)]
    public void Wrong_lengths_are_refused(int length)
    {
        var wrong = new byte[length];
        Assert.Throws<ArgumentException>(() => new MilenageKey(new Secret(wrong), new Secret(TestKeys.Opc)));
        Assert.Throws<ArgumentException>(() => new MilenageKey(new Secret(TestKeys.K), new Secret(wrong)));
        Assert.Throws<ArgumentException>(() => new MilenageKey(new AkaCredentials(new(wrong), new(TestKeys.Opc), 0)));
        Assert.Throws<ArgumentException>(() => Milenage.DeriveOpc(new(TestKeys.K), new(wrong)));
        Assert.Throws<ArgumentException>(() => Milenage.F5(TestKeys.Key, wrong));
        Assert.Throws<ArgumentException>(() => Milenage.F2(TestKeys.Key, new byte[16], wrong));
        Assert.Throws<ArgumentException>(() => Milenage.F3(TestKeys.Key, new byte[16], wrong));
        Assert.Throws<ArgumentException>(() => Milenage.F4(TestKeys.Key, new byte[16], wrong));
    }

    [Fact]
    public void A_sequence_number_of_more_than_48_bits_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Milenage.F1(TestKeys.Key, new byte[16], 1UL << 48, 0));
}

internal static class VectorSpan
{
    public static byte[] AsSpan(this Vector128<byte> block)
    {
        var octets = new byte[16];
        block.CopyTo(octets);
        return octets;
    }
}
