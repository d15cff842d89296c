using System.Buffers;
using System.Text;

namespace Hss.Subscribers;

/// <summary>Elements as octets: names are constants that are copied, texts are escaped on their way.</summary>
/// Why not an XmlWriter: this is on the path of every UDR, and a writer of its own with its buffers would cost more than what it writes.
/// Shape: without a destination it only counts. Errors: none; a character that XML 1.0 cannot hold becomes U+FFFD, because texts of a request
/// (a Service-Indication) come back in its answer.
internal ref struct ShXmlOutput(IBufferWriter<byte>? destination)
{
    // What cannot stand in a text as it is. "]]>" needs its ">" escaped; a carriage return would be read as a line feed.
    private static readonly SearchValues<char> s_special =
        SearchValues.Create([.. "&<>\uFFFE\uFFFF", .. Enumerable.Range(0, 32).Except([9, 10]).Select(code => (char)code)]);

    private int _pendingExtensions;
    private int _openExtensions;

    /// <summary>Octets so far.</summary>
    public int Length { get; private set; }

    public void Start(scoped ReadOnlySpan<byte> name)
    {
        OpenExtensions();
        Tag(name, isEnd: false);
    }

    public void End(scoped ReadOnlySpan<byte> name) => Tag(name, isEnd: true);

    /// <summary>From here, Extension elements belong to the element just started. What is returned goes to <see cref="EndExtensions"/>.</summary>
    public int BeginExtensions() => (_openExtensions, _openExtensions = 0).Item1;

    /// <summary>The next elements stand one Extension deeper; it is written with the first of them, so that none is ever empty.</summary>
    public void Extend() => _pendingExtensions++;

    public void EndExtensions(int outer)
    {
        _pendingExtensions = 0;
        for (; _openExtensions > 0; _openExtensions--) Append("</Extension>"u8);
        _openExtensions = outer;
    }

    public void Text(scoped ReadOnlySpan<byte> name, string? value)
    {
        if (value is null) return;
        if (value.Length == 0)
        {
            Empty(name);
            return;
        }
        Start(name);
        Escape(value);
        End(name);
    }

    public void Number(scoped ReadOnlySpan<byte> name, int? value)
    {
        if (value is not { } number) return;
        Start(name);
        Span<byte> digits = stackalloc byte[11];
        number.TryFormat(digits, out var length, provider: System.Globalization.CultureInfo.InvariantCulture);
        Append(digits[..length]);
        End(name);
    }

    public void Flag(scoped ReadOnlySpan<byte> name, bool? value) => Number(name, value is { } flag ? flag ? 1 : 0 : null);

    public void Empty(scoped ReadOnlySpan<byte> name)
    {
        OpenExtensions();
        Append("<"u8);
        Append(name);
        Append("/>"u8);
    }

    /// <summary>Octets that are XML already.</summary>
    public void Append(scoped ReadOnlySpan<byte> octets)
    {
        Length += octets.Length;
        if (destination is null) return;
        octets.CopyTo(destination.GetSpan(octets.Length));
        destination.Advance(octets.Length);
    }

    private void OpenExtensions()
    {
        for (; _pendingExtensions > 0; _pendingExtensions--, _openExtensions++) Append("<Extension>"u8);
    }

    private void Tag(scoped ReadOnlySpan<byte> name, bool isEnd)
    {
        var start = isEnd ? "</"u8 : "<"u8;
        var length = start.Length + name.Length + 1;
        Length += length;
        if (destination is null) return;
        var tag = destination.GetSpan(length);
        start.CopyTo(tag);
        name.CopyTo(tag[start.Length..]);
        tag[length - 1] = (byte)'>';
        destination.Advance(length);
    }

    private void Escape(scoped ReadOnlySpan<char> text)
    {
        while (text.IndexOfAny(s_special) is var place and >= 0)
        {
            Plain(text[..place]);
            Append(text[place] switch
            {
                '&' => "&amp;"u8,
                '<' => "&lt;"u8,
                '>' => "&gt;"u8,
                '\r' => "&#xD;"u8,
                _ => "\uFFFD"u8,
            });
            text = text[(place + 1)..];
        }
        Plain(text);
    }

    // Half a surrogate pair becomes U+FFFD here: that is what the encoding does with it.
    private void Plain(scoped ReadOnlySpan<char> text)
    {
        if (text.IsEmpty) return;
        var length = Encoding.UTF8.GetByteCount(text);
        Length += length;
        if (destination is null) return;
        Encoding.UTF8.GetBytes(text, destination.GetSpan(length));
        destination.Advance(length);
    }
}
