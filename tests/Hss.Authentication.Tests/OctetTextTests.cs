using System.Text;

namespace Hss.Authentication.Tests;

public class OctetTextTests
{
    private static readonly byte[] Octets = Convert.FromHexString("23553cbe9637a89d218ae64dae47bf35");

    [Theory]
    [InlineData("23553cbe9637a89d218ae64dae47bf35")]
    [InlineData("23553CBE9637A89D218AE64DAE47BF35")]
    [InlineData("0x23553cbe9637a89d218ae64dae47bf35")]
    [InlineData("23:55:3c:be:96:37:a8:9d:21:8a:e6:4d:ae:47:bf:35")]
    [InlineData("23553cbe 9637a89d 218ae64d ae47bf35")]
    [InlineData("0x23, 0x55, 0x3c, 0xbe, 0x96, 0x37, 0xa8, 0x9d, 0x21, 0x8a, 0xe6, 0x4d, 0xae, 0x47, 0xbf, 0x35")]
    [InlineData("  \"23-55-3c-be-96-37-a8-9d-21-8a-e6-4d-ae-47-bf-35\"\r\n")]
    [InlineData("I1U8vpY3qJ0hiuZNrke/NQ==")]
    [InlineData("I1U8vpY3qJ0hiuZNrke/NQ")]
    [InlineData("I1U8vpY3qJ0hiuZNrke_NQ")]
    [InlineData("'I1U8vpY3qJ0h\n iuZNrke/NQ=='")]
    public void One_value_in_every_dress(string text)
    {
        Assert.True(OctetText.TryRead(text, 16, out var octets, out var problem), problem);
        Assert.Equal(Octets, octets);
        Assert.True(OctetText.TryReadAny(text, out octets));
        Assert.Equal(Octets, octets);
    }

    [Theory]
    [InlineData("", "is empty; 16 octets are needed (32 hexadecimal digits, or 24 characters of base64)")]
    [InlineData("0x", "is empty")]
    [InlineData("23553cbe9637a89d218ae64dae47bf", "has 30 hexadecimal digits; 16 octets")]
    [InlineData("23553cbe9637a89d218ae64dae47bf3", "has 31 hexadecimal digits, an odd number")]
    [InlineData("23553cbe9637a89d218ae64dae47bf3g", "is base64 of 24 octets")]
    [InlineData("23553cbe9637a89d218ae64dae47bf3?", "holds '?', which is no hexadecimal digit")]
    [InlineData("23553cbe9637a89d218ae64dae47bf3\u20ac", "holds U+20AC")]
    [InlineData("3233353533636265393633376138396432313861653634646165343762663335", "is hexadecimal of 32 hexadecimal digits: decode once more")]
    [InlineData("MjM1NTNjYmU5NjM3YTg5ZDIxOGFlNjRkYWU0N2JmMzU=", "is base64 of 32 hexadecimal digits: decode once more")]
    [InlineData("49315538767059337148304f6869755a4e726b652f4e513d3d", "has 50 hexadecimal digits")]
    [InlineData("49315538767059337130306869755a4e726b652f4e513d3d", "is hexadecimal of 24 base64 digits: decode once more")]
    public void What_is_wrong_is_named(string text, string expected)
    {
        Assert.False(OctetText.TryRead(text, 16, out _, out var problem));
        Assert.StartsWith(expected, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_beyond_all_use_is_only_counted()
    {
        Assert.False(OctetText.TryRead(new string('a', 1025), 16, out _, out var problem));
        Assert.StartsWith("has 1025 characters", problem, StringComparison.Ordinal);
        Assert.False(OctetText.TryReadAny(new string('a', 1026), out _));
    }

    [Fact]
    public void A_message_never_repeats_the_text() => Property.Holds(2000, random =>
    {
        var secret = Convert.ToHexStringLower(random.Octets(random.Next(12, 40)));
        if (OctetText.TryRead(secret, 11, out _, out var problem)) return;
        for (var i = 0; i + 6 <= secret.Length; i++) Assert.DoesNotContain(secret.Substring(i, 6), problem, StringComparison.OrdinalIgnoreCase);
    });

    [Fact]
    public void Whatever_was_written_is_read() => Property.Holds(2000, random =>
    {
        var octets = random.Octets(random.Next(2, 49));
        var hexadecimal = Convert.ToHexString(octets);
        if (random.Next(2) == 0) hexadecimal = hexadecimal.ToLowerInvariant();
        if (random.Next(2) == 0) hexadecimal = string.Join(":- ,"[random.Next(4)], hexadecimal.Chunk(2).Select(pair => new string(pair)));
        var base64 = Convert.ToBase64String(octets);
        if (random.Next(2) == 0) base64 = base64.TrimEnd('=');
        if (random.Next(2) == 0) base64 = base64.Replace('+', '-').Replace('/', '_');
        foreach (var text in new[] { hexadecimal, base64 })
        {
            Assert.True(OctetText.TryRead(text, octets.Length, out var read, out var problem), problem);
            Assert.Equal(octets, read);
        }
    });

    [Fact]
    public void No_text_throws() => Property.Holds(20_000, random =>
    {
        const string alphabet = "0123456789abcdefABCDEFxXgz=+/-_:. \t\r\n\"'\0\u00e9\ud83d";
        var text = new StringBuilder();
        for (var i = random.Next(80); i > 0; i--) text.Append(alphabet[random.Next(alphabet.Length)]);
        var length = random.Next(1, 40);
        if (OctetText.TryRead(text.ToString(), length, out var octets, out var problem)) Assert.Equal(length, octets.Length);
        else Assert.NotEmpty(problem);
        OctetText.TryReadAny(text.ToString(), out _);
        OctetText.TryReadAgain(random.Octets(random.Next(60)), length, out _, out _);
    });
}
