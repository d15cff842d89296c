using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Hss.Subscribers;

/// <summary>Turns public and private identities into the one form under which they are stored and looked up.</summary>
/// Shape: UTF-8 or text in; out a string that is equal, ordinally, for equivalent identities. Canonicalising twice changes nothing.
/// Errors: never throws; a text that is no identity gives false and a sentence that says what to mend (a lookup treats it as unknown user).
/// Spec: RFC 3261 10.3 and 19.1.4, RFC 3966 3 and 5, RFC 7542, TS 23.003 13.3 and 13.4, TS 29.229 6.3.2.
public static class CanonicalIdentity
{
    /// <summary>Longer texts are no identities.</summary>
    /// RFC 3261 sets no bound. A NAI has at most 253 octets (RFC 7542 2.3), so "sip:" before one needs 257; 512 leaves room for a port
    /// and the parameters that are removed, and is small enough for a buffer on the stack and for an index of a database.
    public const int MaxLengthBytes = 512;

    /// <summary>Canonical SIP or tel URI of a distinct public identity. The usual case, input that is canonical already, costs one string.</summary>
    public static bool TryPublic(ReadOnlySpan<byte> utf8, out string canonical, [NotNullWhen(false)] out string? problem)
    {
        if (SipUri.IsCanonical(utf8) || TelUri.IsCanonical(utf8))
        {
            canonical = Encoding.ASCII.GetString(utf8);
            problem = null;
            return true;
        }
        Span<byte> output = stackalloc byte[MaxLengthBytes];
        var length = 0;
        problem = ProblemOfText(utf8) ?? Canonicalise(utf8, output, out length);
        canonical = problem is null ? Encoding.ASCII.GetString(output[..length]) : "";
        return problem is null;
    }

    /// <inheritdoc cref="TryPublic(ReadOnlySpan{byte}, out string, out string?)"/>
    public static bool TryPublic(string text, out string canonical, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        Span<byte> utf8 = stackalloc byte[MaxLengthBytes];
        if (Encoding.UTF8.TryGetBytes(text, utf8, out var length)) return TryPublic(utf8[..length], out canonical, out problem);
        canonical = "";
        problem = TooLong;
        return false;
    }

    /// <summary>For lookups, which do not ask why: a text that is no identity is an unknown user.</summary>
    public static bool TryPublic(ReadOnlySpan<byte> utf8, out string canonical) => TryPublic(utf8, out canonical, out _);

    /// <summary>Canonical form of a wildcarded PSI or public user identity: the part between the exclamation marks stays as it is.</summary>
    /// The regular expression stands in the user part of a SIP URI or among the digits of a tel URI. Spec: TS 23.003 13.4A, 13.5.
    public static bool TryWildcarded(string text, out string canonical, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        Span<byte> utf8 = stackalloc byte[MaxLengthBytes];
        Span<byte> output = stackalloc byte[MaxLengthBytes];
        var length = 0;
        if (!Encoding.UTF8.TryGetBytes(text, utf8, out var inputLength)) problem = TooLong;
        else problem = ProblemOfText(utf8[..inputLength]) ?? CanonicaliseWildcarded(utf8[..inputLength], output, out length);
        canonical = problem is null ? Encoding.ASCII.GetString(output[..length]) : "";
        return problem is null;
    }

    /// <summary>Canonical IMPI: the realm in lower case without a trailing dot, the user part untouched. A name without '@' is legal here:
    /// some S-CSCFs send one, and it must be looked up (and not found) like any other.</summary>
    public static bool TryPrivate(ReadOnlySpan<byte> utf8, out string canonical, [NotNullWhen(false)] out string? problem)
    {
        var at = utf8.LastIndexOf((byte)'@');
        problem = utf8.IsEmpty ? Empty : utf8.Length > MaxLengthBytes ? TooLong : PrivateName.Problem(utf8, at);
        if (problem is not null)
        {
            canonical = "";
            return false;
        }
        var realm = at < 0 ? default : utf8[(at + 1)..];
        if (realm.IndexOfAnyInRange((byte)'A', (byte)'Z') < 0 && !realm.EndsWith("."u8))
        {
            canonical = Encoding.UTF8.GetString(utf8);
            return true;
        }
        Span<byte> output = stackalloc byte[MaxLengthBytes];
        utf8.CopyTo(output);
        Ascii.ToLowerInPlace(output[(at + 1)..utf8.Length], out _);
        canonical = Encoding.UTF8.GetString(output[..(utf8.Length - (realm.EndsWith("."u8) ? 1 : 0))]);
        return true;
    }

    /// <inheritdoc cref="TryPublic(ReadOnlySpan{byte}, out string)"/>
    public static bool TryPrivate(ReadOnlySpan<byte> utf8, out string canonical) => TryPrivate(utf8, out canonical, out _);

    /// <inheritdoc cref="TryPrivate(ReadOnlySpan{byte}, out string, out string?)"/>
    public static bool TryPrivate(string text, out string canonical, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        Span<byte> utf8 = stackalloc byte[MaxLengthBytes];
        if (Encoding.UTF8.TryGetBytes(text, utf8, out var length)) return TryPrivate(utf8[..length], out canonical, out problem);
        canonical = "";
        problem = TooLong;
        return false;
    }

    internal const string Empty = "is empty";
    internal const string TooLong = "is longer than 512 octets";

    private static string? Canonicalise(ReadOnlySpan<byte> utf8, Span<byte> output, out int length)
    {
        // sips becomes sip: RFC 3261 19.1.4 calls the two different URIs, but 19.1 and RFC 5630 3.3 make sips a way to reach the same
        // address of record, and TS 23.003 13.4 knows public identities as "sip:" and "tel:" alone. One user, one key.
        if (SchemeLength(utf8, "sip:"u8, "sips:"u8) is var sip and > 0) return SipUri.Canonicalise(utf8[sip..], output, out length);
        if (SchemeLength(utf8, "tel:"u8, "tel:"u8) is var tel and > 0) return TelUri.Canonicalise(utf8[tel..], output, out length);
        length = 0;
        return "is neither a SIP nor a tel URI; begin it with sip: or tel:";
    }

    private static string? CanonicaliseWildcarded(ReadOnlySpan<byte> utf8, Span<byte> output, out int length)
    {
        length = 0;
        var first = utf8.IndexOf((byte)'!');
        var last = utf8.LastIndexOf((byte)'!');
        if (last - first < 2) return "is no wildcarded identity; put the regular expression between two exclamation marks, as in sip:chat!.*!@example.com";
        if (SchemeLength(utf8, "sip:"u8, "sips:"u8) is var sip and > 0)
            return SipUri.CanonicaliseWildcarded(utf8[sip..], first - sip, last + 1 - sip, output, out length);
        if (SchemeLength(utf8, "tel:"u8, "tel:"u8) is var tel and > 0)
            return TelUri.CanonicaliseWildcarded(utf8[tel..], first - tel, last + 1 - tel, output, out length);
        return "is neither a SIP nor a tel URI; begin it with sip: or tel:";
    }

    private static int SchemeLength(ReadOnlySpan<byte> utf8, ReadOnlySpan<byte> scheme, ReadOnlySpan<byte> secureScheme)
    {
        if (StartsWithIgnoringCase(utf8, scheme)) return scheme.Length;
        return StartsWithIgnoringCase(utf8, secureScheme) ? secureScheme.Length : 0;
    }

    private static bool StartsWithIgnoringCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> prefix) =>
        text.Length >= prefix.Length && Ascii.EqualsIgnoreCase(text[..prefix.Length], prefix);

    private static string? ProblemOfText(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty) return Empty;
        if (utf8.Length > MaxLengthBytes) return TooLong;
        if (utf8[0] is (byte)' ' or (byte)'\t' || utf8[^1] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            return "begins or ends with a blank; remove it";
        // A blank that gets into User-Data makes a S-CSCF miss the identity it registers; a URI has none anywhere (RFC 3986 2).
        if (utf8.IndexOfAnyExceptInRange((byte)0x21, (byte)0x7e) >= 0)
            return "holds a blank, a control character or a letter outside ASCII; escape it as %XX";
        return null;
    }
}
