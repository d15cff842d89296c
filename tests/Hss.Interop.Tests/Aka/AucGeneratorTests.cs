using System.Globalization;
using Hss.Authentication;

namespace Hss.Interop.Tests.Aka;

/// <summary>Vectors and resynchronisations agree with another implementation on random inputs. Spec: TS 35.206, TS 33.102 6.3.2, 6.3.3.</summary>
public class AucGeneratorTests
{
    private const int Inputs = 1000;
    private const int Seed = 33102;
    private const int IndBits = 5;

    [SkippableFact]
    public async Task Vectors_agree_on_random_inputs()
    {
        Requirement.Demand(Requirement.AucGenerator);
        await ForEachAsync(async input =>
        {
            var vector = VectorAnalysis.Make(input.Key.Key, input.Amf, input.Rand, input.Sqn, IndBits);
            var other = await AucGenerator.RunAsync([.. input.KeyArguments, "-s", Text(input.Sqn)]);
            AssertSame(Convert.ToHexStringLower(vector.Autn), other["AUTN"]);
            AssertSame(Convert.ToHexStringLower(vector.Xres), other["RES"]);
            AssertSame(Convert.ToHexStringLower(vector.Ck), other["CK"]);
            AssertSame(Convert.ToHexStringLower(vector.Ik), other["IK"]);
            AssertSame(vector.Nonce, other["IMS nonce"]);
            AssertSame(Text((ulong)vector.Ind), other["IND"]);
        });
    }

    // The other AuC makes the vector that follows, from the SQN_MS that it recovered itself, in a slot that is asked for.
    [SkippableFact]
    public async Task Resynchronisations_agree_on_random_inputs()
    {
        Requirement.Demand(Requirement.AucGenerator);
        await ForEachAsync(async input =>
        {
            var auts = new byte[Resynchronisation.AutsLengthBytes];
            Resynchronisation.WriteAuts(input.Key.Key, input.Rand, input.Sqn, auts);
            var analysis = AutsAnalysis.Of(input.Key, input.Amf, [input.Rand], auts);
            AssertSame("True", analysis.IsGenuine.ToString());
            var other = await AucGenerator.RunAsync(
                [.. input.KeyArguments, "-l", Text(IndBits), "-i", Text((ulong)input.Ind), "-A", Convert.ToHexStringLower(auts)]);
            AssertSame(Text(analysis.SqnMs), other["SQN.MS"]);

            var range = new IndRange(IndBits, input.Ind, input.Ind);
            var result = Resynchronisation.Evaluate(input.Key.Key, input.Amf, input.Rand, auts, default, range);
            AssertSame(nameof(ResynchronisationOutcome.Moved), result.Outcome.ToString());
            var next = range.NextSqn(result.State)!.Value;
            AssertSame(Text(next), other["SQN"]);
            AssertSame(Convert.ToHexStringLower(VectorAnalysis.Make(input.Key.Key, input.Amf, input.Rand, next, IndBits).Autn), other["AUTN"]);
        });
    }

    // One process for each input: two at a time for each processor keep them busy while others start.
    private static async Task ForEachAsync(Func<Input, Task> claim)
    {
        var random = new Random(Seed);
        var inputs = Enumerable.Range(0, Inputs).Select(number => Input.Of(random, number)).ToList();
        await Parallel.ForEachAsync(inputs, new ParallelOptions { MaxDegreeOfParallelism = 2 * Environment.ProcessorCount }, async (input, _) =>
        {
            try
            {
                await claim(input);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"input {input.Number} of seed {Seed}: {failure.Message}", failure);
            }
        });
    }

    private static void AssertSame(string ours, string theirs) => Assert.Equal(theirs, ours);

    private static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Every second one with OP instead of OPc. SQN from 1 SEQ on to two below the last one, small and large ones alike.</summary>
    private sealed record Input(int Number, AkaKey Key, string[] KeyArguments, ushort Amf, byte[] Rand, ulong Sqn, int Ind)
    {
        public static Input Of(Random random, int number)
        {
            var (k, variant, rand) = (Octets(random), Octets(random), Octets(random));
            var amf = (ushort)random.Next(0x10000);
            var seq = Math.Clamp((ulong)random.NextInt64(1L << 43) >> random.Next(43), 1, (1UL << 43) - 4);
            var isOp = number % 2 == 1;
            return new(number, new(new(k), isOp ? new Secret(variant) : null, isOp ? null : new Secret(variant)),
                ["-k", Convert.ToHexStringLower(k), isOp ? "-O" : "-o", Convert.ToHexStringLower(variant),
                    "-f", amf.ToString("x4", CultureInfo.InvariantCulture), "-r", Convert.ToHexStringLower(rand)],
                amf, rand, (seq << IndBits) | (uint)random.Next(1 << IndBits), random.Next(1 << IndBits));
        }

        private static byte[] Octets(Random random)
        {
            var octets = new byte[16];
            random.NextBytes(octets);
            return octets;
        }
    }
}
