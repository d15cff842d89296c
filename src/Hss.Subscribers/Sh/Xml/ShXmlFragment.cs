using System.Text;
using System.Xml;

namespace Hss.Subscribers;

/// <summary>Cuts the content of one element out of a document, character by character as it stands there, so that it can stand in any other.</summary>
/// Why from the text and not from what the reader makes of it: the content is the application server's own; it must come back with its quotes, blanks,
/// comments and CDATA as they were (TS 29.328 6.1.2.1: transparent data).
/// The one thing that may be added are namespace declarations that were made outside: each goes onto the outermost elements, unless they make it
/// themselves. A prefix is carried when it stands before a colon anywhere in the content, not only in names: xsi:type and the like have them in
/// values. The default namespace is always carried, since a name without prefix is in it.
/// Shape: made on the start tag; <see cref="Add"/> for each node up to the end tag; <see cref="TryCut"/> on the end tag.
internal sealed class ShXmlFragment
{
    /// <summary>More declarations around one content are refused. Each may go onto each outermost element: without bounds a short document would make a long one.</summary>
    private const int MaxOuterDeclarations = 64;

    private readonly string _text;
    private readonly XmlReader _reader;
    private readonly ShXmlPlace _place;
    private readonly int _start;
    private readonly List<Declaration> _outer;
    private readonly List<(int Place, List<Declaration> Missing)> _outermost = [];
    private bool _hasContent;

    public ShXmlFragment(string text, XmlReader reader, ShXmlPlace place)
    {
        (_text, _reader, _place) = (text, reader, place);
        _outer = [.. ((IXmlNamespaceResolver)reader).GetNamespacesInScope(XmlNamespaceScope.ExcludeXml)
            .Where(one => one.Value.Length > 0).Select(one => new Declaration(one.Key, one.Value))];
        _start = EndOfTag(place.Offset());
    }

    public void Add(bool isOutermost)
    {
        _hasContent |= _reader.NodeType is XmlNodeType.Element or XmlNodeType.Text or XmlNodeType.CDATA;
        if (!isOutermost || _outer.Count is 0 or > MaxOuterDeclarations || _reader.NodeType != XmlNodeType.Element) return;
        var missing = _outer.FindAll(one => _reader.GetAttribute(one.Attribute) is null);
        if (missing.Count > 0) _outermost.Add((_place.Offset() + _reader.Name.Length, missing));
    }

    /// <summary>False: what would have to be carried is too much. The content is empty when there was nothing but blanks and comments.</summary>
    public bool TryCut(int mostOctets, out ReadOnlyMemory<byte> content)
    {
        content = default;
        if (_outer.Count > MaxOuterDeclarations) return false;
        if (!_hasContent) return true;
        var end = _place.Offset() - "</".Length;
        var carried = _outer.FindAll(one => IsUsed(one, end));
        if (carried.Count == 0 || _outermost.Count == 0)
        {
            content = Encoding.UTF8.GetBytes(_text, _start, end - _start);
            return true;
        }
        var standing = new StringBuilder(end - _start + 256);
        var place = _start;
        foreach (var (insertion, missing) in _outermost)
        {
            standing.Append(_text, place, insertion - place);
            foreach (var declaration in missing)
                if (carried.Contains(declaration)) standing.Append(declaration.Written);
            if (standing.Length > mostOctets) return false;
            place = insertion;
        }
        content = Encoding.UTF8.GetBytes(standing.Append(_text, place, end - place).ToString());
        return content.Length <= mostOctets;
    }

    private bool IsUsed(Declaration declaration, int end) =>
        declaration.Prefix.Length == 0 || _text.IndexOf(declaration.Prefix + ":", _start, end - _start, StringComparison.Ordinal) >= 0;

    // The reader has accepted the tag: whatever stands in quotes is an attribute's value, which may hold the sign that ends a tag.
    private int EndOfTag(int place)
    {
        for (var quote = '\0'; ; place++)
        {
            var character = _text[place];
            if (quote != '\0') quote = character == quote ? '\0' : quote;
            else if (character is '"' or '\'') quote = character;
            else if (character == '>') return place + 1;
        }
    }

    private sealed record Declaration(string Prefix, string Name)
    {
        public string Attribute { get; } = Prefix.Length == 0 ? "xmlns" : $"xmlns:{Prefix}";

        // In an attribute the three kinds of blank would be read as spaces.
        public string Written => $" {Attribute}=\"{Name.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
            .Replace("\"", "&quot;", StringComparison.Ordinal).Replace("\t", "&#9;", StringComparison.Ordinal)
            .Replace("\n", "&#10;", StringComparison.Ordinal).Replace("\r", "&#13;", StringComparison.Ordinal)}\"";
    }
}

/// <summary>Turns the line and position of a reader into an index of its text.</summary>
/// Order: forward only. Lines end as XML has it: CR LF, LF or CR alone.
internal sealed class ShXmlPlace(string text, XmlReader reader)
{
    private readonly IXmlLineInfo _info = (IXmlLineInfo)reader;
    private int _line = 1;
    private int _lineStart;

    /// <summary>Where the name of the element that the reader is at begins.</summary>
    public int Offset()
    {
        for (; _line < _info.LineNumber; _line++)
        {
            _lineStart += text.AsSpan(_lineStart).IndexOfAny('\r', '\n') + 1;
            if (text[_lineStart - 1] == '\r' && _lineStart < text.Length && text[_lineStart] == '\n') _lineStart++;
        }
        return _lineStart + _info.LinePosition - 1;
    }
}
