using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;
using System.Xml;

namespace Hss.Subscribers;

/// <summary>A walk through Sh-Data that somebody else wrote, element by element; the first problem ends it.</summary>
/// Shape: <see cref="Enter"/> an element, ask for its children with <see cref="Next"/>, read or <see cref="Skip"/> each, <see cref="Leave"/>.
/// Extension elements are not seen: their children count as children of what they extend. Behind a problem there are no more children, and what is
/// read is of no use. Errors: none; the peer's faults end up in <see cref="Problem"/>. A problem shows no content, and no name that is not ours.
///
/// Tolerance. Elements may come in any order, and at any level of Extension: no two elements of one type share a name, so that neither says
/// anything, and application servers are built from the schemas of a dozen Releases. What is not known is passed over, as open types have it
/// (processContents lax), for the same reason. An element counts as ours when it is written without prefix, whatever default namespace stands on
/// the root: the schema has none, so a toolkit that insists on one means nothing by it. What may not stand twice, and does, is refused: which of the two
/// would count?
internal sealed class ShXmlInput : IDisposable
{
    /// <summary>A User-Data AVP fits into one Diameter message (65,536 octets), and what is reported has to fit into one later.</summary>
    public const int MaxDocumentBytes = 65_536;

    /// <summary>The deepest place of the schema is 13; the rest is for what application servers keep.</summary>
    public const int MaxDepth = 64;

    public const int MaxElements = 10_000;

    private static readonly XmlReaderSettings s_settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        IgnoreWhitespace = true,
        CheckCharacters = true,
    };

    private static readonly char[] s_blanks = [' ', '\t', '\r', '\n'];

    private readonly string _text;
    private readonly XmlReader _reader;
    private readonly Stack<Frame> _frames = new();
    private readonly ShXmlPlace _place;
    private int _elements;

    private ShXmlInput(string text)
    {
        _text = text;
        _reader = XmlReader.Create(new StringReader(text), s_settings);
        _place = new(text, _reader);
    }

    public DocumentProblem? Problem { get; private set; }

    /// <summary>The element that <see cref="Next"/> found; empty when it belongs to another namespace.</summary>
    public string Name => _reader.Prefix.Length == 0 ? _reader.LocalName : "";

    /// <summary>False: not even text.</summary>
    public static bool TryOpen(ReadOnlySpan<byte> document, [NotNullWhen(true)] out ShXmlInput? xml, [NotNullWhen(false)] out DocumentProblem? problem)
    {
        xml = null;
        problem = null;
        if (document.Length > MaxDocumentBytes) problem = new("", $"the document has {document.Length} octets; at most {MaxDocumentBytes} are read");
        else if (!Utf8.IsValid(document)) problem = new("", "the document is not UTF-8; send it in UTF-8");
        if (problem is not null) return false;
        if (document.StartsWith("\uFEFF"u8)) document = document[3..];
        xml = new(Encoding.UTF8.GetString(document));
        return true;
    }

    /// <summary>Goes to the root element.</summary>
    public bool Start(string root)
    {
        while (Read() && _reader.NodeType != XmlNodeType.Element)
        {
            if (_reader.NodeType == XmlNodeType.XmlDeclaration && _reader.GetAttribute("encoding") is { } encoding
                && !encoding.Equals("UTF-8", StringComparison.OrdinalIgnoreCase)) Fail("", "the document declares another encoding than UTF-8; send it in UTF-8");
        }
        if (Problem is null && Name != root) Fail("", $"the root element is not {root} without a prefix");
        return Problem is null;
    }

    /// <summary>Goes to the end of the document, for the sake of what may be wrong there.</summary>
    public void Finish()
    {
        while (Read()) continue;
    }

    /// <param name="index">Counts elements of one name for the path, from 0; -1: there is but one.</param>
    public void Enter(int index = -1)
    {
        if (Problem is not null) return;
        CheckOnce(index >= 0);
        _frames.Push(new(index < 0 ? Name : $"{Name}[{index}]", _reader.Depth, _reader.IsEmptyElement));
    }

    /// <summary>Goes to the next child of the element last entered.</summary>
    public bool Next()
    {
        if (Problem is not null) return false;
        var frame = _frames.Peek();
        if (frame.IsEmpty) return false;
        while (Read())
        {
            switch (_reader.NodeType)
            {
                case XmlNodeType.Element when Name is not ("Extension" or "Extention"):
                    return true;
                case XmlNodeType.EndElement when _reader.Depth == frame.Depth:
                    return false;
                case XmlNodeType.Text or XmlNodeType.CDATA:
                    Fail(Here, "has text; elements are needed");
                    break;
            }
        }
        return false;
    }

    public void Leave()
    {
        if (Problem is null) _frames.Pop();
    }

    /// <summary>Complains when a child that must be there was not.</summary>
    public void Need(bool isThere, string child)
    {
        if (!isThere) Fail(Here, $"has no {child}, which is needed");
    }

    /// <summary>A fault of the element last entered.</summary>
    public void FailHere(string message) => Fail(Here, message);

    /// <summary>A fault of the child last found.</summary>
    public void FailChild(string message) => Fail($"{Here}/{Name}", message);

    /// <summary>The text of the child, as it stands there.</summary>
    /// <param name="repeated">The child may stand there any number of times.</param>
    public string Text(bool repeated = false)
    {
        if (Problem is not null) return "";
        CheckOnce(repeated);
        if (_reader.IsEmptyElement) return "";
        var name = Name;
        string? text = null;
        StringBuilder? pieces = null;
        while (Read() && _reader.NodeType != XmlNodeType.EndElement)
        {
            if (_reader.NodeType == XmlNodeType.Element) Fail($"{Here}/{name}", "has elements; a text is needed");
            else if (text is null) text = Piece();
            else (pieces ??= new(text)).Append(Piece());
        }
        return pieces?.ToString() ?? text ?? "";
    }

    /// <summary>The text of the child without the blanks around it, which must be of one kind.</summary>
    public string Value(ShValueRule rule, bool repeated = false)
    {
        var text = Text(repeated).Trim(s_blanks);
        if (Problem is null && !rule.Holds(text)) FailChild(rule.Need);
        return text;
    }

    public int Integer(int least, int most, bool repeated = false)
    {
        var text = Text(repeated).Trim(s_blanks);
        if (int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most) return number;
        FailChild($"is no number from {least} to {most}");
        return least;
    }

    public bool Flag()
    {
        switch (Text().Trim(s_blanks))
        {
            case "0" or "false": return false;
            case "1" or "true": return true;
            default: FailChild("is neither 0 nor 1"); return false;
        }
    }

    /// <summary>Passes over the child and all that is in it.</summary>
    public void Skip()
    {
        if (Problem is not null || _reader.IsEmptyElement) return;
        var depth = _reader.Depth;
        while (Read() && !(_reader.NodeType == XmlNodeType.EndElement && _reader.Depth == depth)) continue;
    }

    /// <summary>The octets between the tags of the child, which stand on their own; empty when there is nothing but blanks and comments.</summary>
    public ReadOnlyMemory<byte> Fragment()
    {
        if (Problem is not null) return default;
        CheckOnce(false);
        if (_reader.IsEmptyElement) return default;
        var fragment = new ShXmlFragment(_text, _reader, _place);
        var depth = _reader.Depth;
        while (Read() && !(_reader.NodeType == XmlNodeType.EndElement && _reader.Depth == depth)) fragment.Add(_reader.Depth == depth + 1);
        if (Problem is not null) return default;
        if (!fragment.TryCut(MaxDocumentBytes, out var content)) FailChild("stands in too many namespace declarations; make them inside");
        return content;
    }

    public void Dispose() => _reader.Dispose();

    private string Here => string.Join('/', _frames.Reverse().Select(frame => frame.Name));

    private void CheckOnce(bool repeated)
    {
        if (!repeated && _frames.TryPeek(out var frame) && !frame.Seen.Add(Name)) FailChild("stands here twice; it may stand here once");
    }

    private void Fail(string path, string message) => Problem ??= new(path, message);

    private bool Read()
    {
        if (Problem is not null) return false;
        try
        {
            if (!_reader.Read()) return false;
        }
        catch (XmlException e)
        {
            FailXml(e);
            return false;
        }
        if (_reader.NodeType != XmlNodeType.Element) return true;
        if (++_elements > MaxElements) Fail("", $"the document has more than {MaxElements} elements");
        else if (_reader.Depth >= MaxDepth) Fail(Here, $"elements are nested more than {MaxDepth} deep");
        return Problem is null;
    }

    // A long text is not parsed to its end before somebody asks for it.
    private string Piece()
    {
        try
        {
            return _reader.Value;
        }
        catch (XmlException e)
        {
            FailXml(e);
            return "";
        }
    }

    private void FailXml(XmlException e)
    {
        var message = _text.Contains("<!DOCTYPE", StringComparison.Ordinal)
            ? "has a document type declaration, or is no well-formed XML" : "is no well-formed XML";
        Fail(Here, $"{message} (line {e.LineNumber}, position {e.LinePosition})");
    }

    private sealed record Frame(string Name, int Depth, bool IsEmpty)
    {
        public HashSet<string> Seen { get; } = new(StringComparer.Ordinal);
    }
}
