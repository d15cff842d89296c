namespace Hss.Cli.Tests.Documentation;

/// <summary>The runner of pages itself: it must find what is wrong, or no page proves anything.</summary>
public class DocumentedCommandsTests
{
    private const string Page = """
        Text.

        ```console
        $ word=one
        $ echo $word \
            two
        one two
        $ false
        $ echo $?
        1
        ```

        ```json
        $ this is not run
        ```

        ```console
        $ printf 'a\nb\nc\n'
        a
        …
        $ echo "number $RANDOM of $PLACE"
        number … of here
        $ echo wrong >&2
        wrong
        $ cat <<'END'
        > here
        >
        > there
        > END
        here

        there
        ```
        """;

    private static readonly Dictionary<string, string> s_variables = new() { ["PLACE"] = "here" };

    [Fact]
    public async Task A_true_page_passes() => Assert.Empty(await DocumentedCommands.RunAsync(Page, "none", s_variables));

    [Theory]
    [InlineData("one two\n", "one three\n")]
    [InlineData("\n1\n", "\n0\n")]
    [InlineData("of here", "of there")]
    [InlineData("a\n…\n", "b\n…\n")]
    [InlineData("there\n```", "there\nmore\n```")]
    [InlineData("> there", "> elsewhere")]
    [InlineData("$ echo wrong >&2\nwrong\n", "$ echo wrong >&2\n")]
    public async Task A_page_that_is_not_true_is_found_out(string printed, string instead)
    {
        var page = Page.ReplaceLineEndings("\n") + "\n";
        Assert.Contains(printed, page, StringComparison.Ordinal);
        Assert.Single(await DocumentedCommands.RunAsync(page.Replace(printed, instead, StringComparison.Ordinal), "none", s_variables));
    }

    [Fact]
    public async Task A_page_without_commands_proves_nothing() =>
        await Assert.ThrowsAsync<ArgumentException>(() => DocumentedCommands.RunAsync("only words", "none", s_variables));
}
