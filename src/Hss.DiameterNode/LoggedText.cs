using System.Text;

namespace Hss.DiameterNode;

/// <summary>Text of a peer for the log and the console: it may not break their lines, nor fill them.</summary>
public static class LoggedText
{
    private const int MaxBytes = 256;

    public static string Of(string text) => Of(Encoding.UTF8.GetBytes(text).AsSpan());

    public static string Of(ReadOnlySpan<byte> data)
    {
        string text = Encoding.UTF8.GetString(data[..Math.Min(data.Length, MaxBytes)]);
        return text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '?' : c)) : text;
    }
}
