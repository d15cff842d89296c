using System.Text;
using System.Text.Json;
using System.Xml;

namespace Hss.Subscribers;

/// <summary>What a text of a document may hold, so that it can be sent in User-Data and printed in a message.</summary>
/// Spec: XML 1.0 2.2 (characters), TS 29.228 Annex E (string elements).
internal static class DocumentText
{
    /// <summary>Names, URIs, patterns' neighbours. S-CSCFs commonly keep 256 octets for such a text.</summary>
    public const int MaxLength = 255;

    /// <summary>ServiceInfo is handed to an application server as a body and may be longer.</summary>
    public const int MaxServiceInfoLength = 4096;

    /// <summary>Null, or why the text cannot be used. Line ends are allowed only where a body is meant.</summary>
    public static string? Problem(string text, int maxLength, bool allowLineEnds = false)
    {
        if (text.Length == 0) return "is empty; fill it or leave it out";
        if (text.Length > maxLength) return $"has {text.Length} characters, at most {maxLength} are allowed";
        if (char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1])) return "begins or ends with a blank; remove it";
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) i++;
            else if (!XmlConvert.IsXmlChar(text[i]) || (char.IsControl(text[i]) && !(allowLineEnds && text[i] is '\n' or '\r' or '\t')))
                return $"holds the character U+{(int)text[i]:X4}, which is not allowed";
        }
        return null;
    }

    /// <summary>The text of a JSON string, or null when its escapes make no text (a lone surrogate, broken UTF-8).</summary>
    public static string? Of(JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A value as it may stand in a message: short, in quotes, without anything that moves a cursor.</summary>
    public static string Quote(string value)
    {
        var text = new StringBuilder("\"");
        foreach (var character in value.Length <= 64 ? value : value[..64]) text.Append(char.IsControl(character) || char.IsSurrogate(character) ? '?' : character);
        return text.Append(value.Length <= 64 ? "\"" : "...\"").ToString();
    }
}
