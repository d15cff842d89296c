using System.Globalization;
using BenchmarkDotNet.Attributes;
using Hss.Subscribers;

namespace Hss.Benchmarks;

/// <summary>Whether a search among many wildcards costs more than one among few: the two are compared in one run.</summary>
[MemoryDiagnoser]
public class WildcardBenchmarks
{
    private const string Hit = "sip:room-000007-4711@example.com";
    private const string Miss = "sip:001010000000001@ims.mnc001.mcc001.3gppnetwork.org";
    private WildcardIndex _few = WildcardIndex.Empty;
    private WildcardIndex _many = WildcardIndex.Empty;

    [GlobalSetup]
    public void Setup()
    {
        for (var i = 0; i < 100_000; i++)
        {
            _many = _many.With($"sip:room-{i.ToString("D6", CultureInfo.InvariantCulture)}-![0-9]+!@example.com");
            if (i == 9) _few = _many;
        }
    }

    [Benchmark(Baseline = true)]
    public bool HitAmong10() => _few.TryMatch(Hit, out _);

    [Benchmark]
    public bool HitAmong100000() => _many.TryMatch(Hit, out _);

    [Benchmark]
    public bool MissAmong10() => _few.TryMatch(Miss, out _);

    /// <summary>What an unknown identity costs beside its look at the database.</summary>
    [Benchmark]
    public bool MissAmong100000() => _many.TryMatch(Miss, out _);

    [Benchmark]
    public WildcardIndex AddOneTo100000() => _many.With("sip:lobby-![0-9]+!@example.com");
}
