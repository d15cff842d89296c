using System.Globalization;

namespace Hss.Fuzz.Tests;

/// <summary>Where the randomness of a run comes from: one number for all, printed by whatever fails.</summary>
/// Shape: the constant, unless HSS_TEST_SEED says otherwise. Each iteration has a generator of its own, so that one can be run again alone.
internal static class FuzzSeed
{
    private const int Default = 20260401;

    public static int Value { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("HSS_TEST_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out int seed) ? seed : Default;

    public static Random Generator(int iteration) => new(unchecked((Value * 1_000_003) ^ (iteration * 7_919)));

    public static string Describe(int iteration, ReadOnlySpan<byte> octets) =>
        string.Create(CultureInfo.InvariantCulture, $"HSS_TEST_SEED={Value}, iteration {iteration}, {octets.Length} octets: {Convert.ToHexString(octets)}");
}
