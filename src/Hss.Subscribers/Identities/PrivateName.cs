using System.Buffers;
using System.Text;

namespace Hss.Subscribers;

/// <summary>What a Network Access Identifier may hold.</summary>
/// Spec: RFC 7542 2.2 (letters outside ASCII are legal), TS 23.003 13.3.
internal static class PrivateName
{
    public static string? Problem(ReadOnlySpan<byte> utf8, int at)
    {
        if (utf8.IndexOfAnyExceptInRange((byte)0x21, (byte)0x7e) >= 0 && ProblemOfRunes(utf8) is { } problem) return problem;
        if (at == 0) return "has no user part before '@'";
        if (at >= 0 && (at == utf8.Length - 1 || utf8[at + 1] == (byte)'.' || utf8.EndsWith(".."u8))) return "has no realm after '@'";
        return null;
    }

    private static string? ProblemOfRunes(ReadOnlySpan<byte> utf8)
    {
        while (!utf8.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(utf8, out var rune, out var length) != OperationStatus.Done) return "is no valid UTF-8";
            // U+FFFE and U+FFFF cannot be written in XML, so such a name could never be sent in User-Data.
            if (Rune.IsWhiteSpace(rune) || Rune.IsControl(rune) || rune.Value is 0xfffe or 0xffff)
                return "holds a blank or a control character; remove it";
            utf8 = utf8[length..];
        }
        return null;
    }
}
