using System.Text;

namespace Hss.Subscribers.Tests;

/// <summary>Properties over generated identities. A failure prints the seed and the text.</summary>
public sealed class CanonicalIdentityProperties
{
    private const int Seed = 20260131;
    private const int Rounds = 20_000;

    [Fact]
    public void Rewriting_an_identity_in_an_equivalent_way_does_not_change_its_canonical_form()
    {
        var random = new Random(Seed);
        for (var round = 0; round < Rounds; round++)
        {
            var (plain, rewritten) = random.Next(3) switch
            {
                0 => Number(random),
                1 => Tel(random),
                _ => Name(random),
            };
            Assert.True(CanonicalIdentity.TryPublic(plain, out var expected, out var problem), $"seed {Seed} round {round}: {plain}: {problem}");
            Assert.True(CanonicalIdentity.TryPublic(rewritten, out var actual, out problem), $"seed {Seed} round {round}: {rewritten}: {problem}");
            Assert.True(expected == actual, $"seed {Seed} round {round}: {plain} gave {expected}, {rewritten} gave {actual}");
            Assert.True(CanonicalIdentity.TryPublic(actual, out var again, out _) && again == actual, $"seed {Seed} round {round}: {actual} is not stable");
        }
    }

    [Fact]
    public void Any_octets_give_an_answer_and_a_stable_one()
    {
        var random = new Random(Seed);
        var alphabet = "sip:telSIPS@@..;;==?%%++--()!!0123aAfFzZ phone-context user=phone[]::1/&$,*#<>\"\\^\0\u00ff"u8.ToArray();
        for (var round = 0; round < Rounds * 5; round++)
        {
            var octets = new byte[random.Next(40)];
            for (var i = 0; i < octets.Length; i++) octets[i] = random.Next(20) == 0 ? (byte)random.Next(256) : alphabet[random.Next(alphabet.Length)];
            if (random.Next(2) == 0) octets = [.. random.Next(2) == 0 ? "sip:"u8 : "tel:"u8, .. octets];
            var where = $"seed {Seed} round {round}: {Convert.ToHexString(octets)}";
            if (CanonicalIdentity.TryPublic(octets, out var canonical, out var problem))
            {
                Assert.True(CanonicalIdentity.TryPublic(canonical, out var again, out problem), $"{where}: {canonical} {problem}");
                Assert.True(canonical == again, $"{where}: {canonical} became {again}");
            }
            else Assert.False(string.IsNullOrEmpty(problem), where);
            if (CanonicalIdentity.TryPrivate(octets, out canonical, out problem))
            {
                Assert.True(CanonicalIdentity.TryPrivate(canonical, out var again, out problem) && canonical == again, $"{where}: {canonical}");
            }
            else Assert.False(string.IsNullOrEmpty(problem), where);
            if (CanonicalIdentity.TryWildcarded(Encoding.Latin1.GetString(octets), out canonical, out problem))
            {
                Assert.True(CanonicalIdentity.TryWildcarded(canonical, out var again, out problem) && canonical == again, $"{where}: {canonical} {again}");
            }
            else Assert.False(string.IsNullOrEmpty(problem), where);
        }
    }

    private static (string Plain, string Rewritten) Name(Random random)
    {
        // Begins with a letter: user=phone makes a number out of what consists of digits.
        var user = "n" + string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => Pick(random, "abcXYZ019-_.~*'&=$,/?")));
        var host = Host(random);
        var escaped = string.Concat(user.Select(c => char.IsAsciiLetterOrDigit(c) && random.Next(3) == 0 ? Escape(random, c) : c.ToString()));
        return ($"sip:{user}@{host}", $"{Scheme(random)}{escaped}@{Case(random, host)}{Dot(random)}{Parameters(random)}");
    }

    private static (string Plain, string Rewritten) Number(Random random)
    {
        var digits = Digits(random);
        var host = Host(random);
        return ($"sip:+{digits}@{host}",
            $"{Scheme(random)}{(random.Next(3) == 0 ? "%2B" : "+")}{Separated(random, digits)}{(random.Next(3) == 0 ? ";isub=1" : "")}@{Case(random, host)}{Parameters(random)}");
    }

    private static (string Plain, string Rewritten) Tel(Random random)
    {
        var digits = Digits(random);
        if (random.Next(2) == 0) return ($"tel:+{digits}", $"{Case(random, "tel:")}+{Separated(random, digits)}{(random.Next(2) == 0 ? ";ext=12" : "")}");
        var context = Host(random);
        return ($"tel:{digits};phone-context={context}",
            $"{Case(random, "tel:")}{Separated(random, digits)}{(random.Next(2) == 0 ? ";ext=12" : "")};{Case(random, "phone-context")}={Case(random, context)}{Dot(random)}");
    }

    private static string Scheme(Random random) => Case(random, random.Next(4) == 0 ? "sips:" : "sip:");

    private static string Dot(Random random) => random.Next(4) == 0 ? "." : "";

    private static string Parameters(Random random) => Pick(random, ["", ";transport=udp", ";lr;x=Y", "?Subject=1", ";a=b?c=d", ";user=phone"]);

    private static string Host(Random random) => Pick(random, ["example.com", "ims.mnc001.mcc001.3gppnetwork.org", "a", "192.0.2.7", "x-1.y"]);

    private static string Digits(Random random) => random.NextInt64(1, 1_000_000_000_000_000).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Separated(Random random, string digits) => string.Concat(digits.Select(d => random.Next(4) == 0 ? $"{Pick(random, "-.()")}{d}" : $"{d}"));

    private static string Case(Random random, string text) => string.Concat(text.Select(c => random.Next(2) == 0 ? char.ToUpperInvariant(c) : c));

    private static string Escape(Random random, char c) => random.Next(2) == 0 ? $"%{(int)c:X2}" : $"%{(int)c:x2}";

    private static T Pick<T>(Random random, T[] items) => items[random.Next(items.Length)];

    private static char Pick(Random random, string items) => items[random.Next(items.Length)];
}
