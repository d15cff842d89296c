using BenchmarkDotNet.Attributes;
using Hss.Authentication;
using Hss.Procedures.Tests;

namespace Hss.Benchmarks;

/// <summary>One vector, one RAND, one AUTS.</summary>
[MemoryDiagnoser]
public class AuthenticationBenchmarks
{
    private static readonly IndRange Ind = new(5, 24, 27);
    private readonly byte[] _rand = new byte[16];
    private readonly byte[] _auts = new byte[14];
    private readonly SequenceState _state = new(100, 200, 24);

    [GlobalSetup]
    public void Setup() => Resynchronisation.WriteAuts(TestSubscriptions.Key, _rand, 50UL << 5, _auts);

    [Benchmark(Baseline = true)]
    public byte Vector()
    {
        AuthenticationVector.Generate(TestSubscriptions.Key, 0x8000, _rand, 101UL << 5, out var vector);
        return vector.Xres[0];
    }

    [Benchmark]
    public void Rand() => SystemRandomSource.Instance.Fill(_rand);

    [Benchmark]
    public bool Auts() => Resynchronisation.Evaluate(TestSubscriptions.Key, 0x8000, _rand, _auts, _state, Ind).IsAccepted;
}
