namespace Hss.Subscribers.Tests;

public sealed class ExtendedRegularExpressionTests
{
    [Theory]
    [InlineData("a")]
    [InlineData(".*")]
    [InlineData("^sip:\\+?[0-9]{3,15}@example\\.com$")]
    [InlineData("application/vnd\\.3gpp\\.sms")]
    [InlineData("(audio|video)")]
    [InlineData("a|b|c")]
    [InlineData("(a(b|c)*)+")]
    [InlineData("^$")]
    [InlineData("^|x")]
    [InlineData("[]a]")]
    [InlineData("[^]a]")]
    [InlineData("[a\\]")]
    [InlineData("[[:digit:][:alpha:]_-]")]
    [InlineData("[[=a=][.-.]]")]
    [InlineData("[a-]")]
    [InlineData("[(*{]")]
    [InlineData("a{2}b{2,}c{2,255}")]
    [InlineData("\\*\\/\\{\\}")]
    [InlineData("a]b}")]
    [InlineData("ä+")]
    public void Patterns_that_every_implementation_takes(string pattern) => Assert.Null(ExtendedRegularExpression.Problem(pattern));

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("(", "without ')'")]
    [InlineData("a)", "without '('")]
    [InlineData("((a)", "without ')'")]
    [InlineData("()", "empty group")]
    [InlineData("(a|)", "empty group or alternative")]
    [InlineData("a|", "empty alternative")]
    [InlineData("|a", "empty alternative")]
    [InlineData("a||b", "empty alternative")]
    [InlineData("*", "nothing to repeat")]
    [InlineData("+1", "nothing to repeat")]
    [InlineData("a**", "nothing to repeat")]
    [InlineData("a*?", "nothing to repeat")]
    [InlineData("(*a)", "nothing to repeat")]
    [InlineData("a|*b", "nothing to repeat")]
    [InlineData("^*", "nothing to repeat")]
    [InlineData("{2}", "nothing to repeat")]
    [InlineData("a{", "begins no {n}")]
    [InlineData("a{x}", "begins no {n}")]
    [InlineData("a{,3}", "begins no {n}")]
    [InlineData("a{1,2,3}", "begins no {n}")]
    [InlineData("a{-1}", "begins no {n}")]
    [InlineData("a{3,2}", "first count is above")]
    [InlineData("a{256}", "255")]
    [InlineData("a{1,99999999999}", "begins no {n}")]
    [InlineData("[", "without ']'")]
    [InlineData("[]", "without ']'")]
    [InlineData("[^]", "without ']'")]
    [InlineData("[a", "without ']'")]
    [InlineData("[[:digit:]", "without ']'")]
    [InlineData("[[:number:]]", "unknown character class")]
    [InlineData("[z-a]", "runs backwards")]
    [InlineData("a\\", "ends with a backslash")]
    [InlineData("\\d+", "POSIX does not have")]
    [InlineData("\\bx", "POSIX does not have")]
    [InlineData("(?:a)", "POSIX does not have")]
    [InlineData("(?i)a", "POSIX does not have")]
    public void Patterns_that_are_wrong_or_undefined(string pattern, string problemPart) =>
        Assert.Contains(problemPart, ExtendedRegularExpression.Problem(pattern), StringComparison.Ordinal);

    [Fact]
    public void Any_text_gets_an_answer_and_its_escaped_form_is_a_pattern()
    {
        const int seed = 20260205;
        var random = new Random(seed);
        const string alphabet = "ab[](){}*+?|^$.\\,-:=0123^ä\u0001";
        for (var round = 0; round < 50_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 16)).Select(_ => alphabet[random.Next(alphabet.Length)]));
            ExtendedRegularExpression.Problem(text);
            Assert.True(ExtendedRegularExpression.Problem(ExtendedRegularExpression.Escape(text)) is null, $"seed {seed} round {round}: {text}");
        }
    }

    [Theory]
    [InlineData("a.b", "a\\.b")]
    [InlineData("sip:+1@[::1]", "sip:\\+1@\\[::1]")]
    [InlineData("plain", "plain")]
    [InlineData("\\(x)|{2}^$*?", "\\\\\\(x\\)\\|\\{2}\\^\\$\\*\\?")]
    public void Escaping(string text, string pattern) => Assert.Equal(pattern, ExtendedRegularExpression.Escape(text));
}
