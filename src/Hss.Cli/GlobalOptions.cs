using System.CommandLine;

namespace Hss.Cli;

/// <summary>The options every command understands.</summary>
internal static class GlobalOptions
{
    public static readonly Option<string?> Server = Text("--server", "ADDRESS", "host:port, http://host:port or https://host:port; HSS_SERVER, else 127.0.0.1:50051");
    public static readonly Option<string?> TokenFile = Text("--token-file", "FILE", "file with the access token; HSS_TOKEN holds the token itself");
    public static readonly Option<string?> Ca = Text("--ca", "FILE", "PEM certificates that the server's is checked against, instead of the system's");
    public static readonly Option<string?> Certificate = Text("--cert", "FILE", "PEM certificate of this client; needs --key");
    public static readonly Option<string?> Key = Text("--key", "FILE", "PEM key of --cert");
    public static readonly Option<string?> Timeout = Text("--timeout", "TIME", "longest time for one call: 500ms, 30s, 5m; 0 is for ever (default 30s; streams: for ever)");
    public static readonly Option<string?> Format = Text("--output", "FORMAT", "table for people, json for machines: one object per line", "-o");
    public static readonly Option<string?> Config = Text("--config", "FILE", "configuration file; HSS_CONFIG, else hss/config.json below XDG_CONFIG_HOME or ~/.config");

    public static readonly Option<string?>[] All = [Server, TokenFile, Ca, Certificate, Key, Timeout, Format, Config];

    static GlobalOptions() => Format.CompletionSources.Add(["table", "json"]);

    private static Option<string?> Text(string name, string value, string description, params string[] aliases) =>
        new(name, aliases) { HelpName = value, Description = description, Recursive = true };
}
