namespace Hss.Cli;

/// <summary>A key as an option names it: the first line of @FILE, or of the standard input by a hyphen.</summary>
internal static class KeyText
{
    private const int MaxFileBytes = 64 * 1024;

    /// <summary>Whether the option says where the key is, and does not hold it itself.</summary>
    public static bool IsPlace(string where) => where == "-" || (where.Length > 1 && where[0] == '@');

    /// Errors: <see cref="CliException"/> that names the option and never quotes a key.
    public static async Task<string> ReadAsync(Invocation invocation, string option, string where, CancellationToken stop)
    {
        var file = where == "-" ? where : where[1..];
        var text = (await invocation.ReadTextAsync(file, MaxFileBytes, stop).ConfigureAwait(false)).Split('\n', 2)[0].TrimEnd('\r');
        return text.Length > 0 ? text : throw new CliException($"{option}: the first line of {Invocation.Name(file)} is empty");
    }
}
