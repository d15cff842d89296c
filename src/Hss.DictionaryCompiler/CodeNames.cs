using System.Text;

namespace Hss.DictionaryCompiler;

/// <summary>Turns the names of the standards into C# names.</summary>
/// Shape: words end at '-', '_' and between a run of capitals and a capitalised word; a run of capitals keeps its first only.
/// SIP-Auth-Data-Item: SipAuthDataItem; WebRTC: WebRtc; QoP: QoP; Initial-CSeq: InitialCSeq; RE_REGISTRATION: ReRegistration.
public static class CodeNames
{
    /// <summary>The C# name.</summary>
    public static string Of(string name)
    {
        StringBuilder result = new();
        foreach (string word in name.Split('-', '_')) Append(result, word);
        return result.ToString();
    }

    private static void Append(StringBuilder result, string word)
    {
        for (int at = 0; at < word.Length; at++)
        {
            bool inRun = at > 0 && char.IsAsciiLetterUpper(word[at - 1]) && char.IsAsciiLetterUpper(word[at]);
            bool beginsNextWord = at + 1 < word.Length && char.IsAsciiLetterLower(word[at + 1]);
            if (at == 0) result.Append(char.ToUpperInvariant(word[at]));
            else if (inRun && !beginsNextWord) result.Append(char.ToLowerInvariant(word[at]));
            else result.Append(word[at]);
        }
    }
}
