using System.Globalization;

namespace Hss.Cli;

/// <summary>Lengths of time in the words of people: 90m, 24h, 30d, 1y.</summary>
internal static class Expiry
{
    private const double MaxDays = 36500;

    /// Errors: <see cref="CliException"/>.
    public static TimeSpan Span(string text)
    {
        var days = text.Length < 2 ? 0 : text[^1] switch { 's' => 1.0 / 86400, 'm' => 1.0 / 1440, 'h' => 1.0 / 24, 'd' => 1.0, 'w' => 7.0, 'y' => 365.0, _ => 0 };
        return days > 0 && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number * days <= MaxDays
            ? TimeSpan.FromDays(number * days)
            : throw new CliException($"'{OneLine.Of(text)}' is no length of time; write 90m, 24h, 30d or 1y");
    }

    /// <summary>The end of a length of time that begins now, or a date itself.</summary>
    public static DateTimeOffset End(string text, DateTimeOffset now)
    {
        var end = text.Length > 0 && char.IsAsciiLetterLower(text[^1]) ? now + Span(text)
            : TryPoint(text, out var point) ? point
            : throw new CliException($"'{OneLine.Of(text)}' is no time; write 30d, 1y, 2027-01-31 or 2027-01-31T12:00:00Z");
        return end > now ? end : throw new CliException($"{OneLine.Of(text)} is over already; name a later time");
    }

    /// <summary>A date, whenever it was. Errors: <see cref="CliException"/>.</summary>
    public static DateTimeOffset Point(string text) =>
        TryPoint(text, out var point) ? point : throw new CliException($"'{OneLine.Of(text)}' is no time; write 2027-01-31T12:00:00Z");

    private static bool TryPoint(string text, out DateTimeOffset point) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out point);
}
