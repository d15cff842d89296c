using System.Text;

namespace Hss.Subscribers.Tests;

public sealed class CanonicalPrivateIdentityTests
{
    [Theory]
    [InlineData("001010000000001@ims.mnc001.mcc001.3gppnetwork.org", "001010000000001@ims.mnc001.mcc001.3gppnetwork.org")]
    [InlineData("Alice@Example.COM", "Alice@example.com")]
    [InlineData("Alice@example.com.", "Alice@example.com")]
    [InlineData("A@B@EXAMPLE.com", "A@B@example.com")]
    [InlineData("älice@EXAMPLE.com", "älice@example.com")]
    [InlineData("001010000000001", "001010000000001")]
    [InlineData("ALICE", "ALICE")]
    public void The_realm_is_written_one_way(string text, string expected)
    {
        Assert.True(CanonicalIdentity.TryPrivate(text, out var canonical, out var problem), problem);
        Assert.Equal(expected, canonical);
        Assert.True(CanonicalIdentity.TryPrivate(Encoding.UTF8.GetBytes(text), out var fromOctets));
        Assert.Equal(expected, fromOctets);
        Assert.True(CanonicalIdentity.TryPrivate(canonical, out var again, out _));
        Assert.Equal(canonical, again);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("alice @example.com", "blank")]
    [InlineData(" alice@example.com", "blank")]
    [InlineData("alice@example.com\t", "blank")]
    [InlineData("al\u0001ice@example.com", "control")]
    [InlineData("al\u00a0ice@example.com", "blank")]
    [InlineData("al\uffffice@example.com", "control")]
    [InlineData("@example.com", "no user part")]
    [InlineData("alice@", "no realm")]
    [InlineData("alice@.", "no realm")]
    [InlineData("alice@a..", "no realm")]
    public void What_is_no_name_says_why(string text, string problemPart)
    {
        Assert.False(CanonicalIdentity.TryPrivate(text, out var canonical, out var problem));
        Assert.Equal("", canonical);
        Assert.Contains(problemPart, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Octets_that_are_no_UTF8_and_names_without_end_are_refused()
    {
        Assert.False(CanonicalIdentity.TryPrivate([0x61, 0xff, 0x40, 0x62], out _));
        Assert.False(CanonicalIdentity.TryPrivate([0xc3], out _));
        Assert.False(CanonicalIdentity.TryPrivate(new byte[70_000].Select(_ => (byte)'a').ToArray(), out _));
        Assert.False(CanonicalIdentity.TryPrivate(new string('a', 600) + "@b", out _, out var problem));
        Assert.Contains("longer", problem, StringComparison.Ordinal);
    }
}
