namespace Hss.Cli;

/// <summary>Text from elsewhere as it may stand on a terminal.</summary>
internal static class OneLine
{
    /// <summary>The same with its line ends: content that somebody asked to see as it is.</summary>
    public static string Printable(string text) =>
        string.Create(text.Length, text, static (shown, source) =>
        {
            for (var i = 0; i < shown.Length; i++) shown[i] = char.IsControl(source[i]) && source[i] is not ('\n' or '\t') ? '?' : source[i];
        });

    public static string Of(Exception problem) => Of(problem.Message).TrimEnd('.');

    /// <summary>Line ends become spaces, other control characters question marks: a display name must not move the cursor or recolour the screen.</summary>
    public static string Of(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\x1f') && !text.AsSpan().ContainsAnyInRange('\x7f', '\x9f')) return text;
        return string.Create(text.Length, text, static (line, source) =>
        {
            for (var i = 0; i < line.Length; i++) line[i] = source[i] is '\n' or '\r' or '\t' ? ' ' : char.IsControl(source[i]) ? '?' : source[i];
        });
    }
}
