namespace Hss.Server;

/// <summary>What the program is asked to do.</summary>
public enum Verb
{
    Run,
    Import,
}

/// <summary>The command line cannot be used. The message is one line with the mend.</summary>
public sealed class CommandLineException(string message) : Exception(message);

/// <summary>The words of the command line: a verb, its options, and settings (--Diameter:Realm=...) that go to the configuration.</summary>
public sealed record CommandLine(Verb Verb, bool Demo, string? File, bool ContinueOnError, IReadOnlyList<string> Settings)
{
    private const string Usage = "usage: hss [--demo] [--Section:Key=value ...] | hss import --file FILE.jsonl [--continue-on-error] [--Section:Key=value ...]";

    /// Errors: <see cref="CommandLineException"/> for a word that means nothing here.
    public static CommandLine Parse(IReadOnlyList<string> args)
    {
        ArgumentNullException.ThrowIfNull(args);
        var verb = Verb.Run;
        var demo = false;
        var continueOnError = false;
        string? file = null;
        var settings = new List<string>();
        for (var i = 0; i < args.Count; i++)
        {
            var word = args[i];
            switch (word)
            {
                case "import" when i == 0: verb = Verb.Import; break;
                case "--demo" when verb == Verb.Run: demo = true; break;
                case "--continue-on-error" when verb == Verb.Import: continueOnError = true; break;
                case "--file" when verb == Verb.Import && i + 1 < args.Count: file = args[++i]; break;
                case var _ when verb == Verb.Import && word.StartsWith("--file=", StringComparison.Ordinal): file = word["--file=".Length..]; break;
                case var _ when word.StartsWith("--", StringComparison.Ordinal) && word.Contains(':', StringComparison.Ordinal):
                    settings.Add(word);
                    // --Key value, as the configuration accepts it too.
                    if (!word.Contains('=', StringComparison.Ordinal) && i + 1 < args.Count) settings.Add(args[++i]);
                    break;
                default: throw new CommandLineException($"'{word}' is not understood; {Usage}");
            }
        }
        if (verb == Verb.Import && string.IsNullOrWhiteSpace(file)) throw new CommandLineException($"import needs --file; {Usage}");
        return new(verb, demo, file, continueOnError, settings);
    }
}
