namespace Hss.Authentication.Tests;

/// <summary>Runs a claim on many seeded random inputs. A failure names its seed, which alone repeats it.</summary>
internal static class Property
{
    public static void Holds(int seeds, Action<Random> claim)
    {
        for (var seed = 1; seed <= seeds; seed++)
        {
            try
            {
                claim(new Random(seed));
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"the claim does not hold for seed {seed}: {failure.Message}", failure);
            }
        }
    }

    public static byte[] Octets(this Random random, int length)
    {
        var octets = new byte[length];
        random.NextBytes(octets);
        return octets;
    }

    /// <summary>A number of at most so many bits, with small and large ones equally likely.</summary>
    public static ulong Number(this Random random, int bits) => (ulong)random.NextInt64() >> (63 - random.Next(bits + 1));
}
