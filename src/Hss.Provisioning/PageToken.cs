using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Hss.Provisioning;

/// <summary>Where a list or a feed goes on: opaque to the client and good only for the question it came from.</summary>
/// Shape: base64url of the first octets of SHA-256(question), then the position in UTF-8. Spec: AIP-158.
/// Why nothing is signed: a forged token shows nothing that its sender could not ask for anyway.
internal static class PageToken
{
    private const int QuestionLengthBytes = 8;
    private const int MaxLength = 2048;

    public static string Of(string question, string position)
    {
        var text = Encoding.UTF8.GetBytes(position);
        var token = new byte[QuestionLengthBytes + text.Length];
        HashOf(question).CopyTo(token, 0);
        text.CopyTo(token, QuestionLengthBytes);
        return Base64Url.EncodeToString(token);
    }

    /// <summary>The position; null for an empty token.</summary>
    /// Errors: INVALID_ARGUMENT for what this method did not make for this question.
    public static string? Read(string token, string question, string field)
    {
        if (token.Length == 0) return null;
        if (token.Length > MaxLength || !Base64Url.IsValid(token)) throw Refusals.Field(field, "is not a token that this server gave");
        var octets = Base64Url.DecodeFromChars(token);
        if (octets.Length < QuestionLengthBytes) throw Refusals.Field(field, "is not a token that this server gave");
        if (!octets.AsSpan(0, QuestionLengthBytes).SequenceEqual(HashOf(question)))
            throw Refusals.Field(field, "belongs to another filter; keep the filter of the first page, or begin without a token");
        return Encoding.UTF8.GetString(octets.AsSpan(QuestionLengthBytes));
    }

    /// <summary>How many to give: AIP-158 wants a large page_size cut, not refused.</summary>
    public static int Size(int asked, int usual, int most) => asked switch
    {
        < 0 => throw Refusals.Field("page_size", $"is negative; it is 1 to {most}, or 0 for {usual}"),
        0 => usual,
        _ => Math.Min(asked, most),
    };

    private static byte[] HashOf(string question) => SHA256.HashData(Encoding.UTF8.GetBytes(question))[..QuestionLengthBytes];
}
