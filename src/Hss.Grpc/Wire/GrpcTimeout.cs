using System.Globalization;

namespace Hss.Grpc.Wire;

/// <summary>The header grpc-timeout.</summary>
/// Shape: one to eight digits and a unit: H hours, M minutes, S seconds, m milli-, u micro-, n nanoseconds. Spec: gRPC over HTTP2, "Timeout".
internal static class GrpcTimeout
{
    private const int MaxDigits = 8;
    private const long MaxValue = 99_999_999;

    // What a timer can be set for; later is as good as never.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(40);

    /// Errors: false when the text is not a timeout.
    public static bool TryRead(string text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > MaxDigits + 1 || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            return false;
        // A timer knows no less than a tick of 100 ns: what is shorter has passed by the time anybody looks.
        long? ticksPerUnit = text[^1] switch
        {
            'H' => TimeSpan.TicksPerHour,
            'M' => TimeSpan.TicksPerMinute,
            'S' => TimeSpan.TicksPerSecond,
            'm' => TimeSpan.TicksPerMillisecond,
            'u' => TimeSpan.TicksPerMicrosecond,
            'n' => 0,
            _ => null,
        };
        if (ticksPerUnit is not { } ticks) return false;
        timeout = text[^1] == 'n' ? TimeSpan.FromTicks(value / TimeSpan.NanosecondsPerTick) : TimeSpan.FromTicks(value * ticks);
        if (timeout > Longest) timeout = Longest;
        return true;
    }

    /// <summary>In the finest unit that eight digits hold, rounded up: a server must not give up before its client.</summary>
    public static string Write(TimeSpan timeout)
    {
        // Not zero: some servers take that for a mistake.
        var ticks = Math.Max(timeout.Ticks, 1);
        foreach (var (unit, ticksPerUnit) in (ReadOnlySpan<(char, long)>)
            [('u', TimeSpan.TicksPerMicrosecond), ('m', TimeSpan.TicksPerMillisecond), ('S', TimeSpan.TicksPerSecond), ('M', TimeSpan.TicksPerMinute)])
        {
            var value = (ticks - 1) / ticksPerUnit + 1;
            if (value <= MaxValue) return string.Create(CultureInfo.InvariantCulture, $"{value}{unit}");
        }
        return string.Create(CultureInfo.InvariantCulture, $"{Math.Min((ticks - 1) / TimeSpan.TicksPerHour + 1, MaxValue)}H");
    }
}
