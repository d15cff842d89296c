using System.Collections.Concurrent;
using System.Reflection;

namespace Hss.Authentication.Tests;

public class SystemRandomSourceTests
{
    [Fact]
    public void No_rand_is_handed_out_twice_on_any_thread()
    {
        var seen = new ConcurrentDictionary<UInt128, byte>();
        Parallel.For(0, 8, _ =>
        {
            Span<byte> rand = stackalloc byte[16];
            for (var i = 0; i < 5000; i++)
            {
                SystemRandomSource.Instance.Fill(rand);
                Assert.True(seen.TryAdd(BitConverter.ToUInt128(rand), 0));
            }
        });
        Assert.Equal(40_000, seen.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(20_000)]
    public void Any_length_is_filled_to_its_last_octet(int length)
    {
        // Every octet must have been other than zero at least once in 40 fills: by chance this fails less than once in 10^90.
        var touched = new bool[length];
        var octets = new byte[length];
        for (var round = 0; round < 40; round++)
        {
            Array.Clear(octets);
            SystemRandomSource.Instance.Fill(octets);
            for (var i = 0; i < length; i++) touched[i] |= octets[i] != 0;
        }
        Assert.DoesNotContain(false, touched);
    }

    [Fact]
    public void Octets_are_wiped_from_the_buffer_when_they_are_handed_out()
    {
        byte[]? rest = null;
        var thread = new Thread(() =>
        {
            Span<byte> rand = stackalloc byte[16];
            for (var i = 0; i < 100; i++) SystemRandomSource.Instance.Fill(rand);
            rest = (byte[])typeof(SystemRandomSource).GetField("_threadBuffer", BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null)!;
        });
        thread.Start();
        thread.Join();
        Assert.All(rest!.Take(1600), octet => Assert.Equal(0, octet));
        Assert.Contains(rest!.Skip(1600), octet => octet != 0);
    }
}
