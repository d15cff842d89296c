namespace Hss.Server;

/// <summary>What the program is asked to do.</summary>
public enum Verb
{
    Run,
    Import,
    Certs,
    Deregister,
    Remove,
    Jobs,
    Token,
}

/// <summary>The command line cannot be used. The message is one line with the mend.</summary>
public sealed class CommandLineException(string message) : Exception(message);

/// <summary>The words of the command line: a verb, its options, and settings (--Diameter:Realm=...) that go to the configuration.</summary>
/// Shape: File and ContinueOnError belong to import; Out and Names to certs dev; Options, by their name, to deregister, remove and jobs.
public sealed record CommandLine
{
    private const string Usage = "usage: Hss.Server [--demo] [--Section:Key=value ...] | Hss.Server import --file FILE.jsonl [--continue-on-error] [--Section:Key=value ...]"
        + " | Hss.Server certs dev [--out FOLDER] [--name FQDN ...] [--Section:Key=value ...]"
        + " | Hss.Server deregister --private-identity X|--public-identity X [--reason PERMANENT_TERMINATION|SERVER_CHANGE|REMOVE_S-CSCF] [--info TEXT]"
        + " | Hss.Server remove --subscription ID"
        + " | Hss.Server jobs [--state pending|acknowledged|failed|forced|withdrawn] [--identity X] [--json] [--retry ID|--force ID]"
        + " | Hss.Server token create --name N --role reader|provisioner|authentication-admin|operator [--expires YYYY-MM-DD] | Hss.Server token list | Hss.Server token revoke --name N";

    private static readonly Dictionary<Verb, string[]> OptionsOf = new()
    {
        [Verb.Deregister] = ["--private-identity", "--public-identity", "--reason", "--info"],
        [Verb.Remove] = ["--subscription"],
        [Verb.Jobs] = ["--state", "--identity", "--retry", "--force"],
        [Verb.Token] = ["--name", "--role", "--expires"],
    };

    public Verb Verb { get; private set; }

    /// <summary>Of token: create, list or revoke.</summary>
    public string Action { get; private set; } = "";

    public bool Demo { get; private set; }

    public string? File { get; private set; }

    public bool ContinueOnError { get; private set; }

    public string? Out { get; private set; }

    public IReadOnlyList<string> Names { get; private set; } = [];

    public IReadOnlyDictionary<string, string> Options { get; private set; } = new Dictionary<string, string>();

    public bool Json { get; private set; }

    public IReadOnlyList<string> Settings { get; private set; } = [];

    /// Errors: <see cref="CommandLineException"/> for a word that means nothing here.
    public static CommandLine Parse(IReadOnlyList<string> args)
    {
        ArgumentNullException.ThrowIfNull(args);
        var line = new CommandLine();
        var settings = new List<string>();
        var names = new List<string>();
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = line.ReadVerb(args); i < args.Count; i++)
        {
            var (option, value) = Split(args[i]);
            switch (option)
            {
                case "--demo" when line.Verb == Verb.Run && value is null: line.Demo = true; break;
                case "--continue-on-error" when line.Verb == Verb.Import && value is null: line.ContinueOnError = true; break;
                case "--file" when line.Verb == Verb.Import && Value(ref i) is { } file: line.File = file; break;
                case "--out" when line.Verb == Verb.Certs && Value(ref i) is { } folder: line.Out = folder; break;
                case "--name" when line.Verb == Verb.Certs && Value(ref i) is { } name: names.Add(name); break;
                case "--json" when line.Verb == Verb.Jobs && value is null: line.Json = true; break;
                case var _ when OptionsOf.TryGetValue(line.Verb, out var known) && known.Contains(option) && Value(ref i) is { Length: > 0 } text && options.TryAdd(option, text): break;
                case var _ when option.StartsWith("--", StringComparison.Ordinal) && option.Contains(':', StringComparison.Ordinal):
                    settings.Add(args[i]);
                    // --Key value, as the configuration accepts it too.
                    if (value is null && i + 1 < args.Count) settings.Add(args[++i]);
                    break;
                default: throw new CommandLineException($"'{args[i]}' is not understood; {Usage}");
            }

            string? Value(ref int at) => value ?? (at + 1 < args.Count ? args[++at] : null);
        }
        if (line.Verb == Verb.Import && string.IsNullOrWhiteSpace(line.File)) throw new CommandLineException($"import needs --file; {Usage}");
        if (line.Out is { } empty && string.IsNullOrWhiteSpace(empty)) throw new CommandLineException($"--out names no folder; {Usage}");
        if (line.Verb == Verb.Deregister && options.ContainsKey("--private-identity") == options.ContainsKey("--public-identity"))
            throw new CommandLineException($"deregister needs one of --private-identity and --public-identity; {Usage}");
        if (line.Verb == Verb.Remove && options.Count == 0) throw new CommandLineException($"remove needs --subscription; {Usage}");
        if (options.ContainsKey("--retry") && options.ContainsKey("--force")) throw new CommandLineException($"--retry and --force exclude each other; {Usage}");
        if (line.Verb == Verb.Token) CheckToken(line.Action, options);
        line.Options = options;
        line.Settings = settings;
        line.Names = names;
        return line;
    }

    private static void CheckToken(string action, Dictionary<string, string> options)
    {
        if (options.ContainsKey("--name") != (action != "list")) throw new CommandLineException($"token create and revoke need --name, and list takes none; {Usage}");
        if (options.ContainsKey("--role") != (action == "create")) throw new CommandLineException($"--role is for token create, which needs it; {Usage}");
        if (options.ContainsKey("--expires") && action != "create") throw new CommandLineException($"--expires is for token create; {Usage}");
    }

    /// <summary>How many words the verb takes.</summary>
    private int ReadVerb(IReadOnlyList<string> args)
    {
        switch (args)
        {
            case ["import", ..]: Verb = Verb.Import; return 1;
            case ["certs", "dev", ..]: Verb = Verb.Certs; return 2;
            case ["deregister", ..]: Verb = Verb.Deregister; return 1;
            case ["remove", ..]: Verb = Verb.Remove; return 1;
            case ["jobs", ..]: Verb = Verb.Jobs; return 1;
            case ["token", "create" or "list" or "revoke", ..]:
                (Verb, Action) = (Verb.Token, args[1]);
                return 2;
            default: return 0;
        }
    }

    private static (string Option, string? Value) Split(string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (word, null) : (word[..equals], word[(equals + 1)..]);
    }
}
