using System.Globalization;

namespace Hss.Subscribers.Tests;

public sealed class WildcardIndexTests
{
    [Theory]
    // TS 23.003 13.4A, 13.5: the expression stands between two exclamation marks and the whole identity has to match.
    [InlineData("sip:chat!.*!@example.com", "sip:chat1@example.com", true)]
    [InlineData("sip:chat!.*!@example.com", "sip:chat@example.com", true)]
    [InlineData("sip:chat!.+!@example.com", "sip:chat@example.com", false)]
    [InlineData("sip:chat!.*!@example.com", "sip:chat1@example.com.org", false)]
    [InlineData("sip:chat!.*!@example.com", "sip:xchat1@example.com", false)]
    [InlineData("sip:chat!.*!@example.com", "sip:Chat1@example.com", false)]
    [InlineData("sip:!CHAT[0-9]!@example.com", "sip:CHAT1@example.com", true)]
    [InlineData("sip:!CHAT[0-9]!@example.com", "sip:chat1@example.com", false)]
    [InlineData("tel:+1212!555[0-9]{4}!", "tel:+12125550123", true)]
    [InlineData("tel:+1212!555[0-9]{4}!", "tel:+121255501234", false)]
    [InlineData("tel:+1212!555[0-9]{2,3}!99", "tel:+12125551299", true)]
    [InlineData("tel:+1212!555[0-9]{2,3}!99", "tel:+12125551999", true)]
    [InlineData("tel:+1212!555[0-9]{2,3}!99", "tel:+1212555199", false)]
    [InlineData("sip:a!b!c@example.com", "sip:abc@example.com", true)]
    [InlineData("sip:a!b!c@example.com", "sip:abbc@example.com", false)]
    [InlineData("sip:a!b+!c@example.com", "sip:abbc@example.com", true)]
    [InlineData("sip:!ab|cd!e@example.com", "sip:abe@example.com", true)]
    [InlineData("sip:!ab|cd!e@example.com", "sip:cde@example.com", true)]
    [InlineData("sip:!ab|cd!e@example.com", "sip:abcde@example.com", false)]
    [InlineData("sip:!(ab|cd)x!e@example.com", "sip:cdxe@example.com", true)]
    [InlineData("sip:x!^a.$!y@example.com", "sip:xaby@example.com", true)]
    [InlineData("sip:x!a^b!y@example.com", "sip:xaby@example.com", false)]
    [InlineData("sip:!x\\.y\\*?!@example.com", "sip:x.y*@example.com", true)]
    [InlineData("sip:!x\\.y\\*?!@example.com", "sip:x.y@example.com", true)]
    [InlineData("sip:!x\\.y\\*?!@example.com", "sip:x-y@example.com", false)]
    [InlineData("sip:![[:digit:]abc&&[^x]!@example.com", "sip:&@example.com", true)]
    [InlineData("sip:![[:digit:]abc&&[^x]!@example.com", "sip:7@example.com", true)]
    [InlineData("sip:![[:digit:]abc&&[^x]!@example.com", "sip:x@example.com", true)]
    [InlineData("sip:![[:digit:]abc&&[^x]!@example.com", "sip:d@example.com", false)]
    [InlineData("sip:![^[:digit:]a-]!@example.com", "sip:-@example.com", false)]
    [InlineData("sip:![^[:digit:]a-]!@example.com", "sip:z@example.com", true)]
    [InlineData("sip:![[.a.][=b=]]{2}!@example.com", "sip:ba@example.com", true)]
    [InlineData("sip:![$(*]-[)+]!@example.com", "sip:$-+@example.com", true)]
    public void An_identity_falls_into_a_wildcard_when_all_of_it_matches(string wildcard, string identity, bool falls)
    {
        Assert.True(CanonicalIdentity.TryWildcarded(wildcard, out var canonical, out var problem), problem);
        Assert.Equal(wildcard, canonical);
        Assert.Equal(falls, WildcardIndex.Empty.With(wildcard).TryMatch(identity, out var found));
        Assert.Equal(falls ? wildcard : "", found);
    }

    [Theory]
    [InlineData("sip:conference-17@example.com", "sip:conference-1!.*!@example.com")]
    [InlineData("sip:conference-27@example.com", "sip:conference!.*!@example.com")]
    [InlineData("sip:c27@example.com", "sip:!.*!@example.com")]
    [InlineData("sip:c27@example.org", "sip:!.*!@example.org")]
    // Equal literal text: more of it in front wins.
    [InlineData("sip:ab@example.net", "sip:a!.*!@example.net")]
    // The literal beginning of the expression counts like literal text before it.
    [InlineData("sip:room-9@example.net", "sip:!room-[0-9]!@example.net")]
    // No more literal text there either: ordinal order.
    [InlineData("tel:+4930", "tel:+49!3.!")]
    public void The_most_specific_wildcard_wins(string identity, string expected)
    {
        string[] wildcards =
        [
            "sip:!.*!@example.com", "sip:conference!.*!@example.com", "sip:conference-1!.*!@example.com", "sip:!.*!@example.org", "sip:a!.*!@example.net",
            "sip:!.*!b@example.net", "sip:!room-[0-9]!@example.net", "sip:roo!.*!@example.net", "tel:+49!3.!", "tel:+493![0-9]!",
        ];
        foreach (var order in new[] { wildcards, wildcards.Reverse() })
        {
            var index = order.Aggregate(WildcardIndex.Empty, (so_far, wildcard) => so_far.With(wildcard));
            Assert.Equal(wildcards.Length, index.Count);
            Assert.True(index.TryMatch(identity, out var found));
            Assert.Equal(expected, found);
        }
    }

    [Fact]
    public void It_finds_what_trying_every_wildcard_finds_while_wildcards_come_and_go()
    {
        const int seed = 20260301;
        var random = new Random(seed);
        var index = WildcardIndex.Empty;
        var all = new SortedSet<string>(StringComparer.Ordinal);
        for (var round = 0; round < 2_000; round++)
        {
            if (random.Next(3) > 0)
            {
                var added = $"sip:{Letters(random, 3)}!{Expression(random)}!{Letters(random, 2)}@x";
                Assert.Equal(all.Add(added), !ReferenceEquals(index, index.With(added)));
                index = index.With(added);
            }
            else if (all.Count > 0)
            {
                var gone = all.ElementAt(random.Next(all.Count));
                all.Remove(gone);
                Assert.Same(index, index.Without(gone + "x"));
                index = index.Without(gone);
            }
            Assert.Equal(all.Count, index.Count);
            var identity = $"sip:{Letters(random, 6)}@x";
            var expected = all.Select(w => (Wildcard: w, Read: WildcardExpression.Read(w)!))
                .Where(w => identity.Length >= w.Read.LiteralLength && identity.StartsWith(w.Read.Prefix, StringComparison.Ordinal)
                    && identity.EndsWith(w.Read.Suffix, StringComparison.Ordinal) && w.Read.Matches(identity))
                .OrderByDescending(w => w.Read.LiteralLength).ThenByDescending(w => w.Read.Prefix.Length).ThenBy(w => w.Wildcard, StringComparer.Ordinal)
                .Select(w => w.Wildcard).FirstOrDefault("");
            index.TryMatch(identity, out var found, out var tested);
            Assert.True(expected == found, $"seed {seed} round {round}: {identity} falls into '{expected}', found '{found}'");
            Assert.InRange(tested, 0, index.CandidatesAtMost);
        }
        foreach (var wildcard in all) index = index.Without(wildcard);
        Assert.Equal((0, 0), (index.Count, index.CandidatesAtMost));
    }

    /// <summary>The whole-identity reading, against the platform's own engine on the whole expression.</summary>
    [Fact]
    public void Taking_literal_text_out_of_an_expression_changes_nothing()
    {
        const int seed = 20260302;
        var random = new Random(seed);
        for (var round = 0; round < 3_000; round++)
        {
            var (before, expression, after) = (Letters(random, 2), Expression(random), Letters(random, 2));
            var whole = new System.Text.RegularExpressions.Regex(
                $@"\Asip:{before}(?:{expression}){after}@x\z", System.Text.RegularExpressions.RegexOptions.CultureInvariant);
            var index = WildcardIndex.Empty.With($"sip:{before}!{expression}!{after}@x");
            var identity = $"sip:{before}{Letters(random, 4)}{after}@x";
            Assert.True(whole.IsMatch(identity) == index.TryMatch(identity, out _), $"seed {seed} round {round}: {expression} on {identity}");
        }
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1_000)]
    [InlineData(50_000)]
    public void The_number_of_expressions_tested_does_not_grow_with_the_number_of_wildcards(int count)
    {
        var index = WildcardIndex.Empty.With("sip:!.*!@example.com");
        for (var i = 1; i < count; i++) index = index.With(Numbered(i));
        Assert.Equal(count, index.Count);
        Assert.InRange(index.CandidatesAtMost, 1, 2);
        for (var i = 1; i < count; i += Math.Max(1, count / 500))
        {
            Assert.True(index.TryMatch(Numbered(i).Replace("![0-9]+!", "7", StringComparison.Ordinal), out var found, out var tested));
            Assert.Equal(Numbered(i), found);
            Assert.Equal(1, tested);
        }
        Assert.True(index.TryMatch("sip:nobody@example.com", out _, out var one));
        Assert.Equal(1, one);
        Assert.False(index.TryMatch("sip:nobody@example.org", out _, out var none));
        Assert.Equal(0, none);
    }

    [Fact]
    public void Wildcards_that_only_their_expressions_tell_apart_count_as_candidates()
    {
        var index = WildcardIndex.Empty;
        for (var i = 0; i < 5; i++) index = index.With($"sip:![{i}][0-9]*!@example.com");
        Assert.Equal(5, index.CandidatesAtMost);
        // A prefix inside a prefix adds to it, one beside it does not.
        Assert.Equal(5, index.With("sip:a!.*!@example.com").With("sip:a!.*!@example.org").CandidatesAtMost - 1);
        Assert.Equal(5, index.With("tel:+1!.*!").With("tel:+2!.*!").CandidatesAtMost);
        Assert.True(index.TryMatch("sip:47@example.com", out var found, out var tested));
        Assert.Equal("sip:![4][0-9]*!@example.com", found);
        Assert.InRange(tested, 1, 5);
    }

    [Theory]
    [InlineData("((a{255}){255}){255}", "written out")]
    [InlineData("(a{20}|b{13}){2}", "written out")]
    [InlineData("[[.ch.]]", "collating")]
    [InlineData("[[=ch=]]", "collating")]
    [InlineData("(a{19}|b{13}){2}", null)]
    [InlineData(".{1,64}", null)]
    [InlineData("((a|b){1,10}c?){1,3}", null)]
    [InlineData("(.*a[^~]{1,9}){1,5}", null)]
    [InlineData("(((((((((((a?){2})?){2})?){2})?){2})?){2})?){2}", null)]
    public void An_expression_that_would_be_costly_or_unclear_is_refused(string expression, string? part)
    {
        Assert.Null(ExtendedRegularExpression.Problem(expression));
        var problem = WildcardExpression.Problem(expression);
        if (part is null) Assert.Null(problem);
        else Assert.Contains(part, problem, StringComparison.Ordinal);
        var index = WildcardIndex.Empty.With($"sip:x!{expression}!@example.com");
        Assert.Equal(part is null ? 1 : 0, index.Count);
        // What is taken in can also be searched: the longest identity that the grammar has, nearly matching everywhere.
        Assert.False(index.TryMatch($"sip:x{new string('a', 480)}~@example.com", out _));
    }

    [Fact]
    public void What_is_no_wildcard_is_not_taken_in()
    {
        Assert.Same(WildcardIndex.Empty, WildcardIndex.Empty.With("sip:alice@example.com"));
        Assert.Same(WildcardIndex.Empty, WildcardIndex.Empty.With("sip:a!(!@example.com"));
        Assert.Same(WildcardIndex.Empty, WildcardIndex.Empty.Without("sip:a!.*!@example.com"));
        Assert.False(WildcardIndex.Empty.TryMatch("sip:alice@example.com", out _));
        var index = WildcardIndex.Empty.With("sip:!.*!@example.com");
        Assert.False(index.TryMatch("", out _));
        Assert.False(index.TryMatch($"sip:{new string('a', 600)}@example.com", out _));
    }

    private static string Numbered(int number) => $"sip:room-{number.ToString("D6", CultureInfo.InvariantCulture)}-![0-9]+!@example.com";

    private static string Letters(Random random, int most) =>
        new([.. Enumerable.Range(0, random.Next(most + 1)).Select(_ => "ab"[random.Next(2)])]);

    private static string Expression(Random random) => string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ =>
        random.Next(8) switch
        {
            0 => ".*",
            1 => "a+",
            2 => "(a|bb)",
            3 => "[ab]{1,2}",
            4 => "b?a",
            5 => ".",
            _ => "ab"[random.Next(2)].ToString(),
        }));
}
