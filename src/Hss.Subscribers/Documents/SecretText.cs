using System.Text.Json;

namespace Hss.Subscribers;

/// <summary>Reads values that are secret: a message counts what it found and never quotes it.</summary>
internal static class SecretText
{
    /// <summary>Hexadecimal text of an exact length, as octets.</summary>
    public static byte[]? Octets(DocumentObject document, string name, int lengthBytes, bool required, ProblemList problems)
    {
        if (!document.TryValue(name, required, out var value)) return null;
        var text = value.ValueKind == JsonValueKind.String ? DocumentText.Of(value) : null;
        if (text is null) problems.Add(document.At(name), $"is no string; {2 * lengthBytes} hexadecimal digits in quotes are needed");
        else if (!text.All(char.IsAsciiHexDigit))
            problems.Add(document.At(name), $"holds something else than hexadecimal digits; {2 * lengthBytes} of them are needed");
        else if (text.Length != 2 * lengthBytes)
            problems.Add(document.At(name), $"{text.Length} hexadecimal digits, {2 * lengthBytes} are needed");
        else return Convert.FromHexString(text);
        return null;
    }
}
