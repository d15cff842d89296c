using System.Diagnostics;

namespace Hss.Subscribers.Tests;

/// <summary>The matcher against grep -E, which is another implementation of the same clause.</summary>
public sealed class ExpressionMatcherTests
{
    private static readonly string[] s_patterns =
    [
        "abc", "a.c", "^abc$", "^a", "c$", "a|b|cd", "(a|b)c", "ab*c", "ab+c", "ab?c", "a{2}", "a{2,}b", "a{1,3}b", "^(ab){2}$", "[abc]x", "[^abc]x", "[a-c]+d", "[]x]y", "[^]x]y", "[a-]z",
        "[[:digit:]]+", "[[:alpha:]_]+[[:space:]]", "[[:upper:]]", "[^[:alnum:]]", "g\\.3gpp\\.ussd", "^((sips?|tel):)?\\+?121([;:@?]|$)", "\\*|#|%2[3A]", "(a|ab)(c|bcd)(d*)", "(a*)*b", "((a|b)*c){2}",
        "x{0}y", "a{0,2}$", "^$|z", "\\[\\]", "\\$", "a\\|b", "(^a|b$)", "a(^b)?", "[[.-.]-]+z", "[[=a=]]q", "\\{2\\}", "a}", "]", "^^a", "(a|)", "()",
    ];

    private static readonly string[] s_texts =
    [
        "", "abc", "ABC", "aXc", "xabcx", "cd", "ac", "abbbc", "aa", "aab", "aaab", "abab", "ababab", "ax", "dx", "bcad", "]y", "xy", "-z", "az", "12", "ab_ c", "A", "-", "g.3gpp.ussd", "g-3gpp-ussd",
        "sip:121@x", "tel:1212", "tel:+121;phone-context=x", "*21#", "%2A", "abcd", "abcbcd", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", "aacbc", "acbcc", "y", "[]", "$5", "a|b", "b", "ab", "z", "--z", "aq", "{2}", "a}",
    ];

    public static TheoryData<bool> Cases => [false, true];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Agrees_with_grep(bool ignoreCase)
    {
        var compared = 0;
        foreach (var pattern in s_patterns)
        {
            if (ExpressionMatcher.Create(pattern, ignoreCase, out _) is not { } matcher) continue;
            var expected = Grep(pattern, ignoreCase);
            var actual = s_texts.Where(text => matcher.IsMatch(text, new())).ToList();
            Assert.True(expected.SequenceEqual(actual), $"{pattern}: grep [{string.Join("] [", expected)}], here [{string.Join("] [", actual)}]");
            compared++;
        }
        // Two of them are no patterns that POSIX defines: an empty alternative and an empty group.
        Assert.Equal(s_patterns.Length - 2, compared);
    }

    [Theory]
    [InlineData("(a|)", "empty")]
    [InlineData("\\<a", "an edge of a word")]
    [InlineData("((a{255}){255}){255}", "written out")]
    [InlineData("[[.hyphen.]]", "collating element")]
    [InlineData("a**", "nothing to repeat")]
    public void What_cannot_be_followed_is_told(string pattern, string problem)
    {
        Assert.Null(ExpressionMatcher.Create(pattern, false, out var told));
        Assert.Contains(problem, told, StringComparison.Ordinal);
    }

    [Fact]
    public void Work_is_bounded_by_steps_and_not_by_luck()
    {
        var matcher = ExpressionMatcher.Create("(((a*)*)*)*b", false, out _)!;
        var budget = new MatchBudget();
        Assert.False(matcher.IsMatch(new string('a', 20_000), budget));
        Assert.False(budget.IsSpent);
        var wide = ExpressionMatcher.Create("((a|b|ab|ba){100}){2}c", false, out var problem);
        Assert.True(wide is not null, problem);
        for (var i = 0; i < 100 && !budget.IsSpent; i++) Assert.False(wide.IsMatch(string.Concat(Enumerable.Repeat("ab", 2000)), budget));
        Assert.True(budget.IsSpent);
    }

    private static List<string> Grep(string pattern, bool ignoreCase)
    {
        var start = new ProcessStartInfo("/usr/bin/grep") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])["-E", "-n", .. ignoreCase ? ["-i"] : Array.Empty<string>(), "-e", pattern]) start.ArgumentList.Add(argument);
        start.Environment["LC_ALL"] = "C";
        using var process = Process.Start(start)!;
        process.StandardInput.Write(string.Join('\n', s_texts) + "\n");
        process.StandardInput.Close();
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        Assert.InRange(process.ExitCode, 0, 1);
        return [.. lines.Select(line => s_texts[int.Parse(line.Split(':')[0], System.Globalization.CultureInfo.InvariantCulture) - 1])];
    }
}
