using System.Text.Json;

namespace Hss.Cli;

/// <summary>The configuration file: what one would otherwise say with every command.</summary>
/// Shape: one JSON object with text values; names as in <see cref="Names"/>; comments allowed.
/// Errors: <see cref="CliException"/>, one line with the file and the mend. A misspelt name is an error: it would silently do nothing.
internal sealed class ConfigurationFile
{
    public static readonly string[] Names = ["server", "tokenFile", "ca", "cert", "key", "timeout", "output"];

    private const int MaxBytes = 64 * 1024;

    private static readonly JsonDocumentOptions s_options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 4 };

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    private ConfigurationFile(string path) => Path = path;

    public string Path { get; }

    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <summary>A file named by somebody has to exist; the usual one need not.</summary>
    public static ConfigurationFile Read(string? given, Surroundings around)
    {
        var named = given ?? NotEmpty(around.Variable("HSS_CONFIG"));
        var file = new ConfigurationFile(named ?? Usual(around));
        if (named is null && !File.Exists(file.Path)) return file;
        try
        {
            using var stream = new FileStream(file.Path, FileMode.Open, FileAccess.Read);
            if (stream.Length > MaxBytes) throw file.Problem($"it has {stream.Length} octets, at most {MaxBytes} make sense");
            using var document = JsonDocument.Parse(stream, s_options);
            file.Take(document.RootElement);
        }
        catch (JsonException problem)
        {
            throw file.Problem($"no valid JSON at line {problem.LineNumber + 1}, octet {problem.BytePositionInLine + 1}");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"the configuration file cannot be read: {OneLine.Of(problem)}");
        }
        return file;
    }

    /// <summary>XDG Base Directory Specification: a relative XDG_CONFIG_HOME is as good as none.</summary>
    private static string Usual(Surroundings around)
    {
        var home = NotEmpty(around.Variable("XDG_CONFIG_HOME")) is { } xdg && System.IO.Path.IsPathRooted(xdg)
            ? xdg
            : System.IO.Path.Combine(NotEmpty(around.Variable("HOME")) ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config");
        return System.IO.Path.Combine(home, "hss", "config.json");
    }

    private void Take(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) throw Problem("it holds no JSON object");
        foreach (var property in root.EnumerateObject())
        {
            if (string.Equals(property.Name, "token", StringComparison.OrdinalIgnoreCase))
                throw Problem("a token does not belong into it; put the token into a file of its own, readable by you alone, and name that as tokenFile");
            if (!Names.Contains(property.Name, StringComparer.Ordinal)) throw Problem($"'{property.Name}' is not known; there are {string.Join(", ", Names)}");
            if (property.Value.ValueKind != JsonValueKind.String) throw Problem($"{property.Name} is no text; write it in quotation marks");
            if (!_values.TryAdd(property.Name, property.Value.GetString()!)) throw Problem($"{property.Name} stands there twice");
        }
    }

    /// <summary>A relative file name in the configuration is meant from where the configuration is, not from wherever one happens to be.</summary>
    public string? FileName(string name) =>
        this[name] is { } value ? System.IO.Path.Combine(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!, value) : null;

    private CliException Problem(string what) => new($"{Path}: {what}");

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
