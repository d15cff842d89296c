namespace Hss.Diameter.Tests;

public sealed class TelephonyBcdTests
{
    [Theory]
    [InlineData("1", "F1")]
    [InlineData("12", "21")]
    [InlineData("12125550001", "2121550500F1")]
    [InlineData("1212555000", "2121550500")]
    public void Digits_stand_two_in_an_octet_the_first_one_low(string digits, string octets)
    {
        Assert.Equal(octets, Convert.ToHexString(TelephonyBcd.Encode(digits)));
        Span<char> read = stackalloc char[octets.Length];
        Assert.True(TelephonyBcd.TryDecode(Convert.FromHexString(octets), read, out int count));
        Assert.Equal(digits, read[..count].ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("FF")] // nothing but filler
    [InlineData("1F")] // the filler is first
    [InlineData("A1")]
    [InlineData("1A")]
    [InlineData("F121")] // digits behind the filler
    [InlineData("F1FF")]
    public void Anything_else_is_no_number(string octets) =>
        Assert.False(TelephonyBcd.TryDecode(Convert.FromHexString(octets), new char[octets.Length], out _));

    [Fact]
    public void What_is_no_digit_is_not_written() => Assert.Throws<ArgumentException>(() => TelephonyBcd.Encode("+1"));
}
