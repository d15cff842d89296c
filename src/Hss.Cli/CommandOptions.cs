using System.CommandLine;
using System.Globalization;

namespace Hss.Cli;

/// <summary>Options that several verbs have, and short ways to write the others.</summary>
internal static class CommandOptions
{
    public static readonly Option<bool> Yes = Flag("--yes", "do not ask", "-y");
    public static readonly Option<bool> ValidateOnly = Flag("--validate-only", "check everything, change nothing");
    public static readonly Option<string?> RequestId = Text("--request-id", "UUID", "makes it safe to send the same again; a fresh one each time when absent");
    public static readonly Option<string?> Etag = Text("--etag", "ETAG", "refuse when the stored subscription is not this one any more");
    public static readonly Option<int?> Limit = Number("--limit", "show so many at most; 0 is all (default 100)");

    public const int DefaultLimit = 100;

    /// <summary>As many as the server gives in one page.</summary>
    public const int PageSize = 1000;

    public static Option<string?> Text(string name, string value, string description, params string[] aliases) =>
        new(name, aliases) { HelpName = value, Description = description };

    public static Option<bool> Flag(string name, string description, params string[] aliases) => new(name, aliases) { Description = description };

    /// <summary>A word out of a few; the shell completes them. Names as the standards write them, with low lines and in capitals, are understood, too.</summary>
    public static Option<string?> Word(string name, string description, params string[] words)
    {
        var option = new Option<string?>(name) { HelpName = string.Join('|', words), Description = description };
        option.CompletionSources.Add(words);
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !words.Contains(result.Tokens[0].Value.Replace('_', '-'), StringComparer.OrdinalIgnoreCase))
                result.AddError($"{name} {result.Tokens[0].Value} is not one of {string.Join(", ", words)}");
        });
        return option;
    }

    public static Option<int?> Number(string name, string description)
    {
        var option = new Option<int?>(name) { HelpName = "N", Description = description };
        option.CustomParser = result =>
        {
            if (int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
            result.AddError($"{name} {result.Tokens[0].Value} is no number from 0 on");
            return null;
        };
        return option;
    }

    public static Argument<string> Argument(string name, string description) => new(name) { Description = description };

    public static Command Command(string name, string description, params Symbol[] symbols)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
            if (symbol is Option option) command.Options.Add(option);
            else if (symbol is Argument argument) command.Arguments.Add(argument);
            else command.Subcommands.Add((Command)symbol);
        return command;
    }

    /// <summary>Of one UUID for each run, unless given.</summary>
    public static string RequestIdOf(Invocation invocation)
    {
        if (invocation.Value(RequestId) is not { } given) return Guid.NewGuid().ToString();
        return Guid.TryParseExact(given, "D", out var id) ? id.ToString() : throw new CliException($"--request-id {OneLine.Of(given)} is no UUID, such as {Guid.NewGuid()}");
    }

    public static long Id(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0
        ? id : throw new CliException($"'{OneLine.Of(text)}' is no number of a record; the list shows them");
}
