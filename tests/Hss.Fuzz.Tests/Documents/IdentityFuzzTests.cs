using System.Text;
using Hss.Subscribers;

namespace Hss.Fuzz.Tests;

/// <summary>Damaged identities: a canonical form that is its own canonical form, or a sentence; never an exception.</summary>
public sealed class IdentityFuzzTests
{
    public const int Mutations = 200_000;

    private static readonly string[] Corpus =
    [
        "sip:alice@example.com", "SIPS:Al%69ce:pw@EXAMPLE.com.:5061;transport=tcp?Subject=x", "sip:+1-212-555.0001;phone-context=+1@example.com;user=phone",
        "tel:+1-212-555-0001;ext=12", "tel:7042;phone-context=example.com", "sip:[2001:db8::1]:5060", "sip:a!.*!@example.com", "tel:!^\\+1[0-9]+$!",
        "001010000000001@ims.mnc001.mcc001.3gppnetwork.org", "ü@bücher.example", "sip:%00%7f%ff@x", "tel:12(34);x=%41;phone-context=+0",
    ];

    private static readonly string[] Pieces =
    [
        "%", "%4", "%41", "%2B", "%c3%a9", ";", ";;", "=", "@", "@@", "..", ".", "[", "]", "::", ":", "?", "&", "!", "!!", "+", "-", "(", ")", "é", "\0", " ", "\r\n", "\t",
        ";user=phone", ";phone-context=", ";ext=", ";isub=", "sip:", "tel:", "SIPS:", "\uFFFD", "\U0001F600", ":99999", ":0", "\u00A0",
    ];

    [Fact]
    public void Damaged_identities_have_a_stable_canonical_form_or_none()
    {
        int accepted = 0, refused = 0;
        for (int iteration = 0; iteration < Mutations; iteration++)
        {
            Random random = FuzzSeed.Generator(iteration);
            byte[] identity = Damaged(random);
            try
            {
                CheckPublic(identity, ref accepted, ref refused);
                CheckPrivate(identity);
                CheckWildcarded(Encoding.UTF8.GetString(identity));
            }
            catch (Exception e)
            {
                Assert.Fail($"{FuzzSeed.Describe(iteration, identity)}\n{Encoding.UTF8.GetString(identity)}\n{e}");
            }
        }

        Assert.True(accepted > Mutations / 20 && refused > Mutations / 20, $"{accepted} accepted, {refused} refused");
    }

    private static void CheckPublic(byte[] identity, ref int accepted, ref int refused)
    {
        bool isIdentity = CanonicalIdentity.TryPublic(identity, out string canonical, out string? problem);
        Assert.Equal(isIdentity, CanonicalIdentity.TryPublic(identity, out string same));
        Assert.Equal(canonical, same);
        if (!isIdentity)
        {
            Assert.False(string.IsNullOrEmpty(problem));
            refused++;
            return;
        }

        accepted++;
        Assert.InRange(canonical.Length, 5, CanonicalIdentity.MaxLengthBytes);
        Assert.True(CanonicalIdentity.TryPublic(canonical, out string again, out problem), $"{canonical} is refused: {problem}");
        Assert.Equal(canonical, again);
    }

    private static void CheckPrivate(byte[] identity)
    {
        if (!CanonicalIdentity.TryPrivate(identity, out string canonical, out string? problem))
        {
            Assert.False(string.IsNullOrEmpty(problem));
            return;
        }

        Assert.True(CanonicalIdentity.TryPrivate(canonical, out string again, out problem), $"{canonical} is refused: {problem}");
        Assert.Equal(canonical, again);
    }

    private static void CheckWildcarded(string identity)
    {
        if (!CanonicalIdentity.TryWildcarded(identity, out string canonical, out string? problem))
        {
            Assert.False(string.IsNullOrEmpty(problem));
            return;
        }

        Assert.True(CanonicalIdentity.TryWildcarded(canonical, out string again, out problem), $"{canonical} is refused: {problem}");
        Assert.Equal(canonical, again);
    }

    private static byte[] Damaged(Random random)
    {
        StringBuilder text = new(Corpus[random.Next(Corpus.Length)]);
        for (int changes = random.Next(1, 5); changes > 0; changes--)
        {
            int place = random.Next(text.Length + 1);
            switch (random.Next(5))
            {
                case 0: text.Insert(place, Pieces[random.Next(Pieces.Length)]); break;
                case 1 when place < text.Length: text.Remove(place, Math.Min(random.Next(1, 6), text.Length - place)); break;
                case 2 when place < text.Length: text[place] = (char)random.Next(0x21, 0x7F); break;
                case 3 when random.Next(40) == 0: text.Insert(place, new string((char)random.Next(0x30, 0x7B), random.Next(300, 700))); break;
                default: text.Append(Corpus[random.Next(Corpus.Length)].AsSpan(random.Next(4))); break;
            }
        }

        byte[] octets = Encoding.UTF8.GetBytes(text.ToString());
        if (octets.Length > 0 && random.Next(4) == 0) octets[random.Next(octets.Length)] = (byte)random.Next(256);
        return octets;
    }
}
