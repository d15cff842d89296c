using System.Text;

namespace Hss.Subscribers.Tests;

public sealed class CanonicalPublicIdentityTests
{
    [Theory]
    // Scheme and host in any case, dot of the root, parameters, headers (RFC 3261 10.3, 19.1.4).
    [InlineData("sip:alice@example.com", "sip:alice@example.com")]
    [InlineData("SIP:alice@EXAMPLE.Com", "sip:alice@example.com")]
    [InlineData("sips:alice@example.com", "sip:alice@example.com")]
    [InlineData("sip:alice@example.com.", "sip:alice@example.com")]
    [InlineData("sip:alice@example.com;transport=tcp?subject=x", "sip:alice@example.com")]
    [InlineData("sip:alice@example.com?subject=x;y", "sip:alice@example.com")]
    [InlineData("sip:Alice@example.com", "sip:Alice@example.com")]
    [InlineData("sip:example.com", "sip:example.com")]
    [InlineData("sip:example.com;lr", "sip:example.com")]
    // Ports.
    [InlineData("sip:alice@example.com:5060", "sip:alice@example.com:5060")]
    [InlineData("sip:alice@example.com:05061;lr", "sip:alice@example.com:5061")]
    [InlineData("sip:alice@[2001:DB8::1]:5060", "sip:alice@[2001:db8::1]:5060")]
    [InlineData("sip:alice@[2001:DB8::1]", "sip:alice@[2001:db8::1]")]
    [InlineData("sip:alice@[2001:0db8:0:0:0:0:0:0001]", "sip:alice@[2001:db8::1]")]
    [InlineData("sip:alice@[2001:db8:0::0:1]:5060;lr", "sip:alice@[2001:db8::1]:5060")]
    [InlineData("sip:[0:0:0:0:0:FFFF:C000:0201]", "sip:[::ffff:192.0.2.1]")]
    [InlineData("sip:alice@192.0.2.1", "sip:alice@192.0.2.1")]
    // Escapes.
    [InlineData("sip:%61lice@example.com", "sip:alice@example.com")]
    [InlineData("sip:al%2fice@example.com", "sip:al%2Fice@example.com")]
    [InlineData("sip:al/ice@example.com", "sip:al/ice@example.com")]
    [InlineData("sip:%40home%3a@example.com", "sip:%40home%3A@example.com")]
    [InlineData("sip:wow%21@example.com", "sip:wow!@example.com")]
    [InlineData("sip:%2561@example.com", "sip:%2561@example.com")]
    // Telephone numbers in SIP URIs.
    [InlineData("sip:+1-212-555-0001@example.com", "sip:+12125550001@example.com")]
    [InlineData("sip:+1(212)555.0001@example.com;user=phone", "sip:+12125550001@example.com")]
    [InlineData("sip:%2B12125550001@example.com", "sip:+12125550001@example.com")]
    [InlineData("sip:+12125550001;npdi;rn=+1917@example.com;user=phone", "sip:+12125550001@example.com")]
    [InlineData("sip:+12125550001;phone-context=example.org@example.com;user=phone", "sip:+12125550001@example.com")]
    [InlineData("sip:555-0001@example.com;USER=Phone", "sip:5550001@example.com")]
    [InlineData("sip:555-0001@example.com", "sip:555-0001@example.com")]
    [InlineData("sip:555-0001;phone-context=+1-212@example.com;user=phone", "sip:5550001;phone-context=+1212@example.com")]
    [InlineData("sip:555-0001;ext=9;Phone-Context=Example.COM.@example.com", "sip:5550001;phone-context=example.com@example.com")]
    [InlineData("sip:*100%23@example.com;user=phone", "sip:*100%23@example.com")]
    [InlineData("sip:Ada@example.com;user=phone", "sip:Ada@example.com")]
    [InlineData("sip:+alice@example.com", "sip:+alice@example.com")]
    [InlineData("sip:alice;day=tuesday@example.com", "sip:alice;day=tuesday@example.com")]
    // tel URIs (RFC 3966).
    [InlineData("tel:+12125550001", "tel:+12125550001")]
    [InlineData("TEL:+1-212-555-0001", "tel:+12125550001")]
    [InlineData("tel:+1(212)555.0001;ext=5;isub=1", "tel:+12125550001")]
    [InlineData("tel:+12125550001;phone-context=example.com", "tel:+12125550001")]
    [InlineData("tel:863-1234;phone-context=+1-914-555", "tel:8631234;phone-context=+1914555")]
    [InlineData("tel:7042;ext=1;PHONE-CONTEXT=Example.COM", "tel:7042;phone-context=example.com")]
    [InlineData("tel:1A*%23;phone-context=example.com", "tel:1a*%23;phone-context=example.com")]
    public void Equivalent_forms_become_one(string text, string expected)
    {
        Assert.True(CanonicalIdentity.TryPublic(text, out var canonical, out var problem), problem);
        Assert.Equal(expected, canonical);
        Assert.True(CanonicalIdentity.TryPublic(Encoding.UTF8.GetBytes(text), out var fromOctets));
        Assert.Equal(expected, fromOctets);
        Assert.True(CanonicalIdentity.TryPublic(canonical, out var again, out _));
        Assert.Equal(canonical, again);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData(" sip:alice@example.com", "begins or ends with a blank")]
    [InlineData("sip:alice@example.com ", "begins or ends with a blank")]
    [InlineData("sip:alice@example.com\n", "begins or ends with a blank")]
    [InlineData("sip:al ice@example.com", "holds a blank")]
    [InlineData("sip:al\0ice@example.com", "holds a blank")]
    [InlineData("sip:älice@example.com", "outside ASCII")]
    [InlineData("alice@example.com", "begin it with sip: or tel:")]
    [InlineData("mailto:alice@example.com", "begin it with sip: or tel:")]
    [InlineData("urn:service:sos", "begin it with sip: or tel:")]
    [InlineData("sip:", "host name")]
    [InlineData("sip:@example.com", "no user part")]
    [InlineData("sip:alice@", "host name")]
    [InlineData("sip:alice@.", "host name")]
    [InlineData("sip:alice@a..b", "host name")]
    [InlineData("sip:alice@b@c", "host name")]
    [InlineData("sip:alice@ex_ample.com", "host name")]
    [InlineData("sip:alice:secret@example.com", "password")]
    [InlineData("sip:al\"ice@example.com", "must be escaped")]
    [InlineData("sip:al#ice@example.com", "must be escaped")]
    [InlineData("sip:al%2@example.com", "hexadecimal")]
    [InlineData("sip:al%zzice@example.com", "hexadecimal")]
    [InlineData("sip:alice@example.com:", "port")]
    [InlineData("sip:alice@example.com:0", "port")]
    [InlineData("sip:alice@example.com:65536", "port")]
    [InlineData("sip:alice@example.com:5x", "port")]
    [InlineData("sip:alice@[::1", "IPv6")]
    [InlineData("sip:alice@[]", "IPv6")]
    [InlineData("sip:alice@[:::]", "IPv6")]
    [InlineData("sip:alice@[1.2.3.4]", "IPv6")]
    [InlineData("sip:alice@[fe80::1%1]", "IPv6")]
    [InlineData("sip:555;phone-context=@example.com;user=phone", "phone-context")]
    [InlineData("tel:", "something else than digits")]
    [InlineData("tel:+", "something else than digits")]
    [InlineData("tel:+1-212-FOO", "something else than digits")]
    [InlineData("tel:12125550001", "without '+' and without phone-context")]
    [InlineData("tel:12125550001;ext=1", "without '+' and without phone-context")]
    [InlineData("tel:7042;phone-context=", "phone-context")]
    [InlineData("tel:7042;phone-context=a_b", "phone-context")]
    [InlineData("tel:-", "something else than digits")]
    public void What_is_no_identity_says_why(string text, string problemPart)
    {
        Assert.False(CanonicalIdentity.TryPublic(text, out var canonical, out var problem));
        Assert.Equal("", canonical);
        Assert.Contains(problemPart, problem, StringComparison.Ordinal);
        Assert.False(CanonicalIdentity.TryPublic(Encoding.UTF8.GetBytes(text), out _));
    }

    [Fact]
    public void Length_is_bounded_for_octets_and_text()
    {
        var fits = "sip:" + new string('a', CanonicalIdentity.MaxLengthBytes - 6) + "@b";
        Assert.True(CanonicalIdentity.TryPublic(fits, out var canonical, out _));
        Assert.Equal(fits, canonical);
        foreach (var text in new[] { fits + "c", "sip:" + new string('a', 100_000) + "@b", "tel:+" + new string('1', 600) })
        {
            Assert.False(CanonicalIdentity.TryPublic(text, out _, out var problem));
            Assert.Contains("longer than 512", problem, StringComparison.Ordinal);
            Assert.False(CanonicalIdentity.TryPublic(Encoding.ASCII.GetBytes(text), out _));
        }
    }

    [Theory]
    [InlineData("SIP:chat!.*!@Example.COM;lr", "sip:chat!.*!@example.com")]
    [InlineData("sip:%63hat!A.@%2f!-x%2f@Example.COM.", "sip:chat!A.@%2f!-x%2F@example.com")]
    [InlineData("sip:!.*!@example.com:5060", "sip:!.*!@example.com:5060")]
    [InlineData("sip:a%21b!.*!@example.com", "sip:a%21b!.*!@example.com")]
    [InlineData("tel:+1-212-55!.*!", "tel:+121255!.*!")]
    [InlineData("tel:+1-2!.{4}!0-0", "tel:+12!.{4}!00")]
    public void Wildcards_keep_their_expression(string text, string expected)
    {
        Assert.True(CanonicalIdentity.TryWildcarded(text, out var canonical, out var problem), problem);
        Assert.Equal(expected, canonical);
        Assert.True(CanonicalIdentity.TryWildcarded(canonical, out var again, out _));
        Assert.Equal(canonical, again);
    }

    [Theory]
    [InlineData("sip:chat@example.com", "exclamation marks")]
    [InlineData("sip:chat!!@example.com", "exclamation marks")]
    [InlineData("sip:chat!x@example.com", "exclamation marks")]
    [InlineData("sip:chat@!.*!", "user part")]
    [InlineData("sip:!.*!", "user part")]
    [InlineData("tel:1!.*!", "without '+'")]
    [InlineData("tel:+1x!.*!", "digits")]
    [InlineData("!.*!", "begin it with")]
    [InlineData("si!p:.*!@example.com", "begin it with")]
    public void What_is_no_wildcard_says_why(string text, string problemPart)
    {
        Assert.False(CanonicalIdentity.TryWildcarded(text, out _, out var problem));
        Assert.Contains(problemPart, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sip:001010000000001@ims.mnc001.mcc001.3gppnetwork.org")]
    [InlineData("tel:+12125550001")]
    public void Canonical_input_costs_one_string(string text)
    {
        var utf8 = Encoding.ASCII.GetBytes(text);
        CanonicalIdentity.TryPublic(utf8, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        CanonicalIdentity.TryPublic(utf8, out var canonical);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        // Header, length and zero of a string, rounded up to a word.
        Assert.InRange(allocated, 1, 22 + (2 * canonical.Length) + 8);
    }
}
