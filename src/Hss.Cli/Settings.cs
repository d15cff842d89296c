using System.CommandLine;
using System.Globalization;

namespace Hss.Cli;

/// <summary>Where the server is and how to speak to it: option before environment before configuration file before default.</summary>
/// Errors: <see cref="CliException"/>, one line with the mend.
internal sealed record Settings
{
    public const string DefaultServer = "127.0.0.1:50051";

    private static readonly TimeSpan s_defaultTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_longestTimeout = TimeSpan.FromHours(24);

    public required Uri Server { get; init; }

    public required bool IsJson { get; init; }

    /// <summary>Null: none.</summary>
    public string? Token { get; init; }

    public string? CaFile { get; init; }

    public string? CertificateFile { get; init; }

    public string? KeyFile { get; init; }

    /// <summary>Null: for ever.</summary>
    public TimeSpan? CallTimeout { get; init; }

    /// <summary>A stream lives as long as it lives, unless somebody says otherwise.</summary>
    public TimeSpan? StreamTimeout { get; init; }

    public static Settings Read(ParseResult parse, Surroundings around)
    {
        var file = ConfigurationFile.Read(parse.GetValue(GlobalOptions.Config), around);
        var timeout = parse.GetValue(GlobalOptions.Timeout) ?? file["timeout"];
        var limit = timeout is null ? (TimeSpan?)null : Time(timeout);
        var settings = new Settings
        {
            Server = Address(parse.GetValue(GlobalOptions.Server) ?? Variable(around, "HSS_SERVER") ?? file["server"] ?? DefaultServer),
            IsJson = IsJsonWanted(parse.GetValue(GlobalOptions.Format) ?? file["output"]),
            Token = parse.GetValue(GlobalOptions.TokenFile) is { } given ? TokenFrom(given)
                : Variable(around, "HSS_TOKEN") is { } token ? CheckedToken(token, "HSS_TOKEN")
                : file.FileName("tokenFile") is { } configured ? TokenFrom(configured) : null,
            CaFile = parse.GetValue(GlobalOptions.Ca) ?? file.FileName("ca"),
            CertificateFile = parse.GetValue(GlobalOptions.Certificate) ?? file.FileName("cert"),
            KeyFile = parse.GetValue(GlobalOptions.Key) ?? file.FileName("key"),
            CallTimeout = timeout is null ? s_defaultTimeout : limit,
            StreamTimeout = limit,
        };
        settings.Check();
        return settings;
    }

    /// <summary>host:port is plain HTTP/2 on the loopback and TLS everywhere else: nothing secret leaves the machine in clear by a short way of writing.</summary>
    public static Uri Address(string text)
    {
        var isWhole = text.Contains("://", StringComparison.Ordinal);
        if (Uri.TryCreate(isWhole ? text : "https://" + text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            && address.Host.Length > 0 && address.PathAndQuery == "/" && address.UserInfo.Length == 0 && HasPort(text, isWhole))
            return isWhole || !address.IsLoopback ? address : new UriBuilder(address) { Scheme = "http", Port = address.Port }.Uri;
        throw new CliException($"'{OneLine.Of(text)}' is no address of a server; write host:port, http://host:port or https://host:port");
    }

    private static bool HasPort(string text, bool isWhole) => isWhole || text.LastIndexOf(':') is var colon and > 0 && colon > text.LastIndexOf(']') && colon < text.Length - 1;

    private void Check()
    {
        if (CertificateFile is null != KeyFile is null)
            throw new CliException(CertificateFile is null ? "--key without --cert; name the certificate, too" : "--cert without --key; name the key, too");
        if (Server.Scheme == "https") return;
        if (CaFile is not null || CertificateFile is not null)
            throw new CliException($"certificates are of no use with {Server.GetLeftPart(UriPartial.Authority)}; write https://{Server.Authority}");
        if (Token is not null && !Server.IsLoopback)
            throw new CliException($"the token would travel in clear to {Server.Authority}; write https://{Server.Authority}");
    }

    private static bool IsJsonWanted(string? text) => text switch
    {
        null or "table" => false,
        "json" => true,
        _ => throw new CliException($"'{OneLine.Of(text)}' is no output format; there are table and json"),
    };

    private static string TokenFrom(string path)
    {
        try
        {
            using var file = new StreamReader(path);
            var line = file.ReadLine()?.Trim() ?? "";
            if (line.Length == 0) throw new CliException($"{path}: there is no token in the first line");
            return CheckedToken(line, path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"the token file cannot be read: {OneLine.Of(problem)}");
        }
    }

    /// <summary>What cannot stand in a header would otherwise show up in an exception's text.</summary>
    private static string CheckedToken(string token, string where) =>
        token.Trim() is { Length: > 0 and <= 4096 } text && text.All(c => c is > ' ' and < '\x7f') ? text : throw new CliException($"{where} holds no token: it is one word of letters, digits and signs");

    public static TimeSpan? Time(string text)
    {
        var digits = text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count();
        var unit = text[digits..] switch { "ms" => 0.001, "" or "s" => 1.0, "m" => 60.0, "h" => 3600.0, _ => 0 };
        if (unit > 0 && double.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number * unit <= s_longestTimeout.TotalSeconds)
            return number == 0 ? null : TimeSpan.FromSeconds(number * unit);
        throw new CliException($"'{OneLine.Of(text)}' is no time; write 500ms, 30s, 5m or 0 for ever");
    }

    private static string? Variable(Surroundings around, string name) => around.Variable(name) is { Length: > 0 } value ? value : null;
}
